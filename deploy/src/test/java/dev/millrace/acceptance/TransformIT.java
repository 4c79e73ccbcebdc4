package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transforms as users meet them: through SQL. */
class TransformIT {
    private static final Duration LOADED_MAX = Duration.ofSeconds(60);
    private static final long ROWS = 2_000;

    @TempDir
    private static Path folder;

    private static MillraceProcess millrace;
    private static Connection connection;
    private static Statement statement;

    @BeforeAll
    static void start() throws Exception {
        millrace = MillraceProcess.start(folder.resolve("data"), "--kafka");
        connection = millrace.connect();
        statement = connection.createStatement();
        Numbers numbers = new Numbers(millrace.kafka(), "numbers");
        numbers.create();
        numbers.produce(0, ROWS, 100_000);
        statement.execute("CREATE DATABASE d PARTITIONS 2");
    }

    @AfterAll
    static void stop() throws Exception {
        statement.close();
        connection.close();
        assertThat(millrace.stop(Duration.ofSeconds(20))).isZero();
        Examples.awaitNoneRunning(folder.resolve("data"));
    }

    private static String script(String name, String text) throws Exception {
        Path file = Files.writeString(folder.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return file.toUri().toString();
    }

    private static void create(String name, String transform) throws SQLException {
        statement.execute("CREATE TABLE d." + name + " (id BIGINT NOT NULL, word VARCHAR(40), SHARD KEY (id))");
        statement.execute(createPipeline(name, transform));
    }

    private static String createPipeline(String name, String transform) {
        return "CREATE PIPELINE d." + name + " AS LOAD DATA KAFKA '" + millrace.kafka() + "/numbers' WITH TRANSFORM "
                + transform + " INTO TABLE d." + name + " FIELDS TERMINATED BY ','";
    }

    private static List<String> query(String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    row.add(result.getString(i));
                }
                rows.add(String.join("|", row));
            }
        }
        return rows;
    }

    private static void await(String sql, String wanted) throws SQLException {
        long deadline = System.nanoTime() + LOADED_MAX.toNanos();
        while (!query(sql).equals(List.of(wanted)) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(50_000_000);
        }
        assertThat(query(sql))
                .as("pipelines "
                        + query("SELECT PIPELINE_NAME, STATE, RUN, LAST_ERROR FROM information_schema.PIPELINES")
                        + ", errors "
                        + query("SELECT PIPELINE_NAME, RUN, ERROR_MESSAGE FROM information_schema.PIPELINES_ERRORS"))
                .containsExactly(wanted);
    }

    @Test
    void testedThenStartedItLoadsEveryRecordAlthoughItsFileIsGone() throws Exception {
        Path copy = folder.resolve("copy.awk");
        Files.copy(Checkout.ROOT.resolve("transforms/examples/awk/upper.awk"), copy);
        create("good", "('" + copy.toUri() + "', '', '') FRAMED BY NEWLINE");
        Files.delete(copy);

        List<String> tested = query("TEST PIPELINE d.good LIMIT 5");
        assertThat(tested).hasSize(5).allMatch(row -> row.matches("(\\d+)\\|WORD \\1"));
        assertThat(query("SELECT count(*) FROM d.good")).containsExactly("0");
        assertThat(query("SHOW CREATE PIPELINE d.good").get(0)).contains("copy.awk', '', '') FRAMED BY NEWLINE");

        statement.execute("START PIPELINE d.good");
        await("SELECT count(*), count(DISTINCT id) FROM d.good WHERE word = concat('WORD ', id)", ROWS + "|" + ROWS);
        statement.execute("STOP PIPELINE d.good");
        statement.execute("DROP PIPELINE d.good");
    }

    @Test
    void failureIsInPipelinesErrorsWithStderr() throws Exception {
        create(
                "bad",
                "('" + script("bad.sh", "#!/bin/sh\ncat > /dev/null\necho 'no such city' >&2\nexit 7\n")
                        + "', '', '')");
        assertThatThrownBy(() -> query("TEST PIPELINE d.bad")).hasMessageContaining("no such city");

        statement.execute("START PIPELINE d.bad");
        await("SELECT STATE FROM information_schema.PIPELINES WHERE PIPELINE_NAME = 'bad'", "Error");
        assertThat(query("SELECT DISTINCT ERROR_KIND, ERROR_CODE FROM information_schema.PIPELINES_ERRORS"
                        + " WHERE PIPELINE_NAME = 'bad'"))
                .containsExactly("Transform|20030");
        assertThat(query("SELECT ERROR_MESSAGE FROM information_schema.PIPELINES_ERRORS WHERE PIPELINE_NAME = 'bad'"))
                .allMatch(message ->
                        message.contains("bad.sh") && message.contains("status 7") && message.contains("no such city"));
        assertThat(query("SELECT count(*) FROM d.bad")).containsExactly("0");
    }

    @Test
    void recordThatItFailsOnIsLeftOutAndTheRestLoads() throws Exception {
        statement.execute("CREATE TABLE d.most (id BIGINT NOT NULL, word VARCHAR(40), SHARD KEY (id))");
        String uri = script(
                "most.sh",
                "#!/bin/sh\nexec awk -F, '$1 == 77 { print \"no such city\" > \"/dev/stderr\"; exit 3 } { print }'\n");
        statement.execute(createPipeline("most", "('" + uri + "') FRAMED BY NEWLINE SKIP ALL ERRORS"));
        statement.execute("START PIPELINE d.most");
        await("SELECT count(*), count(DISTINCT id), sum(id = 77) FROM d.most", (ROWS - 1) + "|" + (ROWS - 1) + "|0");
        assertThat(query("SELECT ERROR_KIND, LOAD_DATA_LINE, BATCH_ID > 0, ERROR_MESSAGE"
                        + " FROM information_schema.PIPELINES_ERRORS WHERE PIPELINE_NAME = 'most'"))
                .singleElement()
                .asString()
                .matches("Transform\\|77,.*topic 'numbers' partition \\d, record at offset \\d+: transform most.sh"
                        + ".*status 3; its stderr: no such city");
        statement.execute("STOP PIPELINE d.most");
    }

    /** Its program is ended from outside each time, which is no fault of the records. */
    @Test
    void retriesComeToTheirEndAndSlotsAreWaitedFor() throws Exception {
        create(
                "tired",
                "('" + script("tired.sh", "#!/bin/sh\ncat > /dev/null\nkill -s TERM $$\n") + "', '', '')"
                        + " RETRY_OPTIONS '{\"max_retries\": 1, \"retry_interval\": 4000, \"exponential\": false}'");
        create("wide", "('memsql://json', '', '.') PARALLELISM 200");
        statement.execute("START PIPELINE d.tired");
        statement.execute("START PIPELINE d.wide");
        await(condition("tired"), "Running|NOT_PROGRESSING");
        await(condition("tired"), "Error|NOT_PROGRESSING");
        assertThat(query("SELECT DISTINCT ERROR_KIND, ERROR_MESSAGE FROM information_schema.PIPELINES_ERRORS"
                        + " WHERE PIPELINE_NAME = 'tired'"))
                .singleElement()
                .asString()
                .contains("Run|gave up after 1 retries", "tired.sh", "SIGTERM");
        assertThat(query("SHOW CREATE PIPELINE d.tired").get(0))
                .contains("RETRY_OPTIONS '{\"exponential\":false,\"max_retries\":1,");
        // Started again it has all its retries, though Flink still lists the job that ran out of them.
        statement.execute("START PIPELINE d.tired");
        TimeUnit.SECONDS.sleep(2);
        assertThat(query(condition("tired")).get(0)).startsWith("Running");
        statement.execute("STOP PIPELINE d.tired");
        await(condition("wide"), "Queued|RESOURCES_EXHAUSTED");
        statement.execute("STOP PIPELINE d.wide");
    }

    private static String condition(String pipeline) {
        return "SELECT STATE, CONDITION_NAME FROM information_schema.PIPELINES WHERE PIPELINE_NAME = '" + pipeline
                + "'";
    }

    @Test
    void submittedFileIsRunAndItsPipelineStarted() throws Exception {
        Path file = Files.writeString(
                folder.resolve("submitted.sql"),
                "CREATE TABLE submitted (id BIGINT NOT NULL, word VARCHAR(40), SHARD KEY (id));\n"
                        + "CREATE PIPELINE submitted AS LOAD DATA KAFKA '" + millrace.kafka()
                        + "/numbers' INTO TABLE submitted FIELDS TERMINATED BY ',';\n");
        Distribution.Result result =
                Distribution.run("submit", file.toString(), "--url", millrace.jdbcUrl(), "--database", "d");
        assertThat(result.err()).isEmpty();
        assertThat(result.status()).isZero();
        assertThat(result.out()).contains("pipeline submitted is started");
        await("SELECT count(*) FROM d.submitted", Long.toString(ROWS));
        statement.execute("STOP PIPELINE d.submitted");
    }

    @Test
    void alteredTransformTakesOverWhereTheOldOneEnded() throws Exception {
        Numbers records = new Numbers(millrace.kafka(), "altered");
        records.create();
        records.produce(0, ROWS, 100_000);
        String uri = script("altered.sh", "#!/bin/sh\nexec sed s/word/one/\n");
        statement.execute("CREATE TABLE d.altered (id BIGINT NOT NULL, word VARCHAR(40), SHARD KEY (id))");
        statement.execute(
                createPipeline("altered", "('" + uri + "') FRAMED BY NEWLINE").replace("/numbers'", "/altered'"));
        statement.execute("START PIPELINE d.altered");
        await("SELECT count(*) FROM d.altered WHERE word = concat('one ', id)", Long.toString(ROWS));

        script("altered.sh", "#!/bin/sh\nexec sed s/word/two/\n");
        statement.execute("ALTER PIPELINE d.altered RELOAD TRANSFORM");
        long produced = produceUntil(records, ROWS, "two ");

        statement.execute("ALTER PIPELINE d.altered SET TRANSFORM ('"
                + Checkout.ROOT.resolve("transforms/examples/awk/upper.awk").toUri() + "', '', '') FRAMED BY NEWLINE");
        produced = produceUntil(records, produced, "WORD ");
        await("SELECT count(*), count(DISTINCT id) FROM d.altered", produced + "|" + produced);
        assertThat(query("SHOW CREATE PIPELINE d.altered").get(0)).contains("upper.awk");
        statement.execute("STOP PIPELINE d.altered");
    }

    /** The old transform goes on until the new one takes over: produces until it has. Answers the number of records. */
    private static long produceUntil(Numbers records, long first, String word) throws SQLException {
        long deadline = System.nanoTime() + LOADED_MAX.toNanos();
        long next = first;
        String wanted = "SELECT count(*) FROM d.altered WHERE word LIKE '" + word + "%'";
        while (query(wanted).equals(List.of("0")) && System.nanoTime() < deadline) {
            records.produce(next, next + 4, 100_000, false);
            next += 4;
            LockSupport.parkNanos(100_000_000);
        }
        assertThat(query(wanted)).as(word).doesNotContain("0");
        return next;
    }

    @Test
    void whatCannotBeRunIsRefusedByCreate() throws Exception {
        statement.execute("CREATE TABLE d.none (id BIGINT NOT NULL, word VARCHAR(40), SHARD KEY (id))");
        assertRefused("('file:///no/such.py', '', '')", "39M02", "no such file");
        assertRefused("('" + script("plain.txt", "just text") + "', '', '')", "39M02", "begins with #!");
        assertRefused("('memsql://json', '', '.a |')", "22M02", "jq");
        assertThat(query("SELECT count(*) FROM information_schema.PIPELINES WHERE PIPELINE_NAME = 'none'"))
                .containsExactly("0");
    }

    private static void assertRefused(String transform, String state, String words) {
        assertThatThrownBy(() -> statement.execute(createPipeline("none", transform)))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(state))
                .hasMessageContaining(words)
                .hasMessageContaining(" at line 1, column ");
    }

    @Test
    void jqProgramSaysWhichRecordItCannotRead() throws Exception {
        create("jq", "('memsql://json', '', '-r .id')");
        // The topic's records are no JSON: said with the first one's place.
        assertThatThrownBy(() -> query("TEST PIPELINE d.jq LIMIT 3"))
                .hasMessageContaining("memsql://json")
                .hasMessageContaining("offset 0");
    }
}
