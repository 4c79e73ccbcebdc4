package dev.millrace.store.client;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.CatalogSnapshot;
import dev.millrace.store.Endpoint;
import dev.millrace.store.Node;
import dev.millrace.store.PartitionId;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.query.Pin;
import dev.millrace.store.query.PinRequest;
import dev.millrace.store.query.QueryRequest;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.FollowAnswer;
import dev.millrace.store.wire.FollowRequest;
import dev.millrace.store.wire.GatesAnswer;
import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.RefusedException;
import dev.millrace.store.wire.Verb;
import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Calls on the table store: it knows where partitions are, asks again where a refusal is transient, and gives up within
 * a bound. Entries may be sent again safely: each is idempotent by its batch id, attempt or content (a repeated
 * {@link SystemEntry.AllocateId} or {@link SystemEntry.NewRun} only wastes a number). Thread-safe.
 *
 * <p>Refusals that stay come as {@link RefusedException}.
 */
public final class StoreClient implements AutoCloseable {
    /** How long a call is tried: longer than an election or a leaf's restart, shorter than a user's patience. */
    public static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Threads that carry asynchronous calls; each carries one entry of at most a few megabytes. */
    private static final int CALLS_MAX = 16;

    private static final int STORED_AGAIN_MAX = 5;

    private static final Duration PAUSE_MIN = Duration.ofMillis(5);
    private static final Duration PAUSE_MAX = Duration.ofMillis(250);

    private final List<Endpoint> system;
    private final BufferAllocator allocator;
    private final Duration patience;
    private final Map<Endpoint, LeafDoor> doors = new ConcurrentHashMap<>();
    private final ExecutorService calls;
    private final AtomicInteger systemIndex = new AtomicInteger();
    private volatile CatalogSnapshot cached;

    /** A client that finds the store through leaves that hold the system partition. */
    public StoreClient(List<Endpoint> system, BufferAllocator allocator) {
        this(system, allocator, PATIENCE);
    }

    public StoreClient(List<Endpoint> system, BufferAllocator allocator, Duration patience) {
        this.system = List.copyOf(system);
        this.allocator = requireNonNull(allocator, "allocator");
        this.patience = requireNonNull(patience, "patience");
        if (system.isEmpty()) {
            throw new IllegalArgumentException("no leaf of the system partition is named");
        }
        AtomicInteger number = new AtomicInteger();
        this.calls = Executors.newFixedThreadPool(CALLS_MAX, task -> {
            Thread thread = new Thread(task, "store-call-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Submits an entry to the system partition; the answer is in the form that the entry's comment names. */
    public WireReader system(SystemEntry entry) {
        WireWriter body = submission(PartitionId.SYSTEM, entry.toBytes());
        return patiently(() -> systemCall(Verb.SUBMIT, body, patience)).orThrow();
    }

    /** The catalog as it is now. */
    public CatalogSnapshot catalog() {
        return catalog(Long.MAX_VALUE, Duration.ZERO);
    }

    /** The catalog, after waiting for a version newer than the given one or for the wait to end. */
    public CatalogSnapshot catalog(long newerThan, Duration wait) {
        WireWriter body = new WireWriter().number(newerThan).number(wait.toMillis());
        CatalogSnapshot snapshot =
                CatalogSnapshot.read(patiently(() -> systemCall(Verb.CATALOG, body, patience.plus(wait)))
                        .orThrow());
        cached = snapshot;
        return snapshot;
    }

    /** Batches decided since; see {@link FollowRequest}. */
    public FollowAnswer follow(FollowRequest request) {
        WireWriter body = new WireWriter();
        request.write(body);
        Duration wait = Duration.ofMillis(request.waitMillis());
        return FollowAnswer.read(patiently(() -> systemCall(Verb.FOLLOW, body, patience.plus(wait)))
                .orThrow());
    }

    /** The gates of a database as they are now. */
    public GatesAnswer gates(long database) {
        WireWriter body = new WireWriter().number(database);
        return GatesAnswer.read(
                patiently(() -> systemCall(Verb.GATES, body, patience)).orThrow());
    }

    /**
     * Keeps a transform's file in the catalog, for a pipeline that is to be created at once. Files that no pipeline needs
     * may be dropped at any time, this one too; then it begins anew, a few times.
     */
    public void storeProgram(String sha256, byte[] file) {
        int parts = SystemEntry.StoreProgram.parts(file.length);
        int part = 0;
        for (long call = 0; part < parts && call < (long) STORED_AGAIN_MAX * parts; call++) {
            int from = part * SystemEntry.StoreProgram.PART_BYTES;
            int to = Math.min(file.length, from + SystemEntry.StoreProgram.PART_BYTES);
            part = system(new SystemEntry.StoreProgram(sha256, file.length, part, Arrays.copyOfRange(file, from, to)))
                    .integer();
        }
    }

    /** A part of a transform's file; refused as UNKNOWN if it is not there. */
    public byte[] program(String sha256, int part) {
        WireWriter body = new WireWriter().text(sha256).number(part);
        return patiently(() -> systemCall(Verb.PROGRAM, body, patience))
                .orThrow()
                .bytes();
    }

    /** Submits an entry to a partition's leader. */
    public WireReader submit(PartitionId partition, LogEntry entry) {
        WireWriter body = submission(partition, entry.toBytes());
        return patiently(() -> partitionCall(partition, Verb.SUBMIT, body, patience))
                .orThrow();
    }

    /** The same on another thread; the future fails with {@link RefusedException}. */
    public CompletableFuture<WireReader> submitAsync(PartitionId partition, LogEntry entry) {
        return CompletableFuture.supplyAsync(() -> submit(partition, entry), calls);
    }

    /** Waits until a partition has published a CSN; answers the CSN it has when it has, or when the wait is over. */
    public long awaitPublished(PartitionId partition, long csn, Duration wait) {
        WireWriter body = new WireWriter();
        partition.write(body);
        body.number(csn).number(wait.toMillis());
        return patiently(() -> partitionCall(partition, Verb.AWAIT_PUBLISHED, body, patience.plus(wait)))
                .orThrow()
                .number();
    }

    /** Makes a partition on a leaf, if it is not there. */
    public void createPartition(Node node, PartitionId partition, List<Node> replicas) {
        WireWriter body = new WireWriter();
        partition.write(body);
        body.list(replicas, (out, replica) -> replica.write(out));
        patiently(() -> door(node.endpoint()).call(Verb.CREATE_PARTITION, body, patience))
                .orThrow();
    }

    /** Holds a snapshot on a leaf. */
    public Pin pin(Node node, PinRequest request) {
        WireWriter body = new WireWriter();
        request.write(body);
        Duration wait = patience.plusMillis(request.waitMillis());
        return Pin.read(patiently(() -> door(node.endpoint()).call(Verb.PIN, body, wait))
                .orThrow());
    }

    /** Lets a snapshot go; one that is gone already is no error. */
    public void unpin(Node node, long pin) {
        door(node.endpoint()).call(Verb.UNPIN, new WireWriter().number(pin), patience);
    }

    /** Ends the fragments that run on a pin. */
    public void cancel(Node node, long pin) {
        door(node.endpoint()).call(Verb.CANCEL, new WireWriter().number(pin), patience);
    }

    /** Runs a fragment on a leaf. It is not repeated: a reader that fails starts its statement again. */
    public ArrowRows query(Node node, QueryRequest request) {
        return door(node.endpoint()).rows(request);
    }

    private Answer systemCall(Verb verb, WireWriter body, Duration timeout) {
        int index = systemIndex.get();
        Answer answer = door(system.get(Math.floorMod(index, system.size()))).call(verb, body, timeout);
        if (answer instanceof Answer.Refused refused && isElsewhere(refused.refusal())) {
            systemIndex.compareAndSet(index, index + 1);
        }
        return answer;
    }

    private Answer partitionCall(PartitionId partition, Verb verb, WireWriter body, Duration timeout) {
        if (partition.equals(PartitionId.SYSTEM)) {
            return systemCall(verb, body, timeout);
        }
        Endpoint leader;
        try {
            leader = leader(partition);
        } catch (RefusedException e) {
            return Answer.refused(e.refusal(), e.getMessage());
        }
        Answer answer = door(leader).call(verb, body, timeout);
        if (answer instanceof Answer.Refused refused && isElsewhere(refused.refusal())) {
            cached = null; // the leaf may have moved or come back under another address
        }
        return answer;
    }

    private Endpoint leader(PartitionId partition) {
        CatalogSnapshot snapshot = cached;
        if (snapshot == null || snapshot.database(partition.database()).isEmpty()) {
            snapshot = catalog();
        }
        CatalogSnapshot known = snapshot;
        return known.database(partition.database())
                .filter(database -> partition.ordinal() < database.map().partitions())
                .flatMap(database -> known.node(
                        database.map().replicas().get(partition.ordinal()).get(0)))
                .map(Node::endpoint)
                .orElseThrow(() -> new RefusedException(Refusal.UNKNOWN, "no partition " + partition));
    }

    private Answer patiently(Supplier<Answer> call) {
        long deadline = System.nanoTime() + patience.toNanos();
        Duration pause = PAUSE_MIN;
        while (true) {
            Answer answer = call.get();
            boolean again = answer instanceof Answer.Refused refused
                    && refused.refusal().isTransient()
                    && System.nanoTime() + pause.toNanos() < deadline
                    && !Thread.currentThread().isInterrupted();
            if (!again) {
                return answer;
            }
            LockSupport.parkNanos(pause.toNanos());
            pause = pause.multipliedBy(2).compareTo(PAUSE_MAX) < 0 ? pause.multipliedBy(2) : PAUSE_MAX;
        }
    }

    private LeafDoor door(Endpoint endpoint) {
        return doors.computeIfAbsent(endpoint, e -> new LeafDoor(e, allocator));
    }

    private static boolean isElsewhere(Refusal refusal) {
        return refusal == Refusal.NOT_LEADER || refusal == Refusal.UNAVAILABLE;
    }

    private static WireWriter submission(PartitionId partition, byte[] entry) {
        WireWriter head = new WireWriter();
        partition.write(head);
        return WireWriter.of(head.toBytes(entry));
    }

    /** Ends all calls. */
    @Override
    public void close() {
        calls.shutdownNow();
        try {
            calls.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        doors.values().forEach(LeafDoor::close);
    }
}
