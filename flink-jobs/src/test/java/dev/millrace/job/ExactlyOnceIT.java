package dev.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.job.run.Faults;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.store.log.SystemEntry;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tasks and task managers fail at all points where the outcome differs, while records arrive: at a pipeline that loads
 * them as they are, and at one through a program that keeps its output until its input ends.
 */
class ExactlyOnceIT {
    private static final int RECORDS = 200_000;
    private static final int SOURCE_PARTITIONS = 3;
    private static final String TOPIC = "ids";

    @TempDir
    Path folder;

    @Test
    void recordsAreThereOnceWhateverFails() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("-Dseed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        try (Broker broker = new Broker(folder.resolve("kafka"));
                Cluster cluster = new Cluster(folder.resolve("flink"));
                EngineStore store = new EngineStore("exactly-once", folder.resolve("store"))) {
            broker.create(TOPIC, SOURCE_PARTITIONS);
            TableSpec table = store.create(PipelineJobTest.table(false, List.of(), List.of("id")));
            PipelineSpec pipeline = store.create(PipelineJobTest.pipeline(broker.address(), TOPIC, table));
            TableSpec transformedTable = store.create(table("transformed"));
            PipelineSpec transformed = store.create(Scripts.through(
                    store, PipelineJobTest.pipeline(broker.address(), TOPIC, transformedTable), "sort -r"));
            FaultPlan.clear();
            AtomicBoolean go = new AtomicBoolean(true);
            CompletableFuture<Void> producer = CompletableFuture.runAsync(() -> produce(broker, go));
            cluster.submit(store.newRun(pipeline), FaultPlan.faults());
            cluster.submit(store.newRun(transformed), FaultPlan.faults());

            for (int round = 0; round < 3; round++) {
                for (Faults.Point point : Faults.Point.values()) {
                    awaitDecisions(store, 1 + random.nextInt(3));
                    FaultPlan.arm(point);
                    Cluster.await("a fault at " + point, () -> !FaultPlan.isPending());
                }
                awaitDecisions(store, 1 + random.nextInt(3));
                cluster.mini().terminateTaskManager(0).get();
                cluster.mini().startTaskManager();
            }
            go.set(false);
            producer.get();

            assertOnce(store, pipeline, table);
            assertOnce(store, transformed, transformedTable);
            assertThat(store.errors()).isEmpty();
        }
    }

    private static void assertOnce(EngineStore store, PipelineSpec pipeline, TableSpec table)
            throws InterruptedException {
        Cluster.await("all rows", () -> store.number(table, "count(*)") >= RECORDS);
        assertThat(store.number(table, "count(*)")).isEqualTo(RECORDS);
        assertThat(store.number(table, "count(DISTINCT id)")).isEqualTo(RECORDS);
        assertThat(store.decisions().stream()
                        .distinct()
                        .filter(decision -> decision.batch().writer() == pipeline.id())
                        .mapToLong(SystemEntry.Decide::rows)
                        .sum())
                .isEqualTo(RECORDS);
    }

    private static TableSpec table(String name) {
        TableSpec t = PipelineJobTest.table(false, List.of(), List.of("id"));
        return new TableSpec(0, 1, t.database(), name, t.reference(), t.columns(), t.keys(), t.shardKey());
    }

    private static void awaitDecisions(EngineStore store, int more) throws InterruptedException {
        int before = store.decisions().size();
        Cluster.await("decisions", () -> store.decisions().size() >= before + more);
    }

    /** A few thousand a second as long as faults are injected, then the rest; the last ones never run out before. */
    private static void produce(Broker broker, AtomicBoolean faults) {
        try (KafkaProducer<byte[], byte[]> producer = broker.producer("")) {
            for (int id = 0; id < RECORDS; id++) {
                producer.send(new ProducerRecord<>(TOPIC, id % SOURCE_PARTITIONS, null, PipelineJobTest.line(id)));
                if (faults.get() && (id % 20 == 0 || id > RECORDS - 20_000)) {
                    Thread.sleep(5);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
