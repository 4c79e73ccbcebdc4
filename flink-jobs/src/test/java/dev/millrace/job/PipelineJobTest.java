package dev.millrace.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.job.run.Faults;
import dev.millrace.job.run.JobRun;
import dev.millrace.spec.ColumnChange;
import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.ErrorMode;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.KeySpec;
import dev.millrace.spec.LoadSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.RecordProperty;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.SqlExpression;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.type.SqlType;
import dev.millrace.store.PipelineError;
import dev.millrace.store.PipelineState;
import dev.millrace.store.TableChange;
import dev.millrace.store.log.SystemEntry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

class PipelineJobTest {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    @TempDir
    static Path shared;

    private static Broker broker;
    private static Cluster cluster;

    @TempDir
    Path folder;

    private EngineStore store;
    private String topic;

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
        topic = "topic-" + NUMBER.incrementAndGet();
        store = new EngineStore(test.getDisplayName(), folder);
        FaultPlan.clear();
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

    @Test
    void recordsBecomeRowsAndTheDashboardCountsThem() throws Exception {
        broker.create(topic, 3);
        TableSpec table = store.create(table(false, List.of(), List.of("id")));
        PipelineSpec pipeline = store.create(pipeline(table));
        produce(0, 3, 0, 3_000);

        JobID job = cluster.submit(store.newRun(pipeline), Faults.NONE);

        awaitRows(table, 3_000);
        assertThat(store.number(table, "count(DISTINCT id)")).isEqualTo(3_000);
        assertThat(IntStream.range(0, EngineStore.PARTITIONS)
                        .mapToLong(ordinal -> store.number(table, ordinal, "count(*)")))
                .allMatch(rows -> rows > 500);
        assertThat(store.decisions().stream()
                        .mapToLong(SystemEntry.Decide::rows)
                        .sum())
                .isEqualTo(3_000);
        Cluster.await("the dashboard's count", () -> records(job, "read-records") == 3_000);
        Cluster.await("the dashboard's count", () -> records(job, "write-records") == 3_000);
    }

    @Test
    void rowsWithoutShardKeyGoInWholeChunksAndReferenceRowsEverywhere() throws Exception {
        broker.create(topic, 1);
        TableSpec keyless = store.create(table(false, List.of(), List.of()));
        PipelineSpec pipeline = store.create(pipeline(keyless));
        produce(0, 1, 0, 50);
        JobID job = cluster.submit(store.newRun(pipeline), Faults.NONE);
        awaitRows(keyless, 50);
        assertThat(store.decisions().get(0).participants()).hasSize(1);
        cluster.cancel(job);

        TableSpec everywhere =
                store.create(new TableSpec(0, 1, "db", "everywhere", true, keyless.columns(), List.of(), List.of()));
        cluster.submit(store.newRun(store.create(pipeline(everywhere))), Faults.NONE);
        Cluster.await(
                "rows in all partitions",
                () -> IntStream.range(0, EngineStore.PARTITIONS)
                        .allMatch(ordinal -> store.number(everywhere, ordinal, "count(DISTINCT id)") == 50));
        assertThat(store.number(everywhere, "count(*)")).isEqualTo(50L * EngineStore.PARTITIONS);
    }

    @Test
    void newerJobGoesOnAndTheOlderEndsNamingIt() throws Exception {
        broker.create(topic, 2);
        TableSpec table = store.create(table(false, List.of(), List.of("id")));
        PipelineSpec pipeline = store.create(pipeline(table));
        produce(0, 2, 0, 1_000);
        JobID older = cluster.submit(store.newRun(pipeline), Faults.NONE);
        awaitRows(table, 1_000);

        JobRun newerRun = store.newRun(pipeline);
        JobID newer = cluster.submit(newerRun, Faults.NONE);
        produce(0, 2, 1_000, 2_000);

        assertThat(cluster.failure(older)).contains("run " + newerRun.number());
        awaitRows(table, 2_000);
        assertThat(store.number(table, "count(DISTINCT id)")).isEqualTo(2_000);
        assertThat(cluster.status(newer)).isEqualTo(JobStatus.RUNNING);
        assertThat(store.pipeline(pipeline).state()).isEqualTo(PipelineState.RUNNING);
    }

    @Test
    void restartFromAnOldSavepointDoublesNothing() throws Exception {
        broker.create(topic, 2);
        TableSpec table = store.create(table(false, List.of(), List.of("id")));
        PipelineSpec pipeline = store.create(pipeline(table));
        produce(0, 2, 0, 1_000);
        JobID first = cluster.submit(store.newRun(pipeline), Faults.NONE);
        awaitRows(table, 1_000);
        String old = cluster.savepoint(first);
        produce(0, 2, 1_000, 3_000);
        awaitRows(table, 3_000);
        cluster.cancel(first);
        produce(0, 2, 3_000, 4_000);

        cluster.submit(
                store.newRun(pipeline), Faults.NONE, Long.MAX_VALUE, SavepointRestoreSettings.forPath(old, false));

        awaitRows(table, 4_000);
        assertThat(store.number(table, "count(DISTINCT id)")).isEqualTo(4_000);
    }

    @Test
    void badRecordEndsTheRunWithItsPlace() throws Exception {
        broker.create(topic, 1);
        TableSpec table = store.create(table(false, List.of(), List.of("id")));
        PipelineSpec pipeline = store.create(pipeline(table));
        broker.send(topic, 0, "1,one", "2,two", "three,3", "4,four");

        JobID job = cluster.submit(store.newRun(pipeline), Faults.NONE);

        assertThat(cluster.failure(job)).contains("topic '" + topic + "'", "partition 0", "offset 2");
        assertThat(store.pipeline(pipeline).state()).isEqualTo(PipelineState.ERROR);
        assertThat(store.pipeline(pipeline).message()).contains("offset 2");
        assertThat(store.errors()).singleElement().satisfies(error -> {
            assertThat(error.sourcePartition()).isEqualTo("0");
            assertThat(error.offset()).isEqualTo(2);
            assertThat(new String(error.record(), UTF_8)).isEqualTo("three,3");
        });
        assertThat(store.number(table, "count(*)")).isZero();
    }

    @Test
    void badDocumentsAreLeftOutWithTheirBatchAndTheOthersLoad() throws Exception {
        broker.create(topic, 1);
        TableSpec table = store.create(table(false, List.of(), List.of("id")));
        FormatSpec json = new FormatSpec.Json(List.of(
                new FormatSpec.Mapping("id", List.of("id"), Optional.empty()),
                new FormatSpec.Mapping("name", List.of("n"), Optional.of(new SqlExpression("NULL", "NULL")))));
        PipelineSpec pipeline = store.create(withFormat(pipeline(table), json)
                .withLoad(new LoadSpec(ErrorMode.SKIP_ALL, true, List.of(), Optional.empty())));
        List<String> records = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            records.add(i % 10 == 3 ? BROKEN_JSON.get(i / 10) : "{\"id\":" + i + "}");
        }
        broker.send(topic, 0, records.toArray(String[]::new));

        JobID job = cluster.submit(store.newRun(pipeline), Faults.NONE);

        Cluster.await(
                "all records",
                () -> store.number(table, "count(*)") + store.errors().size() >= 100);
        assertThat(store.number(table, "count(DISTINCT id)")).isEqualTo(90);
        assertThat(store.errors())
                .extracting(PipelineError::offset)
                .containsExactly(3L, 13L, 23L, 33L, 43L, 53L, 63L, 73L, 83L, 93L);
        assertThat(store.errors()).allSatisfy(error -> {
            assertThat(error.topic()).isEqualTo(topic);
            assertThat(error.sourcePartition()).isEqualTo("0");
            assertThat(new String(error.record(), UTF_8)).isEqualTo(BROKEN_JSON.get((int) error.offset() / 10));
        });
        assertThat(store.pipeline(pipeline).state()).isEqualTo(PipelineState.RUNNING);
        // A batch of errors alone is decided, too.
        broker.send(topic, 0, "again not JSON");
        Cluster.await("one more error", () -> store.errors().size() == 11);
        assertThat(cluster.status(job)).isEqualTo(JobStatus.RUNNING);
    }

    @Test
    void avroOfARegistryLoadsWhileItsSchemasEvolveAndBrokenMessagesAreLeftOut() throws Exception {
        broker.create(topic, 1);
        TableSpec table = store.create(table(false, List.of(), List.of("id")));
        try (AvroTopic avro = new AvroTopic(2, 503)) {
            PipelineSpec pipeline = store.create(withFormat(pipeline(table), registered(avro))
                    .withLoad(new LoadSpec(ErrorMode.SKIP_ALL, true, List.of(), Optional.empty())));
            sendAvro(0, 300);

            JobID job = cluster.submit(store.newRun(pipeline), Faults.NONE);

            Cluster.await(
                    "all records",
                    () -> store.number(table, "count(*)") + store.errors().size() >= 300);
            assertThat(store.number(table, "count(DISTINCT id)")).isEqualTo(270);
            assertThat(store.number(table, "count(*) FILTER (name = 'old')")).isEqualTo(90);
            assertThat(store.errors().stream().map(PipelineError::offset))
                    .containsExactlyElementsOf(
                            IntStream.range(0, 30).mapToObj(i -> i * 10L + 3).toList());
            assertThat(store.errors())
                    .allSatisfy(error -> assertThat(error.record()).isEqualTo(AvroTopic.message((int) error.offset())));
            assertThat(cluster.status(job)).isEqualTo(JobStatus.RUNNING);
        }
    }

    private static final List<String> BROKEN_JSON = List.of(
            "{",
            "[1]",
            "nothing",
            "{\"id\":\"x\"}",
            "{\"id\":null}",
            "{\"n\":\"no id\"}",
            "{\"id\":99999999999999999999}",
            "{\"id\":5,\"n\":\"" + "long".repeat(11) + "\"}",
            "{\"id\":{}}",
            "{\"id\":6,}");

    @Test
    void keysDecideByTheModeWhichRowStays() throws Exception {
        broker.create(topic, 1);
        TableSpec table =
                store.create(table(false, List.of(new KeySpec(KeySpec.PRIMARY, List.of("id"))), List.of("id")));
        PipelineSpec replacing = store.create(
                pipeline(table).withLoad(new LoadSpec(ErrorMode.REPLACE, true, List.of(), Optional.empty())));
        broker.send(topic, 0, "1,a", "2,a", "1,b");
        JobID first = cluster.submit(store.newRun(replacing), Faults.NONE);
        Cluster.await("a replaced row", () -> store.number(table, "count(*) FILTER (id = 1 AND name = 'b')") == 1);
        broker.send(topic, 0, "2,c", "3,c");
        Cluster.await("rows of a later batch", () -> store.number(table, "count(*) FILTER (name = 'c')") == 2);
        assertThat(store.number(table, "count(*)")).isEqualTo(3);

        cluster.cancel(first);
        PipelineSpec ignoring = store.create(
                pipeline(table).withLoad(new LoadSpec(ErrorMode.IGNORE, true, List.of(), Optional.empty())));
        cluster.submit(store.newRun(ignoring), Faults.NONE);
        broker.send(topic, 0, "4,d", "4,e", "3,d", "bad,d", "5,d");
        Cluster.await("two new rows", () -> store.number(table, "count(*)") >= 5);
        assertThat(store.number(table, "count(*)")).isEqualTo(5);
        assertThat(store.errors())
                .singleElement()
                .satisfies(error -> assertThat(error.offset()).isEqualTo(8));
        assertThat(store.number(table, "count(*) FILTER (id = 4 AND name = 'd')"))
                .isEqualTo(1);
    }

    @Test
    void rowsWhoseKeyIsTakenChangeTheRowThereInTheirOrder() throws Exception {
        broker.create(topic, 1);
        TableSpec table =
                store.create(table(false, List.of(new KeySpec(KeySpec.PRIMARY, List.of("id"))), List.of("id")));
        String joined = "r.\"name\" || v.\"name\"";
        LoadSpec.OnDuplicateKey appended = new LoadSpec.OnDuplicateKey(
                "CONCAT(name, VALUES(name))",
                new ColumnChange(
                        "name",
                        joined,
                        "CASE WHEN length(" + joined + ") <= 5 THEN " + joined + " ELSE CAST(CAST('!' || " + joined
                                + " AS TINYINT) AS VARCHAR) END",
                        SqlState.DATA_TOO_LONG));
        PipelineSpec pipeline = store.create(pipeline(table)
                .withLoad(new LoadSpec(ErrorMode.FAIL, true, List.of(), Optional.empty(), List.of(appended))));
        broker.send(topic, 0, "1,a", "2,x", "1,b");
        JobID job = cluster.submit(store.newRun(pipeline), Faults.NONE);
        Cluster.await(
                "two rows of one batch", () -> store.number(table, "count(*) FILTER (id = 1 AND name = 'ab')") == 1);
        broker.send(topic, 0, "1,c", "3,y", "1,d");
        Cluster.await(
                "rows of a later batch", () -> store.number(table, "count(*) FILTER (id = 1 AND name = 'abcd')") == 1);
        assertThat(store.number(table, "count(*)")).isEqualTo(3);

        // The sixth letter does not fit: its batch does not exist.
        broker.send(topic, 0, "4,z", "1,ef");
        assertThat(cluster.failure(job)).contains("Data too long for column 'name'");
        assertThat(store.number(table, "count(*)")).isEqualTo(3);
        assertThat(store.errors())
                .singleElement()
                .satisfies(error -> assertThat(error.number()).isEqualTo(SqlState.DATA_TOO_LONG.number()));
    }

    @Test
    void rowsWhoseKeyIsTakenAreLeftOutAndRecorded() throws Exception {
        broker.create(topic, 3);
        TableSpec table =
                store.create(table(false, List.of(new KeySpec(KeySpec.PRIMARY, List.of("id"))), List.of("id")));
        PipelineSpec pipeline = store.create(
                pipeline(table).withLoad(new LoadSpec(ErrorMode.SKIP_ALL, true, List.of(), Optional.empty())));
        produce(0, 1, 0, 500);
        JobID job = cluster.submit(store.newRun(pipeline), Faults.NONE);
        awaitRows(table, 500);
        String[] records = new String[300];
        for (int i = 0; i < records.length; i++) {
            // Two in three are there already or come twice.
            records[i] = i % 3 == 0 ? i + ",again" : i % 3 == 1 ? 1000 + i + ",new" : 1000 + i - 1 + ",twice";
        }
        broker.send(topic, 1, records);
        broker.send(topic, 2, "not a number,x", "499,again");

        Cluster.await(
                "all records",
                () -> cluster.status(job) != JobStatus.RUNNING
                        || store.number(table, "count(*)") >= 600
                                && store.errors().size() >= 202);
        assertThat(cluster.status(job))
                .as(() -> store.pipeline(pipeline).toString())
                .isEqualTo(JobStatus.RUNNING);
        assertThat(store.number(table, "count(*)")).isEqualTo(600);
        assertThat(store.number(table, "count(*) FILTER (name IN ('again', 'twice'))"))
                .isZero();
        assertThat(store.errors().stream().map(error -> error.sourcePartition() + "/" + error.offset()))
                .containsExactlyInAnyOrderElementsOf(Stream.concat(
                                IntStream.range(0, 300).filter(i -> i % 3 != 1).mapToObj(i -> "1/" + i),
                                Stream.of("2/0", "2/1"))
                        .toList());
        assertThat(store.errors())
                .filteredOn(error -> error.number() == SqlState.DUPLICATE_KEY.number())
                .hasSize(201)
                .allSatisfy(error -> assertThat(error.message()).contains("Duplicate entry '", "PRIMARY"));
        assertThat(store.decisions().stream()
                        .distinct()
                        .mapToLong(SystemEntry.Decide::rows)
                        .sum())
                .isEqualTo(600);
        assertThat(cluster.status(job)).isEqualTo(JobStatus.RUNNING);
    }

    @Test
    void newPartitionsAreReadFromTheirBeginning() throws Exception {
        broker.create(topic, 1);
        TableSpec table = store.create(table(false, List.of(), List.of("id")));
        PipelineSpec pipeline = store.create(pipeline(table));
        produce(0, 1, 0, 100);
        cluster.submit(store.newRun(pipeline), Faults.NONE);
        awaitRows(table, 100);

        broker.grow(topic, 3);
        produce(1, 3, 100, 300);

        awaitRows(table, 300);
        assertThat(store.number(table, "count(DISTINCT id)")).isEqualTo(300);
    }

    @Test
    void intervalsWithoutInputDecideNothing() throws Exception {
        broker.create(topic, 1);
        TableSpec table = store.create(table(false, List.of(), List.of("id")));
        PipelineSpec pipeline = store.create(pipeline(table));
        JobID job = cluster.submit(store.newRun(pipeline), Faults.NONE);
        awaitCheckpoints(job, 5);
        assertThat(store.decisions()).isEmpty();

        produce(0, 1, 0, 10);
        awaitRows(table, 10);
        int decisions = store.decisions().size();
        awaitCheckpoints(job, 5);
        assertThat(store.decisions()).hasSize(decisions);
    }

    @Test
    void abortedRecordsMoveTheCursorAndAreNotRead() throws Exception {
        broker.create(topic, 1);
        TableSpec table = store.create(table(false, List.of(), List.of("id")));
        PipelineSpec pipeline = store.create(pipeline(table));
        cluster.submit(store.newRun(pipeline), Faults.NONE);

        try (KafkaProducer<byte[], byte[]> producer = broker.producer("tx")) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, 0, null, line(1)));
            producer.commitTransaction();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, 0, null, line(2)));
            producer.flush();
            producer.abortTransaction();
        }

        // Two records and two markers.
        Cluster.await(
                "the cursor behind the last marker",
                () -> store.decisions().stream()
                        .flatMap(decide -> decide.moves().stream())
                        .anyMatch(move -> move.to() == 4));
        awaitRows(table, 1);
        assertThat(store.number(table, "sum(id)")).isEqualTo(1);
    }

    @Test
    void keyedTableRefusesADuplicateAndGivesItsGateBack() throws Exception {
        broker.create(topic, 1);
        TableSpec table =
                store.create(table(false, List.of(new KeySpec(KeySpec.PRIMARY, List.of("id"))), List.of("id")));
        PipelineSpec pipeline = store.create(pipeline(table));
        produce(0, 1, 0, 500);
        JobID job = cluster.submit(store.newRun(pipeline), Faults.NONE);
        awaitRows(table, 500);

        broker.send(topic, 0, "17,again");

        assertThat(cluster.failure(job)).contains("17");
        assertThat(store.pipeline(pipeline).state()).isEqualTo(PipelineState.ERROR);
        assertThat(store.errors()).hasSize(1);
        assertThat(store.number(table, "count(*)")).isEqualTo(500);
        // The table takes writes again: nobody's gate or seal is left.
        store.change(new TableChange(TableChange.Kind.TRUNCATE, table));
        Cluster.await("an empty table", () -> store.number(table, "count(*)") == 0);
    }

    @Test
    void changedTableEndsTheRunForANewOne() throws Exception {
        broker.create(topic, 1);
        TableSpec table = store.create(table(false, List.of(), List.of("id")));
        PipelineSpec pipeline = store.create(pipeline(table));
        TableSpec other = table.withIdentity(table.id(), 2);
        produce(0, 1, 0, 10);

        JobID job = cluster.submit(store.newRun(pipeline.withTable(other)), Faults.NONE);

        assertThat(cluster.failure(job)).contains("needs a new run");
        assertThat(store.pipeline(pipeline).state()).isEqualTo(PipelineState.RUNNING);
    }

    @Test
    void recreatedTopicEndsTheRun() throws Exception {
        broker.create(topic, 1);
        TableSpec table = store.create(table(false, List.of(), List.of("id")));
        PipelineSpec pipeline = store.create(pipeline(table));
        produce(0, 1, 0, 100);
        JobID first = cluster.submit(store.newRun(pipeline), Faults.NONE);
        awaitRows(table, 100);
        cluster.cancel(first);
        broker.delete(topic);
        Cluster.await("the topic's end", () -> {
            try {
                broker.create(topic, 1);
                return true;
            } catch (Exception e) {
                return false;
            }
        });
        produce(0, 1, 0, 100);

        JobID second = cluster.submit(store.newRun(pipeline), Faults.NONE);

        assertThat(cluster.failure(second)).contains("topic '" + topic + "' was recreated", "offset 100");
        assertThat(store.pipeline(pipeline).state()).isEqualTo(PipelineState.ERROR);
        assertThat(store.number(table, "count(*)")).isEqualTo(100);
    }

    @Test
    void retentionPastTheCursorEndsTheRunNamingBothOffsets() throws Exception {
        broker.create(topic, 1);
        TableSpec table = store.create(table(false, List.of(), List.of("id")));
        PipelineSpec pipeline = store.create(pipeline(table));
        produce(0, 1, 0, 100);
        JobID first = cluster.submit(store.newRun(pipeline), Faults.NONE);
        awaitRows(table, 100);
        cluster.cancel(first);
        produce(0, 1, 100, 200);
        broker.deleteBefore(topic, 0, 150);

        JobID second = cluster.submit(store.newRun(pipeline), Faults.NONE);

        assertThat(cluster.failure(second))
                .contains("partition 0 of topic '" + topic + "'", "offset 100", "offsets 150 to 200");
        assertThat(store.pipeline(pipeline).state()).isEqualTo(PipelineState.ERROR);
        assertThat(store.errors())
                .singleElement()
                .satisfies(error -> assertThat(error.offset()).isEqualTo(100));
    }

    @Test
    void batchesAreLimitedAtTheSource() throws Exception {
        broker.create(topic, 1);
        TableSpec table = store.create(table(false, List.of(), List.of("id")));
        PipelineSpec pipeline = store.create(pipeline(table));
        produce(0, 1, 0, 100_000);

        cluster.submit(store.newRun(pipeline), Faults.NONE, 10_000, SavepointRestoreSettings.none());

        awaitRows(table, 100_000);
        // A fetch has at most 20,000 records and always more than the limit, so each is a batch of its own.
        assertThat(store.decisions()).hasSizeGreaterThanOrEqualTo(5).allMatch(decide -> decide.rows() <= 20_000);
    }

    private void awaitRows(TableSpec table, long rows) throws InterruptedException {
        Cluster.await(rows + " rows", () -> store.number(table, "count(*)") >= rows);
        assertThat(store.number(table, "count(*)")).isEqualTo(rows);
        cursorsFollowEachOther();
    }

    /** Whatever happened, the ranges of each source partition join without gap or overlap. */
    private void cursorsFollowEachOther() {
        Map<String, Long> next = new HashMap<>();
        store.decisions().stream()
                .distinct()
                .flatMap(decide -> decide.moves().stream())
                .forEach(move -> {
                    String partition =
                            move.from().incarnation() + "/" + move.from().partition();
                    assertThat(move.from().offset()).as(partition).isEqualTo(next.getOrDefault(partition, 0L));
                    next.put(partition, move.to());
                });
    }

    private static void awaitCheckpoints(JobID job, int more) throws Exception {
        Cluster.await("the job", () -> cluster.status(job) == JobStatus.RUNNING);
        long before = checkpoints(job);
        Cluster.await(more + " checkpoints", () -> checkpoints(job) >= before + more);
    }

    private static long checkpoints(JobID job) {
        return first(get("/jobs/" + job + "/checkpoints"), "completed");
    }

    /** The largest figure of any vertex. */
    private static long records(JobID job, String figure) {
        String answer = get("/jobs/" + job);
        long most = 0;
        for (int at = answer.indexOf('"' + figure + '"'); at >= 0; at = answer.indexOf('"' + figure + '"', at + 1)) {
            most = Math.max(most, first(answer.substring(at), figure));
        }
        return most;
    }

    private static long first(String json, String name) {
        String start = '"' + name + "\":";
        int at = json.indexOf(start);
        if (at < 0) {
            return 0;
        }
        int end = at + start.length();
        while (end < json.length() && Character.isDigit(json.charAt(end))) {
            end++;
        }
        return Long.parseLong(json.substring(at + start.length(), end));
    }

    private static String get(String path) {
        try {
            URI base = cluster.mini().getRestAddress().get();
            return HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(base.resolve(path)).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (Exception e) {
            throw new IllegalStateException(path, e);
        }
    }

    /** Sends the ids to the partitions from the first up to {@code partitions} in turn. */
    private void produce(int firstPartition, int partitions, int from, int to) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = broker.producer("")) {
            for (int id = from; id < to; id++) {
                int partition = firstPartition + id % (partitions - firstPartition);
                producer.send(new ProducerRecord<>(topic, partition, null, line(id)));
            }
        }
    }

    static byte[] line(int id) {
        return (id + ",name-" + id).getBytes(UTF_8);
    }

    static TableSpec table(boolean reference, List<KeySpec> keys, List<String> shardKey) {
        return new TableSpec(
                0,
                1,
                "db",
                "t",
                reference,
                List.of(
                        new ColumnSpec("id", SqlType.of(SqlType.Kind.BIGINT), false, Optional.empty()),
                        new ColumnSpec("name", SqlType.of(SqlType.Kind.VARCHAR, 40), true, Optional.empty())),
                keys,
                shardKey);
    }

    @Test
    void aRegistryThatRefusesEndsTheRunAndBlamesNoRecord() throws Exception {
        broker.create(topic, 1);
        TableSpec table = store.create(table(false, List.of(), List.of("id")));
        try (AvroTopic avro = new AvroTopic(Integer.MAX_VALUE, 401)) {
            PipelineSpec pipeline = store.create(withFormat(pipeline(table), registered(avro))
                    .withLoad(new LoadSpec(ErrorMode.SKIP_ALL, true, List.of(), Optional.empty())));
            sendAvro(0, 1);

            JobID job = cluster.submit(store.newRun(pipeline), Faults.NONE);

            String message = "schema 1 of schema registry http://" + avro.registry();
            assertThat(cluster.failure(job)).contains(message, "status 401");
            assertThat(store.pipeline(pipeline).state()).isEqualTo(PipelineState.ERROR);
            assertThat(store.errors()).singleElement().satisfies(error -> {
                assertThat(error.number()).isEqualTo(SqlState.REGISTRY_UNAVAILABLE.number());
                assertThat(error.message()).contains(message);
                assertThat(error.offset()).isEqualTo(-1);
            });
        }
    }

    private static FormatSpec registered(AvroTopic avro) {
        return new FormatSpec.Avro(
                List.of(
                        new FormatSpec.Mapping("id", List.of("id"), Optional.empty()),
                        new FormatSpec.Mapping("name", List.of("n"), Optional.of(new SqlExpression("'old'", "'old'")))),
                Optional.empty(),
                List.of(avro.registry()));
    }

    @Test
    void keysHeadersAndPlacesOfRecordsAreLoadedWhereTheStatementAsks() throws Exception {
        broker.create(topic, 2);
        TableSpec table = store.create(table(false, List.of(), List.of("id")));
        String row = RecordProperty.ofKafka()
                .map(property -> "coalesce(\"" + property.input() + "\", 'none')")
                .collect(Collectors.joining(", "));
        FormatSpec csv = new FormatSpec.Csv(",", "", false, "\\", "\n", "", List.of("id"));
        PipelineSpec pipeline = store.create(withFormat(pipeline(table), csv)
                .withLoad(new LoadSpec(
                        ErrorMode.FAIL,
                        true,
                        List.of(new LoadSpec.Computed("name", new SqlExpression("", "concat_ws('|', " + row + ")"))),
                        Optional.of(new SqlExpression("", "\"id\" <> 2")))));
        try (KafkaProducer<byte[], byte[]> producer = broker.producer("")) {
            producer.send(new ProducerRecord<>(topic, 0, 5L, null, "1".getBytes(UTF_8)));
            producer.send(new ProducerRecord<>(topic, 0, 6L, "k2".getBytes(UTF_8), "2".getBytes(UTF_8)));
            ProducerRecord<byte[], byte[]> full =
                    new ProducerRecord<>(topic, 1, 7L, "k\"3".getBytes(UTF_8), "3".getBytes(UTF_8));
            full.headers().add("h", "v".getBytes(UTF_8));
            producer.send(full);
        }

        cluster.submit(store.newRun(pipeline), Faults.NONE);

        awaitRows(table, 2);
        assertThat(store.number(table, "count(*) FILTER (id = 1 AND name = '" + topic + "|0|0|5|none|{}')"))
                .isEqualTo(1);
        assertThat(store.number(table, "count(*) FILTER (id = 3 AND name = '" + topic + "|1|0|7|k\"3|{\"h\":\"v\"}')"))
                .isEqualTo(1);
    }

    private void sendAvro(int from, int to) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = broker.producer("")) {
            for (int number = from; number < to; number++) {
                producer.send(new ProducerRecord<>(topic, 0, null, AvroTopic.message(number)));
            }
        }
    }

    private static PipelineSpec withFormat(PipelineSpec spec, FormatSpec format) {
        return new PipelineSpec(
                0,
                spec.database(),
                spec.name(),
                spec.source(),
                format,
                spec.table(),
                spec.batchInterval(),
                spec.parallelism());
    }

    private PipelineSpec pipeline(TableSpec table) {
        return pipeline(broker.address(), topic, table);
    }

    static PipelineSpec pipeline(String broker, String topic, TableSpec table) {
        return new PipelineSpec(
                0,
                "db",
                "p" + NUMBER.incrementAndGet(),
                new SourceSpec.Kafka(List.of(broker), topic),
                new FormatSpec.Csv(",", "", false, "\\", "\n", "", List.of("id", "name")),
                table,
                Duration.ofMillis(100),
                OptionalInt.empty());
    }
}
