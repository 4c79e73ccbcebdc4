package dev.millrace.aggregator.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.aggregator.TestCluster;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.List;
import java.util.TimeZone;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The driver {@code jdbc:millrace://}, against two leaves and an aggregator. */
class MillraceDriverTest {
    private static final String ENDLESS =
            "SELECT count(*) FROM crowd a, crowd b, crowd c, crowd d WHERE a.n + b.n + c.n + d.n = -1";

    @TempDir
    static Path folder;

    private static TestCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = new TestCluster(folder, 2);
        try (Connection connection = DriverManager.getConnection(cluster.driverUrl());
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE shop");
            statement.execute("CREATE TABLE shop.crowd (n BIGINT NOT NULL, SHARD KEY (n))");
            statement.execute("CREATE TABLE shop.moments (id INT NOT NULL, at DATETIME(6), day DATE, short DATETIME,"
                    + " PRIMARY KEY (id), UNIQUE KEY both_of (id, day), SHARD KEY (id))");
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO shop.crowd VALUES (?)")) {
                for (int i = 0; i < 20_000; i++) {
                    insert.setLong(1, i);
                    insert.addBatch();
                }
                insert.executeBatch();
            }
        }
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
    }

    private static Connection connect() throws SQLException {
        return DriverManager.getConnection(cluster.driverUrl() + "/shop?fetch_size=1000");
    }

    private static List<List<Object>> rows(ResultSet result) throws SQLException {
        List<List<Object>> rows = new ArrayList<>();
        try (result) {
            while (result.next()) {
                List<Object> row = new ArrayList<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    row.add(result.getObject(i));
                }
                rows.add(row);
            }
        }
        return rows;
    }

    private static List<Object> column(ResultSet result, String name) throws SQLException {
        List<Object> values = new ArrayList<>();
        try (result) {
            while (result.next()) {
                values.add(result.getObject(name));
            }
        }
        return values;
    }

    @Test
    void cancelEndsTheQueryAndTheConnectionGoesOn() throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                PreparedStatement prepared = connection.prepareStatement(ENDLESS)) {
            for (Statement one : List.of(statement, prepared)) {
                Future<?> running =
                        other.submit(() -> one == prepared ? prepared.executeQuery() : statement.executeQuery(ENDLESS));
                awaitRunning();
                one.cancel();
                assertThatThrownBy(() -> running.get(2, TimeUnit.SECONDS)).hasStackTraceContaining("KILL QUERY");
            }
            Statement left = connection.createStatement();
            Future<?> running = other.submit(() -> left.executeQuery(ENDLESS));
            awaitRunning();
            left.close();
            assertThatThrownBy(() -> running.get(2, TimeUnit.SECONDS)).hasStackTraceContaining("KILL QUERY");
            try (ResultSet count = statement.executeQuery("SELECT count(*) FROM crowd")) {
                assertThat(count.next()).isTrue();
                assertThat(count.getLong(1)).isEqualTo(20_000);
            }
        } finally {
            other.shutdownNow();
        }
    }

    private static void awaitRunning() throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!isRunning() && System.nanoTime() < deadline) {
            Thread.sleep(10);
        }
    }

    private static boolean isRunning() throws SQLException {
        try (Connection watch = connect();
                Statement statement = watch.createStatement()) {
            return column(statement.executeQuery("SHOW FULL PROCESSLIST"), "Info")
                    .contains(ENDLESS);
        }
    }

    @Test
    void queryTimeoutEndsTheStatement() throws Exception {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(1);
            long start = System.nanoTime();
            assertThatThrownBy(() -> statement.executeQuery(ENDLESS))
                    .isInstanceOf(SQLTimeoutException.class)
                    .hasMessageContaining("query time-out of 1 s");
            assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(4));
            assertThat(rows(statement.executeQuery("SELECT 1"))).hasSize(1);
        }
    }

    @Test
    void timestampsKeepTheirMicroseconds() throws Exception {
        LocalDateTime moment = LocalDateTime.parse("2026-03-29T02:30:00.123456");
        try (Connection connection = connect();
                PreparedStatement insert = connection.prepareStatement("INSERT INTO moments VALUES (?, ?, ?, ?)");
                Statement statement = connection.createStatement()) {
            insert.setInt(1, 1);
            insert.setObject(2, moment);
            insert.setObject(3, moment.toLocalDate());
            insert.setTimestamp(4, Timestamp.valueOf(moment));
            assertThat(insert.executeUpdate()).isEqualTo(1);
            insert.setInt(1, 2);
            insert.setTimestamp(2, Timestamp.valueOf("1969-12-31 23:59:59.999999"));
            insert.setDate(3, null);
            insert.setTimestamp(4, null);
            assertThat(insert.executeUpdate()).isEqualTo(1);
            try (ResultSet result = statement.executeQuery("SELECT at, day, short FROM moments ORDER BY id")) {
                assertThat(result.next()).isTrue();
                assertThat(result.getTimestamp(1)).isEqualTo(Timestamp.valueOf(moment));
                assertThat(result.getTimestamp("at").getNanos()).isEqualTo(123_456_000);
                assertThat(result.getObject(1)).isEqualTo(Timestamp.valueOf(moment));
                assertThat(result.getObject(1, LocalDateTime.class)).isEqualTo(moment);
                assertThat(result.getString(1)).isEqualTo("2026-03-29 02:30:00.123456");
                assertThat(result.getString("short")).isEqualTo("2026-03-29 02:30:00");
                assertThat(result.getString("day")).isEqualTo("2026-03-29");
                Calendar tokyo = Calendar.getInstance(TimeZone.getTimeZone("Asia/Tokyo"));
                assertThat(result.getTimestamp(1, tokyo).toInstant()).hasToString("2026-03-28T17:30:00.123456Z");
                assertThat(result.next()).isTrue();
                assertThat(result.getString(1)).isEqualTo("1969-12-31 23:59:59.999999");
                assertThat(result.getTimestamp(3)).isNull();
                assertThat(result.wasNull()).isTrue();
                ResultSetMetaData metadata = result.getMetaData();
                assertThat(metadata.getScale(1)).isEqualTo(6);
            }
            try (PreparedStatement find = connection.prepareStatement("SELECT id FROM moments WHERE at = ?")) {
                find.setTimestamp(1, Timestamp.valueOf(moment));
                assertThat(rows(find.executeQuery())).containsExactly(List.of(1));
            }
        }
    }

    /** What DBeaver and sqlline ask when they connect and when a table is opened, in their order. */
    @Test
    void toolsFindWhatTheyAskFor() throws Exception {
        try (Connection connection = connect()) {
            DatabaseMetaData metadata = connection.getMetaData();
            assertThat(metadata.getDatabaseProductName()).isEqualTo("Millrace");
            assertThat(metadata.getDatabaseProductVersion()).isEqualTo("8.0.0-Millrace-0.1");
            assertThat(metadata.getDriverName()).isEqualTo("Millrace JDBC");
            assertThat(metadata.getDriverVersion()).isEqualTo("0.1");
            assertThat(metadata.getURL()).isEqualTo(cluster.driverUrl() + "/shop");
            assertThat(metadata.getUserName()).isEqualTo("root");
            assertThat(metadata.getIdentifierQuoteString()).isEqualTo("`");
            assertThat(metadata.supportsTransactions()).isFalse();
            assertThat(metadata.isReadOnly()).isFalse();
            assertThat(metadata.getDefaultTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
            assertThat(metadata.supportsTransactionIsolationLevel(connection.getTransactionIsolation()))
                    .isTrue();
            assertThat(metadata.getSQLKeywords()).contains("PIPELINE");
            assertThat(metadata.getStringFunctions()).contains("CONCAT").doesNotContain("LIKE");
            assertThat(metadata.getNumericFunctions()).contains("ROUND");
            assertThat(metadata.getTimeDateFunctions()).contains("DATE_FORMAT");
            assertThat(column(metadata.getFunctions(null, null, "GROUP\\_C%"), "FUNCTION_NAME"))
                    .containsExactly("GROUP_CONCAT");
            assertThat(column(metadata.getCatalogs(), "TABLE_CAT")).containsExactly("def");
            assertThat(column(metadata.getSchemas(), "TABLE_SCHEM")).contains("shop", "information_schema");
            assertThat(column(metadata.getTableTypes(), "TABLE_TYPE")).contains("TABLE");
            assertThat(rows(metadata.getTypeInfo())).isNotEmpty();
            assertThat(connection.getSchema()).isEqualTo("shop");
            assertThat(connection.isReadOnly()).isFalse();
            assertThat(connection.isValid(1)).isTrue();
            assertThat(column(metadata.getTables("def", "shop", "%", null), "TABLE_NAME"))
                    .containsExactlyInAnyOrder("crowd", "moments");
            assertThat(column(metadata.getColumns("def", "shop", "moments", "%"), "COLUMN_NAME"))
                    .containsExactly("id", "at", "day", "short");
            assertThat(rows(metadata.getPrimaryKeys("def", "shop", "moments")))
                    .containsExactly(List.of("def", "shop", "moments", "id", 1L, "PRIMARY"));
            assertThat(column(metadata.getIndexInfo("def", null, "moments", true, true), "INDEX_NAME"))
                    .containsExactly("PRIMARY", "both_of", "both_of");
            assertThat(rows(metadata.getIndexInfo("def", "shop", "crowd", true, true)))
                    .isEmpty();
            assertThat(rows(metadata.getImportedKeys("def", "shop", "moments"))).isEmpty();
            assertThat(rows(metadata.getExportedKeys("def", "shop", "moments"))).isEmpty();
            assertThat(rows(metadata.getProcedures(null, null, "%"))).isEmpty();
            String quote = metadata.getIdentifierQuoteString();
            try (Statement statement = connection.createStatement()) {
                statement.setMaxRows(2);
                statement.setFetchSize(2);
                String table = quote + "shop" + quote + "." + quote + "crowd" + quote;
                assertThat(rows(statement.executeQuery("SELECT x.* FROM " + table + " x")))
                        .hasSize(2);
                assertThat(rows(statement.executeQuery("SHOW WARNINGS"))).isEmpty();
            }
        }
    }

    @Test
    void nextServerOfTheListIsTriedAndWrongUrlsSayWhatIsWrong() throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        String second = cluster.driverUrl().substring("jdbc:millrace://".length());
        try (Connection connection =
                DriverManager.getConnection("jdbc:millrace://127.0.0.1:" + closed + "," + second + "/shop")) {
            assertThat(connection.getSchema()).isEqualTo("shop");
        }
        refused("jdbc:millrace://127.0.0.1:" + closed, "08001", "no Millrace answers at http://127.0.0.1:" + closed);
        refused("jdbc:millrace:localhost", "08001", "it is not jdbc:millrace://host:port");
        refused("jdbc:millrace://localhost:99999", "08001", "there is no port 99999");
        refused("jdbc:millrace://a:b:c/x", "08001", "'a:b:c' is not host:port");
        refused("jdbc:millrace://localhost?password", "08001", "the option 'password' is not name=value");
        refused(cluster.driverUrl() + "/nowhere", "42000", "Unknown database 'nowhere'");
    }

    private static void refused(String url, String state, String message) {
        assertThatThrownBy(() -> DriverManager.getConnection(url))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(state))
                .hasMessageContaining(message);
    }
}
