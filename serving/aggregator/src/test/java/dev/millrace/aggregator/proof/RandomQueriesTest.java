package dev.millrace.aggregator.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.aggregator.TestCluster;
import dev.millrace.aggregator.proof.Queries.Query;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Random queries over random rows: {@code -Dproof.seed=} repeats one schema with its queries, {@code -Dproof.minutes=}
 * goes on with new ones for so long.
 */
@ExtendWith(ProofCluster.class)
class RandomQueriesTest {
    /** Schemas that every build sees, and as many queries of each: a build fails by its own change alone. */
    private static final long[] SEEDS = {1, 2, 3};

    private static final int QUERIES = 20;

    private static final Duration BRIEF = Duration.ofMinutes(1);

    private static final Duration LONG = Duration.ofSeconds(20);

    /** A run goes on after a fault, to find others; so many are enough to read. */
    private static final int FAULTS_MAX = Integer.getInteger("proof.faults", 12);

    /** One query in so many is proved by itself. */
    private static final int PARTITIONED = 4;

    private static final String ANSWER = "answer";

    private final Map<String, Integer> counts = new TreeMap<>();
    private final List<String> faults = new ArrayList<>();

    @Test
    void randomQueriesAnswerAsDuckDbAlone(TestCluster cluster) throws SQLException {
        Long only = Long.getLong("proof.seed");
        long minutes = Long.getLong("proof.minutes", 0L);
        if (only != null) {
            check(cluster, only, LONG, Integer.MAX_VALUE);
        } else if (minutes > 0) {
            long end = System.nanoTime() + Duration.ofMinutes(minutes).toNanos();
            while (System.nanoTime() < end && faults.size() < FAULTS_MAX) {
                check(cluster, ThreadLocalRandom.current().nextLong(1_000_000_000L), LONG, Integer.MAX_VALUE);
            }
        } else {
            for (long seed : SEEDS) {
                check(cluster, seed, BRIEF, QUERIES);
            }
        }
        System.out.println("random queries: " + counts);
        assertThat(faults).as(() -> String.join("\n\n", faults)).isEmpty();
    }

    private void check(TestCluster cluster, long seed, Duration longest, int queries) throws SQLException {
        System.out.println("seed " + seed);
        Chance chance = new Chance(seed);
        Schema schema = new Schema(chance);
        try (World world = new World(cluster, "s" + seed + "_", schema)) {
            Queries made = new Queries(chance, schema);
            Partitioning partitioning = new Partitioning(chance, made);
            long end = System.nanoTime() + longest.toNanos();
            for (int i = 0; i < queries && System.nanoTime() < end && faults.size() < FAULTS_MAX; i++) {
                Query query = made.next();
                Verdict verdict = world.judge(query);
                String counted = verdict.isFault() ? "" : ": " + verdict.detail();
                String sort = verdict.outcome() + (counted.equals(": ") ? "" : counted);
                if (counts.merge(sort, 1, Integer::sum) == 1 && verdict.outcome() != Verdict.Outcome.AGREES) {
                    System.out.println(sort + "\n  " + query.tree().inMillrace());
                }
                if (verdict.isFault()) {
                    faults.add(described(seed, schema, world, query));
                }
                if (i % PARTITIONED == 0) {
                    partitioned(seed, partitioning.next(world));
                }
            }
        }
    }

    private void partitioned(long seed, Verdict verdict) {
        if (verdict.isFault()) {
            System.out.println("seed " + seed + ": " + verdict.detail());
            faults.add("seed " + seed + ": " + verdict.detail());
        }
        counts.merge("by themselves " + verdict.outcome(), 1, Integer::sum);
    }

    private static String described(long seed, Schema schema, World world, Query query) {
        Query smallest =
                Shrinker.smallest(query, smaller -> world.judge(smaller).isFault());
        StringBuilder text = new StringBuilder("seed " + seed + "\n");
        for (Schema.Table table : schema.tables()) {
            if (smallest.tree().inMillrace().matches("(?s).*\\b" + table.name() + "\\b.*")) {
                text.append(table.create(true)).append(";\n");
                table.inserts().forEach(insert -> text.append(insert).append(";\n"));
            }
        }
        String fault = text.append(smallest.tree().inMillrace())
                .append("\nDuckDB: ")
                .append(smallest.tree().inDuckDb())
                .append('\n')
                .append(world.judge(smallest).detail())
                .toString();
        System.out.println(fault + "\n");
        return fault;
    }
}
