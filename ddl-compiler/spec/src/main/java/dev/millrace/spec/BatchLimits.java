package dev.millrace.spec;

import static java.util.Objects.requireNonNull;

import java.util.OptionalInt;

/**
 * What a pipeline may take at once, and how often it tries.
 *
 * @param partitions source partitions that are read at the same time: the job has no more tasks; empty: no limit
 * @param offsets most offsets of one source partition in one batch; empty: no limit
 * @param retries of a job that failed
 */
public record BatchLimits(OptionalInt partitions, OptionalInt offsets, RetrySpec retries) {
    public static final BatchLimits NONE = new BatchLimits(OptionalInt.empty(), OptionalInt.empty(), RetrySpec.DEFAULT);

    public BatchLimits {
        requireNonNull(partitions, "partitions");
        requireNonNull(offsets, "offsets");
        requireNonNull(retries, "retries");
    }

    /** Limits of a batch; retries are the usual ones. */
    public BatchLimits(OptionalInt partitions, OptionalInt offsets) {
        this(partitions, offsets, RetrySpec.DEFAULT);
    }

    public BatchLimits withRetries(RetrySpec newRetries) {
        return new BatchLimits(partitions, offsets, newRetries);
    }
}
