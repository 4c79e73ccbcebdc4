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
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDriver;

/**
 * An in-memory DuckDB for the expressions of a pipeline: SET, WHERE, and defaults that are not plain literals. It starts when the first
 * expression is evaluated, so a pipeline without any never loads the native library. Loaders on several threads may
 * share one engine; it outlives them.
 */
public final class ExpressionEngine implements AutoCloseable {
    /** Enough for scalar expressions over a batch. */
    public static final long MEMORY_BYTES_DEFAULT = 64L << 20;

    private static final String INPUTS = "temp.main._inputs";
    private static final String PART = "temp.main._part";

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

    /**
     * The values of expressions for rows of inputs, as text.
     *
     * @param where rows for which it is not true have no values
     * @throws IllegalStateException if DuckDB cannot take the inputs; what cannot be evaluated is a row's problem
     */
    synchronized Computed compute(InputRows inputs, List<String> expressions, Optional<String> where) {
        Computed computed = new Computed(inputs.rows());
        if (inputs.rows() == 0) {
            return computed;
        }
        String list = expressions.isEmpty() ? "" : ", " + String.join(", ", expressions);
        String body = " FROM " + PART + where.map(sql -> " WHERE " + sql).orElse("");
        try {
            DuckDBConnection duckdb = connect().unwrap(DuckDBConnection.class);
            execute(duckdb, "CREATE OR REPLACE TEMP TABLE _inputs (" + inputs.columns() + ")");
            try (DuckDBAppender table = duckdb.createAppender("temp", "main", "_inputs")) {
                inputs.append(table);
            }
            // The tables stay for the next call to replace: at low rates statements cost more than rows.
            evaluate(duckdb, "SELECT \"@\"" + list + body, INPUTS, 0, inputs.rows(), computed);
        } catch (SQLException e) {
            throw new IllegalStateException("rows do not go into DuckDB: " + e.getMessage(), e);
        }
        return computed;
    }

    /*
     * One row that cannot be evaluated fails the statement, so a part that fails is halved until such rows stand alone.
     * A part has a table of its own: DuckDB is free to evaluate the expressions before a condition on the row's number.
     */
    private static void evaluate(Connection duckdb, String sql, String source, int from, int to, Computed computed)
            throws SQLException {
        String failed;
        try (Statement statement = duckdb.createStatement();
                ResultSet rows = statement.executeQuery(sql.replace(PART, source))) {
            int values = rows.getMetaData().getColumnCount() - 1;
            while (rows.next()) {
                String[] row = new String[values];
                for (int i = 0; i < values; i++) {
                    row[i] = rows.getString(i + 2);
                }
                computed.values[rows.getInt(1)] = row;
            }
            return;
        } catch (SQLException e) {
            failed = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        }
        Arrays.fill(computed.values, from, to, null);
        if (to - from == 1) {
            computed.problems[from] = failed;
            return;
        }
        int middle = (from + to) >>> 1;
        for (int[] half : new int[][] {{from, middle}, {middle, to}}) {
            execute(
                    duckdb,
                    "CREATE OR REPLACE TEMP TABLE _part AS SELECT * FROM " + INPUTS + " WHERE \"@\" >= " + half[0]
                            + " AND \"@\" < " + half[1]);
            evaluate(duckdb, sql, PART, half[0], half[1], computed);
        }
    }

    private static void execute(Connection duckdb, String sql) throws SQLException {
        try (Statement statement = duckdb.createStatement()) {
            statement.execute(sql);
        }
    }

    /** What became of each row. */
    static final class Computed {
        private final String[][] values;
        private final String[] problems;

        private Computed(int rows) {
            values = new String[rows][];
            problems = new String[rows];
        }

        /** Whether WHERE keeps the row; throws what keeps it from being evaluated. */
        boolean isKept(int row) {
            if (problems[row] != null) {
                throw BadValue.of(
                        RecordError.Kind.EXPRESSION, "SET or WHERE cannot be evaluated: " + problems[row], "");
            }
            return values[row] != null;
        }

        /** Of a kept row; null for NULL. */
        String[] values(int row) {
            return values[row];
        }
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
