package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A program with nothing but the stock Avatica driver makes tables and a pipeline, writes, and reads a million rows. */
class StockClientIT {
    private static final int INSERTED = 15_625;
    private static final int DOUBLINGS = 6;
    private static final long ROWS = 1_000_000;
    private static final int BATCH_ROWS = 1_000;
    private static final int PAGE_ROWS = 5_000;
    private static final long LOADED = 50_000;

    /** A page and what the driver makes of it are a few megabytes; a million rows are some hundred. */
    private static final long HEAP_GROWTH_MAX = 48L << 20;

    @TempDir
    private Path data;

    @Test
    @Timeout(60)
    void tablesAndPipelineAreMadeFilledAndReadInPages() throws Exception {
        assertThat((long) INSERTED << DOUBLINGS).isEqualTo(ROWS);
        try (MillraceProcess millrace = MillraceProcess.start(data, "--kafka");
                Connection connection = millrace.connect();
                Statement statement = connection.createStatement()) {
            Numbers numbers = new Numbers(millrace.kafka(), "numbers");
            numbers.create();
            statement.execute("CREATE DATABASE d");
            statement.execute("CREATE TABLE d.loaded (id BIGINT NOT NULL, word VARCHAR(40), SHARD KEY (id))");
            statement.execute("CREATE PIPELINE d.p AS LOAD DATA KAFKA '" + millrace.kafka()
                    + "/numbers' INTO TABLE d.loaded FIELDS TERMINATED BY ','");
            statement.execute("START PIPELINE d.p");
            numbers.produce(0, LOADED, Integer.MAX_VALUE);

            statement.execute("USE d");
            statement.execute("CREATE TABLE items (id BIGINT NOT NULL, label VARCHAR(30), price DECIMAL(12,2),"
                    + " at DATETIME(3), SHARD KEY (id))");
            insert(connection);
            for (long rows = INSERTED; rows < ROWS; rows *= 2) {
                assertThat(statement.executeUpdate(
                                "INSERT INTO items SELECT id + " + rows + ", label, price, at FROM items"))
                        .isEqualTo(rows);
            }
            readPages(connection);
            readWithParameters(connection);
            readMetadata(connection);
            readLoaded(statement);
            statement.execute("STOP PIPELINE p");
            statement.execute("DROP PIPELINE p");
        }
    }

    private static void insert(Connection connection) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO items VALUES (?, ?, ?, ?)")) {
            assertThat(insert.getParameterMetaData().getParameterType(3)).isEqualTo(Types.DECIMAL);
            int pending = 0;
            for (int id = 0; id < INSERTED; id++) {
                insert.setLong(1, id);
                insert.setString(2, "item " + id);
                insert.setBigDecimal(3, price(id));
                insert.setTimestamp(4, new Timestamp(id));
                insert.addBatch();
                pending++;
                if (pending == BATCH_ROWS || id == INSERTED - 1) {
                    assertThat(insert.executeBatch()).hasSize(pending).containsOnly(1);
                    pending = 0;
                }
            }
        }
    }

    private static BigDecimal price(long id) {
        return BigDecimal.valueOf(id % INSERTED, 2);
    }

    private static void readPages(Connection connection) throws SQLException {
        long before = usedHeap();
        long ids = 0;
        int count = 0;
        BigDecimal sum = BigDecimal.ZERO;
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(PAGE_ROWS);
            try (ResultSet rows = statement.executeQuery("SELECT id, label, price, at FROM items")) {
                while (rows.next()) {
                    long id = rows.getLong(1);
                    long original = id % INSERTED;
                    ids += id;
                    sum = sum.add(rows.getBigDecimal(3));
                    if (!rows.getString(2).equals("item " + original)
                            || rows.getTimestamp(4).getTime() != original) {
                        throw new AssertionError(
                                "row " + id + " is " + rows.getString(2) + ", " + rows.getTimestamp(4));
                    }
                    if (++count % (ROWS / 4) == 0) {
                        assertThat(usedHeap() - before).isLessThan(HEAP_GROWTH_MAX);
                    }
                }
            }
        }
        assertThat(count).isEqualTo((int) ROWS);
        assertThat(ids).isEqualTo(ROWS * (ROWS - 1) / 2);
        assertThat(sum)
                .isEqualByComparingTo(price(INSERTED - 1)
                        .multiply(BigDecimal.valueOf(INSERTED))
                        .multiply(BigDecimal.valueOf(ROWS / INSERTED))
                        .divide(BigDecimal.valueOf(2)));
    }

    private static long usedHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static void readWithParameters(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT count(*), sum(id), max(label) FROM items WHERE id >= ? AND id < ? AND label = ?")) {
            for (int id : new int[] {0, 1, INSERTED - 1}) {
                select.setLong(1, 0);
                select.setLong(2, 3L * INSERTED);
                select.setString(3, "item " + id);
                try (ResultSet row = select.executeQuery()) {
                    assertThat(row.next()).isTrue();
                    assertThat(row.getLong(1)).isEqualTo(3);
                    assertThat(row.getLong(2)).isEqualTo(3L * id + 3L * INSERTED);
                    assertThat(row.getString(3)).isEqualTo("item " + id);
                    assertThat(row.next()).isFalse();
                }
            }
        }
    }

    private static void readMetadata(Connection connection) throws SQLException {
        DatabaseMetaData metadata = connection.getMetaData();
        List<String> tables = new ArrayList<>();
        try (ResultSet rows = metadata.getTables(null, "d", "%", new String[] {"TABLE"})) {
            while (rows.next()) {
                tables.add(rows.getString("TABLE_NAME"));
            }
        }
        assertThat(tables).containsExactly("items", "loaded");
        List<String> columns = new ArrayList<>();
        try (ResultSet rows = metadata.getColumns(null, "d", "items", "%")) {
            while (rows.next()) {
                columns.add(rows.getString("COLUMN_NAME") + " " + rows.getInt("DATA_TYPE") + " "
                        + rows.getString("IS_NULLABLE"));
            }
        }
        assertThat(columns)
                .containsExactly(
                        "id " + Types.BIGINT + " NO",
                        "label " + Types.VARCHAR + " YES",
                        "price " + Types.DECIMAL + " YES",
                        "at " + Types.TIMESTAMP + " YES");
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT id AS number, price FROM items WHERE id = -1")) {
            ResultSetMetaData row = rows.getMetaData();
            assertThat(row.getColumnLabel(1)).isEqualTo("number");
            assertThat(row.getColumnName(1)).isEqualTo("id");
            assertThat(row.getTableName(1)).isEqualTo("items");
            assertThat(row.isNullable(1)).isEqualTo(ResultSetMetaData.columnNoNulls);
            assertThat(row.getPrecision(2)).isEqualTo(12);
            assertThat(row.getScale(2)).isEqualTo(2);
            assertThat(rows.next()).isFalse();
        }
    }

    private static void readLoaded(Statement statement) throws Exception {
        Await.until("everything is loaded", () -> {
            try (ResultSet row = statement.executeQuery("SELECT count(*) FROM loaded")) {
                row.next();
                return row.getLong(1) >= LOADED;
            }
        });
        try (ResultSet row = statement.executeQuery("SELECT count(*), sum(id), count(DISTINCT word) FROM loaded")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getLong(1)).isEqualTo(LOADED);
            assertThat(row.getLong(2)).isEqualTo(LOADED * (LOADED - 1) / 2);
            assertThat(row.getLong(3)).isEqualTo(LOADED);
        }
    }
}
