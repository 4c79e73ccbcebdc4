package dev.millrace.aggregator.plan;

import static dev.millrace.aggregator.plan.TestCatalog.column;
import static dev.millrace.aggregator.plan.TestCatalog.keyed;
import static dev.millrace.aggregator.plan.TestCatalog.notNull;
import static dev.millrace.aggregator.plan.TestCatalog.table;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.error.StatementException;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random queries over random rows, distributed and by DuckDB alone. {@code -Dseed=} and {@code -Dqueries=} repeat and widen. */
class DifferentialTest {
    private static final long SEED = Long.getLong("seed", 1L);
    private static final int QUERIES = Integer.getInteger("queries", 150);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8})
    void randomQueriesAnswerAsDuckDbAlone(int partitions) throws SQLException {
        System.out.println("seed " + SEED);
        SplittableRandom random = new SplittableRandom(SEED + partitions);
        try (TestCluster cluster = cluster(partitions, random)) {
            RandomQueries queries = new RandomQueries(random);
            for (int i = 0; i < QUERIES; i++) {
                compare(cluster, queries.next());
            }
        }
    }

    private static void compare(TestCluster cluster, RandomQueries.Query query) throws SQLException {
        List<String> expected = cluster.reference(query.sql());
        List<String> actual;
        try {
            actual = cluster.query(query.sql());
        } catch (StatementException e) {
            throw new AssertionError("seed " + SEED + ": " + query.sql(), e);
        }
        if (!query.ordered()) {
            expected = expected.stream().sorted().toList();
            actual = actual.stream().sorted().toList();
        }
        assertThat(actual)
                .as(
                        "seed %s: %s%n%s",
                        SEED, query.sql(), cluster.plan(query.sql()).explain())
                .isEqualTo(expected);
    }

    private static TestCluster cluster(int partitions, SplittableRandom random) throws SQLException {
        ColumnSpec[] columns = {
            notNull("id", Shop.INT),
            column("k", Shop.INT),
            column("g", Shop.VARCHAR),
            column("s", Shop.TEXT),
            column("n", Shop.BIGINT),
            column("d", Shop.MONEY),
            column("t", Shop.DATETIME)
        };
        TestCatalog catalog = new TestCatalog()
                .database("shop", partitions)
                .table(table("shop", "ta", "k", false, columns))
                .table(table("shop", "tb", "k", false, columns))
                .table(table("shop", "tc", "k,g", false, columns))
                .table(keyed(table("shop", "tr", "", true, columns), "id"))
                .table(table("shop", "tl", "", false, columns))
                .table(table("shop", "te", "id", false, columns));
        TestCluster cluster = new TestCluster(catalog);
        cluster.insert("shop", "ta", rows(random, 30));
        cluster.insert("shop", "tb", rows(random, 12));
        cluster.insert("shop", "tc", rows(random, 20));
        cluster.insert("shop", "tr", rows(random, 8));
        cluster.insert("shop", "tl", rows(random, 10));
        return cluster;
    }

    private static List<List<Object>> rows(SplittableRandom random, int count) {
        List<List<Object>> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(Arrays.asList(
                    i,
                    maybe(random, random.nextInt(6)),
                    maybe(random, List.of("", "a", "b", "é").get(random.nextInt(4))),
                    maybe(
                            random,
                            List.of("", "a", "A", "b ", "é", "漢字", "zz'z", "a%").get(random.nextInt(8))),
                    maybe(
                            random,
                            List.of(0L, 1L, 2L, 7L, -5L, Long.MAX_VALUE, Long.MIN_VALUE)
                                    .get(random.nextInt(7))),
                    maybe(random, BigDecimal.valueOf(random.nextLong(-500, 500), 2)),
                    maybe(random, LocalDateTime.of(2024, 1, 1, 0, 0).plusSeconds(random.nextInt(100)))));
        }
        return rows;
    }

    private static Object maybe(SplittableRandom random, Object value) {
        return random.nextInt(5) == 0 ? null : value;
    }
}
