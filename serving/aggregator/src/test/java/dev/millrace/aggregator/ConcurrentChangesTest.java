package dev.millrace.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** While statements change rows over all partitions and others load, every reader sees each of them whole or not at all. */
class ConcurrentChangesTest {
    private static final int COUNTERS = 64;
    private static final int LOADED = 16;
    private static final int ROUNDS = 8;
    private static final String COUNTED = "SELECT count(*), min(n), max(n) FROM shop.t WHERE id < 1000";

    @TempDir
    Path folder;

    @Test
    void noReaderSeesPartOfAnUpdateOrADeleteAndLoadingGoesOn() throws Exception {
        try (TestCluster cluster = new TestCluster(folder, 2)) {
            try (Connection connection = cluster.connect()) {
                execute(connection, "CREATE DATABASE shop PARTITIONS 4");
                execute(connection, "CREATE TABLE shop.t (id INT NOT NULL, n INT, PRIMARY KEY (id))");
                execute(connection, "INSERT INTO shop.t VALUES " + rows(0, COUNTERS, 0));
            }
            AtomicBoolean done = new AtomicBoolean();
            ExecutorService threads = Executors.newFixedThreadPool(4);
            try {
                List<Future<Long>> readers = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    readers.add(threads.submit(() -> read(cluster, done)));
                }
                Future<Long> other = threads.submit(() -> change(cluster));
                Future<Long> loader = threads.submit(() -> load(cluster, done));
                long changed = change(cluster) + other.get(120, TimeUnit.SECONDS);
                done.set(true);
                long loaded = loader.get(60, TimeUnit.SECONDS);
                for (Future<Long> reader : readers) {
                    assertThat(reader.get(60, TimeUnit.SECONDS)).isPositive();
                }
                assertThat(changed).isEqualTo(2L * ROUNDS * COUNTERS);
                try (Connection connection = cluster.connect()) {
                    assertThat(numbers(connection, COUNTED)).containsExactly((long) COUNTERS, 2L * ROUNDS, 2L * ROUNDS);
                    assertThat(numbers(connection, "SELECT count(*) FROM shop.t WHERE id >= 1000"))
                            .containsExactly(loaded);
                }
            } finally {
                done.set(true);
                threads.shutdownNow();
            }
        }
    }

    /** Each adds one to all counters; two do so at once, and none is lost. */
    private static long change(TestCluster cluster) throws SQLException {
        long changed = 0;
        try (Connection connection = cluster.connect()) {
            for (int round = 0; round < ROUNDS; round++) {
                changed += update(connection, "UPDATE shop.t SET n = n + 1 WHERE id < 1000");
            }
        }
        return changed;
    }

    /** Puts rows in as a pipeline does, in batches over all partitions that take no gate; every other batch goes again. */
    private static long load(TestCluster cluster, AtomicBoolean done) throws SQLException {
        long rows = 0;
        try (Connection connection = cluster.connect()) {
            for (int batch = 0; !done.get() || batch < 2; batch++) {
                int first = 1000 + batch * LOADED;
                assertThat(update(connection, "REPLACE INTO shop.t VALUES " + rows(first, LOADED, batch)))
                        .isEqualTo(LOADED);
                if (batch % 2 == 0) {
                    rows += LOADED;
                } else {
                    assertThat(update(connection, "DELETE FROM shop.t WHERE n = " + batch + " AND id >= 1000"))
                            .isEqualTo(LOADED);
                }
            }
        }
        return rows;
    }

    private static long read(TestCluster cluster, AtomicBoolean done) throws SQLException {
        long reads = 0;
        try (Connection connection = cluster.connect()) {
            while (!done.get()) {
                List<Long> counted = numbers(connection, COUNTED);
                assertThat(counted.get(0)).isEqualTo(COUNTERS);
                assertThat(counted.get(1)).as("some counters are ahead").isEqualTo(counted.get(2));
                assertThat(numbers(connection, "SELECT count(*) FROM shop.t WHERE id >= 1000")
                                        .get(0)
                                % LOADED)
                        .as("rows of part of a batch")
                        .isZero();
                reads++;
            }
        }
        return reads;
    }

    private static String rows(int first, int count, int n) {
        return IntStream.range(first, first + count)
                .mapToObj(id -> "(" + id + ", " + n + ")")
                .collect(Collectors.joining(", "));
    }

    private static List<Long> numbers(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            List<Long> numbers = new ArrayList<>();
            result.next();
            for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                numbers.add(result.getLong(i));
            }
            return numbers;
        }
    }

    private static long update(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeLargeUpdate(sql);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
