package dev.millrace.aggregator.execute;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.RefusedException;
import java.util.Locale;

/**
 * What an engine said about a query that was planned without a mistake, as an error of the statement. DuckDB's classes
 * of errors stand at the start of its messages.
 */
final class EngineErrors {
    private EngineErrors() {}

    static StatementException of(RefusedException refused) {
        if (refused.refusal() == Refusal.QUERY_FAILED) {
            return of(String.valueOf(refused.getMessage()), refused);
        }
        return refused.toStatementException();
    }

    static StatementException of(String message, Throwable cause) {
        String first = message.lines().findFirst().orElse("").strip();
        String folded = first.toLowerCase(Locale.ROOT);
        SqlState state;
        if (folded.contains("more than one row returned by a subquery")) {
            return new StatementException(
                    SqlState.SUBQUERY_RETURNS_MANY_ROWS, "Subquery returns more than 1 row", cause);
        } else if (folded.contains("out of range")
                || folded.contains("overflow")
                || folded.contains("could not cast value") && folded.contains("to decimal")) {
            state = SqlState.NUMERIC_OVERFLOW;
        } else if (folded.contains("conversion error") || folded.contains("malformed json")) {
            state = SqlState.INCORRECT_VALUE;
        } else if (folded.contains("out of memory error")) {
            state = SqlState.RESOURCES_EXHAUSTED;
        } else if (folded.contains("interrupt")) {
            state = SqlState.QUERY_INTERRUPTED;
        } else {
            state = SqlState.INTERNAL;
        }
        return new StatementException(state, first, cause);
    }
}
