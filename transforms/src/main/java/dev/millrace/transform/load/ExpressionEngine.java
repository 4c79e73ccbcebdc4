package dev.millrace.transform.load;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.type.SqlType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.duckdb.DuckDBDriver;

/**
 * An in-memory DuckDB for the expressions of a pipeline: defaults that are not plain literals. It starts when the first
 * expression is evaluated, so a pipeline without any never loads the native library. Loaders on several threads may
 * share one engine; it outlives them.
 */
public final class ExpressionEngine implements AutoCloseable {
    /** Enough for scalar expressions over a batch. */
    public static final long MEMORY_BYTES_DEFAULT = 64L << 20;

    private final long memoryBytesMax;
    private final int threads;
    private final Path temp;
    private Optional<Connection> connection = Optional.empty();
    private boolean closed;

    /**
     * @param memoryBytesMax DuckDB's memory_limit
     * @param threads DuckDB's worker threads, at least 1
     * @param temp folder for what does not fit; created when needed
     */
    public ExpressionEngine(long memoryBytesMax, int threads, Path temp) {
        this.memoryBytesMax = memoryBytesMax;
        this.threads = threads;
        this.temp = requireNonNull(temp, "temp");
        if (memoryBytesMax <= 0 || threads < 1) {
            throw new IllegalArgumentException(memoryBytesMax + " bytes, " + threads + " threads");
        }
    }

    /**
     * The value of an expression for so many rows, as text that a column of the type reads.
     *
     * @throws StatementException INVALID_DEFAULT if DuckDB cannot evaluate it or cast it to the type
     */
    synchronized List<Optional<byte[]>> evaluate(String expression, SqlType type, int rows) {
        boolean binary = type.duckdb().equals("BLOB");
        String cast = "CAST((" + expression + ") AS " + type.duckdb() + ")";
        String sql = "SELECT " + (binary ? "hex(" + cast + ")" : "CAST(" + cast + " AS VARCHAR)") + " FROM range("
                + rows + ")";
        List<Optional<byte[]>> values = new ArrayList<>(rows);
        try (Statement statement = connect().createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                values.add(Optional.ofNullable(result.getString(1)).map(text -> bytes(text, binary)));
            }
        } catch (SQLException e) {
            throw new StatementException(
                    SqlState.INVALID_DEFAULT,
                    "default " + expression + " is no " + type.sql() + ": " + e.getMessage(),
                    e);
        }
        return values;
    }

    private static byte[] bytes(String text, boolean binary) {
        return binary ? HexFormat.of().parseHex(text) : text.getBytes(StandardCharsets.UTF_8);
    }

    private Connection connect() throws SQLException {
        if (closed) {
            throw new IllegalStateException("the expression engine is closed");
        }
        if (connection.isPresent()) {
            return connection.get();
        }
        Properties settings = new Properties();
        settings.setProperty("memory_limit", memoryBytesMax + "B");
        settings.setProperty("threads", Integer.toString(threads));
        settings.setProperty("temp_directory", temp.toString());
        // Not through DriverManager: it does not see drivers that came with a job's own class loader.
        Connection opened = new DuckDBDriver().connect("jdbc:duckdb:", settings);
        try (Statement statement = opened.createStatement()) {
            // Expressions come from users: no files, no network, and UTC is the session's zone.
            statement.execute("SET GLOBAL TimeZone = 'UTC'");
            statement.execute("SET GLOBAL enable_external_access = false");
            statement.execute("SET GLOBAL lock_configuration = true");
        } catch (SQLException e) {
            opened.close();
            throw e;
        }
        connection = Optional.of(opened);
        return opened;
    }

    /** Stops DuckDB, if it runs. */
    @Override
    public synchronized void close() {
        closed = true;
        if (connection.isPresent()) {
            try {
                connection.get().close();
            } catch (SQLException e) {
                throw new IllegalStateException("cannot close the in-memory DuckDB", e);
            }
            connection = Optional.empty();
        }
    }
}
