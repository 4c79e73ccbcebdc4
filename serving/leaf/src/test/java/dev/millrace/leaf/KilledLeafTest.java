package dev.millrace.leaf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.spec.KeySpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.store.CatalogSnapshot;
import dev.millrace.store.Node;
import dev.millrace.store.query.Pin;
import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.RefusedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A leaf that is killed in every step of a batch, while a reader looks on. {@code -Dkills=100} for longer,
 * {@code -Dseed=} to repeat a run.
 */
class KilledLeafTest {
    /** As many as there are steps: each is met once. */
    private static final int KILLS = Integer.getInteger("kills", 5);

    @TempDir
    Path folder;

    @Test
    void killedInAnyStepItKeepsEveryDecidedBatchOnceAndShowsNoneInPart() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        try (LeafProcess leaf = new LeafProcess(folder.resolve("leaf"))) {
            run(leaf, RandomGeneratorFactory.of("L64X128MixRandom").create(seed));
        } catch (Throwable e) {
            Path log = folder.resolve("leaf.log");
            throw new AssertionError("-Dseed=" + seed + "; the leaf said:\n" + Files.readString(log), e);
        }
    }

    private static void run(LeafProcess leaf, RandomGenerator random) throws Exception {
        try (TestStore store = new TestStore(leaf.endpoint());
                TestStore readers = new TestStore(leaf.endpoint())) {
            CatalogSnapshot.Database database = store.createDatabase("shop", RetryingWriter.PARTITIONS);
            TableSpec keyless = store.createTable(database);
            TableSpec keyed = store.createTable(database, new KeySpec(KeySpec.PRIMARY, List.of("id")));
            Kills kills = new Kills(leaf, random, KILLS);
            RetryingWriter writer = new RetryingWriter(store, database, keyless, keyed, kills, random);
            Reader reader = new Reader(readers, database, writer);
            AtomicBoolean done = new AtomicBoolean();
            CompletableFuture<List<Long>> reading = CompletableFuture.supplyAsync(() -> reader.readUntil(done));
            try {
                writer.load();
            } finally {
                done.set(true);
            }
            assertThat(kills.done()).isEqualTo(KILLS);
            assertThat(writer.refusedOrphans())
                    .extracting(RefusedException::refusal)
                    .isSubsetOf(Refusal.FENCED, Refusal.FINISHED);
            assertThat(reading.get(60, TimeUnit.SECONDS))
                    .as("where what readers saw ends")
                    .hasSizeGreaterThan(KILLS)
                    .isSorted()
                    .isSubsetOf(writer.ends());
            long end = Collections.max(writer.ends());
            assertThat(writer.decidedCursor()).isEqualTo(end);
            assertThat(reader.read()).isEqualTo(end);
            assertThat(reader.statements()).hasSize(writer.statements());
            leaf.kill();
            leaf.start();
            assertThat(reader.readPatiently()).as("after one more life").isEqualTo(end);
            assertThat(reader.statements()).hasSize(writer.statements());
        }
    }

    /** Reads all tables under one pin. */
    private static final class Reader {
        private static final String COUNTS = "SELECT CAST(r0.\"na\"\"me\" AS BIGINT) FROM r0";

        private final TestStore store;
        private final CatalogSnapshot.Database database;
        private final TableSpec keyless;
        private final TableSpec keyed;
        private final TableSpec counted;
        private final TableSpec changed;
        private final Node node;
        private long lowest;
        private List<Long> statements = List.of();

        Reader(TestStore store, CatalogSnapshot.Database database, RetryingWriter writer) {
            this.store = store;
            this.database = database;
            this.keyless = writer.keyless();
            this.keyed = writer.keyed();
            this.counted = writer.counted();
            this.changed = writer.changed();
            this.node = store.client.catalog().nodes().get(0);
        }

        List<Long> statements() {
            return statements;
        }

        List<Long> readUntil(AtomicBoolean done) {
            List<Long> ends = new ArrayList<>();
            while (!done.get()) {
                ends.add(readPatiently());
            }
            return ends;
        }

        /** A read that a kill cuts short is begun again. */
        long readPatiently() {
            while (true) {
                try {
                    return read();
                } catch (RefusedException e) {
                    // UNKNOWN: the pin went with the leaf's life.
                    assertThat(e.refusal())
                            .as(e.getMessage())
                            .isIn(Refusal.UNAVAILABLE, Refusal.NOT_LEADER, Refusal.UNKNOWN);
                }
            }
        }

        /** Answers the offset where the visible rows end: those before it are all there, once, in every partition. */
        long read() {
            Pin pin = store.client.pin(
                    node, store.pinRequest(database, node, lowest, 1, keyless, keyed, counted, changed));
            List<Long> logged = store.query(database, node, pin, "SELECT id FROM r0", keyless);
            List<Long> known = store.query(database, node, pin, "SELECT id FROM r0 WHERE id >= 0", keyed);
            List<Long> single = store.query(database, node, pin, "SELECT id FROM r0 WHERE id < 0", keyed);
            List<Long> counts = store.query(database, node, pin, COUNTS, counted);
            List<Long> changes = store.query(database, node, pin, COUNTS, changed);
            store.client.unpin(node, pin.id());
            lowest = pin.lowest();
            long last = LongStream.concat(
                            logged.stream().mapToLong(id -> id), known.stream().mapToLong(id -> id))
                    .max()
                    .orElse(-1);
            long end = Math.floorDiv(last, RetryingWriter.PARTITIONS) + 1;
            assertThat(logged).containsExactlyInAnyOrderElementsOf(rows(true, end));
            assertThat(known).containsExactlyInAnyOrderElementsOf(rows(false, end));
            assertThat(single).doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(statements.size());
            statements = single;
            assertThat(counts)
                    .as("rows of one key, folded")
                    .isEqualTo(everywhere(end).subList(0, counts.size()));
            assertThat(counts).hasSize(end == 0 ? 0 : RetryingWriter.PARTITIONS);
            assertThat(changes).as("rows updated by each batch").isEqualTo(everywhere(end));
            return end;
        }

        private static List<Long> everywhere(long end) {
            return Collections.nCopies(RetryingWriter.PARTITIONS, end);
        }

        private static List<Long> rows(boolean keylessTable, long end) {
            return LongStream.range(0, end * RetryingWriter.PARTITIONS)
                    .filter(id -> RetryingWriter.isIn(keylessTable, id / RetryingWriter.PARTITIONS))
                    .boxed()
                    .toList();
        }
    }
}
