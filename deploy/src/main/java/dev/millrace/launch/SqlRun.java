package dev.millrace.launch;

import java.io.IOException;
import java.io.PrintWriter;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Runs statements one after another until one fails. */
final class SqlRun {
    private final SqlConnection connection;
    private final ResultPrinter printer;
    private final boolean talkative;
    private final PrintWriter out;
    private final PrintWriter err;

    /**
     * @param talkative whether to say how many rows there were and how long it took, beside the rows
     */
    SqlRun(SqlConnection connection, ResultPrinter printer, boolean talkative, PrintWriter out, PrintWriter err) {
        this.connection = connection;
        this.printer = printer;
        this.talkative = talkative;
        this.out = out;
        this.err = err;
    }

    /** Whether all statements succeeded; the first that does not is reported on stderr and is the last. */
    boolean all(SqlScript script) throws IOException {
        Optional<SqlScript.Piece> next;
        while ((next = script.next()).isPresent()) {
            if (!piece(next.get())) {
                return false;
            }
        }
        return true;
    }

    /** Whether one statement of a script succeeded; if not, it is reported on stderr. */
    boolean piece(SqlScript.Piece piece) {
        try {
            one(piece.sql());
            return true;
        } catch (SQLException e) {
            out.flush();
            err.println(SqlErrors.line(e, piece));
            return false;
        }
    }

    private void one(String sql) throws SQLException {
        long begun = System.nanoTime();
        try (Statement statement = connection.jdbc().createStatement()) {
            if (!statement.execute(sql)) {
                say("Query OK, " + count(Math.max(0, statement.getLargeUpdateCount())) + " affected", begun);
                return;
            }
            try (ResultSet rows = statement.getResultSet()) {
                long count = printer.print(rows);
                say(count == 0 ? "Empty set" : count(count) + " in set", begun);
            }
        }
    }

    private void say(String what, long begun) {
        if (talkative) {
            double seconds = (System.nanoTime() - begun) / (double) TimeUnit.SECONDS.toNanos(1);
            out.printf(Locale.ROOT, "%s (%.2f s)%n", what, seconds);
        }
        out.flush();
    }

    private static String count(long rows) {
        return rows == 1 ? "1 row" : rows + " rows";
    }
}
