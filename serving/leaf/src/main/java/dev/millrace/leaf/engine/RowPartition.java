package dev.millrace.leaf.engine;

import dev.millrace.leaf.replica.LoggedEntry;
import dev.millrace.leaf.replica.PartitionEngine;
import dev.millrace.spec.TableSpec;
import dev.millrace.store.BatchId;
import dev.millrace.store.PartitionId;
import dev.millrace.store.TableRef;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.Refusal;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;

/**
 * A partition of rows. Its folder holds {@code data.duckdb} and the stage files; {@link EntryApplier} says what each
 * entry does, this class when it becomes durable and visible: one transaction for a group of entries, with the index of
 * the last; stage files go only after the commit that finishes their batches.
 */
public final class RowPartition implements PartitionEngine {
    /** A batch must fit a partition's disk beside the table; larger ones are a mistake in the batch interval. */
    private static final long BATCH_BYTES_MAX = 8L << 30;

    private final PartitionId id;
    private final PartitionFile file;
    private final PartitionMemory memory;
    private final StagedBatches staged;
    private final EntryApplier applier;
    private final ChangeBinding binding;
    private final Object changed = new Object();
    private volatile long csn;

    /** Opens the partition in a folder; makes it if the folder is empty. */
    public RowPartition(LeafDatabase database, PartitionId id, Path folder, BufferAllocator allocator) {
        this.id = id;
        file = new PartitionFile(database, id, folder.resolve("data.duckdb"), allocator);
        memory = new PartitionMemory(file);
        staged = new StagedBatches(folder.resolve("stage"), database.stageMemory(), memory::isFinished);
        applier = new EntryApplier(file, memory, staged);
        binding = new ChangeBinding(database);
        csn = memory.csn();
    }

    public PartitionId id() {
        return id;
    }

    /** The last CSN that touched it, as committed. */
    public long csn() {
        return csn;
    }

    /** A table here, or the memory of a dropped one; may be ahead of what is committed. */
    public Optional<PartitionTable> table(long table) {
        return memory.table(table);
    }

    /** Tables that a seal keeps others out of; may be ahead of what is committed. */
    public List<PartitionTable> sealed() {
        List<PartitionTable> sealed = new ArrayList<>();
        memory.tables().forEach(table -> table.seal().ifPresent(batch -> sealed.add(table)));
        return sealed;
    }

    /** Held around commits: who holds it sees the same state on every connection that begins to read the file. */
    public Lock commits() {
        return file.commits();
    }

    /** Waits until the partition has published a CSN; whether it has. */
    public boolean awaitCsn(long wanted, Duration wait) {
        return await(() -> csn >= wanted, wait);
    }

    @Override
    public long appliedIndex() {
        return memory.appliedIndex();
    }

    @Override
    public long snapshotIndex() {
        return memory.snapshotIndex();
    }

    @Override
    public long snapshotTerm() {
        return memory.snapshotTerm();
    }

    @Override
    public List<Answer> apply(List<LoggedEntry> entries) {
        List<Answer> answers = new ArrayList<>(entries.size());
        for (LoggedEntry entry : entries) {
            answers.add(
                    apply(entry, answers.isEmpty() ? Optional.empty() : Optional.of(entries.get(answers.size() - 1))));
        }
        commit(entries.get(entries.size() - 1));
        return answers;
    }

    private void commit(LoggedEntry last) {
        applier.flush();
        if (file.inTransaction() || memory.isChanged()) {
            memory.save(last.term(), last.index());
            file.commit();
            memory.committed(last.index());
            applier.dropFinished();
            synchronized (changed) {
                csn = memory.csn();
                changed.notifyAll();
            }
        }
    }

    private Answer apply(LoggedEntry logged, Optional<LoggedEntry> before) {
        LogEntry entry;
        try {
            entry = LogEntry.fromBytes(logged.bytes().duplicate());
        } catch (IllegalArgumentException e) {
            return Answer.refused(Refusal.MALFORMED, String.valueOf(e.getMessage()));
        }
        if (entry instanceof LogEntry.Seal && logged.index() > memory.appliedIndex()) {
            // It may have to take its own transaction back; what came before it stays.
            before.ifPresent(this::commit);
        }
        if (logged.index() <= memory.appliedIndex()) {
            applier.restore(logged, entry);
            return Answer.OK;
        }
        return applier.apply(logged, entry);
    }

    @Override
    public void snapshot(long term, long index) {
        staged.sync();
        memory.snapshot(term, index);
        file.checkpointIfLong();
    }

    @Override
    public void rest() {
        file.checkpointAtRest();
    }

    @Override
    public Optional<Answer> beforePropose(ByteBuffer bytes, Duration wait) {
        if (bytes.remaining() > LogEntry.BYTES_MAX) {
            return refused(Refusal.TOO_LARGE, bytes.remaining() + " bytes; an entry has at most " + LogEntry.BYTES_MAX);
        }
        try {
            return LogEntry.fromBytes(bytes.duplicate()).match(new Proposal(wait));
        } catch (IllegalArgumentException e) {
            return refused(Refusal.MALFORMED, String.valueOf(e.getMessage()));
        }
    }

    /** What is refused, or waited for, before an entry goes into the log. */
    private final class Proposal implements LogEntry.Cases<Optional<Answer>> {
        private final Duration wait;

        Proposal(Duration wait) {
            this.wait = wait;
        }

        @Override
        public Optional<Answer> stage(LogEntry.Stage entry) {
            if (staged.bytes(entry.batch()) > BATCH_BYTES_MAX) {
                return refused(
                        Refusal.TOO_LARGE, entry.batch() + " has more than " + BATCH_BYTES_MAX + " bytes in " + id);
            }
            return rows(
                    entry.table(),
                    spec -> StageCheck.layout(entry, spec)
                            .or(() -> entry.change().flatMap(change -> binding.problem(spec, change))));
        }

        @Override
        public Optional<Answer> insert(LogEntry.Insert entry) {
            Optional<Answer> refusal = rows(entry.table(), spec -> IpcCheck.layout(entry.ipc(), entry.rows(), spec));
            if (refusal.isEmpty()) {
                await(() -> !isSealed(entry.table().id()), wait);
            }
            return refusal;
        }

        private Optional<Answer> rows(TableRef table, Function<TableSpec, Optional<String>> check) {
            // Its CREATE may be decided and not yet published here.
            await(() -> memory.table(table.id()).isPresent(), wait);
            Optional<TableSpec> spec = applier.current(table);
            if (spec.isEmpty()) {
                return Optional.of(applier.changed(table));
            }
            return check.apply(spec.get()).map(problem -> Answer.refused(Refusal.MALFORMED, problem));
        }

        private boolean isSealed(long table) {
            return memory.table(table).flatMap(PartitionTable::seal).isPresent();
        }

        @Override
        public Optional<Answer> seal(LogEntry.Seal entry) {
            return after(entry.after());
        }

        @Override
        public Optional<Answer> unseal(LogEntry.Unseal entry) {
            return after(entry.after());
        }

        @Override
        public Optional<Answer> discard(LogEntry.Discard entry) {
            return after(entry.after());
        }

        private Optional<Answer> after(long wanted) {
            return awaitCsn(wanted, wait) ? Optional.empty() : Optional.of(applier.behind(wanted));
        }

        @Override
        public Optional<Answer> publish(LogEntry.Publish entry) {
            return Optional.empty();
        }
    }

    private boolean await(BooleanSupplier condition, Duration wait) {
        long deadline = System.nanoTime() + wait.toNanos();
        synchronized (changed) {
            while (!condition.getAsBoolean()) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                try {
                    changed.wait(left / 1_000_000, (int) (left % 1_000_000));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
            return true;
        }
    }

    /** Names of the batches that have chunks here. */
    List<BatchId> open() {
        return staged.open();
    }

    private static Optional<Answer> refused(Refusal refusal, String message) {
        return Optional.of(Answer.refused(refusal, message));
    }

    @Override
    public void close() {
        staged.close();
        file.close();
    }
}
