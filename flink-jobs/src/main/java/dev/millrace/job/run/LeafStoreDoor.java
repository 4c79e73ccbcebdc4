package dev.millrace.job.run;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.Endpoint;
import dev.millrace.store.PartitionId;
import dev.millrace.store.client.StoreClient;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.WireReader;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** A door made of a {@link StoreClient} of its own. */
public final class LeafStoreDoor implements StoreDoor {
    /** Answers are a few bytes each; this only stops a leak. */
    private static final long ANSWER_BYTES_MAX = 64L << 20;

    private final BufferAllocator allocator;
    private final StoreClient client;

    private LeafStoreDoor(BufferAllocator allocator, StoreClient client) {
        this.allocator = requireNonNull(allocator, "allocator");
        this.client = requireNonNull(client, "client");
    }

    public static StoreDoor open(JobRun run) {
        return ContextLoader.ofFlight(() -> {
            BufferAllocator allocator = new RootAllocator(ANSWER_BYTES_MAX);
            return new LeafStoreDoor(allocator, new StoreClient(List.of(Endpoint.parse(run.system())), allocator));
        });
    }

    @Override
    public WireReader system(SystemEntry entry) {
        return ContextLoader.ofFlight(() -> client.system(entry));
    }

    @Override
    public CompletableFuture<WireReader> submit(PartitionId partition, LogEntry entry) {
        return ContextLoader.ofFlight(() -> client.submitAsync(partition, entry));
    }

    @Override
    public byte[] program(String sha256, int part) {
        return ContextLoader.ofFlight(() -> client.program(sha256, part));
    }

    @Override
    public void close() {
        client.close();
        allocator.close();
    }
}
