package dev.millrace.transform.isolate;

import static java.util.Objects.requireNonNull;

/**
 * A record that a transform fails on.
 *
 * @param offset in its source partition
 * @param excerpt its first bytes, at most {@link #EXCERPT_BYTES_MAX}
 * @param reason how the transform failed, a sentence for the user
 */
public record RefusedRecord(String partition, long offset, byte[] excerpt, String reason) {
    /** Enough to recognise a record. */
    public static final int EXCERPT_BYTES_MAX = 1024;

    public RefusedRecord {
        requireNonNull(partition, "partition");
        requireNonNull(reason, "reason");
    }
}
