package dev.millrace.leaf.system;

import java.util.Comparator;
import java.util.List;

/** Up to which CSN all partitions of a database on a node have published. */
record PublishedRow(long database, long node, long csn) implements Row {
    /** Names such a row. */
    record Key(long database, long node) implements Comparable<Key> {
        private static final Comparator<Key> ORDER =
                Comparator.comparingLong(Key::database).thenComparingLong(Key::node);

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }
    }

    Key key() {
        return new Key(database, node);
    }

    @Override
    public List<Object> values() {
        return List.of(database, node, csn);
    }

    static PublishedRow of(List<Object> row) {
        Values in = new Values(row);
        return new PublishedRow(in.number(), in.number(), in.number());
    }
}
