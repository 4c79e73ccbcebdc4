package dev.millrace.leaf.engine;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.TableSpec;
import dev.millrace.store.BatchId;
import java.util.Optional;

/**
 * A table in a partition, or the memory of a dropped one.
 *
 * @param csn at which its form was published here
 * @param index of the log entry that did
 * @param gate lowest gate whose seal is still taken
 * @param seal the sealed batch that keeps other writers out
 */
public record PartitionTable(TableSpec spec, long csn, long index, boolean dropped, long gate, Optional<BatchId> seal) {
    public PartitionTable {
        requireNonNull(spec, "spec");
        requireNonNull(seal, "seal");
    }

    PartitionTable withDropped(long newCsn, long newIndex) {
        return new PartitionTable(spec, newCsn, newIndex, true, gate, Optional.empty());
    }

    PartitionTable withSeal(long newGate, Optional<BatchId> newSeal) {
        return new PartitionTable(spec, csn, index, dropped, newGate, newSeal);
    }
}
