package dev.millrace.leaf.engine;

import dev.millrace.leaf.replica.LoggedEntry;
import dev.millrace.spec.TableSpec;
import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.DecidedBatch;
import dev.millrace.store.Participant;
import dev.millrace.store.RowChange;
import dev.millrace.store.TableChange;
import dev.millrace.store.TableRef;
import dev.millrace.store.WriteMode;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.Refusal;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What each entry does to a partition. Only the apply thread is here. What an entry sees is a function of the log before
 * it: the tables and memory as the entries before left them, and chunks with a lower index. (A stage file may hold
 * chunks of later entries when the log is replayed.)
 *
 * <p>Rows that cannot clash are collected over entries and go into their table together, in {@link #flush}.
 */
final class EntryApplier {
    private final PartitionFile file;
    private final PartitionMemory memory;
    private final StagedBatches staged;
    private final List<BatchId> finished = new ArrayList<>();
    private final List<Supplier<ReadableByteChannel>> waiting = new ArrayList<>();
    private Optional<Target> target = Optional.empty();

    /** Where collected rows go; with {@code checked} they clash with none. */
    private record Target(TableSpec table, boolean checked, WriteMode mode, Optional<RowChange> change) {
        Target(TableSpec table, boolean checked, WriteMode mode) {
            this(table, checked, mode, Optional.empty());
        }
    }

    EntryApplier(PartitionFile file, PartitionMemory memory, StagedBatches staged) {
        this.file = file;
        this.memory = memory;
        this.staged = staged;
    }

    Answer apply(LoggedEntry logged, LogEntry entry) {
        return entry.match(new Applying(logged));
    }

    /**
     * Replays an entry whose effect the file has. A chunk goes back into a stage file if its batch may still be
     * published: it is not finished, its table was there before the entry, and it was taken.
     */
    void restore(LoggedEntry logged, LogEntry entry) {
        if (entry instanceof LogEntry.Stage stage
                && !memory.isFinished(stage.batch())
                && memory.table(stage.table().id())
                        .filter(table -> !table.dropped()
                                && table.spec().version() == stage.table().version()
                                && table.index() < logged.index()
                                && StageCheck.heads(stage, table.spec()).isEmpty())
                        .isPresent()) {
            staged.stage(logged.index(), stage, logged.bytes());
        }
    }

    /** Puts collected rows into their table. */
    void flush() {
        target.ifPresent(to -> {
            file.begin();
            TableRows rows = new TableRows(file, to.table());
            if (to.checked()) {
                rows.append(waiting);
            } else if (to.mode() == WriteMode.MERGE) {
                new RowMerge(file, to.table(), to.change().orElseThrow()).publish(waiting);
            } else {
                rows.put(to.mode(), waiting);
            }
        });
        target = Optional.empty();
        waiting.clear();
    }

    /** After the commit: chunks of finished batches go. */
    void dropFinished() {
        finished.forEach(staged::drop);
        finished.clear();
    }

    /** A table in the version that an entry was made for. */
    Optional<TableSpec> current(TableRef table) {
        return memory.table(table.id())
                .filter(found -> !found.dropped() && found.spec().version() == table.version())
                .map(PartitionTable::spec);
    }

    Answer changed(TableRef table) {
        return Answer.refused(
                Refusal.TABLE_CHANGED, "table " + table.id() + " is not there in version " + table.version());
    }

    Answer behind(long after) {
        return Answer.refused(Refusal.BEHIND, "published up to " + memory.csn() + ", " + after + " is needed");
    }

    private void collect(Target to, Supplier<ReadableByteChannel> rows) {
        if (target.isPresent() && !target.get().equals(to)) {
            flush();
        }
        target = Optional.of(to);
        waiting.add(rows);
    }

    private void finish(BatchId batch) {
        memory.changingWriter(batch.writer())
                .finish(batch.attempt(), batch.number(), staged.lowestOpen(batch.writer(), batch.attempt()));
        finished.add(batch);
    }

    /** Opens the tables that a batch has sealed to other writers. */
    private void letGo(BatchId batch) {
        for (PartitionTable table : memory.tables()) {
            if (table.seal().filter(batch::equals).isPresent()) {
                memory.table(table.withSeal(table.gate(), Optional.empty()));
            }
        }
    }

    private final class Applying implements LogEntry.Cases<Answer> {
        private final LoggedEntry logged;

        Applying(LoggedEntry logged) {
            this.logged = logged;
        }

        @Override
        public Answer stage(LogEntry.Stage entry) {
            Optional<Answer> refusal = fencedOrFinished(entry.batch());
            if (refusal.isPresent()) {
                return refusal.get();
            }
            if (staged.chunk(entry.batch(), entry.task(), entry.seq(), logged.index())
                    .isPresent()) {
                return Answer.OK;
            }
            Optional<TableSpec> table = current(entry.table());
            if (table.isEmpty()) {
                return changed(entry.table());
            }
            Optional<String> problem = StageCheck.heads(entry, table.get());
            if (problem.isPresent()) {
                return Answer.refused(Refusal.MALFORMED, problem.get());
            }
            if (memory.table(entry.table().id())
                    .flatMap(PartitionTable::seal)
                    .filter(entry.batch()::equals)
                    .isPresent()) {
                return Answer.refused(Refusal.MALFORMED, entry.batch() + " is sealed and takes no more chunks");
            }
            staged.stage(logged.index(), entry, logged.bytes());
            return Answer.OK;
        }

        private Optional<Answer> fencedOrFinished(BatchId batch) {
            WriterState writer = memory.writer(batch.writer());
            if (writer.isFenced(batch.attempt())) {
                return Optional.of(
                        Answer.refused(Refusal.FENCED, batch + " is older than " + writer.floor() + " of its writer"));
            }
            return writer.isFinished(batch.attempt(), batch.number())
                    ? Optional.of(Answer.refused(Refusal.FINISHED, batch + " is published or discarded"))
                    : Optional.empty();
        }

        @Override
        public Answer seal(LogEntry.Seal entry) {
            BatchId batch = entry.batch();
            Optional<Answer> known = memory.writer(batch.writer())
                    .answer(batch.attempt(), batch.number())
                    .or(() -> fencedOrFinished(batch));
            if (known.isPresent()) {
                return known.get();
            }
            if (memory.csn() < entry.after()) {
                return behind(entry.after());
            }
            Optional<List<StagedChunk>> chunks = staged.chunks(batch, entry.chunks(), logged.index());
            if (chunks.isEmpty()) {
                return Answer.refused(Refusal.UNKNOWN, "chunks of " + batch + " are missing");
            }
            return seal(entry, byTable(chunks.get()));
        }

        private Answer seal(LogEntry.Seal entry, Map<TableRef, List<StagedChunk>> tables) {
            boolean sealed = true;
            for (TableRef ref : tables.keySet()) {
                if (current(ref).isEmpty()) {
                    return changed(ref);
                }
                PartitionTable table = memory.table(ref.id()).orElseThrow();
                boolean mine = table.seal().filter(entry.batch()::equals).isPresent();
                if (entry.gate() < table.gate()
                        || (entry.gate() == table.gate() && table.seal().isPresent() && !mine)) {
                    return Answer.refused(
                            Refusal.GATE_LOST, "gate " + entry.gate() + " is over, " + table.gate() + " is known");
                }
                // Its seal of a lower gate was over in between: what was published since was not checked.
                sealed &= mine && entry.gate() == table.gate();
            }
            flush();
            file.begin();
            SealCheck check = new SealCheck(file, tables, ref -> current(ref).orElseThrow());
            if (sealed) {
                // Asked again under the same seal it is the same: until its publication nobody else writes.
                return check.verdict();
            }
            Answer verdict = verdict(check);
            if (verdict instanceof Answer.Refused) {
                memory.changingWriter(entry.batch().writer())
                        .remember(entry.batch().attempt(), entry.batch().number(), verdict);
                supersede(entry.batch());
                return verdict;
            }
            for (TableRef ref : tables.keySet()) {
                PartitionTable table = memory.table(ref.id()).orElseThrow();
                table.seal().filter(older -> !older.equals(entry.batch())).ifPresent(this::supersede);
                memory.table(memory.table(ref.id()).orElseThrow().withSeal(entry.gate(), Optional.of(entry.batch())));
            }
            return verdict;
        }

        /** An error of the statement's own that nothing foresaw is a refusal, too: this replica is not worth less for it. */
        private Answer verdict(SealCheck check) {
            try {
                Optional<Answer> refusal = check.duplicate();
                return refusal.orElseGet(check::verdict);
            } catch (IllegalStateException e) {
                if (!PartitionFile.isOfStatement(e)) {
                    throw e;
                }
                file.rollback();
                file.begin();
                return Answer.refused(
                        Refusal.NO_VALUE, String.valueOf(e.getCause().getMessage()));
            }
        }

        /** A higher gate was granted, and what was decided before it is published: the batch never will be. */
        private void supersede(BatchId batch) {
            letGo(batch);
            finish(batch);
        }

        @Override
        public Answer unseal(LogEntry.Unseal entry) {
            if (memory.csn() < entry.after()) {
                return behind(entry.after());
            }
            for (long id : entry.tables()) {
                Optional<PartitionTable> table = memory.table(id);
                if (table.isPresent() && table.get().gate() <= entry.gate()) {
                    table.get().seal().ifPresent(this::supersede);
                    memory.table(memory.table(id).orElseThrow().withSeal(entry.gate() + 1, Optional.empty()));
                }
            }
            return Answer.OK;
        }

        @Override
        public Answer discard(LogEntry.Discard entry) {
            if (memory.csn() < entry.after()) {
                return behind(entry.after());
            }
            raiseFloor(entry.writer(), entry.below());
            return Answer.OK;
        }

        private void raiseFloor(long writer, Attempt below) {
            if (memory.writer(writer).floor().isOlderThan(below)) {
                memory.changingWriter(writer).raise(below);
                for (BatchId batch : staged.olderThan(writer, below)) {
                    letGo(batch);
                    finished.add(batch);
                }
            }
        }

        @Override
        public Answer publish(LogEntry.Publish entry) {
            if (entry.upto() <= memory.csn()) {
                return Answer.number(memory.csn());
            }
            if (entry.from() != memory.csn()) {
                return Answer.refused(
                        Refusal.GAP, "published up to " + memory.csn() + ", the entry begins at " + entry.from());
            }
            for (DecidedBatch batch : entry.batches()) {
                batch.change().ifPresent(change -> change(change, batch.csn()));
                for (Participant participant : batch.participants()) {
                    rows(batch, participant);
                }
                letGo(batch.id());
                finish(batch.id());
                raiseFloor(batch.id().writer(), batch.id().attempt());
            }
            memory.csn(entry.upto());
            return Answer.number(entry.upto());
        }

        private void rows(DecidedBatch batch, Participant participant) {
            List<StagedChunk> chunks = staged.chunks(batch.id(), participant.chunks(), logged.index())
                    .orElseThrow(() -> new IllegalStateException(
                            "chunks of decided " + batch.id() + " (CSN " + batch.csn() + ") are missing"));
            for (StagedChunk chunk : chunks) {
                TableSpec table = current(chunk.table())
                        .orElseThrow(() -> new IllegalStateException(
                                "decided " + batch.id() + " has rows for " + chunk.table() + ", which is not here"));
                boolean sealed = memory.table(table.id())
                        .flatMap(PartitionTable::seal)
                        .filter(batch.id()::equals)
                        .isPresent();
                boolean insert = chunk.mode() == WriteMode.INSERT;
                if (chunk.mode().isSealed(table) && !sealed) {
                    throw new IllegalStateException(
                            "decided " + batch.id() + " writes to " + table.name() + " and is not sealed here");
                }
                if (chunk.mode() == WriteMode.CHANGE) {
                    flush();
                    file.begin();
                    new ChangedRows(file, table, chunk.change().orElseThrow()).publish();
                } else {
                    boolean checked = insert || table.isKeyless();
                    collect(new Target(table, checked, chunk.mode(), chunk.change()), chunk::rows);
                }
            }
        }

        private void change(TableChange change, long csn) {
            flush();
            file.begin();
            TableSpec spec = change.table();
            TableRows rows = new TableRows(file, spec);
            switch (change.kind()) {
                case CREATE -> {
                    rows.create();
                    memory.table(new PartitionTable(spec, csn, logged.index(), false, 0, Optional.empty()));
                }
                case DROP -> {
                    rows.drop();
                    memory.table(memory.table(spec.id())
                            .orElseThrow(() -> new IllegalStateException("no table " + spec.id() + " to drop"))
                            .withDropped(csn, logged.index()));
                }
                case TRUNCATE -> rows.truncate();
            }
        }

        @Override
        public Answer insert(LogEntry.Insert entry) {
            BatchId statement = entry.statement();
            WriterState writer = memory.writer(statement.writer());
            Optional<Answer> known = writer.answer(statement.attempt(), statement.number());
            if (known.isPresent()) {
                return known.get();
            }
            Optional<Answer> refusal = fencedOrFinished(statement);
            if (refusal.isPresent() || writer.isAnswered(statement.attempt(), statement.number())) {
                return refusal.orElseGet(() -> Answer.refused(Refusal.FINISHED, statement + " was answered"));
            }
            Optional<TableSpec> table = current(entry.table());
            if (table.isEmpty()) {
                return changed(entry.table());
            }
            if (memory.table(entry.table().id()).orElseThrow().seal().isPresent()) {
                return Answer.refused(
                        Refusal.BUSY, "table " + table.get().name() + " waits for a statement that checked its keys");
            }
            Optional<String> problem = IpcCheck.heads(entry.ipc(), entry.rows(), table.get());
            if (problem.isPresent()) {
                return Answer.refused(Refusal.MALFORMED, problem.get());
            }
            Answer answer = put(entry, table.get());
            writer = memory.changingWriter(statement.writer());
            writer.remember(statement.attempt(), statement.number(), answer);
            writer.forget(statement.attempt(), Math.min(entry.finishedBelow(), statement.number()));
            return answer;
        }

        private Answer put(LogEntry.Insert entry, TableSpec table) {
            Supplier<ReadableByteChannel> channel = () -> new BufferChannel(entry.ipc());
            if (table.isKeyless()) {
                collect(new Target(table, true, entry.mode()), channel);
                return Answer.number(entry.rows());
            }
            flush();
            file.begin();
            TableRows rows = new TableRows(file, table);
            if (entry.mode() != WriteMode.INSERT) {
                return Answer.number(rows.put(entry.mode(), List.of(channel)));
            }
            return rows.insertIfUnique(List.of(channel))
                    .map(message -> Answer.refused(Refusal.DUPLICATE_KEY, message))
                    .orElseGet(() -> Answer.number(entry.rows()));
        }

        private static Map<TableRef, List<StagedChunk>> byTable(List<StagedChunk> chunks) {
            Map<TableRef, List<StagedChunk>> tables = new LinkedHashMap<>();
            for (StagedChunk chunk : chunks) {
                tables.computeIfAbsent(chunk.table(), key -> new ArrayList<>()).add(chunk);
            }
            return tables;
        }
    }
}
