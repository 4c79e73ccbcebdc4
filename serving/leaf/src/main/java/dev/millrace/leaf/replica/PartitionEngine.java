package dev.millrace.leaf.replica;

import dev.millrace.store.wire.Answer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a replica applies entries to: the file of one partition. {@link #apply} and {@link #snapshot} are called by one
 * thread only, in log order; the other methods by any.
 *
 * <p>The file is the whole state at {@link #appliedIndex}: every transaction that changes it moves that index too. The
 * log is replayed from behind {@link #snapshotIndex}, which is never above it.
 */
public interface PartitionEngine extends AutoCloseable {
    /** Index of the last entry whose effect the file has; −1 before the first. */
    long appliedIndex();

    /** Index given to the last {@link #snapshot}: the log may be gone up to it. −1 before the first. */
    long snapshotIndex();

    /** Term of the entry at {@link #snapshotIndex}; 0 before the first. */
    long snapshotTerm();

    /**
     * Applies entries that wait together, in order, best in one transaction of the file; what they answer is true once
     * this returns. For entries up to {@link #appliedIndex} (replay) only what lies outside the file is restored, and
     * their answers go to nobody. Not every index appears: some are the log's own. Any exception halts the replica, so
     * a failure that every replica would meet is an answer instead. Reads no clock, no chance, no environment.
     *
     * @return one answer for each entry
     */
    List<Answer> apply(List<LoggedEntry> entries);

    /**
     * Makes everything up to the index durable in the file and beside it, without copying anything, and keeps the index
     * as {@link #snapshotIndex}.
     */
    void snapshot(long term, long index);

    /** Called once when no entry has come for a while: the time for what makes reads or a restart faster. */
    void rest();

    /**
     * On the leader, before an entry is proposed: what can be refused at once (malformed, too large), waiting at most
     * so long for what apply would refuse as too early. Decides nothing: apply checks again.
     *
     * @return a refusal, or empty to propose it
     */
    Optional<Answer> beforePropose(ByteBuffer entry, Duration wait);

    /** Gives back connection and file; called when no other call is under way. */
    @Override
    void close();
}
