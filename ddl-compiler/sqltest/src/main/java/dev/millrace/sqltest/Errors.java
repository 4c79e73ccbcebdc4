package dev.millrace.sqltest;

import java.sql.SQLException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Errors as words of a file. */
final class Errors {
    private static final Pattern PLACE = Pattern.compile("at line (\\d+), column (\\d+)\\s*$");

    private Errors() {}

    /** SQLSTATE, number, and LINE:COLUMN; {@code -} for what there is not. */
    static List<String> parts(SQLException e) {
        Matcher place = PLACE.matcher(String.valueOf(e.getMessage()));
        return List.of(
                e.getSQLState() == null ? "-" : e.getSQLState(),
                Integer.toString(e.getErrorCode()),
                place.find() ? place.group(1) + ":" + place.group(2) : "-");
    }
}
