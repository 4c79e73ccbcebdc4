package dev.millrace.leaf.wire;

import dev.millrace.store.Node;
import dev.millrace.store.PartitionId;
import dev.millrace.store.query.Pin;
import dev.millrace.store.query.PinRequest;
import dev.millrace.store.wire.Answer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What a leaf does for its callers. Refusals come as answers or as {@link
 * dev.millrace.store.wire.RefusedException}.
 */
public interface LeafDoor {
    CompletableFuture<Answer> submit(PartitionId partition, ByteBuffer entry);

    /** The system partition, if it is led here. */
    SystemDoor system();

    Pin pin(PinRequest request);

    void unpin(long pin);

    void cancel(long pin);

    void createPartition(PartitionId partition, List<Node> replicas);

    /** The partition's CSN when it has reached the wanted one or the wait is over. */
    long awaitPublished(PartitionId partition, long csn, Duration wait);
}
