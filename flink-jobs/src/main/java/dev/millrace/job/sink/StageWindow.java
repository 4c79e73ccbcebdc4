package dev.millrace.job.sink;

import static java.util.Objects.requireNonNull;

import dev.millrace.job.run.StoreDoor;
import dev.millrace.store.PartitionId;
import dev.millrace.store.log.LogEntry;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Chunks on their way: so many unacknowledged bytes and no more. Only unacknowledged ones count; undecided bytes must
 * not, because a batch that waits for itself would never be decided. {@link #send} and {@link #await} belong to the
 * task's thread.
 */
final class StageWindow {
    /** A few round trips of a leaf's log at full rate. */
    static final long BYTES_MAX = 16L << 20;

    /** Longer than the door's own patience; behind it something is wrong that a new attempt may mend. */
    private static final Duration WAIT_MAX = Duration.ofSeconds(90);

    private final StoreDoor door;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long bytes;
    private int calls;
    private Throwable failure;

    StageWindow(StoreDoor door) {
        this.door = requireNonNull(door, "door");
    }

    /**
     * Sends a chunk, after waiting for room.
     *
     * @throws IOException an earlier chunk failed, or nothing was acknowledged for too long
     */
    void send(PartitionId partition, LogEntry.Stage chunk) throws IOException, InterruptedException {
        int size = chunk.ipc().remaining();
        lock.lockInterruptibly();
        try {
            while (failure == null && bytes > 0 && bytes + size > BYTES_MAX) {
                waitForChange();
            }
            throwFailure();
            bytes += size;
            calls++;
        } finally {
            lock.unlock();
        }
        door.submit(partition, chunk).whenComplete((answer, error) -> acknowledge(size, error));
    }

    /** Waits until every chunk is acknowledged. */
    void await() throws IOException, InterruptedException {
        lock.lockInterruptibly();
        try {
            while (failure == null && calls > 0) {
                waitForChange();
            }
            throwFailure();
        } finally {
            lock.unlock();
        }
    }

    private void waitForChange() throws IOException, InterruptedException {
        if (!changed.await(WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IOException("no chunk was acknowledged for " + WAIT_MAX.toSeconds() + " s; " + calls + " chunks, "
                    + bytes + " bytes are on their way");
        }
    }

    private void acknowledge(int size, Throwable error) {
        lock.lock();
        try {
            bytes -= size;
            calls--;
            if (error != null && failure == null) {
                failure = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void throwFailure() throws IOException {
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure != null) {
            throw new IOException("a chunk could not be staged", failure);
        }
    }
}
