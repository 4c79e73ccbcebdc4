package dev.millrace.leaf.engine;

import java.util.concurrent.atomic.AtomicLong;

/** The part of the heap that the open chunks of a leaf's partitions may take together, in bytes. Thread-safe. */
final class StageMemory {
    private final AtomicLong left;

    StageMemory(long bytes) {
        left = new AtomicLong(bytes);
    }

    /** Takes bytes if there are so many; whether there were. */
    boolean take(long bytes) {
        if (left.addAndGet(-bytes) >= 0) {
            return true;
        }
        left.addAndGet(bytes);
        return false;
    }

    void give(long bytes) {
        left.addAndGet(bytes);
    }
}
