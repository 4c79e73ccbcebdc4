package dev.millrace.aggregator.execute;

import dev.millrace.ddl.Place;
import dev.millrace.ddl.SqlText;

/** Parts of a statement's text, padded so that places in them are places in the whole. */
final class SourceText {
    private static final String SELECT = "SELECT ";

    private SourceText() {}

    static String query(SqlText text) {
        return pad(text.at()) + text.sql();
    }

    /** A query for one expression: it stands where it stood in the statement, if there is room before it. */
    static String expression(SqlText text) {
        Place at = text.at();
        if (at.line() == 1) {
            int room = at.column() - 1 - SELECT.length();
            return " ".repeat(Math.max(0, room)) + SELECT + text.sql();
        }
        return SELECT.strip() + pad(at) + text.sql();
    }

    private static String pad(Place at) {
        return "\n".repeat(at.line() - 1) + " ".repeat(at.column() - 1);
    }
}
