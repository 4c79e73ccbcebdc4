package dev.millrace.leaf.query;

import dev.millrace.leaf.engine.RowPartition;
import dev.millrace.store.PartitionId;

/** The partitions that may be read here. */
public interface PinnablePartitions {
    /**
     * A partition of rows that this leaf leads.
     *
     * @throws dev.millrace.store.wire.RefusedException if it is not led here, is starting, or is halted
     */
    RowPartition rows(PartitionId partition);

    /** Checks the same for the system partition. */
    void checkSystem();
}
