package dev.millrace.spec;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.error.SqlState;

/**
 * {@code column = expression} where the row there is changed: DuckDB SQL over the row {@code r} and, where a row was to
 * be put in, that row {@code v}, their columns as quoted identifiers. The same inputs always give the same value or the
 * same failure: nothing in it asks the clock, chance or another row.
 *
 * @param column spelled as in the table
 * @param given the expression; it fails where the user's expression has no value
 * @param stored the same as the column stores it; it fails, too, for a value that does not fit the column
 * @param misfit what is said about such a value
 */
public record ColumnChange(String column, String given, String stored, SqlState misfit) {
    /** The row there. */
    public static final String ROW = "r";

    /** The row that was to be put in. */
    public static final String VALUES = "v";

    public ColumnChange {
        requireNonNull(column, "column");
        requireNonNull(given, "given");
        requireNonNull(stored, "stored");
        requireNonNull(misfit, "misfit");
    }
}
