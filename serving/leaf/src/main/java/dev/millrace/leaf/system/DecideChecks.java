package dev.millrace.leaf.system;

import static java.util.stream.Collectors.joining;

import dev.millrace.spec.TableSpec;
import dev.millrace.store.Attempt;
import dev.millrace.store.Cursor;
import dev.millrace.store.CursorMove;
import dev.millrace.store.FilePlace;
import dev.millrace.store.Participant;
import dev.millrace.store.TableChange;
import dev.millrace.store.TableRef;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.Refusal;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** What must hold for a batch to be decided, gates aside: each check answers a refusal or nothing. */
final class DecideChecks {
    private final SystemRows rows;

    DecideChecks(SystemRows rows) {
        this.rows = rows;
    }

    Optional<Answer> refusal(SystemEntry.Decide entry) {
        return writer(entry)
                .or(() -> database(entry))
                .or(() -> tables(entry))
                .or(() -> participants(entry))
                .or(() -> moves(entry))
                .or(() -> entry.change().flatMap(change -> change(entry.database(), change)));
    }

    /** The attempt must be the writer's current one. */
    Optional<Answer> attempt(long id, Attempt attempt) {
        Optional<WriterRow> writer = rows.writers.find(id);
        if (writer.isEmpty()) {
            return refused(Refusal.FENCED, "writer " + id + " is not there any more");
        }
        if (attempt.isOlderThan(writer.get().current())) {
            return Optional.of(BatchRules.fenced(writer.get(), attempt));
        }
        if (!attempt.equals(writer.get().current()) || attempt.number() < 0) {
            return refused(Refusal.UNKNOWN, attempt + " of writer " + id + " has not opened");
        }
        return Optional.empty();
    }

    private Optional<Answer> writer(SystemEntry.Decide entry) {
        return attempt(entry.batch().writer(), entry.batch().attempt()).or(() -> {
            WriterRow writer = rows.writers.find(entry.batch().writer()).orElseThrow();
            return writer.pipeline() ? pipeline(entry) : aggregator(entry, writer);
        });
    }

    private Optional<Answer> pipeline(SystemEntry.Decide entry) {
        CursorRow cursors = rows.cursors.find(entry.batch().writer()).orElseThrow();
        if (cursors.last().attempt().equals(entry.batch().attempt())
                && entry.batch().number() < cursors.last().number()) {
            return refused(Refusal.FINISHED, entry.batch() + " comes after " + cursors.last());
        }
        PipelineRow pipeline = rows.pipelines.find(entry.batch().writer()).orElseThrow();
        return pipeline.database() == entry.database()
                ? Optional.empty()
                : refused(Refusal.MALFORMED, "a batch of another database than its pipeline's");
    }

    private static Optional<Answer> aggregator(SystemEntry.Decide entry, WriterRow writer) {
        if (entry.batch().number() <= writer.forgotten()) {
            return refused(
                    Refusal.FINISHED, entry.batch() + " is too old to tell whether it was decided: it is not, now");
        }
        return entry.moves().isEmpty()
                ? Optional.empty()
                : refused(Refusal.MALFORMED, "a statement that moves cursors");
    }

    private Optional<Answer> database(SystemEntry.Decide entry) {
        Optional<DatabaseRow> database = rows.databases.find(entry.database());
        if (database.isEmpty()) {
            return refused(Refusal.TABLE_CHANGED, "database " + entry.database() + " is not there");
        }
        long version = database.get().map().version();
        return version == entry.mapVersion()
                ? Optional.empty()
                : refused(
                        Refusal.MAP_CHANGED,
                        "the batch was made for partition map " + entry.mapVersion() + ", now it is " + version);
    }

    private Optional<Answer> tables(SystemEntry.Decide entry) {
        for (TableRef wanted : entry.tables()) {
            Optional<TableSpec> table = rows.table(entry.database(), wanted.id());
            if (table.filter(spec -> spec.version() == wanted.version()).isEmpty()) {
                return refused(
                        Refusal.TABLE_CHANGED,
                        "table " + table.map(TableSpec::name).orElse("with id " + wanted.id()) + " is "
                                + table.map(spec -> "in version " + spec.version())
                                        .orElse("not there")
                                + ", the batch was made for version " + wanted.version());
            }
        }
        return Optional.empty();
    }

    private Optional<Answer> participants(SystemEntry.Decide entry) {
        if (entry.change().isPresent()) {
            return entry.tables().isEmpty() && entry.moves().isEmpty()
                    ? Optional.empty()
                    : refused(Refusal.MALFORMED, "a change of a table together with rows");
        }
        int partitions =
                rows.databases.find(entry.database()).orElseThrow().map().partitions();
        Set<Integer> seen = new HashSet<>();
        for (Participant participant : entry.participants()) {
            int ordinal = participant.ordinal();
            if (ordinal < 0 || ordinal >= partitions || !seen.add(ordinal)) {
                return refused(Refusal.MALFORMED, "participants " + ordinals(entry) + " of " + partitions);
            }
            if (rows.history.owedBy(entry.database(), ordinal) >= BatchList.UNPUBLISHED_MAX) {
                return refused(
                        Refusal.BEHIND,
                        "partition " + ordinal + " has " + BatchList.UNPUBLISHED_MAX + " batches to publish");
            }
        }
        return seen.isEmpty() || !entry.tables().isEmpty()
                ? gate(entry)
                : refused(Refusal.MALFORMED, "rows for no table");
    }

    /** Without seals, rows that a key may refuse would halt the partitions at their publish: there it is too late. */
    private Optional<Answer> gate(SystemEntry.Decide entry) {
        if (entry.gate() > 0 || entry.participants().isEmpty()) {
            return Optional.empty();
        }
        return entry.tables().stream()
                .flatMap(ref -> rows.table(entry.database(), ref.id()).stream())
                .filter(entry.mode()::isSealed)
                .findFirst()
                .flatMap(table ->
                        refused(Refusal.MALFORMED, entry.mode() + " into table " + table.name() + " without its gate"));
    }

    private static String ordinals(SystemEntry.Decide entry) {
        return entry.participants().stream()
                .map(participant -> Integer.toString(participant.ordinal()))
                .collect(joining(",", "[", "]"));
    }

    private Optional<Answer> moves(SystemEntry.Decide entry) {
        if (entry.moves().isEmpty()) {
            return Optional.empty();
        }
        long pipeline = entry.batch().writer();
        boolean files = rows.sourceCursors.areOfFiles(pipeline);
        Set<String> seen = new HashSet<>();
        for (CursorMove move : entry.moves()) {
            Cursor from = move.from();
            Optional<Cursor> cursor = rows.sourceCursors.find(pipeline, from.partition());
            // A file without a cursor is new: there is one place only to begin.
            boolean isNewFile = files && cursor.isEmpty() && from.offset() == 0;
            if (!isNewFile && !cursor.equals(Optional.of(from))) {
                return refused(Refusal.CURSOR_MISMATCH, files ? fileMismatch(from, cursor) : mismatch(from, cursor));
            }
            if (!seen.add(from.partition())) {
                return refused(Refusal.MALFORMED, "two moves of source partition " + from.partition());
            }
        }
        return rows.sourceCursors.filesTooMany(pipeline, entry.moves()) == 0
                ? Optional.empty()
                : refused(
                        Refusal.TOO_LARGE,
                        "a pipeline remembers " + Cursors.FILES_MAX + " files: remove some that are loaded from their"
                                + " folder, then ALTER PIPELINE … DROP ORPHAN FILES");
    }

    private static String fileMismatch(Cursor from, Optional<Cursor> cursor) {
        String batch = "file '" + from.partition() + "': the batch begins at " + FilePlace.of(from.offset());
        if (cursor.isEmpty()) {
            return batch + ", the pipeline has no cursor there";
        }
        return batch + ", the pipeline's cursor is at "
                + FilePlace.of(cursor.get().offset())
                + (cursor.get().incarnation().equals(from.incarnation()) ? "" : " of what the file was before");
    }

    private static String mismatch(Cursor from, Optional<Cursor> cursor) {
        String batch = "source partition " + from.partition() + ": the batch begins at offset " + from.offset();
        if (cursor.isEmpty()) {
            return batch + ", the pipeline has no cursor there";
        }
        return cursor.get().incarnation().equals(from.incarnation())
                ? batch + ", the pipeline's cursor is at " + cursor.get().offset()
                : batch + " of topic " + from.incarnation() + ", the pipeline's cursor is at "
                        + cursor.get().offset() + " of topic " + cursor.get().incarnation();
    }

    private Optional<Answer> change(long database, TableChange change) {
        TableSpec table = change.table();
        return switch (change.kind()) {
            case CREATE -> create(database, table);
            case DROP -> present(database, table).or(() -> unused(table));
            case TRUNCATE -> present(database, table);
        };
    }

    private Optional<Answer> create(long database, TableSpec table) {
        if (rows.tableNamed(database, table.name()).isPresent() || rows.tables.has(table.id())) {
            return refused(Refusal.EXISTS, "table " + table.name() + " (id " + table.id() + ") exists");
        }
        String name = rows.databases.find(database).orElseThrow().spec().name();
        return table.id() >= CounterRow.FIRST.nextId() && table.database().equalsIgnoreCase(name)
                ? Optional.empty()
                : refused(
                        Refusal.MALFORMED,
                        "table " + table.name() + " of " + table.database() + " with id " + table.id() + " in " + name);
    }

    private Optional<Answer> present(long database, TableSpec table) {
        Optional<TableSpec> known = rows.table(database, table.id());
        if (known.isEmpty()) {
            return refused(Refusal.UNKNOWN, "table " + table.name() + " is not there");
        }
        return known.get().version() == table.version()
                ? Optional.empty()
                : refused(Refusal.TABLE_CHANGED, "table " + table.name() + " has changed");
    }

    private Optional<Answer> unused(TableSpec table) {
        return rows.pipelines.all().stream()
                .filter(row -> row.spec().table().id() == table.id())
                .findFirst()
                .flatMap(row -> refused(
                        Refusal.IN_USE,
                        "pipeline " + row.spec().qualifiedName() + " loads into table " + table.name()));
    }

    private static Optional<Answer> refused(Refusal refusal, String message) {
        return Optional.of(Answer.refused(refusal, message));
    }
}
