package dev.millrace.spec;

import static java.util.Objects.requireNonNull;

/**
 * An expression inside a spec.
 *
 * @param sql the user's expression, canonically printed
 * @param duckdb what DuckDB evaluates for it
 */
public record SqlExpression(String sql, String duckdb) {
    public SqlExpression {
        requireNonNull(sql, "sql");
        requireNonNull(duckdb, "duckdb");
    }
}
