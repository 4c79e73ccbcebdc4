package dev.millrace.ddl;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * A column, with its table where one was written.
 *
 * @param table empty: the statement's table
 */
public record ColumnName(Optional<ObjectName> table, Identifier name) {
    public ColumnName {
        requireNonNull(table, "table");
        requireNonNull(name, "name");
    }

    public static ColumnName of(String name) {
        return new ColumnName(Optional.empty(), Identifier.of(name));
    }

    /** Where its first part stands. */
    public Place at() {
        return table.map(ObjectName::at).orElse(name.at());
    }

    @Override
    public String toString() {
        return table.map(owner -> owner + "." + name.text()).orElse(name.text());
    }
}
