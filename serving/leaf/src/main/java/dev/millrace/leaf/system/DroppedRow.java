package dev.millrace.leaf.system;

import dev.millrace.spec.TableSpec;
import java.util.List;

/** A pipeline that was dropped: whoever makes one under its name is told that loading starts anew. */
record DroppedRow(Key key, long atMillis) implements Row {
    /** @param name folded */
    record Key(long database, String name) implements Comparable<Key> {
        static Key of(long database, String name) {
            return new Key(database, TableSpec.fold(name));
        }

        @Override
        public int compareTo(Key other) {
            int byDatabase = Long.compare(database, other.database);
            return byDatabase != 0 ? byDatabase : name.compareTo(other.name);
        }
    }

    @Override
    public List<Object> values() {
        return List.of(key.database, key.name, atMillis);
    }

    static DroppedRow of(List<Object> row) {
        Values in = new Values(row);
        return new DroppedRow(new Key(in.number(), in.text()), in.number());
    }
}
