package dev.millrace.leaf.system;

import dev.millrace.store.Cursor;
import dev.millrace.store.CursorMove;
import dev.millrace.store.FilePlace;
import dev.millrace.store.log.SystemEntry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where pipelines go on reading. The partitions of a topic are few and move together: one row holds them all. Files are
 * many and stay where they are once they are loaded: each has a row of its own, so that a batch costs what it moves.
 */
final class Cursors {
    /** Files remembered for each pipeline: some 30 MB of memory. */
    static final int FILES_MAX = 100_000;

    private static final String BEFORE_ALL_PATHS = "";
    private static final String BEHIND_ALL_PATHS = "\uffff";

    private final SystemRows rows;

    Cursors(SystemRows rows) {
        this.rows = rows;
    }

    boolean areOfFiles(long pipeline) {
        return rows.pipelines
                .find(pipeline)
                .filter(row -> row.spec().source().isFiles())
                .isPresent();
    }

    Optional<Cursor> find(long pipeline, String partition) {
        return areOfFiles(pipeline)
                ? rows.files.find(new FileRow.Key(pipeline, partition)).map(FileRow::cursor)
                : rows.cursors.find(pipeline).flatMap(row -> row.cursor(partition));
    }

    /** All of a pipeline. */
    List<Cursor> all(long pipeline) {
        List<Cursor> all = new ArrayList<>(
                rows.cursors.find(pipeline).map(CursorRow::cursors).orElse(List.of()));
        files(pipeline).forEach(row -> all.add(row.cursor()));
        return all;
    }

    private Collection<FileRow> files(long pipeline) {
        return rows.files.between(
                new FileRow.Key(pipeline, BEFORE_ALL_PATHS), new FileRow.Key(pipeline, BEHIND_ALL_PATHS));
    }

    /** Of a pipeline of files: how many more than may be remembered there would be with these moves. */
    int filesTooMany(long pipeline, List<CursorMove> moves) {
        if (!areOfFiles(pipeline)) {
            return 0;
        }
        Set<String> more = new HashSet<>();
        moves.forEach(move -> {
            if (find(pipeline, move.from().partition()).isEmpty()) {
                more.add(move.from().partition());
            }
        });
        return more.isEmpty() ? 0 : Math.max(0, files(pipeline).size() + more.size() - FILES_MAX);
    }

    /** Moves those of files; those of topics move with their row. */
    void moveFiles(long pipeline, List<CursorMove> moves) {
        if (areOfFiles(pipeline)) {
            moves.forEach(move -> rows.files.put(new FileRow(
                    pipeline, new Cursor(move.from().incarnation(), move.from().partition(), move.to()))));
        }
    }

    /** Others in their places, and some gone; before the pipeline's definition changes, if it does. */
    void replace(long pipeline, boolean areFiles, List<Cursor> others, List<String> gone) {
        if (gone.contains(SystemEntry.ReplacePipeline.ALL_FILES)) {
            forgetFiles(pipeline);
        }
        gone.forEach(partition -> rows.files.remove(new FileRow.Key(pipeline, partition)));
        if (areFiles) {
            others.forEach(cursor -> rows.files.put(new FileRow(pipeline, cursor)));
        }
        CursorRow row = rows.cursors.find(pipeline).orElseThrow();
        CursorRow replaced = row.replaced(areFiles ? List.of() : others, gone);
        if (!replaced.equals(row)) {
            rows.cursors.put(replaced);
        }
    }

    /** A file whose cursor stays in its middle. */
    Optional<Cursor> torn(long pipeline, SystemEntry.ReplacePipeline entry) {
        Set<String> others = new HashSet<>(entry.forgotten());
        if (others.contains(SystemEntry.ReplacePipeline.ALL_FILES)) {
            return Optional.empty();
        }
        entry.cursors().forEach(cursor -> others.add(cursor.partition()));
        return files(pipeline).stream()
                .map(FileRow::cursor)
                .filter(cursor -> cursor.offset() > 0
                        && !FilePlace.of(cursor.offset()).hasEnded()
                        && !others.contains(cursor.partition()))
                .findFirst();
    }

    void drop(long pipeline) {
        rows.cursors.remove(pipeline);
        forgetFiles(pipeline);
    }

    private void forgetFiles(long pipeline) {
        rows.files.forget(new FileRow.Key(pipeline, BEFORE_ALL_PATHS), new FileRow.Key(pipeline, BEHIND_ALL_PATHS));
        rows.record(new RowChange.Delete(SystemTable.FILE, List.of(pipeline)));
    }
}
