package dev.millrace.leaf.follow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.leaf.engine.LeafDatabase;
import dev.millrace.leaf.engine.RowPartition;
import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.DecidedBatch;
import dev.millrace.store.Participant;
import dev.millrace.store.PartitionId;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FollowedDatabaseTest {
    private static final DecidedBatch BATCH = new DecidedBatch(
            3, 1, new BatchId(7, new Attempt(1, 0), 1), 0, List.of(new Participant(0, List.of())), Optional.empty());

    @TempDir
    private Path folder;

    @Test
    void partitionThatComesToBeLedDuringARoundGetsTheBatchesOfThatRound() {
        PartitionId id = new PartitionId(3, 0);
        try (RootAllocator allocator = new RootAllocator();
                LeafDatabase database = new LeafDatabase(
                        new LeafDatabase.Limits(64L << 20, 1, folder.resolve("tmp"), folder.resolve("partitions")));
                RowPartition late = new RowPartition(
                        database, id, folder.resolve("partitions").resolve(id.alias()), allocator)) {
            FollowedDatabase followed = new FollowedDatabase(3, List.of());
            followed.add(BATCH);
            // A round begins here with what is led: nothing. While it runs, the partition comes to be led.
            followed.cover(List.of(late));
            assertThat(followed.known()).isZero();
            followed.add(BATCH);
            followed.prune(List.of());

            followed.cover(List.of(late));

            assertThat(followed.known()).isZero();
            followed.add(BATCH);
            assertThat(followed.publish(0, late.csn(), followed.roundEnd())).isPresent();
        }
    }
}
