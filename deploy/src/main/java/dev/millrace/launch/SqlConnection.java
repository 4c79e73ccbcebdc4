package dev.millrace.launch;

import static dev.millrace.spec.error.SqlState.STORE_UNREACHABLE;
import static dev.millrace.spec.error.SqlState.WRONG_CONFIG;

import dev.millrace.spec.error.StatementException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Optional;

/** A connection to an aggregator, through this product's driver or the stock Avatica one. */
final class SqlConnection implements AutoCloseable {
    static final String URL_DEFAULT = "jdbc:millrace://127.0.0.1:8765";

    private static final String DRIVER_PREFIX = "jdbc:millrace://";
    private static final String STOCK_PREFIX = "jdbc:avatica:remote:";

    /** The driver's default is 100 rows per round trip. */
    private static final int FETCH_ROWS = 10_000;

    private final Connection connection;

    private SqlConnection(Connection connection) {
        this.connection = connection;
    }

    /**
     * Connects and, if a database is named, goes there.
     *
     * @param url a JDBC URL or {@code http://host:port}
     * @throws StatementException WRONG_CONFIG for a URL that is neither, STORE_UNREACHABLE if nobody answers
     * @throws SQLException what the aggregator says, such as an unknown database
     */
    static SqlConnection open(String url, Optional<String> database) throws SQLException {
        String jdbcUrl = jdbcUrl(url);
        Connection connection = null;
        try {
            connection = DriverManager.getConnection(jdbcUrl);
            SqlConnection opened = new SqlConnection(connection);
            connection.isValid(0); // the driver connects lazily
            if (database.isPresent()) {
                opened.execute("USE " + quoted(database.get()));
            }
            return opened;
        } catch (SQLException | RuntimeException e) {
            close(connection, e);
            Optional<StatementException> nobody = unreachable(url, e);
            if (nobody.isPresent()) {
                throw nobody.get();
            }
            throw e;
        }
    }

    /** The URL as the driver wants it. */
    static String jdbcUrl(String url) {
        String wanted = url.startsWith("http://") ? DRIVER_PREFIX + url.substring("http://".length()) : url;
        boolean ours = wanted.startsWith(DRIVER_PREFIX);
        if (!ours && !wanted.startsWith(STOCK_PREFIX)) {
            throw new StatementException(
                    WRONG_CONFIG, "--url " + url + " is neither " + DRIVER_PREFIX + "HOST:PORT nor http://HOST:PORT");
        }
        if (wanted.toLowerCase(Locale.ROOT).contains("fetch_size=")) {
            return wanted;
        }
        String separator = !ours ? ";" : wanted.contains("?") ? "&" : "?";
        return wanted + separator + "fetch_size=" + FETCH_ROWS;
    }

    /** The class that connects a URL of {@link #jdbcUrl}. */
    static String driverClass(String jdbcUrl) {
        return jdbcUrl.startsWith(STOCK_PREFIX)
                ? "org.apache.calcite.avatica.remote.Driver"
                : "dev.millrace.jdbc.MillraceDriver";
    }

    static String quoted(String name) {
        return '`' + name.replace("`", "``") + '`';
    }

    Connection jdbc() {
        return connection;
    }

    /** Runs a statement without looking at its result. */
    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    /** Nobody behind the URL, said plainly; empty for anything else. */
    static Optional<StatementException> unreachable(String url, Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConnectException) {
                return Optional.of(new StatementException(
                        STORE_UNREACHABLE, "nobody answers at " + url + "; is 'millrace start' running?", failure));
            }
            if (cause instanceof UnknownHostException) {
                return Optional.of(new StatementException(STORE_UNREACHABLE, "unknown host in " + url, failure));
            }
        }
        return Optional.empty();
    }

    private static void close(Connection connection, Throwable failure) {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException | RuntimeException e) {
                failure.addSuppressed(e);
            }
        }
    }
}
