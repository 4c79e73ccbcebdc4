package dev.millrace.transform.load;

import static dev.millrace.transform.load.Loads.column;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.type.SqlType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.duckdb.DuckDBConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Loaded rows on their way to a leaf: written as an Arrow stream, read by DuckDB. */
class ArrowOutputTest {
    private final Loads loads = new Loads();

    @AfterEach
    void nothingIsLeft() {
        loads.close();
    }

    private static ColumnSpec[] everyType() {
        List<ColumnSpec> columns = new ArrayList<>();
        for (SqlType.Kind kind : SqlType.Kind.values()) {
            SqlType type = switch (kind) {
                case DECIMAL -> SqlType.decimal(22, 2);
                case CHAR, VARCHAR, BINARY, VARBINARY -> SqlType.of(kind, 3);
                case DATETIME, TIMESTAMP -> SqlType.of(kind, 6);
                default -> SqlType.of(kind);
            };
            columns.add(column(kind.name(), type));
        }
        columns.add(column("small", SqlType.decimal(4, 1)));
        return columns.toArray(ColumnSpec[]::new);
    }

    @Test
    void duckDbReadsEveryTypeAsTheTableHasIt() throws IOException, SQLException {
        ColumnSpec[] columns = everyType();
        PipelineSpec pipeline = Loads.csv(columns);
        String row = "1,-5,300,70000,5000000000,1.5,-2.25,99999999999999999999.99,ab,é,t\\,x,a,\\0b,c,"
                + "2024-02-29,2024-02-29 01:02:03.000004,1969-12-31 23:59:59,[1\\,2],-12.5";
        String nulls = "\\N" + ",\\N".repeat(columns.length - 1);
        try (Loader loader = new Loader(pipeline, loads.allocator, loads.engine);
                LoadResult result = loader.load(RecordBatch.of(0, Loads.bytes(row, nulls, row)))) {
            assertThat(result.errors()).isEmpty();
            ByteArrayOutputStream stream = new ByteArrayOutputStream();
            try (ArrowStreamWriter writer = new ArrowStreamWriter(result.rows(), null, Channels.newChannel(stream))) {
                writer.writeBatch();
            }
            List<List<String>> read = read(stream.toByteArray());
            List<String> types = new ArrayList<>();
            for (ColumnSpec column : columns) {
                types.add(column.type().duckdb());
            }
            assertThat(read.get(0)).isEqualTo(types);
            List<String> values = List.of(
                    "true",
                    "-5",
                    "300",
                    "70000",
                    "5000000000",
                    "1.5",
                    "-2.25",
                    "99999999999999999999.99",
                    "ab",
                    "é",
                    "t,x",
                    "a\\x00\\x00",
                    "\\x00b",
                    "c",
                    "2024-02-29",
                    "2024-02-29 01:02:03.000004",
                    "1969-12-31 23:59:59",
                    "[1,2]",
                    "-12.5");
            assertThat(read.get(1)).isEqualTo(values);
            assertThat(read.get(2)).hasSize(columns.length).containsOnlyNulls();
            assertThat(read.get(3)).isEqualTo(values);
        }
    }

    /* Types, then rows, as DuckDB shows them. */
    private List<List<String>> read(byte[] stream) throws IOException, SQLException {
        List<List<String>> rows = new ArrayList<>();
        try (DuckDBConnection connection =
                        DriverManager.getConnection("jdbc:duckdb:").unwrap(DuckDBConnection.class);
                ArrowReader reader = new ArrowStreamReader(new ByteArrayInputStream(stream), loads.allocator);
                ArrowArrayStream exported = ArrowArrayStream.allocateNew(loads.allocator);
                Statement statement = connection.createStatement()) {
            Data.exportArrayStream(loads.allocator, reader, exported);
            connection.registerArrowStream("loaded", exported);
            statement.execute("CREATE TABLE t AS SELECT * FROM loaded");
            for (String sql :
                    List.of("SELECT typeof(COLUMNS(*)) FROM t LIMIT 1", "SELECT COLUMNS(*)::VARCHAR FROM t")) {
                try (ResultSet result = statement.executeQuery(sql)) {
                    while (result.next()) {
                        List<String> row = new ArrayList<>();
                        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                            row.add(result.getString(i));
                        }
                        rows.add(row);
                    }
                }
            }
        }
        return rows;
    }
}
