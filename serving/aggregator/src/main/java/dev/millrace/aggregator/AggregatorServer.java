package dev.millrace.aggregator;

import dev.millrace.aggregator.catalog.LiveCatalog;
import dev.millrace.aggregator.execute.ExecuteRoom;
import dev.millrace.aggregator.jdbc.AvaticaDoor;
import dev.millrace.aggregator.jdbc.ClientSessions;
import dev.millrace.aggregator.pipeline.PipelineSupervisor;
import dev.millrace.aggregator.pipeline.Pipelines;
import dev.millrace.aggregator.pipeline.SourceWatch;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.client.StoreClient;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running aggregator: the Avatica door, and behind it all that answers. */
public final class AggregatorServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AggregatorServer.class);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final AvaticaDoor door;

    /**
     * Starts an aggregator. It can be used when this returns, and running pipelines are looked after from then on.
     *
     * @throws StatementException WRONG_CONFIG if the port is taken; STORE_UNREACHABLE as the client's refusal if no leaf
     *     of the system partition answers
     */
    public static AggregatorServer start(AggregatorConfig config) {
        return new AggregatorServer(config, InstantSource.system());
    }

    private AggregatorServer(AggregatorConfig config, InstantSource clock) {
        try {
            BufferAllocator allocator = with(new RootAllocator(config.arrowBytes()));
            StoreClient client = with(new StoreClient(config.system(), allocator));
            LiveCatalog catalog = with(new LiveCatalog(client));
            SourceWatch sources = with(new SourceWatch(client, catalog, clock));
            PipelineSupervisor supervisor = with(new PipelineSupervisor(
                    client,
                    catalog,
                    sources,
                    config.flink(),
                    config.jobJar(),
                    config.system().get(0),
                    clock));
            Pipelines pipelines = new Pipelines(client, catalog, supervisor, sources, clock);
            ExecuteRoom room = with(new ExecuteRoom(
                    client,
                    catalog,
                    pipelines,
                    allocator,
                    new ExecuteRoom.Settings(
                            "aggregator " + config.host() + ":" + config.port(),
                            config.partitionsDefault(),
                            config.duckdbBytes(),
                            config.duckdbThreads(),
                            config.spill()),
                    clock));
            ClientSessions sessions = with(new ClientSessions(room.statements()));
            door = with(new AvaticaDoor(config.host(), config.port(), sessions));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private <T extends AutoCloseable> T with(T part) {
        parts.push(part);
        return part;
    }

    public int port() {
        return door.port();
    }

    /** What stands behind {@code jdbc:avatica:remote:url=}: {@code http://HOST:PORT}. */
    public String url() {
        return door.url();
    }

    /** Ends sessions, then everything else, last what was started first. */
    @Override
    public void close() {
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                part.close();
            } catch (Exception e) {
                LOG.warn("closing {}", part.getClass().getSimpleName(), e);
            }
        }
    }
}
