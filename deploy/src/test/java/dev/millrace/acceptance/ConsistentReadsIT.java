package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What readers see while rows arrive in all partitions of two leaves: whole batches, in order, and whole statements. */
class ConsistentReadsIT {
    private static final int READERS = 4;
    private static final long ROWS = 100_000;
    private static final int ROWS_PER_SECOND = 5_000;
    private static final int TRANSFERS = 200;

    @TempDir
    private Path data;

    @Test
    void readersSeeWholeBatchesAndNeverGoBack() throws Exception {
        try (MillraceProcess millrace = MillraceProcess.start(data, "--kafka", "--leaves", "2")) {
            Numbers numbers = new Numbers(millrace.kafka(), "numbers");
            numbers.create();
            ExecutorService pool = Executors.newFixedThreadPool(READERS + 2);
            try (Connection connection = millrace.connect();
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE DATABASE d PARTITIONS 8");
                statement.execute("CREATE TABLE d.t (id BIGINT NOT NULL, word VARCHAR(40), SHARD KEY (id))");
                statement.execute("CREATE TABLE d.transfer (account BIGINT NOT NULL, amount INT, SHARD KEY (account))");
                statement.execute("CREATE PIPELINE d.p AS LOAD DATA KAFKA '" + millrace.kafka()
                        + "/numbers' INTO TABLE d.t FIELDS TERMINATED BY ','");
                statement.execute("START PIPELINE d.p");
                AtomicBoolean done = new AtomicBoolean();
                List<CompletableFuture<List<Long>>> readers = new ArrayList<>();
                for (int reader = 0; reader < READERS; reader++) {
                    readers.add(CompletableFuture.supplyAsync(() -> read(millrace, done), pool));
                }
                CompletableFuture<Void> transfers = CompletableFuture.runAsync(() -> transfer(millrace), pool);
                CompletableFuture.runAsync(() -> numbers.produce(0, ROWS, ROWS_PER_SECOND), pool)
                        .get(5, TimeUnit.MINUTES);
                transfers.get(5, TimeUnit.MINUTES);
                Await.until("all rows", () -> number(statement, "SELECT count(*) FROM d.t") == ROWS);
                done.set(true);

                Set<Long> sums = cumulativeSums(statement);
                assertThat(sums).contains(ROWS);
                for (CompletableFuture<List<Long>> reader : readers) {
                    List<Long> seen = reader.get(1, TimeUnit.MINUTES);
                    assertThat(seen).isSorted().hasSizeGreaterThan(10);
                    assertThat(sums).containsAll(seen);
                }
                assertThat(number(statement, "SELECT count(*) FROM d.transfer")).isEqualTo(2L * TRANSFERS);
            } finally {
                pool.shutdownNow();
            }
        }
    }

    /** Counts of the loaded table; on the way, transfers must sum to zero. */
    private static List<Long> read(MillraceProcess millrace, AtomicBoolean done) {
        List<Long> seen = new ArrayList<>();
        try (Connection connection = millrace.connect();
                Statement statement = connection.createStatement()) {
            while (!done.get()) {
                seen.add(number(statement, "SELECT count(*) FROM d.t"));
                try (ResultSet sum =
                        statement.executeQuery("SELECT coalesce(sum(amount), 0), count(*) FROM d.transfer")) {
                    sum.next();
                    assertThat(sum.getLong(1)).as("half a transfer was seen").isZero();
                    assertThat(sum.getLong(2) % 2).isZero();
                }
            }
            seen.add(number(statement, "SELECT count(*) FROM d.t"));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return seen;
    }

    private static void transfer(MillraceProcess millrace) {
        try (Connection connection = millrace.connect();
                PreparedStatement insert =
                        connection.prepareStatement("INSERT INTO d.transfer VALUES (?, ?), (?, ?)")) {
            for (int i = 0; i < TRANSFERS; i++) {
                insert.setLong(1, i);
                insert.setInt(2, i + 1);
                insert.setLong(3, 1_000_000L - i);
                insert.setInt(4, -i - 1);
                insert.executeUpdate();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Row counts after each batch, in the order of CSNs. */
    private static Set<Long> cumulativeSums(Statement statement) throws SQLException {
        Set<Long> sums = new HashSet<>(Set.of(0L));
        long sum = 0;
        try (ResultSet batches = statement.executeQuery("SELECT CSN, max(BATCH_ROWS_WRITTEN) FROM"
                + " information_schema.PIPELINES_BATCHES WHERE DATABASE_NAME = 'd' AND CSN IS NOT NULL"
                + " GROUP BY CSN ORDER BY CSN")) {
            while (batches.next()) {
                sum += batches.getLong(2);
                sums.add(sum);
            }
        }
        return sums;
    }

    private static long number(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }
}
