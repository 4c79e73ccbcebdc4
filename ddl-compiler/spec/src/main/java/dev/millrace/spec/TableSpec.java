package dev.millrace.spec;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A table as the catalog knows it.
 *
 * @param id given by the catalog, never reused; 0 before that
 * @param version grows with every change of the table's form; 1 at first
 * @param reference whether every partition holds all rows
 * @param columns in table order; never empty
 * @param keys unique keys, the primary key first; each contains the whole shard key
 * @param shardKey columns whose hash gives a row's home; empty: rows go anywhere
 */
public record TableSpec(
        long id,
        long version,
        String database,
        String name,
        boolean reference,
        List<ColumnSpec> columns,
        List<KeySpec> keys,
        List<String> shardKey) {
    public TableSpec {
        requireNonNull(database, "database");
        requireNonNull(name, "name");
        columns = List.copyOf(columns);
        keys = List.copyOf(keys);
        shardKey = List.copyOf(shardKey);
        if (columns.isEmpty()) {
            throw new IllegalArgumentException("table " + name + " has no column");
        }
    }

    public TableSpec withIdentity(long newId, long newVersion) {
        return new TableSpec(newId, newVersion, database, name, reference, columns, keys, shardKey);
    }

    /** Position of a column, compared without case; −1 if there is none. */
    public int indexOf(String column) {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name().equalsIgnoreCase(column)) {
                return i;
            }
        }
        return -1;
    }

    public Optional<ColumnSpec> column(String column) {
        int index = indexOf(column);
        return index < 0 ? Optional.empty() : Optional.of(columns.get(index));
    }

    /** Positions of the shard key's columns, in the key's order. */
    public int[] shardKeyIndexes() {
        return shardKey.stream().mapToInt(this::indexOf).toArray();
    }

    public boolean isKeyless() {
        return keys.isEmpty();
    }

    /** Identifiers compare without case; this is the form that compares equal. */
    public static String fold(String identifier) {
        return identifier.toLowerCase(Locale.ROOT);
    }
}
