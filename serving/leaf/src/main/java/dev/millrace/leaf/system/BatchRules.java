package dev.millrace.leaf.system;

import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.Cursor;
import dev.millrace.store.DecidedBatch;
import dev.millrace.store.Participant;
import dev.millrace.store.TableChange;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.OpenAnswer;
import dev.millrace.store.wire.Refusal;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Attempts and decisions: the heart of the batch protocol. The checks of a decision are in {@link DecideChecks}. */
final class BatchRules {
    private final SystemRows rows;
    private final DecideChecks checks;
    private final PipelineRules pipelines;

    BatchRules(SystemRows rows, PipelineRules pipelines) {
        this.rows = rows;
        this.pipelines = pipelines;
        checks = new DecideChecks(rows);
    }

    Answer open(SystemEntry.Open entry) {
        Optional<WriterRow> known = rows.writers.find(entry.writer());
        Attempt attempt = entry.attempt();
        if (known.isEmpty() || attempt.number() < 0) {
            return Answer.refused(Refusal.UNKNOWN, "writer " + entry.writer() + " " + attempt + " is not known");
        }
        WriterRow writer = known.get();
        if (attempt.run() > writer.run()) {
            return Answer.refused(
                    Refusal.UNKNOWN, attempt + " of writer " + writer.id() + ": the newest run is " + writer.run());
        }
        if (attempt.isOlderThan(writer.current())) {
            return fenced(writer, attempt);
        }
        String job = rows.pipelines.find(writer.id()).map(PipelineRow::job).orElse("");
        boolean again = attempt.equals(writer.current());
        if (again && !job.equals(entry.job()) && !job.isEmpty() && !entry.job().isEmpty()) {
            // The same attempt in two jobs would stage different rows under the same names.
            return Answer.refused(
                    Refusal.FENCED, attempt + " of writer " + writer.id() + " is open in job " + job + " already");
        }
        if (!again) {
            rows.fence(writer, attempt);
        }
        rows.pipelines
                .find(writer.id())
                .filter(row -> !row.job().equals(entry.job()))
                .ifPresent(row -> {
                    if (!again || row.job().isEmpty()) {
                        rows.pipelines.put(row.withJob(entry.job()));
                        rows.nextCatalogVersion();
                    }
                });
        return opened(writer.id());
    }

    Answer addCursors(SystemEntry.AddCursors entry) {
        Optional<Answer> refusal = checks.attempt(entry.writer(), entry.attempt());
        if (refusal.isPresent()) {
            return refusal.get();
        }
        Optional<CursorRow> known = rows.cursors.find(entry.writer());
        if (known.isEmpty()) {
            return Answer.refused(Refusal.UNKNOWN, "writer " + entry.writer() + " is not a pipeline");
        }
        for (Cursor cursor : entry.cursors()) {
            Optional<Cursor> there = known.get().cursor(cursor.partition());
            if (there.isPresent() && !there.get().incarnation().equals(cursor.incarnation())) {
                return Answer.refused(
                        Refusal.CURSOR_MISMATCH,
                        "source partition " + cursor.partition() + " is of topic " + cursor.incarnation()
                                + ", the pipeline's cursor (offset "
                                + there.get().offset() + ") of topic "
                                + there.get().incarnation());
            }
        }
        CursorRow added = known.get().withAdded(entry.cursors());
        if (!added.equals(known.get())) {
            rows.cursors.put(added);
        }
        return opened(entry.writer());
    }

    Answer decide(SystemEntry.Decide entry) {
        Optional<Long> known = known(entry.batch());
        if (known.isPresent()) {
            return Answer.number(known.get());
        }
        Optional<Answer> refusal = checks.refusal(entry);
        if (refusal.isPresent()) {
            rows.gates.dropPlace(entry.batch());
            return refusal.get();
        }
        Optional<Answer> hindered = rows.gates.refusal(entry);
        return hindered.isPresent() ? hindered.get() : Answer.number(decided(entry));
    }

    Answer takeGate(SystemEntry.TakeGate entry) {
        Optional<Answer> refusal =
                checks.attempt(entry.batch().writer(), entry.batch().attempt());
        if (refusal.isPresent()) {
            return refusal.get();
        }
        if (known(entry.batch()).isPresent()) {
            return Answer.refused(Refusal.FINISHED, entry.batch() + " was decided");
        }
        boolean there = !entry.tables().isEmpty()
                && entry.tables().stream()
                        .allMatch(table -> rows.table(entry.database(), table).isPresent());
        return there
                ? rows.gates.take(entry)
                : Answer.refused(Refusal.TABLE_CHANGED, "not all of the tables " + entry.tables() + " are there");
    }

    private Optional<Long> known(BatchId batch) {
        return rows.cursors
                .find(batch.writer())
                .filter(row -> row.last().equals(batch))
                .map(CursorRow::lastCsn)
                .or(() -> rows.history.csn(batch));
    }

    private long decided(SystemEntry.Decide entry) {
        BatchId id = entry.batch();
        ProgressRow before = rows.progress.find(entry.database()).orElseThrow();
        List<Participant> participants =
                participants(entry, before.lastTouched().size());
        ProgressRow progress = before.after(participants);
        rows.progress.put(progress);
        long csn = participants.isEmpty() ? 0 : progress.csn();
        boolean files = rows.sourceCursors.areOfFiles(id.writer());
        rows.cursors
                .find(id.writer())
                .ifPresent(row -> rows.cursors.put(row.withBatch(id, csn, files ? List.of() : entry.moves())));
        rows.sourceCursors.moveFiles(id.writer(), entry.moves());
        entry.change().ifPresent(change -> change(entry, change, csn));
        rows.gates.drop(id);
        rows.pipelines
                .find(id.writer())
                .ifPresent(pipeline -> ErrorRows.add(
                        rows, pipeline, id.attempt().run(), progress.seq(), entry.errors(), entry.atMillis()));
        rows.pipelines.find(id.writer()).ifPresent(row -> pipelines.decided(row, entry.atMillis()));
        DecidedBatch batch = new DecidedBatch(entry.database(), csn, id, entry.gate(), participants, entry.change());
        rows.history.add(progress.seq(), batch, entry).forEach(this::forget);
        return csn;
    }

    private static List<Participant> participants(SystemEntry.Decide entry, int partitions) {
        return entry.change().isEmpty()
                ? entry.participants()
                : IntStream.range(0, partitions)
                        .mapToObj(ordinal -> new Participant(ordinal, List.of()))
                        .toList();
    }

    private void change(SystemEntry.Decide entry, TableChange change, long csn) {
        long table = change.table().id();
        switch (change.kind()) {
            case CREATE -> {
                rows.reserveId(table);
                rows.tables.put(new TableRow(entry.database(), change.table(), csn, entry.atMillis()));
                rows.nextCatalogVersion();
            }
            case DROP -> {
                rows.gates.dropTable(table);
                rows.tables.remove(table);
                rows.nextCatalogVersion();
            }
            case TRUNCATE -> {} // the catalog stays as it is
        }
    }

    /** A statement that fell out of the history cannot be told from one that never was: lower numbers are refused. */
    private void forget(BatchRow dropped) {
        rows.writers
                .find(dropped.id().writer())
                .filter(writer -> !writer.pipeline() && dropped.id().number() > writer.forgotten())
                .ifPresent(writer ->
                        rows.writers.put(writer.withForgotten(dropped.id().number())));
    }

    private Answer opened(long writer) {
        List<Cursor> cursors = rows.cursors.find(writer).map(CursorRow::cursors).orElse(List.of());
        List<Long> lastTouched = rows.pipelines
                .find(writer)
                .flatMap(row -> rows.progress.find(row.database()))
                .map(ProgressRow::lastTouched)
                .orElse(List.of());
        return Answer.of(new OpenAnswer(cursors, lastTouched)::write);
    }

    static Answer fenced(WriterRow writer, Attempt attempt) {
        Attempt current = writer.current();
        return Answer.refused(
                Refusal.FENCED,
                attempt + " of writer " + writer.id() + " is fenced by "
                        + (current.number() == WriterRow.UNOPENED ? "run " + current.run() : current));
    }
}
