package dev.millrace.spec;

import static java.util.Objects.requireNonNull;

import java.util.OptionalInt;

/**
 * What a pipeline may take at once.
 *
 * @param partitions source partitions that are read at the same time: the job has no more tasks; empty: no limit
 * @param offsets most offsets of one source partition in one batch; empty: no limit
 */
public record BatchLimits(OptionalInt partitions, OptionalInt offsets) {
    public static final BatchLimits NONE = new BatchLimits(OptionalInt.empty(), OptionalInt.empty());

    public BatchLimits {
        requireNonNull(partitions, "partitions");
        requireNonNull(offsets, "offsets");
    }
}
