package dev.millrace.leaf.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.leaf.system.RowChange;
import dev.millrace.leaf.system.SystemState;
import dev.millrace.leaf.system.SystemTable;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.Answer;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.TreeMap;

/**
 * What the system partition's file holds, as a value. Each entry meets a state that was just loaded from it, as if the
 * leaf had crashed before every entry; and what it changed must load as the state that it left.
 */
final class SystemFileModel {
    static final SystemFileModel EMPTY = new SystemFileModel(new TreeMap<>());

    private final TreeMap<Key, List<Object>> rows;
    private final int hash;

    private record Key(SystemTable table, long first, long second) implements Comparable<Key> {
        static Key of(SystemTable table, List<Object> values) {
            int columns = table.key().size();
            return new Key(table, (Long) values.get(0), columns > 1 && values.size() > 1 ? (Long) values.get(1) : 0);
        }

        @Override
        public int compareTo(Key other) {
            int byTable = table.compareTo(other.table);
            int byFirst = byTable != 0 ? byTable : Long.compare(first, other.first);
            return byFirst != 0 ? byFirst : Long.compare(second, other.second);
        }
    }

    /** What an entry came to. */
    record Applied(Answer answer, SystemFileModel file) {}

    private SystemFileModel(TreeMap<Key, List<Object>> rows) {
        this.rows = rows;
        this.hash = rows.hashCode();
    }

    SystemState load() {
        SystemState state = new SystemState();
        rows.forEach((key, row) -> state.load(
                key.table(),
                row.stream()
                        .map(value -> value instanceof ByteBuffer bytes ? (Object) bytes.array() : value)
                        .toList()));
        return state;
    }

    Applied apply(SystemEntry entry) {
        SystemState state = load();
        SystemState.Outcome outcome = state.apply(entry);
        if (outcome.changes().isEmpty()) {
            return new Applied(outcome.answer(), this);
        }
        TreeMap<Key, List<Object>> changed = new TreeMap<>(rows);
        outcome.changes().forEach(change -> change.match(new Writing(changed)));
        SystemFileModel file = new SystemFileModel(changed);
        assertThat(file.load()).as("after " + entry).isEqualTo(state);
        return new Applied(outcome.answer(), file);
    }

    private record Writing(TreeMap<Key, List<Object>> rows) implements RowChange.Cases<Void> {
        @Override
        public Void insert(RowChange.Insert change) {
            assertThat(put(change.table(), change.row())).isNull();
            return null;
        }

        @Override
        public Void update(RowChange.Update change) {
            assertThat(put(change.table(), change.row())).isNotNull();
            return null;
        }

        private List<Object> put(SystemTable table, List<Object> row) {
            // Arrays are equal only to themselves.
            return rows.put(
                    Key.of(table, row),
                    row.stream()
                            .map(value -> value instanceof byte[] bytes ? (Object) ByteBuffer.wrap(bytes) : value)
                            .toList());
        }

        @Override
        public Void delete(RowChange.Delete change) {
            assertThat(rows.remove(Key.of(change.table(), change.key()))).isNotNull();
            return null;
        }

        @Override
        public Void deleteRange(RowChange.DeleteRange change) {
            throw new IllegalStateException("so many batches are not made here: " + change);
        }

        @Override
        public Void deleteBelow(RowChange.DeleteBelow change) {
            throw new IllegalStateException("errors so old are not made here: " + change);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SystemFileModel that && hash == that.hash && rows.equals(that.rows);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return rows.toString();
    }
}
