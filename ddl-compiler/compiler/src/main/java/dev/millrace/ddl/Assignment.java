package dev.millrace.ddl;

import static java.util.Objects.requireNonNull;

/** {@code column = expression} in UPDATE, SET and ON DUPLICATE KEY UPDATE. */
public record Assignment(ColumnName column, SqlText value) {
    public Assignment {
        requireNonNull(column, "column");
        requireNonNull(value, "value");
    }
}
