package dev.millrace.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.job.run.Faults;
import dev.millrace.spec.ErrorMode;
import dev.millrace.spec.KeySpec;
import dev.millrace.spec.LoadSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.TransformSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.store.PipelineError;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.transform.process.ProgramLimits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.JobID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Pipelines through programs that do it right, and through some that do not. */
@EnabledOnOs(
        value = {OS.LINUX, OS.MAC},
        disabledReason = "programs are started by a POSIX shell")
class TransformJobTest {
    private static final int PARTITIONS = 3;
    private static final AtomicInteger NUMBER = new AtomicInteger();

    @TempDir
    static Path shared;

    private static Broker broker;
    private static Cluster cluster;

    @TempDir
    Path folder;

    private EngineStore store;
    private String topic;
    private TableSpec table;

    @BeforeAll
    static void start() throws Exception {
        broker = new Broker(shared.resolve("kafka"));
        cluster = new Cluster(shared.resolve("flink"));
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
        broker.close();
    }

    @BeforeEach
    void open(TestInfo test) throws Exception {
        topic = "through-" + NUMBER.incrementAndGet();
        broker.create(topic, PARTITIONS);
        store = new EngineStore(test.getDisplayName(), folder.resolve("store"));
        table = store.create(PipelineJobTest.table(false, List.of(), List.of("id")));
    }

    @AfterEach
    void close() throws Exception {
        for (var job : cluster.mini().listJobs().get()) {
            if (!job.getJobState().isGloballyTerminalState()) {
                cluster.cancel(job.getJobId());
            }
        }
        store.close();
    }

    private JobID submit(String script) throws Exception {
        PipelineSpec pipeline = PipelineJobTest.pipeline(broker.address(), topic, table);
        return cluster.submit(store.newRun(store.create(Scripts.through(store, pipeline, script))), Faults.NONE);
    }

    private void produce(int from, int to) {
        try (KafkaProducer<byte[], byte[]> producer = broker.producer("")) {
            for (int id = from; id < to; id++) {
                producer.send(new ProducerRecord<>(topic, id % PARTITIONS, null, PipelineJobTest.line(id)));
            }
        }
    }

    /** Two tasks may fail at one time, each with its own words. */
    private PipelineError firstError() throws InterruptedException {
        Cluster.await("an error", () -> !store.errors().isEmpty());
        assertThat(store.errors()).hasSizeLessThanOrEqualTo(2);
        return store.errors().get(0);
    }

    @Test
    void outputOfABatchIsTheBatchsAndOffsetsMoveWithIt() throws Exception {
        Path runs = folder.resolve("runs");
        produce(0, 3_000);
        // Sorts, so there is no output before its end; leaves half of the rows out and doubles the others.
        submit("echo $MILLRACE_PIPELINE $MILLRACE_BATCH >> " + runs
                + "; sort | awk -F, '$1 % 2 == 0 { print; print $1 + 1 \",\" $2 }'");

        Cluster.await("all rows", () -> store.number(table, "count(*)") >= 3_000);
        produce(3_000, 3_003);
        Cluster.await("all rows", () -> store.number(table, "count(*)") >= 3_004);
        assertThat(store.number(table, "count(*)")).isEqualTo(3_004);
        assertThat(store.number(table, "count(DISTINCT id)")).isEqualTo(3_004);
        assertThat(moved()).isEqualTo(3_003);

        TimeUnit.MILLISECONDS.sleep(500);
        int started = Files.readAllLines(runs).size();
        TimeUnit.MILLISECONDS.sleep(700);
        assertThat(Files.readAllLines(runs)).as("no input starts no program").hasSize(started);
        assertThat(Files.readAllLines(runs)).allMatch(line -> line.matches("db\\.p\\d+ 1\\.0\\.[01]\\.\\d+"));
    }

    @Test
    void batchWithoutOutputMovesTheCursors() throws Exception {
        submit("cat > /dev/null");
        produce(0, 300);
        Cluster.await("the cursors", () -> moved() == 300);
        assertThat(store.number(table, "count(*)")).isZero();
    }

    private long moved() {
        return store.decisions().stream()
                .distinct()
                .flatMap(decision -> decision.moves().stream())
                .mapToLong(move -> move.to() - move.from().offset())
                .sum();
    }

    @Test
    void failureEndsTheRunWithStatusAndStderr() throws Exception {
        String mark = Scripts.mark();
        produce(0, 300);
        JobID job = submit("sleep " + mark + " & cat; echo 'KeyError: name' >&2; exit 3");

        PipelineError error = firstError();
        assertThat(error.kind()).isEqualTo("Transform");
        assertThat(error.number()).isEqualTo(SqlState.TRANSFORM_FAILED.number());
        assertThat(error.message())
                .contains("script.sh", "status 3", "KeyError: name")
                .containsPattern("batch 1\\.0\\.");
        assertThat(cluster.failure(job)).contains("KeyError: name");
        assertThat(store.number(table, "count(*)")).isZero();
        Cluster.await("the children's end", () -> Scripts.processesWith(mark) == 0);
    }

    @Test
    void garbageIsRefusedByItsRow() throws Exception {
        submit("cat; echo no number,at all");
        produce(0, 1);
        PipelineError error = firstError();
        assertThat(error.kind()).isEqualTo("Load");
        assertThat(error.column()).isEqualTo("id");
        assertThat(error.message()).contains("row 2 of the transform's output");
        assertThat(new String(error.record())).isEqualTo("no number,at all\n");
    }

    @Test
    void programThatHangsIsGoneAfterCancel() throws Exception {
        String mark = Scripts.mark();
        JobID job = submit("sleep " + mark);
        produce(0, 30);
        Cluster.await("the program", () -> Scripts.processesWith(mark) > 0);
        TimeUnit.MILLISECONDS.sleep(500);
        long begin = System.nanoTime();
        cluster.cancel(job);
        assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(20));
        Cluster.await("the program's end", () -> Scripts.processesWith(mark) == 0);
        assertThat(store.errors()).isEmpty();
        try (var left = Files.find(
                shared, 9, (path, info) -> path.getFileName().toString().startsWith("run-"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void programThatSomebodyEndsIsRunAgain() throws Exception {
        Path once = folder.resolve("once");
        produce(0, 300);
        submit("cat; mkdir " + once + " 2> /dev/null && kill -s TERM $$; exit 0");
        Cluster.await("all rows", () -> store.number(table, "count(*)") >= 300);
        assertThat(store.number(table, "count(DISTINCT id)")).isEqualTo(300);
        assertThat(once).exists();
        assertThat(store.errors()).isEmpty();
        assertThat(store.decisions().stream()
                        .distinct()
                        .mapToLong(SystemEntry.Decide::rows)
                        .sum())
                .isEqualTo(300);
    }

    /** Ends badly at some records, each in its own way. */
    private static String failing(String mark) {
        return """
                while read -r line; do case $line in
                  50,*) echo 'no such city' >&2; exit 3 ;;
                  151,*) sleep %s ;;
                  252,*) head -c 3000000 /dev/zero | tr '\\0' e >&2; echo the end >&2; exit 5 ;;
                  293,*) exec yes ;;
                  404,*) echo 'no number,at all' ;;
                  454,*) exit 0 ;;
                  555,*) sleep %s & kill -s SEGV $$ ;;
                  *) echo "$line" ;;
                esac; done""".formatted(mark, mark);
    }

    private PipelineSpec skipping(ErrorMode mode) {
        return PipelineJobTest.pipeline(broker.address(), topic, table)
                .withLoad(new LoadSpec(mode, true, List.of(), Optional.empty()));
    }

    /** As the decisions have them. */
    private List<PipelineError> leftOut() {
        return store.decisions().stream()
                .distinct()
                .flatMap(decision -> decision.errors().stream())
                .sorted(Comparator.comparingLong(PipelineError::offset))
                .toList();
    }

    @Test
    void recordsThatTheProgramFailsOnAreLeftOutAloneAndTheRestLoads() throws Exception {
        String mark = Scripts.mark();
        ProgramLimits limits = new ProgramLimits(Duration.ofMillis(1_200), Duration.ofSeconds(20), 1L << 30, 8L << 20);
        produce(0, 600);
        PipelineSpec pipeline = Scripts.through(store, skipping(ErrorMode.SKIP_ALL), failing(mark));
        JobID job = cluster.submit(store.newRun(store.create(pipeline)), Faults.NONE, limits);

        Cluster.await("all offsets", () -> moved() >= 600);
        produce(600, 700);
        Cluster.await("all rows", () -> store.number(table, "count(*)") >= 693);
        assertThat(store.number(table, "count(*)")).isEqualTo(693);
        assertThat(store.number(table, "count(DISTINCT id)")).isEqualTo(693);
        assertThat(store.number(table, "count(*) FILTER (id IN (50, 151, 252, 293, 404, 454, 555))"))
                .isZero();

        List<PipelineError> errors = leftOut();
        assertThat(errors).extracting(PipelineError::offset).containsExactly(-1L, 16L, 50L, 84L, 97L, 151L, 185L);
        assertThat(errors)
                .extracting(PipelineError::kind)
                .containsExactly("Load", "Transform", "Transform", "Transform", "Transform", "Transform", "Transform");
        assertThat(errors).extracting(PipelineError::topic).containsOnly(topic);
        assertThat(errors.get(0).message()).contains("of the transform's output", "made of topic '" + topic + "'");
        assertThat(new String(errors.get(0).record(), UTF_8)).isEqualTo("no number,at all\n");
        assertThat(errors.get(1).message()).contains("status 3; its stderr: no such city");
        assertThat(errors.get(1).sourcePartition()).isEqualTo("2");
        assertThat(errors.get(1).record()).isEqualTo(PipelineJobTest.line(50));
        assertThat(errors.get(2).message())
                .contains("did not end after the end of its input", "for 1200 ms and was killed");
        assertThat(errors.get(3).message()).contains("status 5", "eeethe end").hasSizeLessThan(5_000);
        assertThat(errors.get(4).message()).contains("gave more than 8388608 bytes of output");
        assertThat(errors.get(5).message()).contains("before it had read all its input");
        assertThat(errors.get(6).message()).contains("crashed (SIGSEGV)");

        cluster.cancel(job);
        Cluster.await("the programs' end", () -> Scripts.processesWith(mark) == 0);
    }

    /** Once when parts of the batch are staged and others not yet tried, once when all is staged but not decided. */
    @Test
    void searchOfAnAttemptThatFailsLeavesNothing() throws Exception {
        produce(0, 300);
        Path search = folder.resolve("search");
        PipelineSpec pipeline = Scripts.through(
                store,
                skipping(ErrorMode.SKIP_ALL),
                "while read -r line; do case $line in 100,*) echo >> " + search + "; [ $(wc -l < " + search
                        + ") = 4 ] && kill -s TERM $$; exit 9 ;; *) echo $line ;; esac; done");
        FaultPlan.arm(Faults.Point.ALL_STAGED);
        cluster.submit(store.newRun(store.create(pipeline)), FaultPlan.faults());

        Cluster.await("all rows", () -> store.number(table, "count(*)") >= 299);
        assertThat(FaultPlan.isPending()).isFalse();
        assertThat(store.number(table, "count(DISTINCT id)")).isEqualTo(299);
        assertThat(store.number(table, "count(*)")).isEqualTo(299);
        assertThat(leftOut()).extracting(PipelineError::offset).containsExactly(33L);
    }

    @Test
    void modeThatSkipsLessLeavesOutRowsOfOutputButNoFailure() throws Exception {
        produce(0, 30);
        String script = "awk -F, '$1 == 7 { print \"7\"; next } $1 == 31 { exit 3 } { print }'";
        PipelineSpec pipeline = Scripts.through(store, skipping(ErrorMode.SKIP_PARSER), script);
        JobID job = cluster.submit(store.newRun(store.create(pipeline)), Faults.NONE);

        Cluster.await("all rows", () -> store.number(table, "count(*)") >= 29);
        assertThat(leftOut()).hasSize(1);
        assertThat(leftOut().get(0).message()).contains("of the transform's output in its batch");
        produce(31, 32);
        assertThat(cluster.failure(job)).contains("status 3");
    }

    @Test
    void rowOfOutputWhoseKeyIsTakenIsLeftOutByItsNumber() throws Exception {
        TableSpec keyed = store.create(new TableSpec(
                0,
                1,
                "db",
                "keyed",
                false,
                table.columns(),
                List.of(new KeySpec(KeySpec.PRIMARY, List.of("id"))),
                List.of("id")));
        try (KafkaProducer<byte[], byte[]> producer = broker.producer("")) {
            for (int id = 0; id < 20; id++) {
                producer.send(new ProducerRecord<>(topic, 1, null, PipelineJobTest.line(id)));
            }
        }
        PipelineSpec pipeline = PipelineJobTest.pipeline(broker.address(), topic, keyed)
                .withLoad(new LoadSpec(ErrorMode.SKIP_DUPLICATE_KEY, true, List.of(), Optional.empty()));
        String script = "sort | awk -F, '{ print } $1 == 7 { print \"7,again\" }'";
        cluster.submit(store.newRun(store.create(Scripts.through(store, pipeline, script))), Faults.NONE);

        Cluster.await("all rows", () -> store.number(keyed, "count(*)") >= 20);
        assertThat(leftOut()).hasSize(1);
        PipelineError error = leftOut().get(0);
        assertThat(error.number()).isEqualTo(SqlState.DUPLICATE_KEY.number());
        assertThat(error.message())
                .matches("row \\d+ of the transform's output in its batch: .*'7'.*partition 1 offsets.*");
        assertThat(error.sourcePartition()).isEqualTo("1");
        assertThat(error.offset()).isEqualTo(-1);
    }

    @Test
    void jqProgramLeavesOutTheRecordItFailsOn() throws Exception {
        String[] records = {
            "{\"id\": 1, \"n\": \"a\"}", "{\"id\": 2", "{\"id\": 3, \"n\": {}}", "{\"id\": 4, \"n\": \"d\"}"
        };
        try (KafkaProducer<byte[], byte[]> producer = broker.producer("")) {
            for (String record : records) {
                producer.send(new ProducerRecord<>(topic, 1, null, record.getBytes(UTF_8)));
            }
        }
        PipelineSpec pipeline = skipping(ErrorMode.SKIP_ALL)
                .withTransform(new TransformSpec(
                        TransformSpec.BUILT_IN,
                        "",
                        "-r '\"\\(.id),\\(.n | ltrimstr(\"x\") | ascii_downcase)\"'",
                        TransformSpec.Framing.LENGTH,
                        "",
                        0));
        cluster.submit(store.newRun(store.create(pipeline)), Faults.NONE);

        Cluster.await("the rows", () -> store.number(table, "count(*)") >= 2);
        assertThat(store.number(table, "sum(id)")).isEqualTo(5);
        assertThat(leftOut()).extracting(PipelineError::offset).containsExactly(1L, 2L);
        assertThat(leftOut()).extracting(PipelineError::sourcePartition).containsOnly("1");
        assertThat(leftOut().get(1).message()).contains("memsql://json", "offset 2");
        assertThat(new String(leftOut().get(0).record(), UTF_8)).isEqualTo(records[1]);
    }

    @Test
    void jqProgramNeedsNoProcessAndKeepsOffsets() throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = broker.producer("")) {
            for (int id = 0; id < 300; id++) {
                byte[] record = ("{\"id\": " + id + ", \"name\": {\"first\": \"name-" + id + "\"}}").getBytes(UTF_8);
                producer.send(new ProducerRecord<>(topic, 1, null, record));
            }
        }
        PipelineSpec pipeline = PipelineJobTest.pipeline(broker.address(), topic, table)
                .withTransform(new TransformSpec(
                        TransformSpec.BUILT_IN,
                        "",
                        "-r 'select(.id % 3 > 0) | \"\\(.id),\\(.name.first)\"'",
                        TransformSpec.Framing.LENGTH,
                        "",
                        0));
        JobID job = cluster.submit(store.newRun(store.create(pipeline)), Faults.NONE);

        Cluster.await("all rows", () -> store.number(table, "count(*)") >= 200);
        assertThat(store.number(table, "count(DISTINCT name)")).isEqualTo(200);
        assertThat(moved()).isEqualTo(300);

        try (KafkaProducer<byte[], byte[]> producer = broker.producer("")) {
            producer.send(new ProducerRecord<>(topic, 1, null, "{\"id\": 1".getBytes(UTF_8)));
        }
        PipelineError error = firstError();
        assertThat(error.kind()).isEqualTo("Transform");
        assertThat(error.sourcePartition()).isEqualTo("1");
        assertThat(error.offset()).isEqualTo(300);
        assertThat(cluster.failure(job)).contains("memsql://json", "offset 300");
    }
}
