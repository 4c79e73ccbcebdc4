package dev.millrace.leaf;

import dev.millrace.leaf.engine.LeafDatabase;
import dev.millrace.leaf.follow.BatchFollower;
import dev.millrace.leaf.follow.BatchSource;
import dev.millrace.leaf.query.Fragments;
import dev.millrace.leaf.query.Pins;
import dev.millrace.leaf.replica.ReplicaServer;
import dev.millrace.leaf.wire.FlightDoor;
import dev.millrace.leaf.wire.LeafDoor;
import dev.millrace.leaf.wire.SystemDoor;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.BatchId;
import dev.millrace.store.CatalogSnapshot;
import dev.millrace.store.Endpoint;
import dev.millrace.store.Node;
import dev.millrace.store.PartitionId;
import dev.millrace.store.client.LocalLeaves;
import dev.millrace.store.client.StoreClient;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.query.Pin;
import dev.millrace.store.query.PinRequest;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.FollowAnswer;
import dev.millrace.store.wire.FollowRequest;
import dev.millrace.store.wire.GatesAnswer;
import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.RefusedException;
import dev.millrace.store.wire.WireReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.arrow.memory.BufferAllocator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A leaf: starts with the constructor, serves when {@link #awaitReady} says so, ends with {@link #close}. The first leaf
 * of a store holds the system partition and is node 1; others are given their number by it.
 */
public final class LeafServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeafServer.class);

    /** How long an entry may wait before it is proposed; the caller asks again after that. */
    private static final Duration PROPOSE_WAIT = Duration.ofSeconds(5);

    private static final long RETRY_MILLIS = 100;

    private static final long FIRST_NODE = 1;

    private final LeafConfig config;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final CountDownLatch ready = new CountDownLatch(1);
    private final LeafFolder folder;
    private final FlightDoor door;
    private final LeafPartitions partitions;
    private final Optional<StoreClient> store;
    private volatile boolean closed;
    private volatile Optional<String> failure = Optional.empty();
    private volatile String lastRefusal = "";

    /**
     * Starts a leaf. Memory for Arrow is taken from the allocator, which stays the caller's.
     *
     * @throws StatementException for a folder in use, a taken port, a system partition that cannot be reached by a leaf
     *     that is new
     */
    public LeafServer(LeafConfig config, BufferAllocator parent) {
        this.config = config;
        boolean started = false;
        try {
            folder = opening(new LeafFolder(config.data()));
            BufferAllocator allocator = opening(parent.newChildAllocator("leaf", 0, Long.MAX_VALUE));
            store = config.holdsSystemPartition()
                    ? Optional.empty()
                    : Optional.of(opening(new StoreClient(config.system(), allocator)));
            LeafDatabase database = opening(new LeafDatabase(new LeafDatabase.Limits(
                    config.memoryBytes(), config.threads(), folder.temporary(), folder.partitions())));
            int raftPort = config.raftPort() == 0 ? freePort(config.host()) : config.raftPort();
            door = new FlightDoor(config.host(), config.port(), allocator);
            opened.push(door);
            long id = id(raftPort);
            partitions = opening(new LeafPartitions(
                    new ReplicaServer.Config("n" + id, config.host(), raftPort, folder.raft()),
                    folder,
                    database,
                    allocator));
            if (config.holdsSystemPartition()) {
                partitions.replicas().create(PartitionId.SYSTEM, List.of(self(id)));
            }
            BatchFollower follower = opening(new BatchFollower(partitions, new Source(id)));
            Pins pins = opening(new Pins(database, partitions, follower));
            opened.remove(door); // callers go first
            opened.push(door);
            door.open(new Door(pins, id), new Fragments(pins, allocator));
            Thread registration = new Thread(() -> register(id), "registration");
            registration.setDaemon(true);
            registration.start();
            started = true;
        } finally {
            if (!started) {
                close();
            }
        }
    }

    private <T extends AutoCloseable> T opening(T part) {
        opened.push(part);
        return part;
    }

    private static int freePort(String host) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(host, 0));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new StatementException(SqlState.WRONG_CONFIG, "address " + host + " cannot be used: " + e, e);
        }
    }

    /** The node's id: as the folder says, or given by the system partition now. */
    private long id(int raftPort) {
        if (folder.id() != 0) {
            return folder.id();
        }
        if (config.holdsSystemPartition()) {
            return FIRST_NODE;
        }
        try {
            long id = store.orElseThrow().system(registration(raftPort)).number();
            folder.id(id);
            return id;
        } catch (RefusedException e) {
            throw new StatementException(
                    SqlState.STORE_UNREACHABLE,
                    "the system partition at " + config.system() + " cannot be reached: " + e.getMessage(),
                    e);
        }
    }

    private SystemEntry.RegisterNode registration(int raftPort) {
        return new SystemEntry.RegisterNode(folder.key(), config.host(), door.port(), raftPort);
    }

    /** Tells the system partition where this leaf is, until it knows. */
    private void register(long id) {
        SystemEntry entry = registration(partitions.replicas().port());
        while (!closed) {
            try {
                long given = submitToSystem(entry).number();
                if (given != id) {
                    failure = Optional.of("this leaf is node " + id + ", and the system partition at " + config.system()
                            + " knows it as node " + given + ": folder and store do not belong together");
                    LOG.error(failure.get());
                } else {
                    folder.id(id);
                }
                ready.countDown();
                return;
            } catch (RefusedException e) {
                lastRefusal = e.getMessage();
                if (partitions.replicas().halted(PartitionId.SYSTEM).isPresent()) {
                    failure = Optional.of(e.getMessage());
                    ready.countDown();
                    return;
                }
                pause();
            }
        }
    }

    private WireReader submitToSystem(SystemEntry entry) {
        return store.isPresent()
                ? store.get().system(entry)
                : join(partitions.replicas().submit(PartitionId.SYSTEM, ByteBuffer.wrap(entry.toBytes()), PROPOSE_WAIT))
                        .orThrow();
    }

    private static Answer join(CompletableFuture<Answer> answer) {
        try {
            return answer.get(StoreClient.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException(Refusal.UNAVAILABLE, "interrupted");
        } catch (TimeoutException e) {
            throw new RefusedException(Refusal.UNAVAILABLE, "no answer in time");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What callers of the same process may call without a connection, as long as this leaf is open. */
    public LocalLeaves.Calls calls() {
        return door;
    }

    /** Where callers reach it. */
    public Endpoint endpoint() {
        return new Endpoint(config.host(), door.port());
    }

    /** The port of its Raft server. */
    public int raftPort() {
        return partitions.replicas().port();
    }

    /**
     * Waits until the leaf is known to the system partition and leads what it led before.
     *
     * @throws StatementException if that does not come in time
     */
    public void awaitReady(Duration wait) {
        long deadline = System.nanoTime() + wait.toNanos();
        try {
            boolean registered = ready.await(wait.toNanos(), TimeUnit.NANOSECONDS);
            while (registered && starting() && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS / 10);
            }
            if (!registered || starting()) {
                failure = failure.or(() -> Optional.of("not ready after " + wait.toSeconds() + " s; " + lastRefusal));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failure = Optional.of("interrupted");
        }
        failure.ifPresent(reason -> {
            throw new StatementException(SqlState.STORE_UNREACHABLE, "leaf " + endpoint() + ": " + reason);
        });
    }

    /** Whether a partition here is on its way to be led; halted ones are not. */
    private boolean starting() {
        return partitions.replicas().partitions().stream()
                .anyMatch(partition -> partitions.replicas().isStarting(partition));
    }

    private ReplicaServer.Peer self(long id) {
        return new ReplicaServer.Peer(
                "n" + id, config.host(), partitions.replicas().port());
    }

    /** The system partition: here, or over the wire. */
    private final class Source implements BatchSource {
        private final long node;

        Source(long node) {
            this.node = node;
        }

        @Override
        public FollowAnswer follow(FollowRequest request) {
            return store.map(client -> client.follow(request))
                    .orElseGet(() -> partitions.system().follow(request));
        }

        @Override
        public CatalogSnapshot catalog(long newerThan, Duration wait) {
            return store.map(client -> client.catalog(newerThan, wait))
                    .orElseGet(() -> partitions.system().catalog(newerThan, wait));
        }

        @Override
        public GatesAnswer gates(long database) {
            return store.map(client -> client.gates(database))
                    .orElseGet(() -> partitions.system().gates(database));
        }

        @Override
        public void revoke(BatchId batch) {
            submitToSystem(new SystemEntry.RevokeGate(batch));
        }

        @Override
        public void published(long database, long csn) {
            submitToSystem(new SystemEntry.ReportPublished(node, database, csn));
        }
    }

    private final class Door implements LeafDoor {
        private final Pins pins;
        private final long node;

        Door(Pins pins, long node) {
            this.pins = pins;
            this.node = node;
        }

        @Override
        public CompletableFuture<Answer> submit(PartitionId partition, ByteBuffer entry) {
            return partitions.replicas().submit(partition, entry, PROPOSE_WAIT);
        }

        @Override
        public SystemDoor system() {
            return partitions.system();
        }

        @Override
        public Pin pin(PinRequest request) {
            return pins.pin(request);
        }

        @Override
        public void unpin(long pin) {
            pins.release(pin);
        }

        @Override
        public void cancel(long pin) {
            pins.cancel(pin);
        }

        @Override
        public void createPartition(PartitionId partition, List<Node> replicas) {
            if (replicas.stream().noneMatch(replica -> replica.id() == node)) {
                throw new IllegalArgumentException("partition " + partition + " has no replica on node " + node);
            }
            partitions
                    .replicas()
                    .create(
                            partition,
                            replicas.stream()
                                    .map(replica -> new ReplicaServer.Peer(
                                            "n" + replica.id(), replica.host(), replica.raftPort()))
                                    .toList());
        }

        @Override
        public long awaitPublished(PartitionId partition, long csn, Duration wait) {
            partitions.rows(partition).awaitCsn(csn, wait);
            return partitions.rows(partition).csn();
        }
    }

    /** Stops within seconds; everything that was acknowledged is on disk. */
    @Override
    public void close() {
        closed = true;
        while (!opened.isEmpty()) {
            AutoCloseable part = opened.pop();
            try {
                part.close();
            } catch (Exception e) {
                LOG.warn("closing {}", part.getClass().getSimpleName(), e);
            }
        }
    }
}
