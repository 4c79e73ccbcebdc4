package dev.millrace.leaf.replica;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.wire.Answer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Entries on their way from the log to the engine, in order, with a bound on their bytes: the log's thread waits when the
 * engine is behind, which is how a replay does not fill the heap. Entries that wait together leave together.
 */
final class ApplyQueue {
    /** A few of the largest entries. */
    private static final long WAITING_BYTES_MAX = 16L << 20;

    /** Bounds what one transaction of the engine carries. */
    private static final int GROUP_MAX = 512;

    /** What waits: an entry, or something to do at its place. */
    sealed interface Item {
        int bytes();
    }

    /** An entry and who waits for its answer. */
    record Entry(LoggedEntry logged, CompletableFuture<Answer> answer) implements Item {
        Entry {
            requireNonNull(logged, "logged");
        }

        @Override
        public int bytes() {
            return logged.bytes().remaining();
        }
    }

    /** Something to do when everything before it is applied. */
    record Task(Runnable action) implements Item {
        @Override
        public int bytes() {
            return 0;
        }
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final Condition drained = lock.newCondition();
    private final Deque<Item> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private boolean closed;

    /** Adds an item, waiting for room; false if the queue is closed. */
    boolean add(Item item) {
        lock.lock();
        try {
            while (waitingBytes > WAITING_BYTES_MAX && !closed) {
                drained.awaitUninterruptibly();
            }
            if (closed) {
                return false;
            }
            waiting.add(item);
            waitingBytes += item.bytes();
            filled.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for something to do; false: nothing came in the time. True also when closed. */
    boolean awaitWork(Duration time) {
        long left = time.toNanos();
        lock.lock();
        try {
            while (waiting.isEmpty() && !closed && left > 0) {
                left = filled.awaitNanos(left);
            }
            return !waiting.isEmpty() || closed;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The next task alone, or all entries up to the next task; waits for one. Empty when closed and drained. */
    List<Item> next() {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closed) {
                filled.awaitUninterruptibly();
            }
            List<Item> group = new ArrayList<>();
            while (!waiting.isEmpty() && group.size() < GROUP_MAX) {
                if (waiting.peek() instanceof Task && !group.isEmpty()) {
                    break;
                }
                Item item = waiting.poll();
                waitingBytes -= item.bytes();
                group.add(item);
                if (item instanceof Task) {
                    break;
                }
            }
            drained.signalAll();
            return group;
        } finally {
            lock.unlock();
        }
    }

    /** Takes no more; what waits is still given out. */
    void close() {
        lock.lock();
        try {
            closed = true;
            filled.signalAll();
            drained.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
