package dev.millrace.leaf.system;

import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.Cursor;
import dev.millrace.store.CursorMove;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where a pipeline goes on reading, and the batch that brought it there.
 *
 * @param last the batch decided last; with {@link Attempt#NONE} before the first
 * @param cursors in the order of source partitions
 */
record CursorRow(BatchId last, long lastCsn, List<Cursor> cursors) implements Row {
    static CursorRow first(long pipeline) {
        return new CursorRow(new BatchId(pipeline, Attempt.NONE, -1), 0, List.of());
    }

    long pipeline() {
        return last.writer();
    }

    Optional<Cursor> cursor(String partition) {
        return cursors.stream().filter(c -> c.partition().equals(partition)).findFirst();
    }

    /** Adds cursors for source partitions that have none. */
    CursorRow withAdded(List<Cursor> added) {
        Map<String, Cursor> byPartition = byPartition();
        added.forEach(cursor -> byPartition.putIfAbsent(cursor.partition(), cursor));
        return new CursorRow(last, lastCsn, List.copyOf(byPartition.values()));
    }

    /** Others in their places, and some gone. */
    CursorRow replaced(List<Cursor> others, List<String> gone) {
        Map<String, Cursor> byPartition = byPartition();
        gone.forEach(byPartition::remove);
        others.forEach(cursor -> byPartition.put(cursor.partition(), cursor));
        return new CursorRow(last, lastCsn, List.copyOf(byPartition.values()));
    }

    CursorRow withBatch(BatchId batch, long csn, List<CursorMove> moves) {
        if (moves.isEmpty()) {
            return new CursorRow(batch, csn, cursors);
        }
        Map<String, Cursor> byPartition = byPartition();
        moves.forEach(move -> byPartition.put(
                move.from().partition(),
                new Cursor(move.from().incarnation(), move.from().partition(), move.to())));
        return new CursorRow(batch, csn, List.copyOf(byPartition.values()));
    }

    private Map<String, Cursor> byPartition() {
        Map<String, Cursor> byPartition = new TreeMap<>();
        cursors.forEach(cursor -> byPartition.put(cursor.partition(), cursor));
        return byPartition;
    }

    @Override
    public List<Object> values() {
        return List.of(
                last.writer(),
                last.attempt().run(),
                (long) last.attempt().number(),
                last.number(),
                lastCsn,
                SystemJson.cursors(cursors));
    }

    static CursorRow of(List<Object> row) {
        Values in = new Values(row);
        return new CursorRow(in.batch(), in.number(), SystemJson.readCursors(in.text()));
    }
}
