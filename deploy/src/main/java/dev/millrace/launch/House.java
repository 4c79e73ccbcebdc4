package dev.millrace.launch;

import static dev.millrace.spec.error.SqlState.WRONG_CONFIG;

import dev.millrace.aggregator.AggregatorConfig;
import dev.millrace.aggregator.AggregatorServer;
import dev.millrace.launch.Parts.Stage;
import dev.millrace.leaf.LeafConfig;
import dev.millrace.leaf.LeafServer;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.Endpoint;
import dev.millrace.store.client.LocalLeaves;
import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * Everything in one process: leaves, Flink, if asked for Kafka, and the aggregator in front of them.
 *
 * @param jdbcUrl where SQL goes
 * @param dashboard Flink's
 * @param kafka {@code host:port} of the embedded broker
 */
record House(String jdbcUrl, URI dashboard, Optional<String> kafka, List<Endpoint> leaves) {
    /** A cold start on a busy machine takes half a minute; replaying a log takes longer. */
    private static final Duration START_MAX = Duration.ofMinutes(10);

    House {
        leaves = List.copyOf(leaves);
    }

    /**
     * Starts everything and returns when SQL is answered. What has started is in {@code parts}, also after a failure.
     */
    static House start(HouseConfig config, DataFolder folder, Parts parts) throws IOException {
        int stored = folder.leavesStored();
        if (stored > config.leaves()) {
            throw new StatementException(
                    WRONG_CONFIG,
                    folder.root() + " holds the data of " + stored + " leaves; start with --leaves " + stored);
        }
        MemoryPlan memory = MemoryPlan.of(config.memoryBytes(), config.leaves());
        HousePorts ports = HousePorts.choose(config, folder);
        return new Builder(config, folder, parts, memory, ports).build();
    }

    private record Builder(HouseConfig config, DataFolder folder, Parts parts, MemoryPlan memory, HousePorts ports) {
        House build() throws IOException {
            // Side by side: each is mostly loading classes and waiting for elections of one.
            ExecutorService starters = Executors.newCachedThreadPool();
            try {
                Future<EmbeddedFlink> flink = starters.submit(this::flink);
                Future<Optional<EmbeddedBroker>> kafka = starters.submit(this::kafka);
                List<Endpoint> leaves = leaves(starters);
                URI dashboard = await(flink).rest();
                AggregatorServer aggregator = aggregator(leaves.subList(0, 1), dashboard);
                return new House(
                        "jdbc:avatica:remote:url=" + aggregator.url(),
                        dashboard,
                        await(kafka).map(EmbeddedBroker::address),
                        leaves);
            } finally {
                starters.shutdownNow();
            }
        }

        /** The first holds the system partition; the others ask it who they are. */
        private List<Endpoint> leaves(ExecutorService starters) throws IOException {
            BufferAllocator allocator =
                    parts.add(Stage.MEMORY, "direct-memory", new RootAllocator(memory.leavesArrowBytes()));
            List<Endpoint> endpoints = ports.leaves().stream()
                    .map(port -> new Endpoint(config.bind(), port))
                    .toList();
            LeafServer system = await(starters.submit(() -> leaf(0, List.of(), allocator)));
            List<Future<LeafServer>> others = new ArrayList<>();
            for (int ordinal = 1; ordinal < config.leaves(); ordinal++) {
                int number = ordinal;
                others.add(starters.submit(() -> leaf(number, endpoints.subList(0, 1), allocator)));
            }
            for (Future<LeafServer> other : others) {
                await(other);
            }
            return endpoints;
        }

        private LeafServer leaf(int ordinal, List<Endpoint> system, BufferAllocator allocator) throws IOException {
            // The machine's cores once over: with one thread too many a small insert costs DuckDB nearly twice the
            // time.
            int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / config.leaves());
            LeafServer leaf = parts.add(
                    Stage.STORE,
                    "leaf-" + ordinal,
                    new LeafServer(
                            new LeafConfig(
                                    folder.leaf(ordinal),
                                    config.bind(),
                                    ports.leaves().get(ordinal),
                                    ports.rafts().get(ordinal),
                                    memory.leafDuckDbBytes(),
                                    threads,
                                    system),
                            allocator));
            parts.add(Stage.STORE, "calls-" + ordinal, LocalLeaves.register(leaf.endpoint(), leaf.calls()));
            leaf.awaitReady(START_MAX);
            return leaf;
        }

        private EmbeddedFlink flink() throws IOException {
            return parts.add(
                    Stage.FLINK,
                    "flink",
                    EmbeddedFlink.start(
                            folder.flink(),
                            config.bind(),
                            ports.flink(),
                            config.slots(),
                            ProcessEdge.logFile(folder.log()),
                            memory));
        }

        private Optional<EmbeddedBroker> kafka() throws IOException {
            if (ports.kafka().isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(parts.add(
                    Stage.STORE,
                    "kafka",
                    EmbeddedBroker.start(
                            folder.kafka(), config.bind(), ports.kafka().getAsInt())));
        }

        private AggregatorServer aggregator(List<Endpoint> system, URI flink) throws IOException {
            return parts.add(
                    Stage.AGGREGATOR,
                    "aggregator",
                    AggregatorServer.start(new AggregatorConfig(
                            config.bind(),
                            ports.jdbc(),
                            system,
                            Optional.of(flink),
                            Optional.of(jobJar()),
                            config.partitions(),
                            memory.aggregatorDuckDbBytes(),
                            Runtime.getRuntime().availableProcessors(),
                            memory.aggregatorArrowBytes(),
                            folder.tmp().resolve("spill"))));
        }

        /** Beside lib/ in the distribution; never on the class path. */
        private static Path jobJar() throws IOException {
            Path jobs = Path.of(System.getProperty("millrace.home", "."), "jobs");
            try (DirectoryStream<Path> jars = Files.newDirectoryStream(jobs, "millrace-flink-jobs-*-job.jar")) {
                Iterator<Path> first = jars.iterator();
                if (first.hasNext()) {
                    return first.next();
                }
            } catch (NoSuchFileException e) {
                throw new StatementException(WRONG_CONFIG, "no folder " + jobs + "; start through bin/millrace", e);
            }
            throw new StatementException(WRONG_CONFIG, "no job jar in " + jobs + "; the distribution is incomplete");
        }

        private static <T> T await(Future<T> started) throws IOException {
            try {
                return started.get(START_MAX.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while starting", e);
            } catch (TimeoutException e) {
                throw new IOException("not started within " + START_MAX.toMinutes() + " minutes", e);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RuntimeException failure) {
                    throw failure;
                }
                throw new IOException(e.getCause().getMessage(), e.getCause());
            }
        }
    }
}
