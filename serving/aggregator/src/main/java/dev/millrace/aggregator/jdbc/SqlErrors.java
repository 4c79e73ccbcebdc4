package dev.millrace.aggregator.jdbc;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.wire.RefusedException;
import org.apache.calcite.avatica.AvaticaSeverity;
import org.apache.calcite.avatica.NoSuchConnectionException;
import org.apache.calcite.avatica.remote.AvaticaRuntimeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Exceptions → errors with SQLSTATE and number, as a client sees them. */
final class SqlErrors {
    private static final Logger LOG = LoggerFactory.getLogger(SqlErrors.class);

    /** A message may repeat a name of the statement, and that may be of any length. */
    private static final int MESSAGE_MAX = 4_000;

    /** What no user caused is shown this long. */
    private static final int INTERNAL_MAX = 500;

    private SqlErrors() {}

    /** What the client is told; Avatica's own exceptions have a meaning to its client and stay. */
    static RuntimeException of(RuntimeException error) {
        if (error instanceof AvaticaRuntimeException || error instanceof NoSuchConnectionException) {
            return error;
        }
        if (error instanceof StatementException statement) {
            if (statement.state() == SqlState.INTERNAL) {
                LOG.error("a statement failed", error);
            }
            return error(statement.describe(), statement.state());
        }
        if (error instanceof RefusedException refused) {
            return error(refused.getMessage(), refused.refusal().state());
        }
        LOG.error("a statement failed", error);
        return error("internal error: " + firstLine(error), SqlState.INTERNAL);
    }

    /** DuckDB hands exceptions of ours back as text, with all their frames; those are for the log. */
    private static String firstLine(Throwable error) {
        String line = error.toString().lines().findFirst().orElse("");
        int frames = line.indexOf(" at dev.millrace");
        String text = frames < 0 ? line : line.substring(0, frames);
        return text.length() <= INTERNAL_MAX ? text : text.substring(0, INTERNAL_MAX) + "...";
    }

    static AvaticaRuntimeException error(String message, SqlState state) {
        String shown = message.length() <= MESSAGE_MAX ? message : message.substring(0, MESSAGE_MAX) + "...";
        AvaticaRuntimeException error =
                new AvaticaRuntimeException(shown, state.number(), state.code(), AvaticaSeverity.ERROR);
        error.setStackTrace(new StackTraceElement[0]); // it travels to the client, whom it does not concern
        return error;
    }
}
