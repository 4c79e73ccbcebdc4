package dev.millrace.ddl.parser;

import dev.millrace.spec.error.Position;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.Collection;

/** What a parse error says. */
final class SyntaxError {
    /** More than these help nobody: inside an expression a hundred tokens are possible. */
    private static final int EXPECTED_MAX = 10;

    /** As much of the rest of the statement as MySQL quotes. */
    private static final int NEAR_MAX = 80;

    private SyntaxError() {}

    /**
     * MySQL's sentence: the text from the offending token on, and what could have stood there.
     *
     * @param offset of the offending token
     */
    static StatementException near(String sql, int offset, Position position, Collection<String> expected) {
        StringBuilder message = new StringBuilder("You have an error in your SQL syntax near '")
                .append(excerpt(sql, offset))
                .append('\'');
        if (!expected.isEmpty() && expected.size() <= EXPECTED_MAX) {
            message.append("; expected ").append(String.join(", ", expected));
        }
        return new StatementException(SqlState.SYNTAX_ERROR, message.toString(), position);
    }

    /** A sentence of ours instead of "near". */
    static StatementException because(String reason, Position position) {
        return new StatementException(SqlState.SYNTAX_ERROR, reason, position);
    }

    static StatementException unsupported(String what, Position position) {
        return new StatementException(SqlState.UNSUPPORTED, what + " is not supported", position);
    }

    private static String excerpt(String sql, int offset) {
        int end = Math.min(sql.length(), offset + NEAR_MAX);
        if (end < sql.length() && Character.isHighSurrogate(sql.charAt(end - 1))) {
            end--;
        }
        return sql.substring(Math.min(offset, end), end).stripTrailing();
    }
}
