package dev.millrace.ddl;

import static java.util.Objects.requireNonNull;

/**
 * An expression or a query as the user wrote it, from its first token to its last. Positions inside it are found by
 * parsing it again at its place (see {@code ddl.parser.SqlParsers}).
 */
public record SqlText(String sql, Place at) {
    public SqlText {
        requireNonNull(sql, "sql");
        requireNonNull(at, "at");
    }

    public static SqlText of(String sql) {
        return new SqlText(sql, Place.START);
    }

    @Override
    public String toString() {
        return sql;
    }
}
