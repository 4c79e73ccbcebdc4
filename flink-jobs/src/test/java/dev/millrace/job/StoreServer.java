package dev.millrace.job;

import dev.millrace.store.Endpoint;
import dev.millrace.store.PartitionId;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.RefusedException;
import dev.millrace.store.wire.Verb;
import dev.millrace.store.wire.WireReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.NoOpFlightProducer;
import org.apache.arrow.flight.Result;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** An {@link EngineStore} behind a leaf's Flight door, for jobs that come as a jar. */
final class StoreServer implements AutoCloseable {
    private final BufferAllocator allocator = new RootAllocator();
    private final FlightServer server;

    StoreServer(EngineStore store) throws IOException {
        server = FlightServer.builder(allocator, Location.forGrpcInsecure("127.0.0.1", store.port()), new Door(store))
                .build()
                .start();
    }

    Endpoint endpoint() {
        return new Endpoint("127.0.0.1", server.getPort());
    }

    @Override
    public void close() throws Exception {
        server.close();
        allocator.close();
    }

    private static final class Door extends NoOpFlightProducer {
        private final EngineStore store;

        Door(EngineStore store) {
            this.store = store;
        }

        @Override
        public void doAction(CallContext context, Action action, StreamListener<Result> listener) {
            listener.onNext(new Result(answer(action).toBytes()));
            listener.onCompleted();
        }

        private Answer answer(Action action) {
            try {
                WireReader body = new WireReader(action.getBody());
                if (action.getType().equals(Verb.CATALOG.action())) {
                    return Answer.of(store.catalog()::write);
                }
                PartitionId partition = PartitionId.read(body);
                ByteBuffer entry = ByteBuffer.wrap(body.bytes());
                return partition.equals(PartitionId.SYSTEM)
                        ? store.answer(SystemEntry.fromBytes(entry))
                        : store.answer(partition.ordinal(), LogEntry.fromBytes(entry));
            } catch (RefusedException e) {
                return Answer.refused(e.refusal(), e.getMessage());
            }
        }
    }
}
