package dev.millrace.ddl;

import static java.util.Objects.requireNonNull;

/**
 * A statement and where it came from.
 *
 * @param sql its own text, without the semicolon
 * @param at where its first token stands in the text that was parsed
 * @param parameters number of {@code ?}; they count from 0 in the order of the text
 */
public record ParsedStatement(Statement statement, String sql, Place at, int parameters) {
    public ParsedStatement {
        requireNonNull(statement, "statement");
        requireNonNull(sql, "sql");
        requireNonNull(at, "at");
        if (parameters < 0) {
            throw new IllegalArgumentException(parameters + " parameters");
        }
    }
}
