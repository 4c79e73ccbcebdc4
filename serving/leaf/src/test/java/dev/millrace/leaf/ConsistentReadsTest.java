package dev.millrace.leaf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.leaf.engine.Rows;
import dev.millrace.spec.TableSpec;
import dev.millrace.store.CatalogSnapshot;
import dev.millrace.store.Endpoint;
import dev.millrace.store.Node;
import dev.millrace.store.query.Pin;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** While batches over all partitions are published, a reader sees each of them whole or not at all. */
class ConsistentReadsTest {
    private static final int PARTITIONS = 4;
    private static final int READS = 40;

    @TempDir
    Path folder;

    @Test
    void noReaderSeesHalfABatchAndNoneGoesBack() throws Exception {
        try (LeafServer first = leaf("one", List.of());
                LeafServer second = leaf("two", List.of(first.endpoint()));
                TestStore store = new TestStore(first.endpoint())) {
            CatalogSnapshot.Database db = store.createDatabase("shop", PARTITIONS);
            TableSpec table = store.createTable(db);
            store.awaitPublished(db, 1);
            List<Node> nodes = store.client.catalog().nodes();
            assertThat(nodes).hasSize(2);
            AtomicBoolean done = new AtomicBoolean();
            ExecutorService threads = Executors.newFixedThreadPool(4);
            try {
                Future<Integer> writer = threads.submit(() -> write(store, db, table, done));
                List<Future<Long>> readers = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    readers.add(threads.submit(() -> read(store, db, table, nodes)));
                }
                long highest = 0;
                for (Future<Long> reader : readers) {
                    highest = Math.max(highest, reader.get(240, TimeUnit.SECONDS));
                }
                done.set(true);
                int batches = writer.get(60, TimeUnit.SECONDS);
                assertThat(highest).isPositive().isLessThanOrEqualTo((long) batches * PARTITIONS);
                store.awaitPublished(db, batches + 1L);
                assertThat(count(store, db, table, nodes, new long[] {batches + 1L}))
                        .isEqualTo((long) batches * PARTITIONS);
            } finally {
                done.set(true);
                threads.shutdownNow();
            }
        }
    }

    private LeafServer leaf(String name, List<Endpoint> system) {
        LeafServer leaf = new LeafServer(
                new LeafConfig(folder.resolve(name), "127.0.0.1", 0, 0, 256L << 20, 2, system), Rows.ALLOCATOR);
        leaf.awaitReady(Duration.ofSeconds(60));
        return leaf;
    }

    /** One row in every partition for each batch. */
    private static int write(TestStore store, CatalogSnapshot.Database db, TableSpec table, AtomicBoolean done) {
        int batches = 0;
        while (!done.get()) {
            Map<Integer, String[]> rows = new LinkedHashMap<>();
            for (int ordinal = 0; ordinal < PARTITIONS; ordinal++) {
                rows.put(ordinal, new String[] {batches + ":b"});
            }
            store.write(db, table, rows);
            batches++;
        }
        return batches;
    }

    private static long read(TestStore store, CatalogSnapshot.Database db, TableSpec table, List<Node> nodes) {
        long[] floor = {0};
        long last = 0;
        for (int i = 0; i < READS; i++) {
            long count = count(store, db, table, nodes, floor);
            assertThat(count % PARTITIONS)
                    .as("rows of whole batches in " + count)
                    .isZero();
            assertThat(count).isGreaterThanOrEqualTo(last);
            last = count;
        }
        return last;
    }

    /** As an aggregator reads: pin everywhere, ask again where the snapshot ends before S, count twice on each leaf. */
    private static long count(
            TestStore store, CatalogSnapshot.Database db, TableSpec table, List<Node> nodes, long[] floor) {
        Map<Node, Pin> pins = new LinkedHashMap<>();
        for (Node node : nodes) {
            pins.put(node, store.client.pin(node, store.pinRequest(db, node, floor[0], 2, table)));
        }
        long s = floor[0];
        for (int round = 0; round < 100; round++) {
            for (Pin pin : pins.values()) {
                s = Math.max(s, pin.lowest());
            }
            long target = s;
            if (pins.values().stream().allMatch(pin -> pin.highest() >= target)) {
                break;
            }
            for (Node node : nodes) {
                if (pins.get(node).highest() < target) {
                    store.client.unpin(node, pins.get(node).id());
                    pins.put(node, store.client.pin(node, store.pinRequest(db, node, target, 2, table)));
                }
            }
        }
        floor[0] = s;
        long count = 0;
        for (Node node : nodes) {
            Pin pin = pins.get(node);
            assertThat(pin.lowest()).isLessThanOrEqualTo(s);
            assertThat(pin.highest()).isGreaterThanOrEqualTo(s);
            long once =
                    store.query(db, node, pin, "SELECT count(*) FROM r0", table).get(0);
            long twice = store.query(db, node, pin, "SELECT coalesce(sum(id - id + 1), 0)::BIGINT FROM r0", table)
                    .get(0);
            assertThat(twice).isEqualTo(once);
            count += once;
            store.client.unpin(node, pin.id());
        }
        return count;
    }
}
