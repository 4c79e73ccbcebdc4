package dev.millrace.aggregator.plan;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.Locale;

/** What DuckDB says when a fragment or a merge fails, as the user's mistake that it is: as the executor does it. */
final class EngineErrors {
    private EngineErrors() {}

    /** The error of a statement whose SQL failed with this message of DuckDB. */
    static StatementException translate(String message, Throwable cause) {
        String text = message == null ? "" : message;
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.contains("more than one row returned by a subquery")) {
            return new StatementException(
                    SqlState.SUBQUERY_RETURNS_MANY_ROWS, "Subquery returns more than 1 row", cause);
        }
        if (lower.contains("out of memory")) {
            return new StatementException(SqlState.RESOURCES_EXHAUSTED, firstLine(text), cause);
        }
        if (lower.contains("interrupt")) {
            return new StatementException(SqlState.QUERY_INTERRUPTED, "Query execution was interrupted", cause);
        }
        boolean tooManyDigits = lower.contains("could not cast value") && lower.contains("to decimal");
        if (lower.contains("out of range") || lower.contains("overflow") || tooManyDigits) {
            return new StatementException(SqlState.NUMERIC_OVERFLOW, firstLine(text), cause);
        }
        if (lower.contains("conversion error")
                || lower.contains("could not convert")
                || lower.contains("could not cast")) {
            return new StatementException(SqlState.INCORRECT_VALUE, firstLine(text), cause);
        }
        if (lower.contains("invalid input error")) {
            return new StatementException(SqlState.WRONG_ARGUMENTS, firstLine(text), cause);
        }
        return new StatementException(SqlState.INTERNAL, firstLine(text), cause);
    }

    private static String firstLine(String text) {
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }
}
