package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.launch.EmbeddedBroker;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
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
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the process that does everything while a broker that does not die feeds a pipeline that loads documents as they
 * are, and one that loads lines through a program; a third one loads files, large ones and small ones, packed and not. One document in a hundred cannot be loaded, in ten ways: the table and
 * PIPELINES_ERRORS together are what was produced. Profile {@code chaos} does it for longer, {@code -Dseed=} to repeat a
 * run.
 */
class KillIT {
    private static final int KILLS = Integer.getInteger("kills", 5);
    private static final long ROWS = Long.getLong("kill.rows", 300_000);
    private static final int ROWS_PER_SECOND = Integer.getInteger("kill.rate", 6_000);
    private static final long FORMATS_ROWS = 1_000_000;
    private static final int FORMATS_KILLS = 5;
    private static final int FORMATS_ROWS_PER_SECOND = 10_000;
    private static final int TRANSFORMED_KILLS = 10;
    private static final long TRANSFORMED_ROWS = 200_000;
    private static final int TRANSFORMED_ROWS_PER_SECOND = 2_000;
    private static final Duration LOADED_MAX = Duration.ofMinutes(5);

    /** From while it still starts to well into loading. */
    private static final int LIFE_MILLIS_MIN = 500;

    private static final int LIFE_MILLIS_MAX = 14_000;

    @TempDir
    private Path folder;

    @Test
    void killedAtRandomMomentsItLoadsEveryRecordOnce() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("KillIT: -Dseed=" + seed);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        Path data = folder.resolve("data");
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"), "127.0.0.1", 0)) {
            Numbers documents = new Numbers(broker.address(), "documents", BrokenRecords.JSON.form());
            documents.create();
            Numbers lines = new Numbers(broker.address(), "numbers");
            lines.create();
            try (MillraceProcess first = MillraceProcess.start(data)) {
                create(first, "d");
                startPipeline(
                        first, "d.t", broker.address() + "/documents' SKIP ALL ERRORS", BrokenRecords.JSON.clause());
                startPipeline(first, broker, "d.awk", Examples.awk(folder).clause());
                pipeline(
                        first,
                        "d.files",
                        "FS '" + Files.createDirectories(folder.resolve("in")) + "/*.csv*'",
                        "FIELDS TERMINATED BY ','");
                first.kill();
            }
            CompletableFuture<Void> producing = CompletableFuture.allOf(
                    CompletableFuture.runAsync(() -> documents.produce(0, ROWS, ROWS_PER_SECOND)),
                    CompletableFuture.runAsync(() -> lines.produce(0, ROWS, ROWS_PER_SECOND)),
                    CompletableFuture.runAsync(this::writeFiles));
            killAgainAndAgain(data, KILLS - 1, random);
            try (MillraceProcess last = MillraceProcess.start(data);
                    Connection connection = last.connect();
                    Statement statement = connection.createStatement()) {
                producing.get(ROWS / ROWS_PER_SECOND + 300, TimeUnit.SECONDS);
                assertLoadedOrRecorded(statement, last, "t", "documents", ROWS);
                assertLoaded(statement, last, "d.awk", ROWS, ROWS - 1, "WORD ");
                assertLoaded(statement, last, "d.files", ROWS, ROWS - 1, "word ");
            }
            Examples.awaitNoneRunning(data);
        }
    }

    /** A million records of each format. */
    @Test
    @EnabledIfSystemProperty(
            named = "kill.formats",
            matches = "true",
            disabledReason = "takes minutes: profile chaos; the default has broken JSON, the tests of load all formats")
    void killedAtRandomMomentsWhatWasProducedIsInTheTableOrAmongTheErrorsInEveryFormat() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("KillIT: -Dseed=" + seed);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        Path data = folder.resolve("data");
        String[] slots = {"--slots", "12"};
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"), "127.0.0.1", 0)) {
            List<CompletableFuture<Void>> producing = new ArrayList<>();
            try (MillraceProcess first = MillraceProcess.start(data, slots)) {
                create(first, "d");
                for (BrokenRecords format : BrokenRecords.values()) {
                    Numbers numbers = new Numbers(broker.address(), format.title(), format.form());
                    numbers.create();
                    startPipeline(
                            first,
                            "d." + format.title(),
                            broker.address() + "/" + format.title() + "' SKIP ALL ERRORS",
                            format.clause());
                    producing.add(CompletableFuture.runAsync(
                            () -> numbers.produce(0, FORMATS_ROWS, FORMATS_ROWS_PER_SECOND)));
                }
                TimeUnit.MILLISECONDS.sleep(random.nextInt(LIFE_MILLIS_MIN, LIFE_MILLIS_MAX));
                first.kill();
            }
            killAgainAndAgain(data, FORMATS_KILLS - 1, random, slots);
            try (MillraceProcess last = MillraceProcess.start(data, slots);
                    Connection connection = last.connect();
                    Statement statement = connection.createStatement()) {
                for (CompletableFuture<Void> each : producing) {
                    each.get(FORMATS_ROWS / FORMATS_ROWS_PER_SECOND + 300, TimeUnit.SECONDS);
                }
                for (BrokenRecords format : BrokenRecords.values()) {
                    assertLoadedOrRecorded(statement, last, format.title(), format.title(), FORMATS_ROWS);
                }
            }
        }
    }

    /** Each of them loads all records through a program of its own language. */
    @Test
    @EnabledIfSystemProperty(
            named = "kill.transforms",
            matches = "true",
            disabledReason = "takes minutes: profile chaos; the default kills a pipeline through awk")
    void killedAtRandomMomentsItLoadsEveryRecordOnceThroughProgramsInFourLanguages() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("KillIT: -Dseed=" + seed);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        Path data = folder.resolve("data");
        List<Examples> languages = Examples.installed(folder);
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"), "127.0.0.1", 0)) {
            Numbers numbers = new Numbers(broker.address(), "numbers");
            numbers.create();
            try (MillraceProcess first = MillraceProcess.start(data, "--slots", "8")) {
                create(first, "d");
                for (Examples language : languages) {
                    startPipeline(first, broker, "d." + language.name(), language.clause());
                }
                first.kill();
            }
            CompletableFuture<Void> producing =
                    CompletableFuture.runAsync(() -> numbers.produce(0, TRANSFORMED_ROWS, TRANSFORMED_ROWS_PER_SECOND));
            killAgainAndAgain(data, TRANSFORMED_KILLS - 1, random, "--slots", "8");
            try (MillraceProcess last = MillraceProcess.start(data, "--slots", "8");
                    Connection connection = last.connect();
                    Statement statement = connection.createStatement()) {
                producing.get(TRANSFORMED_ROWS / TRANSFORMED_ROWS_PER_SECOND + 300, TimeUnit.SECONDS);
                for (Examples language : languages) {
                    assertLoaded(
                            statement, last, "d." + language.name(), TRANSFORMED_ROWS, TRANSFORMED_ROWS - 1, "WORD ");
                }
            }
            Examples.awaitNoneRunning(data);
        }
    }

    /** The first files are large: a life is too short for them; then come smaller and smaller ones. */
    private void writeFiles() {
        long id = 0;
        for (int file = 0; id < ROWS; file++) {
            StringBuilder text = new StringBuilder();
            for (long end = Math.min(ROWS, id + Math.max(100, (ROWS - id) / 4)); id < end; id++) {
                text.append(id).append(",word ").append(id).append('\n');
            }
            try {
                Path made = folder.resolve("made");
                try (OutputStream out = Files.newOutputStream(made);
                        OutputStream content = file % 2 == 0 ? out : new GZIPOutputStream(out)) {
                    content.write(text.toString().getBytes(StandardCharsets.US_ASCII));
                }
                Files.move(made, folder.resolve("in/" + file + (file % 2 == 0 ? ".csv" : ".csv.gz")));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(ROWS / ROWS_PER_SECOND) / 40);
        }
    }

    private static void killAgainAndAgain(Path data, int kills, RandomGenerator random, String... options)
            throws Exception {
        for (int kill = 0; kill < kills; kill++) {
            try (MillraceProcess life = MillraceProcess.launch(data, options)) {
                TimeUnit.MILLISECONDS.sleep(random.nextInt(LIFE_MILLIS_MIN, LIFE_MILLIS_MAX));
                life.kill();
            }
        }
    }

    private static void create(MillraceProcess millrace, String database) throws SQLException {
        try (Connection connection = millrace.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + database + " PARTITIONS 4");
        }
    }

    private static void startPipeline(MillraceProcess millrace, EmbeddedBroker broker, String table, String transform)
            throws SQLException {
        startPipeline(millrace, table, broker.address() + "/numbers' " + transform, "FIELDS TERMINATED BY ','");
    }

    /**
     * The pipeline has its table's name.
     *
     * @param source what follows {@code KAFKA '}
     */
    private static void startPipeline(MillraceProcess millrace, String table, String source, String format)
            throws SQLException {
        pipeline(millrace, table, "KAFKA '" + source, format);
    }

    private static void pipeline(MillraceProcess millrace, String table, String source, String format)
            throws SQLException {
        try (Connection connection = millrace.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE " + table + " (id BIGINT NOT NULL, word VARCHAR(40), SHARD KEY (id))");
            statement.execute(
                    "CREATE PIPELINE " + table + " AS LOAD DATA " + source + " INTO TABLE " + table + " " + format);
            statement.execute("START PIPELINE " + table);
        }
    }

    /** The pipeline has its table's name; what was produced is in the table or among its errors, once. */
    private static void assertLoadedOrRecorded(
            Statement statement, MillraceProcess process, String name, String topic, long rows) throws SQLException {
        long broken = BrokenRecords.broken(rows);
        long deadline = System.nanoTime() + LOADED_MAX.toNanos();
        String errors = " FROM information_schema.PIPELINES_ERRORS WHERE PIPELINE_NAME = '" + name + "'";
        while (number(statement, "SELECT count(*)" + errors) < broken) {
            assertThat(System.nanoTime()).as(process::output).isLessThan(deadline);
            LockSupport.parkNanos(200_000_000);
        }
        // A record's number is its offset times the partitions, plus its partition.
        assertThat(number(statement, "SELECT count(*)" + errors)).isEqualTo(broken);
        assertThat(number(
                        statement,
                        "SELECT count(DISTINCT SOURCE_OFFSET * 4 + BATCH_SOURCE_PARTITION_ID)" + errors + " AND "
                                + BrokenRecords.isBroken("SOURCE_OFFSET * 4 + BATCH_SOURCE_PARTITION_ID")
                                + " AND BATCH_ID IS NOT NULL AND TOPIC = '" + topic
                                + "' AND LOAD_DATA_LINE IS NOT NULL"))
                .isEqualTo(broken);
        assertThat(number(statement, "SELECT count(*) FROM d." + name + " WHERE " + BrokenRecords.isBroken("id")))
                .isZero();
        assertLoaded(statement, process, "d." + name, rows - broken, rows - 1, "word ");
    }

    private static void assertLoaded(
            Statement statement, MillraceProcess process, String table, long rows, long highest, String word)
            throws SQLException {
        long deadline = System.nanoTime() + LOADED_MAX.toNanos();
        while (number(statement, "SELECT count(*) FROM " + table) < rows && System.nanoTime() < deadline) {
            LockSupport.parkNanos(200_000_000);
        }
        try (ResultSet row =
                statement.executeQuery("SELECT count(*), count(DISTINCT id), min(id), max(id) FROM " + table)) {
            assertThat(row.next()).isTrue();
            assertThat(row.getLong(1)).as(process::output).isEqualTo(rows);
            assertThat(row.getLong(2)).isEqualTo(rows);
            assertThat(row.getLong(3)).isZero();
            assertThat(row.getLong(4)).isEqualTo(highest);
        }
        assertThat(number(statement, "SELECT count(*) FROM " + table + " WHERE word <> concat('" + word + "', id)"))
                .isZero();
        String name = table.substring(table.indexOf('.') + 1);
        assertThat(number(
                        statement,
                        "SELECT count(*) FROM information_schema.PIPELINES WHERE STATE = 'Running' AND PIPELINE_NAME = '"
                                + name + "'"))
                .as("pipeline " + table + " goes on by itself")
                .isEqualTo(1);
    }

    private static long number(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }
}
