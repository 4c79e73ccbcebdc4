package dev.millrace.leaf.follow;

import dev.millrace.leaf.engine.RowPartition;
import dev.millrace.store.PartitionId;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.wire.Answer;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The partitions of rows on this leaf. */
public interface LedPartitions {
    /** Those that it leads and that are ready. */
    List<RowPartition> led();

    /** All that have a replica here, also halted ones, but the system partition. */
    List<PartitionId> all();

    CompletableFuture<Answer> propose(PartitionId partition, LogEntry entry);

    /** Removes a replica with its data. */
    void remove(PartitionId partition);
}
