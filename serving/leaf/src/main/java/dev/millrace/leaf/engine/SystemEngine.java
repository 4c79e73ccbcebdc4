package dev.millrace.leaf.engine;

import dev.millrace.leaf.replica.LoggedEntry;
import dev.millrace.leaf.replica.PartitionEngine;
import dev.millrace.leaf.system.SystemState;
import dev.millrace.leaf.wire.SystemDoor;
import dev.millrace.store.BatchId;
import dev.millrace.store.CatalogSnapshot;
import dev.millrace.store.DecidedBatch;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.FollowAnswer;
import dev.millrace.store.wire.FollowRequest;
import dev.millrace.store.wire.GatesAnswer;
import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.RefusedException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * The system partition on a leaf: its state in memory, its rows in the file {@code d0_p0}, its reads.
 *
 * <p>Readers see an entry as soon as it is applied in memory, a moment before it is in the file: it is agreed on, so it
 * will be. A crash in between replays it.
 */
public final class SystemEngine implements PartitionEngine, SystemDoor {
    /** Longest a caller's thread is held; callers ask again. */
    static final Duration WAIT_MAX = Duration.ofSeconds(30);

    private final SystemFile file;

    /** Guards {@link #state}: held for the moment an entry takes in memory, never while the file is written. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition applied = lock.newCondition();
    private final SystemState state;
    private CatalogSnapshot catalog;

    /** Attaches the file, making it if it is not there, and loads what it holds. */
    public SystemEngine(LeafDatabase database, Path path) {
        file = new SystemFile(database, path);
        state = new SystemState();
        file.load(state);
        catalog = state.catalog();
    }

    @Override
    public long appliedIndex() {
        return file.appliedIndex();
    }

    @Override
    public long snapshotIndex() {
        return file.snapshotIndex();
    }

    @Override
    public long snapshotTerm() {
        return file.snapshotTerm();
    }

    @Override
    public List<Answer> apply(List<LoggedEntry> entries) {
        List<Answer> answers = new ArrayList<>(entries.size());
        SystemFile.Transaction transaction = null;
        LoggedEntry last = null;
        for (LoggedEntry entry : entries) {
            if (entry.index() <= file.appliedIndex()) {
                answers.add(Answer.OK);
                continue;
            }
            if (transaction == null) {
                transaction = file.begin();
            }
            SystemState.Outcome outcome = apply(entry.bytes());
            transaction.write(outcome.changes());
            answers.add(outcome.answer());
            last = entry;
        }
        if (transaction != null) {
            transaction.commit(last.index());
        }
        return answers;
    }

    private SystemState.Outcome apply(ByteBuffer bytes) {
        SystemEntry entry;
        try {
            entry = SystemEntry.fromBytes(bytes);
        } catch (RuntimeException e) {
            return new SystemState.Outcome(malformed(e), List.of());
        }
        lock.lock();
        try {
            SystemState.Outcome outcome = state.apply(entry);
            applied.signalAll();
            return outcome;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void snapshot(long term, long index) {
        file.snapshot(term, index);
    }

    /** A batch that waits for gates waits here, not by entry after entry in the log. */
    @Override
    public void rest() {}

    @Override
    public Optional<Answer> beforePropose(ByteBuffer bytes, Duration wait) {
        if (bytes.remaining() > LogEntry.BYTES_MAX) {
            return Optional.of(Answer.refused(Refusal.TOO_LARGE, "an entry of " + bytes.remaining() + " bytes"));
        }
        SystemEntry entry;
        try {
            entry = SystemEntry.fromBytes(bytes.slice());
        } catch (RuntimeException e) {
            return Optional.of(malformed(e));
        }
        if (entry instanceof SystemEntry.TakeGate take) {
            awaitGates(take.batch(), wait);
        }
        if (entry instanceof SystemEntry.Decide decide && decide.gate() == 0 && !awaitGates(decide.batch(), wait)) {
            return Optional.of(Answer.refused(Refusal.BUSY, decide.batch() + " waits for a gate of its tables"));
        }
        return Optional.empty();
    }

    private boolean awaitGates(BatchId batch, Duration wait) {
        return await(wait, () -> !state.waitsForGate(batch));
    }

    @Override
    public FollowAnswer follow(FollowRequest request) {
        lock.lock();
        try {
            List<DecidedBatch> batches = new ArrayList<>(state.after(request.known()));
            await(Duration.ofMillis(Math.max(0, request.waitMillis())), () -> {
                if (batches.isEmpty()) {
                    batches.addAll(state.after(request.known()));
                }
                return !batches.isEmpty();
            });
            return new FollowAnswer(batches);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public GatesAnswer gates(long database) {
        lock.lock();
        try {
            return state.gates(database)
                    .orElseThrow(() -> new RefusedException(Refusal.UNKNOWN, "no database " + database));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public CatalogSnapshot catalog(long newerThan, Duration wait) {
        lock.lock();
        try {
            await(wait, () -> state.catalogVersion() > newerThan);
            if (catalog.version() != state.catalogVersion()) {
                catalog = state.catalog();
            }
            return catalog;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public byte[] program(String sha256, int part) {
        return file.program(sha256, part)
                .orElseThrow(() -> new RefusedException(
                        Refusal.PROGRAM_MISSING, "the catalog has no part " + part + " of the file " + sha256));
    }

    /** Waits under the lock until it holds; answers whether it does. */
    private boolean await(Duration wait, BooleanSupplier condition) {
        lock.lock();
        try {
            long nanos = (wait.compareTo(WAIT_MAX) > 0 ? WAIT_MAX : wait).toNanos();
            while (!condition.getAsBoolean()) {
                if (nanos <= 0) {
                    return false;
                }
                nanos = applied.awaitNanos(nanos);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return condition.getAsBoolean();
        } finally {
            lock.unlock();
        }
    }

    private static Answer malformed(RuntimeException e) {
        return Answer.refused(Refusal.MALFORMED, "not an entry of the system partition: " + e.getMessage());
    }

    @Override
    public void close() {
        file.close();
    }
}
