package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pipelines under the hands of their users, and under the accidents of their sources. One server for all. */
@Timeout(180)
class ControlIT {
    private static final int RATE = 2_000;
    private static final Duration GAP_MAX = Duration.ofSeconds(3);
    private static final Duration SHOWN_MAX = Duration.ofSeconds(5);
    private static final Duration CHANGED_MAX = Duration.ofSeconds(40);
    private static final String CSV = " FIELDS TERMINATED BY ','";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    static Path folder;

    private static TwoDoorBroker broker;
    private static MillraceProcess millrace;
    private static Connection connection;
    private static Statement statement;

    @BeforeAll
    static void start() throws Exception {
        broker = new TwoDoorBroker(folder.resolve("kafka"));
        millrace = MillraceProcess.start(folder.resolve("data"));
        connection = millrace.connect();
        statement = connection.createStatement();
        statement.execute("CREATE DATABASE d PARTITIONS 2");
        statement.execute("USE d");
    }

    @AfterAll
    static void stop() throws Exception {
        try (TwoDoorBroker last = broker;
                MillraceProcess process = millrace) {
            connection.close();
        }
    }

    @Test
    void alteredUnderASteadyFeedItLosesNothingAndPausesBriefly() throws Exception {
        Numbers numbers = topic("steady");
        numbers.produce(0, 100, 100_000);
        table("steady");
        create("steady", "steady", "BATCH_INTERVAL 250");
        statement.execute("START PIPELINE steady");
        awaitRows("steady", 100);
        AtomicBoolean enough = new AtomicBoolean();
        CompletableFuture<Long> producing = CompletableFuture.supplyAsync(() -> {
            long next = 100;
            for (; !enough.get(); next += RATE) {
                numbers.produce(next, next + RATE, RATE);
            }
            return next;
        });
        try {
            awaitRows("steady", RATE);
            awaitNewRun("CREATE OR REPLACE PIPELINE steady AS LOAD DATA KAFKA '" + broker.open()
                    + "/steady' BATCH_INTERVAL 300 MAX_OFFSETS_PER_BATCH_PARTITION 900 INTO TABLE steady" + CSV);
            awaitNewRun("ALTER PIPELINE steady SET BATCH_INTERVAL 200, MAX_PARTITIONS_PER_BATCH 2"
                    + " SET CONFIG '{\"fetch.wait.max.ms\": 100}'");
        } finally {
            enough.set(true);
        }
        long rows = producing.get(60, TimeUnit.SECONDS);
        awaitRows("steady", rows);

        assertThat(text("SELECT concat(count(*), ' ', count(DISTINCT id), ' ', max(id)) FROM steady"))
                .isEqualTo(rows + " " + rows + " " + (rows - 1));
        assertThat(number("SELECT count(DISTINCT RUN) FROM information_schema.PIPELINES_BATCHES_METADATA"
                        + " WHERE PIPELINE_NAME = 'steady'"))
                .as("each change came to life")
                .isEqualTo(3);
        assertThat(longestPause("steady")).isLessThan(GAP_MAX);
        assertThat(number("SELECT max(BATCH_LATEST_OFFSET - BATCH_EARLIEST_OFFSET)"
                        + " FROM information_schema.PIPELINES_BATCHES WHERE PIPELINE_NAME = 'steady' AND RUN > 2"))
                .isLessThanOrEqualTo(900);
        assertThat(text("SHOW CREATE PIPELINE steady", 2))
                .contains("BATCH_INTERVAL 200 MAX_PARTITIONS_PER_BATCH 2 MAX_OFFSETS_PER_BATCH_PARTITION 900");
        execute("STOP PIPELINE steady");
    }

    /** Runs a change and waits for a batch of the job that it brings. */
    private static void awaitNewRun(String sql) throws Exception {
        String newest = "SELECT max(RUN) FROM information_schema.PIPELINES_BATCHES_METADATA"
                + " WHERE PIPELINE_NAME = 'steady'";
        long before = number(newest);
        execute(sql);
        long deadline = System.nanoTime() + CHANGED_MAX.toNanos();
        while (number(newest) <= before) {
            assertThat(System.nanoTime())
                    .as(() -> "a batch after " + sql + "\n" + all("SHOW PIPELINES") + "\n" + log())
                    .isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    /** What the server wrote to its log, without the chatter. */
    private static String log() {
        try (Stream<Path> files = Files.walk(folder.resolve("data"))) {
            StringBuilder text = new StringBuilder();
            for (Path file : files.filter(path -> path.endsWith("millrace.log")).toList()) {
                Files.readString(file, StandardCharsets.ISO_8859_1)
                        .lines()
                        .filter(line ->
                                line.contains("pipeline") || line.contains(" WARN ") || line.contains(" ERROR "))
                        .forEach(line -> text.append(line).append('\n'));
            }
            return text.toString();
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Between two batches whose rows were decided, as the catalog has them. */
    private static Duration longestPause(String pipeline) throws SQLException {
        List<Double> ends = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery("SELECT BATCH_END_UNIX_TIMESTAMP"
                + " FROM information_schema.PIPELINES_BATCHES_METADATA WHERE PIPELINE_NAME = '" + pipeline
                + "' ORDER BY BATCH_ID LIMIT 10000 OFFSET 3")) {
            while (rows.next()) {
                ends.add(rows.getDouble(1));
            }
        }
        double longest = 0;
        for (int i = 1; i < ends.size(); i++) {
            longest = Math.max(longest, ends.get(i) - ends.get(i - 1));
        }
        System.out.println("ControlIT: longest pause between batches " + longest + " s in " + ends.size() + " batches");
        return Duration.ofMillis((long) (longest * 1000));
    }

    @Test
    void foregroundRunsLoadSoManyBatchesOrAllThatIsThere() throws Exception {
        topic("fore").produce(0, 1_000, 100_000);
        table("fore");
        create("fore", "fore", "BATCH_INTERVAL 100 MAX_OFFSETS_PER_BATCH_PARTITION 50");

        assertThat(all("TEST PIPELINE fore LIMIT 3")).matches("(\\d+\tword \\d+\t){3}");
        execute("CREATE PIPELINE placed AS LOAD DATA KAFKA '" + broker.open() + "/fore' INTO TABLE fore" + CSV
                + " (id, @word) SET word = concat(get_kafka_pipeline_prop('prop_topicname'), '/',"
                + " get_kafka_pipeline_prop('prop_partition')) WHERE get_kafka_pipeline_prop('prop_key') IS NULL");
        assertThat(all("TEST PIPELINE placed LIMIT 3")).matches("(\\d+\tfore/\\d\t){3}");
        execute("CREATE OR REPLACE PIPELINE placed AS LOAD DATA KAFKA '" + broker.open()
                + "/fore' INTO TABLE fore FORMAT AVRO SCHEMA '\"string\"' (word <- %, id <- x DEFAULT 1)");
        assertThatThrownBy(() -> statement.executeQuery("TEST PIPELINE placed LIMIT 1"))
                .hasMessageContaining("not Avro of the schema");
        execute("DROP PIPELINE placed");
        Path sample = folder.resolve("sample");
        assertThat(statement.executeUpdate(
                        "EXTRACT PIPELINE fore FROM '1' OFFSETS 1 TO 3 INTO OUTFILE '" + sample + "'"))
                .isEqualTo(2);
        assertThat(Files.readAllBytes(sample)).hasSize(2 * 8 + 8 + 8).startsWith(8, 0, 0, 0, 0, 0, 0, 0, '5', ',');
        assertThat(rows("fore")).isZero();

        int first = statement.executeUpdate("START PIPELINE fore FOREGROUND LIMIT 2 BATCHES");
        assertThat(first).isBetween(1, 400);
        assertThat(rows("fore")).isEqualTo(first);
        assertThat(number("SELECT count(*) FROM information_schema.PIPELINES_BATCHES_SUMMARY"
                        + " WHERE PIPELINE_NAME = 'fore'"))
                .isEqualTo(2);
        assertThat(state("fore")).isEqualTo("Stopped");
        assertThat(number("SELECT sum(LAG_RECORDS) FROM information_schema.PIPELINES_OFFSETS"
                        + " WHERE PIPELINE_NAME = 'fore'"))
                .isEqualTo(1_000 - first);
        Await.until(
                "lag in seconds",
                () -> number("SELECT count(*) FROM information_schema.PIPELINES_OFFSETS WHERE PIPELINE_NAME = 'fore'"
                                + " AND LAG_SECONDS > 0 AND EARLIEST_OFFSET = 0")
                        > 0);

        assertThat(statement.executeUpdate("START PIPELINE fore FOREGROUND")).isEqualTo(1_000 - first);
        assertThat(rows("fore")).isEqualTo(1_000);
        assertThat(text("SELECT concat(LAG_RECORDS, ' ', FRESHNESS_SECONDS) FROM information_schema.PIPELINES"
                        + " WHERE PIPELINE_NAME = 'fore'"))
                .isEqualTo("0 0");

        execute("ALTER PIPELINE fore SET OFFSETS '{\"1\": 200}'");
        assertThat(statement.executeUpdate("START PIPELINE fore FOREGROUND")).isEqualTo(50);
        execute("ALTER PIPELINE fore SET OFFSETS LATEST");
        assertThat(statement.executeUpdate("START PIPELINE fore FOREGROUND")).isZero();
        execute("ALTER PIPELINE fore SET OFFSETS TIMESTAMP '2020-01-01'");
        assertThat(statement.executeUpdate("START PIPELINE fore FOREGROUND")).isEqualTo(1_000);

        execute("STOP PIPELINE IF RUNNING fore");
        execute("DETACH PIPELINE fore");
        assertThat(state("fore")).isEqualTo("Detached");
        execute("DROP PIPELINE fore");
        create("fore", "fore", "");
        assertThat(text("SHOW WARNINGS", 3)).contains("was dropped before: this one loads anew");
        execute("CREATE PIPELINE IF NOT EXISTS fore AS LOAD DATA KAFKA '" + broker.open() + "/fore' INTO TABLE fore"
                + CSV);
        assertThat(text("SHOW WARNINGS", 3)).contains("already exists");
    }

    @Test
    void whatBefallsATopicShowsAndHasAWayOn() throws Exception {
        Numbers numbers = topic("fate");
        numbers.produce(0, 400, 100_000);
        table("fate");
        create("fate", "fate", "BATCH_INTERVAL 100");
        execute("START PIPELINE fate");
        awaitRows("fate", 400);

        broker.addPartitions("fate", 8);
        awaitCursors("fate", 8);

        broker.stop();
        awaitShown("fate", "Running", "SOURCE_UNREACHABLE");
        TimeUnit.SECONDS.sleep(Integer.getInteger("outage.seconds", 0));
        awaitShown("fate", "Running", "SOURCE_UNREACHABLE");
        broker.start();
        numbers.produce(400, 800, 100_000);
        awaitRows("fate", 800);
        awaitShown("fate", "Running", "");

        execute("STOP PIPELINE fate");
        numbers.produce(800, 1_200, 100_000);
        broker.deleteBefore("fate", 0, 250);
        assertThatThrownBy(() -> statement.execute("START PIPELINE fate"))
                .hasMessageContaining("begins at offset 250, the next to load was 200")
                .hasMessageContaining("SET OFFSETS");
        assertThat(state("fate")).isEqualTo("Error");
        assertThat(condition("fate")).isEqualTo("OFFSETS_EXPIRED");
        execute("ALTER PIPELINE fate SET OFFSETS '{\"0\": 250}'");
        execute("START PIPELINE fate");
        awaitRows("fate", 1_150);

        broker.delete("fate");
        Numbers again = topic("fate");
        again.produce(2_000, 2_100, 100_000);
        awaitShown("fate", "Error", "TOPIC_RECREATED");
        execute("ALTER PIPELINE fate SET OFFSETS EARLIEST");
        execute("START FAILED PIPELINES");
        awaitRows("fate", 1_250);
        assertThat(number("SELECT count(DISTINCT id) FROM fate")).isEqualTo(1_250);
        assertThat(number("SELECT count(*) FROM information_schema.PIPELINES_ERRORS WHERE PIPELINE_NAME = 'fate'"))
                .isPositive();
        execute("CLEAR PIPELINE ERRORS FOR fate");
        assertThat(number("SELECT count(*) FROM information_schema.PIPELINES_ERRORS WHERE PIPELINE_NAME = 'fate'"))
                .isZero();
        execute("STOP PIPELINE fate");
    }

    @Test
    void aPasswordIsFoundNowhere() throws Exception {
        topic("secret").produce(0, 100, 100_000);
        table("secret");
        String create = "CREATE OR REPLACE PIPELINE secret AS LOAD DATA KAFKA '" + broker.guarded()
                + "/secret' CONFIG '{\"security.protocol\":\"SASL_PLAINTEXT\",\"sasl.mechanism\":\"PLAIN\","
                + "\"sasl.username\":\"" + TwoDoorBroker.USER
                + "\"}' CREDENTIALS '{\"sasl.password\":\"%1$s\",\"schema.registry.password\":\"%1$s\"}'"
                + " INTO TABLE secret" + CSV;
        assertThatThrownBy(() -> statement.execute(create.formatted("wrong-" + TwoDoorBroker.PASSWORD)))
                .hasMessageContaining("Kafka at " + broker.guarded())
                .satisfies(ControlIT::assertServerKeptIt);
        execute(create.formatted(TwoDoorBroker.PASSWORD));
        execute("START PIPELINE secret");
        awaitRows("secret", 100);
        assertThatThrownBy(() -> statement.execute(create.formatted(TwoDoorBroker.PASSWORD) + " BOGUS"))
                .satisfies(ControlIT::assertServerKeptIt);
        execute("ALTER PIPELINE secret SET BATCH_INTERVAL 200");

        List<String> places = new ArrayList<>();
        places.add(text("SHOW CREATE PIPELINE secret", 2));
        assertThat(places.get(0))
                .contains("CREDENTIALS '{\"sasl.password\":\"<hidden>\",\"schema.registry.password\":\"<hidden>\"}'");
        places.add(all("SHOW PIPELINES"));
        for (String view : List.of("PIPELINES", "PIPELINES_ERRORS", "PIPELINES_OFFSETS", "PIPELINES_CURSORS")) {
            places.add(all("SELECT * FROM information_schema." + view));
        }
        places.add(all("EXPLAIN SELECT * FROM information_schema.PIPELINES"));
        String job = text("SELECT JOB_ID FROM information_schema.PIPELINES WHERE PIPELINE_NAME = 'secret'");
        for (String page : List.of("", "/config", "/plan", "/exceptions", "/checkpoints/config")) {
            places.add(get("/jobs/" + job + page).toString());
        }
        places.add(get("/jobmanager/config").toString());
        places.add(millrace.output());
        try (Stream<Path> files = Files.walk(folder.resolve("data"))) {
            for (Path log :
                    files.filter(path -> path.toString().endsWith(".log")).toList()) {
                places.add(Files.readString(log, StandardCharsets.ISO_8859_1));
            }
        }
        for (String place : places) {
            assertThat(place).doesNotContain(TwoDoorBroker.PASSWORD);
        }
        assertThat(places).anySatisfy(place -> assertThat(place).contains("runs as job"));
        execute("STOP PIPELINE secret");
    }

    /** Avatica's driver puts before the server's text the statement that it was given. */
    private static void assertServerKeptIt(Throwable error) {
        String text = String.valueOf(error.getMessage());
        int server = text.indexOf("Remote driver error");
        assertThat(server).isPositive();
        assertThat(text.substring(server)).doesNotContain(TwoDoorBroker.PASSWORD);
    }

    private static Numbers topic(String name) throws Exception {
        Numbers numbers = new Numbers(broker.open(), name);
        Await.until("topic " + name, () -> {
            try {
                numbers.create();
                return true;
            } catch (java.util.concurrent.ExecutionException e) {
                return false; // the one before it is still being deleted
            }
        });
        return numbers;
    }

    private static void table(String name) throws SQLException {
        execute("CREATE TABLE " + name + " (id BIGINT NOT NULL, word VARCHAR(40), SHARD KEY (id))");
    }

    private static void create(String name, String topic, String options) throws SQLException {
        execute("CREATE PIPELINE " + name + " AS LOAD DATA KAFKA '" + broker.open() + "/" + topic + "' " + options
                + " INTO TABLE " + name + CSV);
    }

    private static void execute(String sql) throws SQLException {
        statement.execute(sql);
    }

    private static long rows(String table) throws SQLException {
        return number("SELECT count(*) FROM " + table);
    }

    private static void awaitRows(String table, long rows) throws Exception {
        Await.until(rows + " rows of " + table, () -> rows(table) >= rows);
        assertThat(rows(table)).isGreaterThanOrEqualTo(rows);
    }

    private static void awaitCursors(String pipeline, int partitions) throws Exception {
        Await.until(
                "cursors of " + partitions + " partitions",
                () -> number("SELECT count(*) FROM information_schema.PIPELINES_CURSORS WHERE PIPELINE_NAME = '"
                                + pipeline + "'")
                        == partitions);
    }

    private static String state(String pipeline) throws SQLException {
        return text("SELECT STATE FROM information_schema.PIPELINES WHERE PIPELINE_NAME = '" + pipeline + "'");
    }

    private static String condition(String pipeline) throws SQLException {
        return text("SELECT coalesce(CONDITION_NAME, '') FROM information_schema.PIPELINES WHERE PIPELINE_NAME = '"
                + pipeline + "'");
    }

    private static void awaitShown(String pipeline, String state, String condition) throws Exception {
        long start = System.nanoTime();
        Await.until(
                pipeline + " is " + state + " " + condition,
                () -> state(pipeline).equals(state) && condition(pipeline).equals(condition));
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        System.out.println("ControlIT: " + state + " " + condition + " shown after " + took.toMillis() + " ms");
        assertThat(took).isLessThan(SHOWN_MAX);
    }

    private static long number(String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static String text(String sql) throws SQLException {
        return text(sql, 1);
    }

    private static String text(String sql, int column) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            assertThat(row.next()).as(sql).isTrue();
            return row.getString(column);
        }
    }

    private static String all(String sql) {
        StringBuilder text = new StringBuilder();
        try (ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                    text.append(row.getString(i)).append('\t');
                }
            }
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
        return text.toString();
    }

    private static JsonNode get(String path) throws IOException, InterruptedException {
        return JSON.readTree(HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(millrace.dashboard() + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body());
    }
}
