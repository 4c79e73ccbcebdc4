package dev.millrace.spec;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A unique key. The primary key is named {@code PRIMARY}, as in MySQL.
 *
 * @param columns its columns in order, spelled as in the table; never empty
 */
public record KeySpec(String name, List<String> columns) {
    public static final String PRIMARY = "PRIMARY";

    public KeySpec {
        requireNonNull(name, "name");
        columns = List.copyOf(columns);
        if (columns.isEmpty()) {
            throw new IllegalArgumentException("key " + name + " has no column");
        }
    }

    public boolean isPrimary() {
        return name.equals(PRIMARY);
    }
}
