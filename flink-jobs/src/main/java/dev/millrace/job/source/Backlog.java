package dev.millrace.job.source;

import org.apache.flink.api.connector.source.SourceEvent;

/**
 * Whether a task has more to read than it can soon: then its batches are made larger, because each costs every partition
 * a transaction, whatever its size, and nobody waits for the newest record yet. Written by the fetcher's thread, asked
 * by the task's.
 */
final class Backlog {
    /** Less than what one poll brings is read before anything changes. */
    private static final long RECORDS_MIN = 20_000;

    private volatile long unread;
    private boolean behind;

    /** What a task tells the enumerator when it falls behind or has caught up. */
    record Changed(boolean behind) implements SourceEvent {
        private static final long serialVersionUID = 1L;
    }

    /** Records that the task's splits hold behind its position. */
    void unread(long records) {
        unread = records;
    }

    /**
     * Looks again, at the end of a batch.
     *
     * @param taken records in the batch
     * @return whether the answer of {@link #isBehind} has changed
     */
    boolean batchEnded(long taken) {
        boolean before = behind;
        long left = unread;
        behind = left > RECORDS_MIN && left > taken;
        return behind != before;
    }

    /** Whether more than another batch like the last one is left. */
    boolean isBehind() {
        return behind;
    }
}
