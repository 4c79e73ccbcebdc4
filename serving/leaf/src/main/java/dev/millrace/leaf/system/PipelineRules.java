package dev.millrace.leaf.system;

import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.store.Cursor;
import dev.millrace.store.PipelineError;
import dev.millrace.store.PipelineState;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.OpenAnswer;
import dev.millrace.store.wire.Refusal;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Pipelines: what they are, which run is theirs, how they fare. */
final class PipelineRules {
    /** Errors kept for each pipeline: some 15 MB of the file. */
    static final long ERRORS_KEPT = 10_000;

    /** Names of dropped pipelines kept for each database; the oldest go. */
    static final int DROPPED_KEPT = 1_000;

    private final SystemRows rows;
    private final ProgramRules programs;

    PipelineRules(SystemRows rows, ProgramRules programs) {
        this.rows = rows;
        this.programs = programs;
    }

    Answer create(SystemEntry.CreatePipeline entry) {
        PipelineSpec spec = entry.pipeline();
        long id = spec.id();
        Optional<PipelineRow> same = rows.pipelines.find(id);
        if (same.filter(row -> row.spec().equals(spec)).isPresent()) {
            return Answer.bool(wasDropped(same.get().database(), spec)); // asked again
        }
        Optional<Answer> changed = tableChanged(spec);
        if (changed.isPresent()) {
            return changed.get();
        }
        long database = databaseOf(spec).orElseThrow().spec().id();
        boolean taken = rows.pipelinesOf(database).stream()
                .anyMatch(row -> row.spec().name().equalsIgnoreCase(spec.name()));
        if (taken || same.isPresent() || rows.writers.has(id)) {
            return Answer.refused(Refusal.EXISTS, "pipeline " + spec.qualifiedName() + " (id " + id + ") exists");
        }
        if (id < 1) {
            return Answer.refused(Refusal.MALFORMED, "a pipeline with the id " + id);
        }
        Optional<Answer> withoutProgram = programs.refusal(spec);
        if (withoutProgram.isPresent()) {
            return withoutProgram.get();
        }
        rows.reserveId(id);
        rows.pipelines.put(PipelineRow.first(database, spec, entry.sql(), entry.credentials(), entry.atMillis()));
        programs.dropUnused();
        rows.cursors.put(CursorRow.first(id));
        rows.writers.put(WriterRow.ofPipeline(id, spec.qualifiedName()));
        rows.nextCatalogVersion();
        return Answer.bool(wasDropped(database, spec));
    }

    private boolean wasDropped(long database, PipelineSpec spec) {
        return rows.dropped.has(DroppedRow.Key.of(database, spec.name()));
    }

    private Optional<DatabaseRow> databaseOf(PipelineSpec spec) {
        return rows.databaseNamed(spec.database());
    }

    private Optional<Answer> tableChanged(PipelineSpec spec) {
        TableSpec wanted = spec.table();
        return databaseOf(spec)
                        .flatMap(row -> rows.table(row.spec().id(), wanted.id()))
                        .filter(table -> table.version() == wanted.version())
                        .isPresent()
                ? Optional.empty()
                : Optional.of(Answer.refused(
                        Refusal.TABLE_CHANGED,
                        "table " + wanted.name() + " in version " + wanted.version() + " is not there"));
    }

    Answer replace(SystemEntry.ReplacePipeline entry) {
        PipelineSpec spec = entry.pipeline();
        Optional<PipelineRow> known = rows.pipelines.find(spec.id());
        if (known.isEmpty()) {
            return unknown(spec.id());
        }
        PipelineRow row = known.get();
        if (entry.seen() < row.run()) {
            boolean again = row.isAltered()
                    && row.run() == entry.seen() + 1
                    && row.alteredMillis() == entry.atMillis()
                    && row.spec().equals(spec)
                    && row.credentials().equals(entry.credentials());
            return again
                    ? Answer.number(row.run())
                    : Answer.refused(
                            Refusal.PLAN_STALE,
                            "pipeline " + spec.qualifiedName() + " is in run " + row.run() + ", the change is of run "
                                    + entry.seen());
        }
        Optional<Answer> changed = tableChanged(spec);
        if (changed.isPresent()) {
            return changed.get();
        }
        Optional<Answer> withoutProgram = programs.refusal(spec);
        if (withoutProgram.isPresent()) {
            return withoutProgram.get();
        }
        boolean otherPlaces = row.spec().source().isFiles() && !spec.hasPlacesOf(row.spec());
        if (otherPlaces) {
            Optional<Cursor> torn = rows.sourceCursors.torn(row.id(), entry);
            if (torn.isPresent()) {
                return Answer.refused(Refusal.PLACES_DIFFER, torn(spec, torn.get()));
            }
        }
        // A run of before must not begin with a file that this one cannot go on with.
        boolean moved =
                otherPlaces || !entry.cursors().isEmpty() || !entry.forgotten().isEmpty();
        WriterRow before = rows.writers.find(row.id()).orElseThrow();
        WriterRow writer = moved ? before.withNextRun() : before.withRunBehind();
        rows.fence(writer, writer.current());
        if (moved) {
            rows.sourceCursors.replace(
                    row.id(), entry.pipeline().source().isFiles(), entry.cursors(), entry.forgotten());
        }
        rows.pipelines.put(row.replaced(spec, entry.sql(), entry.credentials(), writer.run(), entry.atMillis()));
        programs.dropUnused();
        rows.nextCatalogVersion();
        return Answer.number(writer.run());
    }

    private static String torn(PipelineSpec spec, Cursor cursor) {
        return "file '" + cursor.partition() + "' is loaded in part, and pipeline " + spec.qualifiedName()
                + " as it would be now cannot read on in its middle: START it as it is and let the file end, or"
                + " ALTER PIPELINE … DROP FILE, which loads the file from its beginning";
    }

    Answer drop(SystemEntry.DropPipeline entry) {
        Optional<PipelineRow> known = rows.pipelines.find(entry.id());
        if (known.isEmpty()) {
            return Answer.OK;
        }
        // Its batches stay in the list until they are published everywhere; without it no view shows them.
        rows.gates.dropWriter(entry.id());
        rows.writers.remove(entry.id());
        rows.sourceCursors.drop(entry.id());
        rows.offsets.remove(entry.id());
        rows.pipelines.remove(entry.id());
        programs.dropUnused();
        rows.record(new RowChange.Delete(SystemTable.ERROR, List.of(entry.id())));
        remember(known.get());
        rows.nextCatalogVersion();
        return Answer.OK;
    }

    /** The time is that of its last change: the entry has none. */
    private void remember(PipelineRow dropped) {
        long database = dropped.database();
        rows.dropped.put(
                new DroppedRow(DroppedRow.Key.of(database, dropped.spec().name()), dropped.alteredMillis()));
        Collection<DroppedRow> all =
                rows.dropped.between(new DroppedRow.Key(database, ""), new DroppedRow.Key(database + 1, ""));
        if (all.size() > DROPPED_KEPT) {
            all.stream()
                    .min(Comparator.comparingLong(DroppedRow::atMillis).thenComparing(DroppedRow::key))
                    .map(DroppedRow::key)
                    .ifPresent(rows.dropped::remove);
        }
    }

    Answer newRun(SystemEntry.NewRun entry) {
        Optional<PipelineRow> pipeline = rows.pipelines.find(entry.pipeline());
        if (pipeline.isEmpty()) {
            return unknown(entry.pipeline());
        }
        PipelineRow row = pipeline.get();
        String name = row.spec().qualifiedName();
        boolean halted = row.state() == PipelineState.STOPPED || row.state() == PipelineState.DETACHED;
        if (entry.submission() && halted) {
            return Answer.refused(Refusal.NOT_RUNNING, "pipeline " + name + " is stopped");
        }
        if (entry.submission() && entry.seen() < row.alteredRun()) {
            return Answer.refused(Refusal.PLAN_STALE, "pipeline " + name + " was altered a moment ago");
        }
        WriterRow known = rows.writers.find(row.id()).orElseThrow();
        WriterRow writer = entry.submission() ? known.withRunBehind() : known.withNextRun();
        rows.fence(writer, writer.current());
        long batches = entry.submission() ? row.batchesLeft() : entry.batches();
        rows.pipelines.put(row.withRun(writer.run(), entry.state(), batches, entry.atMillis()));
        rows.nextCatalogVersion();
        return Answer.number(writer.run());
    }

    /** A batch more: a pipeline that was started for so many stops with the last of them. */
    void decided(PipelineRow row, long atMillis) {
        if (row.batchesLeft() > 1) {
            rows.pipelines.put(row.withBatchesLeft(row.batchesLeft() - 1));
        } else if (row.batchesLeft() == 1) {
            WriterRow writer = rows.writers.find(row.id()).orElseThrow().withNextRun();
            rows.fence(writer, writer.current());
            rows.pipelines.put(row.withRun(writer.run(), PipelineState.STOPPED, 0, atMillis));
            rows.nextCatalogVersion();
        }
    }

    Answer setState(SystemEntry.SetPipelineState entry) {
        Optional<PipelineRow> current = rows.pipelines.find(entry.pipeline()).filter(row -> row.run() == entry.run());
        if (current.isEmpty()) {
            return Answer.bool(false);
        }
        PipelineRow row = current.get();
        boolean news = row.state() != entry.state()
                || !row.condition().equals(entry.condition())
                || !row.message().equals(entry.message());
        if (news) {
            rows.pipelines.put(row.withState(entry.state(), entry.condition(), entry.message(), entry.atMillis()));
            rows.nextCatalogVersion();
        }
        return Answer.bool(true);
    }

    Answer recordErrors(SystemEntry.RecordErrors entry) {
        Optional<PipelineRow> pipeline = rows.pipelines.find(entry.pipeline());
        if (pipeline.isEmpty()) {
            return unknown(entry.pipeline());
        }
        long newest =
                entry.errors().stream().mapToLong(PipelineError::atMillis).max().orElse(0);
        ErrorRows.add(rows, pipeline.get(), entry.run(), 0, entry.errors(), newest);
        return Answer.OK;
    }

    Answer clearErrors(SystemEntry.ClearErrors entry) {
        if (!rows.pipelines.has(entry.pipeline())) {
            return unknown(entry.pipeline());
        }
        rows.record(new RowChange.Delete(SystemTable.ERROR, List.of(entry.pipeline())));
        return Answer.OK;
    }

    Answer reportOffsets(SystemEntry.ReportOffsets entry) {
        Optional<PipelineRow> pipeline = rows.pipelines.find(entry.pipeline());
        if (pipeline.isEmpty()) {
            return unknown(entry.pipeline());
        }
        OffsetsRow report = new OffsetsRow(entry.pipeline(), entry.atMillis(), entry.offsets());
        if (!entry.isAsking() && !rows.offsets.find(entry.pipeline()).equals(Optional.of(report))) {
            rows.offsets.put(report);
        }
        List<Long> lastTouched =
                rows.progress.find(pipeline.get().database()).orElseThrow().lastTouched();
        return Answer.of(new OpenAnswer(cursors(entry), lastTouched)::write);
    }

    /** Files are many: who names some gets the cursors of those. */
    private List<Cursor> cursors(SystemEntry.ReportOffsets entry) {
        long pipeline = entry.pipeline();
        return entry.isAsking() || !rows.sourceCursors.areOfFiles(pipeline)
                ? rows.sourceCursors.all(pipeline)
                : entry.offsets().stream()
                        .flatMap(item -> rows.sourceCursors.find(pipeline, item.partition()).stream())
                        .toList();
    }

    private static Answer unknown(long id) {
        return Answer.refused(Refusal.UNKNOWN, "pipeline " + id + " is not there");
    }
}
