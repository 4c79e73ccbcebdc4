package dev.millrace.transform.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import dev.millrace.spec.FormatSpec;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.duckdb.DuckDBDriver;

/**
 * Rows of a Parquet file, streamed by DuckDB, each as a JSON object with one key for each mapping: so values pass through
 * the same columns as text from anywhere. Values are text as DuckDB writes it, which loses nothing; structs, lists and maps
 * are JSON. A field that the file does not have is a key that is not there. Places are numbers of rows.
 */
public final class ParquetRows implements FileRecords {
    private static final int PIECE_BYTES = 4 << 20;
    private static final int PIECE_ROWS_MAX = 50_000;

    /** A row group is read column by column; one thread needs little more than that. */
    private static final String MEMORY_MAX = "256MB";

    private final Connection connection;
    private final Statement statement;
    private final ResultSet rows;
    private long place;
    private boolean ended;

    private ParquetRows(Connection connection, Statement statement, ResultSet rows, long place) {
        this.connection = connection;
        this.statement = statement;
        this.rows = rows;
        this.place = place;
    }

    /** The key of a mapping in a row's object. */
    static String key(int mapping) {
        return Integer.toString(mapping);
    }

    /** @param row the first that is wanted */
    public static ParquetRows open(FormatSpec.Parquet format, String path, long row) throws IOException {
        if (path.chars().anyMatch(c -> "*?[".indexOf(c) >= 0)) {
            throw new IOException("a name with a wildcard cannot be read as Parquet");
        }
        Connection connection = null;
        try {
            Properties properties = new Properties();
            properties.put("jdbc_stream_results", "true");
            properties.put("autoinstall_known_extensions", "false");
            properties.put("autoload_known_extensions", "false");
            // Not through DriverManager: it does not see drivers that came with a job's own class loader.
            connection = new DuckDBDriver().connect("jdbc:duckdb:", properties);
            try (Statement settings = connection.createStatement()) {
                settings.execute("SET memory_limit = '" + MEMORY_MAX + "'");
                settings.execute("SET threads = 1");
                settings.execute("SET TimeZone = 'UTC'");
                settings.execute("SET allowed_paths = [" + literal(path) + "]");
                settings.execute("SET enable_external_access = false");
            }
            String source = " FROM read_parquet(" + literal(path) + ", file_row_number = true) AS \"@\"";
            String object = object(format, connection, source);
            Statement statement = connection.createStatement();
            ResultSet rows =
                    statement.executeQuery("SELECT " + object + source + " WHERE \"@\".file_row_number >= " + row);
            return new ParquetRows(connection, statement, rows, row);
        } catch (SQLException e) {
            close(connection);
            throw failed(e);
        } catch (IOException e) {
            close(connection);
            throw e;
        }
    }

    private static void close(Connection connection) {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                // It only read.
            }
        }
    }

    private static String object(FormatSpec.Parquet format, Connection connection, String source)
            throws SQLException, IOException {
        type(connection, "1", source); // fails for what is no Parquet
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < format.mappings().size(); i++) {
            List<String> path = format.mappings().get(i).path();
            String field = path.stream()
                    .map(name -> '"' + name.replace("\"", "\"\"") + '"')
                    .collect(joining(".", "\"@\".", ""));
            String type;
            try {
                type = type(connection, field, source);
            } catch (SQLException e) {
                continue; // it has no such field
            }
            if (type.equals("BLOB")) {
                throw new IOException("field " + String.join("::", path) + " holds bytes that are not said to be text");
            }
            boolean nested = type.endsWith("]") || type.startsWith("STRUCT") || type.startsWith("MAP");
            values.put(key(i), nested ? "to_json(" + field + ")" : "CAST(" + field + " AS VARCHAR)");
        }
        return values.isEmpty()
                ? "'{}'"
                : values.entrySet().stream()
                        .map(entry -> "'" + entry.getKey() + "': " + entry.getValue())
                        .collect(joining(", ", "CAST(to_json({", "}) AS VARCHAR)"));
    }

    private static String type(Connection connection, String field, String source) throws SQLException {
        try (Statement probe = connection.createStatement();
                ResultSet none = probe.executeQuery("SELECT " + field + source + " LIMIT 0")) {
            return none.getMetaData().getColumnTypeName(1);
        }
    }

    private static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    @Override
    public RecordBatch next() throws IOException {
        List<byte[]> values = new ArrayList<>();
        long first = place;
        try {
            for (long size = 0; size < PIECE_BYTES && values.size() < PIECE_ROWS_MAX; ) {
                if (!rows.next()) {
                    ended = true;
                    break;
                }
                byte[] value = rows.getString(1).getBytes(UTF_8);
                values.add(value);
                size += value.length;
            }
        } catch (SQLException e) {
            throw failed(e);
        }
        place += values.size();
        return RecordBatch.of(first, values);
    }

    @Override
    public long place() {
        return place;
    }

    @Override
    public boolean hasEnded() {
        return ended;
    }

    private static IOException failed(SQLException e) {
        return new IOException(
                String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
    }

    @Override
    public void close() throws IOException {
        try {
            rows.close();
            statement.close();
        } catch (SQLException e) {
            throw failed(e);
        } finally {
            close(connection);
        }
    }
}
