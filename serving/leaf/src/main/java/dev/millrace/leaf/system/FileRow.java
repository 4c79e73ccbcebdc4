package dev.millrace.leaf.system;

import dev.millrace.store.Cursor;
import java.util.Comparator;
import java.util.List;

/** How far a pipeline has loaded a file. There are many of them: a batch writes those that it moves. */
record FileRow(long pipeline, Cursor cursor) implements Row {
    /** In the order of pipelines, then of paths. */
    record Key(long pipeline, String path) implements Comparable<Key> {
        private static final Comparator<Key> ORDER =
                Comparator.comparingLong(Key::pipeline).thenComparing(Key::path);

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }
    }

    Key key() {
        return new Key(pipeline, cursor.partition());
    }

    @Override
    public List<Object> values() {
        return List.of(pipeline, cursor.partition(), cursor.incarnation(), cursor.offset());
    }

    static FileRow of(List<Object> row) {
        Values in = new Values(row);
        long pipeline = in.number();
        String path = in.text();
        return new FileRow(pipeline, new Cursor(in.text(), path, in.number()));
    }
}
