package dev.millrace.aggregator.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.aggregator.TestCluster;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a stock Avatica client can do with two leaves and an aggregator. */
class AvaticaClientTest {
    @TempDir
    static Path folder;

    private static TestCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = new TestCluster(folder, 2);
        try (Connection connection = cluster.connect()) {
            execute(connection, "CREATE DATABASE shop");
        }
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
    }

    private static void execute(Connection connection, String... sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String one : sql) {
                assertThat(statement.execute(one)).isFalse();
                assertThat(statement.getUpdateCount()).isZero();
            }
        }
    }

    private static List<List<Object>> query(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            List<List<Object>> rows = new ArrayList<>();
            while (result.next()) {
                List<Object> row = new ArrayList<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    row.add(result.getObject(i));
                }
                rows.add(row);
            }
            return rows;
        }
    }

    private static void refused(Connection connection, String sql, String state, int number, String message) {
        assertThatThrownBy(() -> {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute(sql);
                    }
                })
                .isInstanceOfSatisfying(SQLException.class, e -> {
                    assertThat(e.getSQLState()).isEqualTo(state);
                    assertThat(e.getErrorCode()).isEqualTo(number);
                })
                .hasMessageContaining(message);
    }

    @Test
    void valuesOfEveryTypeRoundTripInBothSerializations() throws Exception {
        try (Connection json = cluster.connect("shop");
                Connection protobuf = cluster.connectProtobuf()) {
            execute(protobuf, "USE shop");
            execute(json, """
                    CREATE TABLE types (id INT NOT NULL, b BOOL, t TINYINT, s SMALLINT, i INT, l BIGINT, f FLOAT, d DOUBLE,
                      n DECIMAL(38,10), c CHAR(5), v VARCHAR(20), x TEXT, bi BINARY(3), vb VARBINARY(10), bl BLOB,
                      da DATE, dt DATETIME(6), ts TIMESTAMP, j JSON, PRIMARY KEY (id), SHARD KEY (id))
                    """);
            for (Connection writer : List.of(json, protobuf)) {
                insertTypes(writer, writer == json ? 1 : 2);
            }
            try (Statement statement = json.createStatement()) {
                assertThat(statement.executeUpdate("INSERT INTO types (id) VALUES (3)"))
                        .isEqualTo(1);
            }
            for (Connection reader : List.of(json, protobuf)) {
                checkTypes(reader);
            }
        }
    }

    private static void insertTypes(Connection connection, int id) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO types VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            assertThat(insert.getParameterMetaData().getParameterCount()).isEqualTo(19);
            assertThat(insert.getParameterMetaData().getParameterType(6)).isEqualTo(Types.BIGINT);
            insert.setInt(1, id);
            insert.setBoolean(2, true);
            insert.setByte(3, Byte.MIN_VALUE);
            insert.setShort(4, Short.MAX_VALUE);
            insert.setInt(5, Integer.MIN_VALUE);
            insert.setLong(6, Long.MAX_VALUE);
            insert.setFloat(7, 1.25f);
            insert.setDouble(8, 1e-300);
            insert.setBigDecimal(9, new BigDecimal("1234567890123456789012345678.0123456789"));
            insert.setString(10, "a b");
            insert.setString(11, "äöü😀'\"\\");
            insert.setString(12, "");
            insert.setBytes(13, new byte[] {0, 1, -1});
            insert.setBytes(14, new byte[0]);
            insert.setBytes(15, new byte[] {7});
            insert.setDate(16, Date.valueOf("1969-12-31"));
            insert.setTimestamp(17, Timestamp.valueOf("1969-12-31 23:59:59.123"));
            insert.setTimestamp(18, Timestamp.valueOf("2024-02-29 12:00:00"));
            insert.setString(19, "{\"a\": 1}");
            assertThat(insert.executeUpdate()).isEqualTo(1);
        }
    }

    private static void checkTypes(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT * FROM types ORDER BY id")) {
            for (int id = 1; id <= 2; id++) {
                assertThat(row.next()).isTrue();
                assertThat(row.getInt("id")).isEqualTo(id);
                assertThat(row.getBoolean(2)).isTrue();
                assertThat(row.getByte(3)).isEqualTo(Byte.MIN_VALUE);
                assertThat(row.getShort(4)).isEqualTo(Short.MAX_VALUE);
                assertThat(row.getInt(5)).isEqualTo(Integer.MIN_VALUE);
                assertThat(row.getLong(6)).isEqualTo(Long.MAX_VALUE);
                assertThat(row.getFloat(7)).isEqualTo(1.25f);
                assertThat(row.getDouble(8)).isEqualTo(1e-300);
                assertThat(row.getBigDecimal(9))
                        .isEqualByComparingTo(new BigDecimal("1234567890123456789012345678.0123456789"));
                assertThat(row.getString(10)).isEqualTo("a b");
                assertThat(row.getString(11)).isEqualTo("äöü😀'\"\\");
                assertThat(row.getString(12)).isEmpty();
                assertThat(row.getBytes(13)).containsExactly(0, 1, -1);
                assertThat(row.getBytes(14)).isEmpty();
                assertThat(row.getBytes(15)).containsExactly(7);
                assertThat(row.getDate(16)).isEqualTo(Date.valueOf("1969-12-31"));
                assertThat(row.getTimestamp(17)).isEqualTo(Timestamp.valueOf("1969-12-31 23:59:59.123"));
                assertThat(row.getTimestamp(18)).isEqualTo(Timestamp.valueOf("2024-02-29 12:00:00"));
                assertThat(row.getString(19)).isEqualTo("{\"a\": 1}");
            }
            assertThat(row.next()).isTrue();
            for (int column = 2; column <= 19; column++) {
                assertThat(row.getObject(column)).isNull();
                assertThat(row.wasNull()).isTrue();
            }
            assertThat(row.next()).isFalse();
        }
    }

    @Test
    void batchIsOneAtomicStatement() throws Exception {
        try (Connection connection = cluster.connect("shop")) {
            execute(connection, "CREATE TABLE items (id BIGINT NOT NULL, name VARCHAR(20), PRIMARY KEY (id))");
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO items VALUES (?, ?)")) {
                for (int i = 0; i < 1000; i++) {
                    insert.setLong(1, i);
                    insert.setString(2, "item " + i);
                    insert.addBatch();
                }
                int[] counts = insert.executeBatch();
                assertThat(counts).hasSize(1000).containsOnly(1);
                for (int i = 1500; i >= 999; i--) {
                    insert.setLong(1, i);
                    insert.setString(2, "again");
                    insert.addBatch();
                }
                assertThatThrownBy(insert::executeBatch).isInstanceOfSatisfying(SQLException.class, e -> {
                    assertThat(e.getSQLState()).isEqualTo("23000");
                    assertThat(e.getErrorCode()).isEqualTo(1062);
                });
            }
            assertThat(query(connection, "SELECT count(*), sum(id) FROM items"))
                    .containsExactly(List.of(1000L, new BigDecimal(499_500)));
            refused(connection, "INSERT INTO items VALUES (7, 'x')", "23000", 1062, "7");
            try (Statement statement = connection.createStatement()) {
                assertThat(statement.executeUpdate("INSERT IGNORE INTO items VALUES (7, 'x')"))
                        .isLessThanOrEqualTo(1);
                assertThat(statement.executeUpdate("REPLACE INTO items VALUES (8, 'new'), (2000, 'newer')"))
                        .isPositive();
            }
            assertThat(query(connection, "SELECT id, name FROM items WHERE id IN (7, 8, 2000) ORDER BY id"))
                    .containsExactly(List.of(7L, "item 7"), List.of(8L, "new"), List.of(2000L, "newer"));
        }
    }

    @Test
    void manyRowsArePaged() throws Exception {
        try (Connection connection = cluster.connect("shop")) {
            execute(connection, "CREATE TABLE numbers (n BIGINT NOT NULL, label VARCHAR(30), SHARD KEY (n))");
            int rows = 120_000;
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO numbers VALUES (?, ?)")) {
                for (int i = 0; i < rows; i++) {
                    insert.setLong(1, i);
                    insert.setString(2, "number " + i);
                    insert.addBatch();
                    if (i % 20_000 == 19_999) {
                        insert.executeBatch();
                    }
                }
            }
            try (Statement statement = connection.createStatement()) {
                statement.setFetchSize(7_000);
                try (ResultSet result = statement.executeQuery("SELECT n, label FROM numbers")) {
                    boolean[] seen = new boolean[rows];
                    int count = 0;
                    while (result.next()) {
                        int n = result.getInt(1);
                        assertThat(seen[n]).isFalse();
                        seen[n] = true;
                        count++;
                    }
                    assertThat(count).isEqualTo(rows);
                }
                statement.setMaxRows(17);
                try (ResultSet result = statement.executeQuery("SELECT n FROM numbers ORDER BY n")) {
                    int count = 0;
                    while (result.next()) {
                        assertThat(result.getInt(1)).isEqualTo(count++);
                    }
                    assertThat(count).isEqualTo(17);
                }
            }
            execute(connection, "CREATE TABLE copies (n BIGINT, label VARCHAR(30), SHARD KEY (n))");
            try (Statement statement = connection.createStatement()) {
                assertThat(statement.executeUpdate("INSERT INTO copies SELECT n, label FROM numbers WHERE n < 50000"))
                        .isEqualTo(50_000);
            }
            assertThat(query(connection, "SELECT count(*) FROM copies")).containsExactly(List.of(50_000L));
        }
    }

    @Test
    void preparedQueryTakesParameters() throws Exception {
        try (Connection connection = cluster.connect("shop")) {
            execute(connection, "CREATE TABLE people (id INT NOT NULL, name VARCHAR(20), born DATE, PRIMARY KEY (id))");
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate(
                        "INSERT INTO people VALUES (1, 'Ada', '1815-12-10'), (2, 'Alan', '1912-06-23'), (3, 'Grace', NULL)");
            }
            try (PreparedStatement select =
                    connection.prepareStatement("SELECT name FROM people WHERE id >= ? AND born < ? ORDER BY id")) {
                assertThat(select.getMetaData().getColumnCount()).isEqualTo(1);
                assertThat(select.getMetaData().getColumnLabel(1)).isEqualTo("name");
                assertThat(select.getParameterMetaData().getParameterCount()).isEqualTo(2);
                for (int id = 1; id <= 2; id++) {
                    select.setInt(1, id);
                    select.setDate(2, Date.valueOf("2000-01-01"));
                    try (ResultSet result = select.executeQuery()) {
                        List<String> names = new ArrayList<>();
                        while (result.next()) {
                            names.add(result.getString(1));
                        }
                        assertThat(names).isEqualTo(List.of("Ada", "Alan").subList(id - 1, 2));
                    }
                }
            }
        }
    }

    @Test
    void metadataComesFromTheCatalog() throws Exception {
        try (Connection connection = cluster.connect("shop")) {
            execute(
                    connection,
                    "CREATE TABLE described (id BIGINT NOT NULL, price DECIMAL(10,2) DEFAULT 1.5, PRIMARY KEY (id))");
            List<String> schemas = new ArrayList<>();
            try (ResultSet result = connection.getMetaData().getSchemas()) {
                while (result.next()) {
                    schemas.add(result.getString("TABLE_SCHEM"));
                }
            }
            assertThat(schemas).contains("information_schema", "shop");
            for (int repeat = 0; repeat < 2; repeat++) {
                try (ResultSet result =
                        connection.getMetaData().getTables(null, "shop", "descr%", new String[] {"TABLE"})) {
                    assertThat(result.next()).isTrue();
                    assertThat(result.getString("TABLE_NAME")).isEqualTo("described");
                    assertThat(result.next()).isFalse();
                }
            }
            try (ResultSet result = connection.getMetaData().getColumns(null, "shop", "described", "%")) {
                assertThat(result.next()).isTrue();
                assertThat(result.getString("COLUMN_NAME")).isEqualTo("id");
                assertThat(result.getInt("DATA_TYPE")).isEqualTo(Types.BIGINT);
                assertThat(result.getString("IS_NULLABLE")).isEqualTo("NO");
                assertThat(result.next()).isTrue();
                assertThat(result.getInt("COLUMN_SIZE")).isEqualTo(10);
                assertThat(result.getInt("DECIMAL_DIGITS")).isEqualTo(2);
                assertThat(result.next()).isFalse();
            }
            try (ResultSet result = connection.getMetaData().getTypeInfo()) {
                assertThat(result.next()).isTrue();
            }
            assertThat(connection.getMetaData().getDatabaseProductName()).isNotEmpty();
            assertThat(
                            query(
                                    connection,
                                    "SELECT table_name FROM information_schema.tables WHERE table_schema = 'shop' AND table_name = 'described'"))
                    .containsExactly(List.of("described"));
        }
    }

    @Test
    void errorsCarryStateNumberAndPlace() throws Exception {
        try (Connection connection = cluster.connect("shop")) {
            execute(connection, "CREATE TABLE strict (id INT NOT NULL, v VARCHAR(3), n TINYINT, PRIMARY KEY (id))");
            refused(connection, "SELEC 1", "42000", 1064, "at line 1, column 1");
            refused(connection, "SELECT nope FROM strict", "42S22", 1054, "nope");
            refused(connection, "SELECT *\nFROM missing", "42S02", 1146, "at line 2, column 6");
            refused(connection, "CREATE TABLE strict (id INT)", "42S01", 1050, "already exists");
            refused(connection, "DROP TABLE missing", "42S02", 1051, "missing");
            refused(connection, "CREATE DATABASE shop", "HY000", 1007, "database exists");
            refused(connection, "USE nowhere", "42000", 1049, "nowhere");
            refused(connection, "INSERT INTO strict VALUES (1, 'abcd', 1)", "22001", 1406, "'v' at row 1");
            refused(connection, "INSERT INTO strict VALUES (1, 'a', 1), (2, 'b', 300)", "22003", 1264, "'n' at row 2");
            refused(connection, "INSERT INTO strict VALUES ('x', 'a', 1)", "22007", 1366, "'id' at row 1");
            refused(connection, "INSERT INTO strict VALUES (NULL, 'a', 1)", "23000", 1048, "'id'");
            refused(connection, "INSERT INTO strict (v) VALUES ('a')", "HY000", 1364, "'id'");
            refused(connection, "INSERT INTO strict (id, id) VALUES (1, 2)", "42000", 1110, "twice");
            refused(connection, "INSERT INTO strict VALUES (1)", "21S01", 1136, "row 1");
            refused(connection, "UPDATE strict SET n = 1 LIMIT 1", "0A000", 1235, "LIMIT of UPDATE");
            refused(
                    connection,
                    "INSERT INTO strict VALUES (1, 'a', 1) ON DUPLICATE KEY UPDATE id = 2",
                    "0A000",
                    1235,
                    "ON DUPLICATE");
            refused(connection, "SET nonsense = 1", "HY000", 1193, "nonsense");
            assertThat(query(connection, "SELECT count(*) FROM strict")).containsExactly(List.of(0L));
        }
    }

    @Test
    void showTellsWhatIsThere() throws Exception {
        try (Connection connection = cluster.connect("shop")) {
            execute(connection, "CREATE TABLE shown (id INT NOT NULL, w VARCHAR(9) DEFAULT 'x', PRIMARY KEY (id))");
            assertThat(query(connection, "SHOW DATABASES LIKE 'sh%'")).containsExactly(List.of("shop"));
            assertThat(query(connection, "SHOW TABLES LIKE 'shown'")).containsExactly(List.of("shown"));
            assertThat(query(connection, "DESCRIBE shown").get(0).subList(0, 4))
                    .containsExactly("id", "INT", "NO", "PRI");
            String ddl =
                    (String) query(connection, "SHOW CREATE TABLE shown").get(0).get(1);
            execute(
                    connection,
                    "DROP TABLE shown",
                    ddl,
                    "TRUNCATE TABLE shown",
                    "CREATE TABLE IF NOT EXISTS shown (id INT)");
            assertThat(query(connection, "SHOW WARNINGS").get(0).subList(0, 2)).containsExactly("Note", 1050L);
            assertThat(query(connection, "SHOW PIPELINES")).isEmpty();
            assertThat(query(connection, "SHOW VARIABLES LIKE 'autocommit'")).hasSize(1);
            execute(connection, "SET NAMES utf8mb4", "COMMIT");
            assertThat(query(connection, "SELECT DATABASE()")).containsExactly(List.of("shop"));
            assertThat((String) query(connection, "SELECT @@version").get(0).get(0))
                    .contains("Millrace");
        }
    }

    @Test
    void databaseGoesWithItsTables() throws Exception {
        try (Connection connection = cluster.connect()) {
            execute(
                    connection,
                    "CREATE DATABASE gone PARTITIONS 3",
                    "USE gone",
                    "CREATE REFERENCE TABLE r (id INT NOT NULL, PRIMARY KEY (id))");
            try (Statement statement = connection.createStatement()) {
                assertThat(statement.executeUpdate("INSERT INTO r VALUES (1), (2)"))
                        .isEqualTo(2);
            }
            assertThat(query(connection, "SELECT count(*) FROM r")).containsExactly(List.of(2L));
            refused(connection, "INSERT INTO r VALUES (3), (2)", "23000", 1062, "");
            assertThat(query(connection, "SELECT count(*) FROM r")).containsExactly(List.of(2L));
            execute(connection, "DROP DATABASE gone", "DROP DATABASE IF EXISTS gone");
            refused(connection, "SELECT count(*) FROM r", "3D000", 1046, "No database selected");
        }
    }

    @Test
    void tableMadeAnewUnderReadersIsReadAnew() throws Exception {
        try (Connection ddl = cluster.connect("shop");
                Connection reader = cluster.connect("shop")) {
            for (int i = 1; i <= 5; i++) {
                execute(ddl, "CREATE TABLE flips (a INT NOT NULL, SHARD KEY (a))");
                try (Statement statement = ddl.createStatement()) {
                    statement.executeUpdate("INSERT INTO flips VALUES (" + i + "), (" + (i + 10) + ")");
                }
                assertThat(query(reader, "SELECT min(a), count(*) FROM flips")).containsExactly(List.of(i, 2L));
                execute(ddl, "TRUNCATE TABLE flips");
                assertThat(query(ddl, "SELECT count(*) FROM flips")).containsExactly(List.of(0L));
                execute(ddl, "DROP TABLE flips");
                refused(reader, "SELECT count(*) FROM flips", "42S02", 1146, "flips");
            }
        }
    }

    @Test
    void transfersAcrossPartitionsAlwaysSumToZero() throws Exception {
        try (Connection connection = cluster.connect("shop")) {
            execute(connection, "DROP TABLE IF EXISTS moves");
            execute(
                    connection,
                    "CREATE TABLE moves (account BIGINT NOT NULL, amount BIGINT NOT NULL, SHARD KEY (account))");
        }
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Integer>> readers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                readers.add(threads.submit(reading(done)));
            }
            List<Future<Integer>> writers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                writers.add(threads.submit(writing(60)));
            }
            for (Future<Integer> writer : writers) {
                assertThat(writer.get(180, TimeUnit.SECONDS)).isEqualTo(60);
            }
            done.set(true);
            for (Future<Integer> reader : readers) {
                assertThat(reader.get(60, TimeUnit.SECONDS)).isPositive();
            }
        } finally {
            done.set(true);
            threads.shutdownNow();
        }
        try (Connection connection = cluster.connect("shop")) {
            assertThat(query(connection, "SELECT count(*) FROM moves")).containsExactly(List.of(240L));
        }
    }

    private static Callable<Integer> reading(AtomicBoolean done) {
        return () -> {
            int reads = 0;
            long last = 0;
            try (Connection connection = cluster.connect("shop")) {
                while (!done.get() || reads == 0) {
                    List<Object> row = query(connection, "SELECT count(*), coalesce(sum(amount), 0) FROM moves")
                            .get(0);
                    long count = ((Number) row.get(0)).longValue();
                    assertThat(((Number) row.get(1)).longValue()).isZero();
                    assertThat(count % 2).isZero();
                    assertThat(count).isGreaterThanOrEqualTo(last);
                    last = count;
                    reads++;
                }
            }
            return reads;
        };
    }

    private static Callable<Integer> writing(int transfers) {
        return () -> {
            try (Connection connection = cluster.connect("shop");
                    PreparedStatement insert = connection.prepareStatement("INSERT INTO moves VALUES (?, ?), (?, ?)")) {
                for (int i = 0; i < transfers; i++) {
                    long amount = ThreadLocalRandom.current().nextInt(1, 100);
                    insert.setLong(1, ThreadLocalRandom.current().nextInt(1000));
                    insert.setLong(2, amount);
                    insert.setLong(3, ThreadLocalRandom.current().nextInt(1000));
                    insert.setLong(4, -amount);
                    assertThat(insert.executeUpdate()).isEqualTo(2);
                }
            }
            return transfers;
        };
    }

    @Test
    void sessionIsToldFromAnother() throws Exception {
        try (Connection one = cluster.connect("shop");
                Connection two = cluster.connect()) {
            refused(two, "SHOW TABLES", "3D000", 1046, "No database selected");
            two.setSchema("shop");
            assertThat(query(two, "SELECT DATABASE()")).containsExactly(List.of("shop"));
            execute(two, "USE information_schema");
            one.setReadOnly(false);
            assertThat(query(two, "SELECT DATABASE()")).containsExactly(List.of("information_schema"));
            assertThatThrownBy(() -> cluster.connect("nowhere")).hasMessageContaining("Unknown database 'nowhere'");
        }
    }

    private static long sessionOf(Connection connection) throws SQLException {
        return ((Number) query(connection, "SELECT CONNECTION_ID()").get(0).get(0)).longValue();
    }

    private static List<Object> process(Connection connection, long session) throws SQLException {
        return query(connection, "SHOW FULL PROCESSLIST").stream()
                .filter(row -> row.get(0).equals(session))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void killEndsWhatAnotherSessionDoesAndNothingElse() throws Exception {
        String endless = "SELECT count(*) FROM crowd a, crowd b, crowd c, crowd d WHERE a.n + b.n + c.n + d.n = -1";
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (Connection victim = cluster.connect("shop");
                Connection bystander = cluster.connect("shop");
                Connection killer = cluster.connect("shop")) {
            execute(killer, "CREATE TABLE crowd (n BIGINT NOT NULL, SHARD KEY (n))");
            try (PreparedStatement insert = killer.prepareStatement("INSERT INTO crowd VALUES (?)")) {
                for (int i = 0; i < 20_000; i++) {
                    insert.setLong(1, i);
                    insert.addBatch();
                }
                insert.executeBatch();
            }
            long id = sessionOf(victim);
            Future<List<List<Object>>> running = other.submit(() -> query(victim, endless));
            for (int i = 0; !"executing".equals(process(killer, id).get(6)) && i < 500; i++) {
                Thread.sleep(10);
            }
            assertThat(process(killer, id).subList(1, 5)).containsExactly("root", "localhost", "shop", "Query");
            assertThat(process(killer, id).get(7)).isEqualTo(endless);
            try (Statement open = bystander.createStatement();
                    ResultSet rows = open.executeQuery("SELECT n FROM crowd")) {
                assertThat(rows.next()).isTrue();
                execute(killer, "KILL QUERY " + id);
                assertThatThrownBy(() -> running.get(2, TimeUnit.SECONDS))
                        .hasStackTraceContaining("KILL QUERY of session " + sessionOf(killer));
                int seen = 1;
                while (rows.next()) {
                    seen++;
                }
                assertThat(seen).isEqualTo(20_000);
            }
            assertThat(query(victim, "SELECT count(*) FROM crowd")).containsExactly(List.of(20_000L));
            assertThat(process(killer, id).get(4)).isEqualTo("Sleep");

            try (Statement open = victim.createStatement();
                    ResultSet rows = open.executeQuery("SELECT n FROM crowd")) {
                assertThat(rows.next()).isTrue();
                assertThat(process(killer, id).get(6)).isEqualTo("waiting for the client to read");
                execute(killer, "KILL QUERY " + id);
                assertThatThrownBy(() -> {
                            while (rows.next()) {}
                        })
                        .hasMessageContaining("KILL QUERY of session");
            }
            execute(killer, "KILL " + sessionOf(bystander));
            assertThat(query(killer, "SHOW PROCESSLIST")).hasSizeGreaterThanOrEqualTo(2);
            refused(killer, "KILL 987654", "HY000", 1094, "Unknown thread id: 987654");
            refused(killer, "KILL QUERY " + sessionOf(killer), "70100", 1317, "KILL QUERY of session");
        } finally {
            other.shutdownNow();
        }
    }
}
