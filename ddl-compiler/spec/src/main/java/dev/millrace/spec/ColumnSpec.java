package dev.millrace.spec;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.type.SqlType;
import java.util.Optional;

/**
 * A column of a table. Names keep the case they were written in and compare without it.
 *
 * @param defaultValue what an INSERT or a load without this column stores; empty: NULL if nullable, else an error
 */
public record ColumnSpec(String name, SqlType type, boolean nullable, Optional<SqlExpression> defaultValue) {
    public ColumnSpec {
        requireNonNull(name, "name");
        requireNonNull(type, "type");
        requireNonNull(defaultValue, "defaultValue");
    }
}
