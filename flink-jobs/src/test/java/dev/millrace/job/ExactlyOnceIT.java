package dev.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.job.run.Faults;
import dev.millrace.spec.ErrorMode;
import dev.millrace.spec.KeySpec;
import dev.millrace.spec.LoadSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.store.log.SystemEntry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tasks and task managers fail at all points where the outcome differs, while records arrive. One record in a hundred
 * cannot be loaded, in ten ways: the table and the errors together are what was produced.
 */
class ExactlyOnceIT {
    private static final int SOURCE_PARTITIONS = 3;
    private static final String TOPIC = "ids";

    @TempDir
    Path folder;

    @Test
    void recordsAreThereOnceWhateverFails() throws Exception {
        run(200_000, 3, List.of(), ExactlyOnceIT::broken, Optional.empty());
    }

    /** Rows go in under a gate and a seal, which says what it leaves out. */
    @Test
    void recordsWhoseKeyIsTakenAreRecordedOnceWhateverFails() throws Exception {
        byte[] again = ",again".getBytes(StandardCharsets.US_ASCII);
        run(
                40_000,
                1,
                List.of(new KeySpec(KeySpec.PRIMARY, List.of("id"))),
                id -> {
                    // The record before it in its partition.
                    byte[] number = Integer.toString(id - SOURCE_PARTITIONS).getBytes(StandardCharsets.US_ASCII);
                    byte[] line = Arrays.copyOf(number, number.length + again.length);
                    System.arraycopy(again, 0, line, number.length, again.length);
                    return line;
                },
                Optional.empty());
    }

    /** The program keeps its output until its input ends. */
    @Test
    void recordsThroughAProgramAreThereOnceWhateverFails() throws Exception {
        run(40_000, 1, List.of(), PipelineJobTest::line, Optional.of("sort -r"));
    }

    private void run(int records, int rounds, List<KeySpec> keys, IntFunction<byte[]> bad, Optional<String> program)
            throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("-Dseed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        try (Broker broker = new Broker(folder.resolve("kafka"));
                Cluster cluster = new Cluster(folder.resolve("flink"));
                EngineStore store = new EngineStore("exactly-once", folder.resolve("store"))) {
            broker.create(TOPIC, SOURCE_PARTITIONS);
            TableSpec table = store.create(PipelineJobTest.table(false, keys, List.of("id")));
            PipelineSpec plain = PipelineJobTest.pipeline(broker.address(), TOPIC, table);
            PipelineSpec pipeline = store.create(
                    program.isPresent()
                            ? Scripts.through(store, plain, program.get())
                            : plain.withLoad(new LoadSpec(ErrorMode.SKIP_ALL, true, List.of(), Optional.empty())));
            FaultPlan.clear();
            AtomicBoolean go = new AtomicBoolean(true);
            CompletableFuture<Void> producer = CompletableFuture.runAsync(() -> produce(broker, records, bad, go));
            cluster.submit(store.newRun(pipeline), FaultPlan.faults());

            for (int round = 0; round < rounds; round++) {
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
            assertAllThere(store, table, records, program.isPresent() ? 0 : records / 100);
        }
    }

    /** What was produced is in the table or among the errors, once. */
    private static void assertAllThere(EngineStore store, TableSpec table, int records, int broken)
            throws InterruptedException {
        long rows = records - broken;
        Cluster.await(
                "all records",
                () -> store.number(table, "count(*)") >= rows && store.errors().size() >= broken);
        assertThat(store.number(table, "count(*)")).isEqualTo(rows);
        assertThat(store.number(table, "count(DISTINCT id)")).isEqualTo(rows);
        assertThat(store.number(table, "count(*) FILTER (id % 100 = 37)")).isEqualTo(records / 100 - broken);
        assertThat(store.decisions().stream()
                        .distinct()
                        .mapToLong(SystemEntry.Decide::rows)
                        .sum())
                .isEqualTo(rows);
        assertThat(store.errors().stream()
                        .map(error -> error.offset() * SOURCE_PARTITIONS + Integer.parseInt(error.sourcePartition())))
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, records)
                        .filter(id -> broken > 0 && isBroken(id))
                        .mapToObj(id -> (long) id)
                        .toList());
    }

    private static boolean isBroken(int id) {
        return id % 100 == 37;
    }

    private static byte[] broken(int id) {
        String line = switch (id / 100 % 10) {
            case 0 -> "x" + id + ",not a number";
            case 1 -> id + "";
            case 2 -> id + ",one,too many";
            case 3 -> "99999999999999999999,out of range";
            case 4 -> id + "," + "long".repeat(11);
            case 5 -> "\\N,no key";
            case 6 -> ",empty key";
            case 7 -> id + "-1,no number either";
            case 8 -> id + ",not UTF-8: \u00ff";
            default -> "2024-01-01,a date";
        };
        return line.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void awaitDecisions(EngineStore store, int more) throws InterruptedException {
        int before = store.decisions().size();
        Cluster.await("decisions", () -> store.decisions().size() >= before + more);
    }

    /** A few thousand a second as long as faults are injected, then the rest; the last ones never run out before. */
    private static void produce(Broker broker, int records, IntFunction<byte[]> bad, AtomicBoolean faults) {
        try (KafkaProducer<byte[], byte[]> producer = broker.producer("")) {
            for (int id = 0; id < records; id++) {
                producer.send(new ProducerRecord<>(
                        TOPIC, id % SOURCE_PARTITIONS, null, isBroken(id) ? bad.apply(id) : PipelineJobTest.line(id)));
                if (faults.get() && (id % 20 == 0 || id > records - 20_000)) {
                    Thread.sleep(5);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
