package dev.millrace.leaf.system;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/** The rows of one table in memory, in the order of their keys. Every change is told as a {@link RowChange}. */
final class Rows<K extends Comparable<K>, R extends Row> {
    private final SystemTable table;
    private final Function<R, K> key;
    private final Consumer<RowChange> changes;
    private final TreeMap<K, R> rows = new TreeMap<>();

    Rows(SystemTable table, Function<R, K> key, Consumer<RowChange> changes) {
        this.table = table;
        this.key = key;
        this.changes = changes;
    }

    Optional<R> find(K wanted) {
        return Optional.ofNullable(rows.get(wanted));
    }

    boolean has(K wanted) {
        return rows.containsKey(wanted);
    }

    Collection<R> all() {
        return rows.values();
    }

    /** Rows from one key to another, both included. */
    Collection<R> between(K first, K last) {
        return rows.subMap(first, true, last, true).values();
    }

    int size() {
        return rows.size();
    }

    void put(R row) {
        R before = rows.put(key.apply(row), row);
        changes.accept(
                before == null ? new RowChange.Insert(table, row.values()) : new RowChange.Update(table, row.values()));
    }

    void remove(K wanted) {
        R before = rows.remove(wanted);
        if (before != null) {
            changes.accept(new RowChange.Delete(
                    table, List.copyOf(before.values().subList(0, table.key().size()))));
        }
    }

    /** Takes rows out of memory; the caller tells the change. */
    void forget(K first, K last) {
        rows.subMap(first, true, last, true).clear();
    }

    /** Puts back what the file holds. */
    void load(R row) {
        if (rows.put(key.apply(row), row) != null) {
            throw new IllegalStateException("two rows " + key.apply(row) + " in " + table.sqlName());
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Rows<?, ?> that && table == that.table && rows.equals(that.rows);
    }

    @Override
    public int hashCode() {
        return rows.hashCode();
    }

    @Override
    public String toString() {
        return table + "=" + rows.values();
    }
}
