package dev.millrace.leaf;

import dev.millrace.leaf.engine.LeafDatabase;
import dev.millrace.leaf.engine.RowPartition;
import dev.millrace.leaf.engine.SystemEngine;
import dev.millrace.leaf.follow.LedPartitions;
import dev.millrace.leaf.query.PinnablePartitions;
import dev.millrace.leaf.replica.PartitionEngine;
import dev.millrace.leaf.replica.ReplicaServer;
import dev.millrace.leaf.wire.SystemDoor;
import dev.millrace.store.PartitionId;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.RefusedException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.arrow.memory.BufferAllocator;

/** The replicas of a leaf as its other rooms see them, and the engines behind them. */
final class LeafPartitions implements PinnablePartitions, LedPartitions, AutoCloseable {
    private final ReplicaServer replicas;

    LeafPartitions(ReplicaServer.Config config, LeafFolder folder, LeafDatabase database, BufferAllocator allocator) {
        replicas = new ReplicaServer(config, new ReplicaServer.Engines() {
            @Override
            public PartitionEngine open(PartitionId partition) {
                return partition.equals(PartitionId.SYSTEM)
                        ? new SystemEngine(database, folder.partition(partition).resolve("data.duckdb"))
                        : new RowPartition(database, partition, folder.partition(partition), allocator);
            }

            @Override
            public void delete(PartitionId partition) {
                folder.delete(partition);
            }
        });
    }

    ReplicaServer replicas() {
        return replicas;
    }

    /** Throws the refusal of a partition that is not served here. */
    private void check(PartitionId partition) {
        replicas.notServed(partition).ifPresent(Answer::orThrow);
    }

    @Override
    public RowPartition rows(PartitionId partition) {
        check(partition);
        return replicas.engine(partition)
                .filter(RowPartition.class::isInstance)
                .map(RowPartition.class::cast)
                .orElseThrow(() -> new RefusedException(Refusal.MALFORMED, partition + " has no rows of users"));
    }

    @Override
    public void checkSystem() {
        check(PartitionId.SYSTEM);
    }

    SystemDoor system() {
        check(PartitionId.SYSTEM);
        return (SystemDoor) replicas.engine(PartitionId.SYSTEM).orElseThrow();
    }

    @Override
    public List<RowPartition> led() {
        List<RowPartition> led = new ArrayList<>();
        for (PartitionId partition : all()) {
            if (replicas.notServed(partition).isEmpty()) {
                replicas.engine(partition).map(RowPartition.class::cast).ifPresent(led::add);
            }
        }
        return led;
    }

    @Override
    public List<PartitionId> all() {
        return replicas.partitions().stream()
                .filter(partition -> !partition.equals(PartitionId.SYSTEM))
                .toList();
    }

    @Override
    public CompletableFuture<Answer> propose(PartitionId partition, LogEntry entry) {
        return replicas.submit(partition, ByteBuffer.wrap(entry.toBytes()), Duration.ZERO);
    }

    @Override
    public void remove(PartitionId partition) {
        replicas.remove(partition);
    }

    @Override
    public void close() {
        replicas.close();
    }
}
