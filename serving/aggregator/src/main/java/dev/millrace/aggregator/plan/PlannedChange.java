package dev.millrace.aggregator.plan;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.RowChange;

/**
 * What UPDATE or DELETE does, and where.
 *
 * @param partitions that may have a row it changes; all of them for a reference table
 */
public record PlannedChange(RowChange change, Partitions partitions) {
    public PlannedChange {
        requireNonNull(change, "change");
        requireNonNull(partitions, "partitions");
    }
}
