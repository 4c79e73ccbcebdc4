package dev.millrace.ddl.check;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.TableSpec;
import java.util.List;

/**
 * An INSERT whose names are resolved.
 *
 * @param columns for each value of a row the position of its column in the table
 */
public record CheckedInsert(TableSpec table, List<Integer> columns) {
    public CheckedInsert {
        requireNonNull(table, "table");
        columns = List.copyOf(columns);
    }
}
