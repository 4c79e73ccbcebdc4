package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.launch.EmbeddedBroker;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the process that does everything while a broker that does not die feeds a pipeline. One document in a hundred
 * cannot be loaded, in ten ways: the table and PIPELINES_ERRORS together are what was produced.
 * Profile {@code chaos} does it for longer, {@code -Dseed=} to repeat a run.
 */
class KillIT {
    private static final int KILLS = Integer.getInteger("kills", 5);
    private static final long ROWS = Long.getLong("kill.rows", 300_000);
    private static final int ROWS_PER_SECOND = Integer.getInteger("kill.rate", 6_000);
    private static final long BROKEN = ROWS / 100;
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
            Numbers numbers = new Numbers(broker.address(), "numbers", KillIT::document);
            numbers.create();
            try (MillraceProcess first = MillraceProcess.start(data)) {
                startPipeline(first, broker);
                first.kill();
            }
            CompletableFuture<Void> producing =
                    CompletableFuture.runAsync(() -> numbers.produce(0, ROWS, ROWS_PER_SECOND));
            for (int kill = 1; kill < KILLS; kill++) {
                try (MillraceProcess life = MillraceProcess.launch(data)) {
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(LIFE_MILLIS_MIN, LIFE_MILLIS_MAX));
                    life.kill();
                }
            }
            try (MillraceProcess last = MillraceProcess.start(data);
                    Connection connection = last.connect();
                    Statement statement = connection.createStatement()) {
                producing.get(ROWS / ROWS_PER_SECOND + 300, TimeUnit.SECONDS);
                assertLoaded(statement, last);
            }
        }
    }

    private static String document(long number) {
        String whole = "{\"id\":" + number + ",\"w\":\"word " + number + "\"}";
        if (number % 100 != 37) {
            return whole;
        }
        return switch ((int) (number / 100 % 10)) {
            case 0 -> whole.substring(0, whole.length() - 1);
            case 1 -> "no JSON";
            case 2 -> "{\"id\":\"x" + number + "\"}";
            case 3 -> "{\"id\":null}";
            case 4 -> "{\"w\":\"no id\"}";
            case 5 -> "{\"id\":99999999999999999999}";
            case 6 -> "{\"id\":" + number + ",\"w\":\"" + "long".repeat(11) + "\"}";
            case 7 -> "{\"id\":[" + number + "]}";
            case 8 -> "{\"id\":" + number + ",}";
            default -> "[" + whole + "]";
        };
    }

    private static void startPipeline(MillraceProcess millrace, EmbeddedBroker broker) throws SQLException {
        try (Connection connection = millrace.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE d PARTITIONS 4");
            statement.execute("CREATE TABLE d.t (id BIGINT NOT NULL, word VARCHAR(40), SHARD KEY (id))");
            statement.execute("CREATE PIPELINE d.p AS LOAD DATA KAFKA '" + broker.address()
                    + "/numbers' SKIP ALL ERRORS INTO TABLE d.t FORMAT JSON (id <- id, word <- w DEFAULT NULL)");
            statement.execute("START PIPELINE d.p");
        }
    }

    private static void assertLoaded(Statement statement, MillraceProcess process) throws SQLException {
        long deadline = System.nanoTime() + LOADED_MAX.toNanos();
        String errors = " FROM information_schema.PIPELINES_ERRORS";
        while (number(statement, "SELECT count(*) FROM d.t") < ROWS - BROKEN
                || number(statement, "SELECT count(*)" + errors) < BROKEN) {
            assertThat(System.nanoTime()).as(process::output).isLessThan(deadline);
            LockSupport.parkNanos(200_000_000);
        }
        try (ResultSet row = statement.executeQuery("SELECT count(*), count(DISTINCT id), min(id), max(id) FROM d.t")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getLong(1)).as(process::output).isEqualTo(ROWS - BROKEN);
            assertThat(row.getLong(2)).isEqualTo(ROWS - BROKEN);
            assertThat(row.getLong(3)).isZero();
            assertThat(row.getLong(4)).isEqualTo(ROWS - 1);
        }
        // A record's number is its offset times the partitions, plus its partition.
        assertThat(number(statement, "SELECT count(*)" + errors)).isEqualTo(BROKEN);
        assertThat(number(
                        statement,
                        "SELECT count(DISTINCT SOURCE_OFFSET * 4 + BATCH_SOURCE_PARTITION_ID)" + errors
                                + " WHERE (SOURCE_OFFSET * 4 + BATCH_SOURCE_PARTITION_ID) % 100 = 37"
                                + " AND BATCH_ID IS NOT NULL AND TOPIC = 'numbers' AND LOAD_DATA_LINE IS NOT NULL"))
                .isEqualTo(BROKEN);
        assertThat(number(statement, "SELECT count(*) FROM d.t WHERE id % 100 = 37"))
                .isZero();
        assertThat(number(statement, "SELECT count(*) FROM d.t WHERE word <> concat('word ', id)"))
                .isZero();
        assertThat(number(statement, "SELECT count(*) FROM information_schema.PIPELINES WHERE STATE = 'Running'"))
                .as("the pipeline goes on by itself")
                .isEqualTo(1);
    }

    private static long number(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }
}
