package dev.millrace.launch;

import dev.millrace.spec.error.Position;
import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.calcite.avatica.AvaticaSqlException;

/** Errors of statements as the mysql client prints them: {@code ERROR 1146 (42S02): message at line 1, column 15}. */
final class SqlErrors {
    private static final Pattern PLACE = Pattern.compile("(.*) at line (\\d{1,9}), column (\\d{1,9})", Pattern.DOTALL);

    /** What the driver puts before the server's words. */
    private static final String REMOTE = "Remote driver error: ";

    private SqlErrors() {}

    /** The error of something the user has not written: a place in it would mislead. */
    static String line(SQLException e) {
        String message = message(e, "");
        Matcher place = PLACE.matcher(message);
        return prefix(e) + oneLine(place.matches() ? place.group(1) : message);
    }

    /** The error of a statement in a script: its position becomes one of the script. */
    static String line(SQLException e, SqlScript.Piece piece) {
        String message = message(e, piece.sql());
        Matcher place = PLACE.matcher(message);
        if (!place.matches()) {
            return prefix(e) + oneLine(message);
        }
        Position inScript =
                piece.inScript(new Position(Integer.parseInt(place.group(2)), Integer.parseInt(place.group(3))));
        return prefix(e) + oneLine(place.group(1)) + " at " + inScript;
    }

    /** What the server said, without what the driver put around it. */
    private static String message(SQLException e, String sql) {
        String message = e instanceof AvaticaSqlException avatica ? avatica.getErrorMessage() : e.getMessage();
        if (message == null) {
            return e.getClass().getSimpleName();
        }
        int said = message.lastIndexOf(REMOTE);
        if (said >= 0) {
            return message.substring(said + REMOTE.length());
        }
        int echo = sql.isEmpty() ? -1 : message.indexOf(sql);
        return echo < 0 ? message : message.substring(echo + sql.length()).replaceFirst("^[\"\\]\\s:]+", "");
    }

    private static String prefix(SQLException e) {
        String state = e.getSQLState();
        return "ERROR " + e.getErrorCode() + " (" + (state == null ? "HY000" : state) + "): ";
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
