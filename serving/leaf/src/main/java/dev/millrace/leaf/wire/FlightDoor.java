package dev.millrace.leaf.wire;

import static java.util.Objects.requireNonNull;

import dev.millrace.leaf.query.Fragments;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.Node;
import dev.millrace.store.PartitionId;
import dev.millrace.store.client.FlightErrors;
import dev.millrace.store.client.LocalLeaves;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.query.PinRequest;
import dev.millrace.store.query.QueryRequest;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.FollowRequest;
import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.RefusedException;
import dev.millrace.store.wire.Verb;
import dev.millrace.store.wire.WireReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.BackpressureStrategy.CallbackBackpressureStrategy;
import org.apache.arrow.flight.BackpressureStrategy.WaitResult;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.NoOpFlightProducer;
import org.apache.arrow.flight.Result;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Flight server of a leaf. Until {@link #open} and from {@link #close} on it
 * answers that the leaf is not there. Whatever comes in, what goes
 * out is an answer: a caller never sees a stack trace.
 */
public final class FlightDoor extends NoOpFlightProducer implements LocalLeaves.Calls, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FlightDoor.class);

    /** An entry, with room for its envelope. */
    private static final int MESSAGE_BYTES_MAX = LogEntry.BYTES_MAX + (512 << 10);

    private static final int THREADS_MAX = 512;

    /** Calls that may hold a thread for seconds; the rest is for calls that do not. */
    private static final int WAITING_MAX = THREADS_MAX / 2;

    /** Longest that a call holds a thread, whatever its caller asks for. */
    private static final Duration WAIT_MAX = Duration.ofSeconds(60);

    /** A reader that takes nothing for so long is gone. */
    private static final long READER_MILLIS_MAX = 60_000;

    /** gRPC tells a call that its reader has room on the call's own thread, which waits here: so it has to ask. */
    private static final long READY_POLL_MILLIS = 5;

    private static final Map<String, Verb> VERBS =
            Stream.of(Verb.values()).collect(Collectors.toMap(Verb::action, Function.identity()));

    private final FlightServer server;
    private final ExecutorService threads;
    private final Semaphore waiting = new Semaphore(WAITING_MAX);
    private volatile Inside inside;

    private record Inside(LeafDoor leaf, Fragments fragments) {}

    /** Starts the server. */
    public FlightDoor(String host, int port, BufferAllocator allocator) {
        AtomicInteger count = new AtomicInteger();
        threads = new ThreadPoolExecutor(0, THREADS_MAX, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            Thread thread = new Thread(task, "door-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        server = FlightServer.builder(allocator, Location.forGrpcInsecure(host, port), this)
                .executor(threads)
                .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                .build();
        try {
            server.start();
        } catch (IOException e) {
            threads.shutdownNow();
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new StatementException(
                    SqlState.WRONG_CONFIG,
                    "port " + port + " on " + host + " is taken or not allowed: " + cause.getMessage(),
                    e);
        }
    }

    /** The port that was taken. */
    public int port() {
        return server.getPort();
    }

    /** Lets callers in. */
    public void open(LeafDoor leaf, Fragments fragments) {
        inside = new Inside(requireNonNull(leaf, "leaf"), requireNonNull(fragments, "fragments"));
    }

    private Inside inside() {
        Inside opened = inside;
        if (opened == null) {
            throw new RefusedException(Refusal.UNAVAILABLE, "the leaf is starting or stopping");
        }
        return opened;
    }

    @Override
    public void doAction(CallContext context, Action action, StreamListener<Result> listener) {
        call(VERBS.get(action.getType()), new WireReader(action.getBody())).thenAccept(answer -> {
            try {
                listener.onNext(new Result(answer.toBytes()));
                listener.onCompleted();
            } catch (RuntimeException e) {
                LOG.debug("the caller of {} is gone: {}", action.getType(), e.getMessage());
            }
        });
    }

    @Override
    public CompletableFuture<Answer> call(Verb verb, WireReader message) {
        try {
            return answer(verb, message).exceptionally(FlightDoor::refused);
        } catch (RuntimeException e) {
            return CompletableFuture.completedFuture(refused(e));
        }
    }

    private CompletableFuture<Answer> answer(Verb verb, WireReader in) {
        if (verb == null) {
            throw new IllegalArgumentException("no such action");
        }
        LeafDoor leaf = inside().leaf();
        return switch (verb) {
            case SUBMIT -> {
                PartitionId partition = PartitionId.read(in);
                ByteBuffer entry = in.view();
                in.end();
                yield leaf.submit(partition, entry);
            }
            case FOLLOW -> {
                FollowRequest request = FollowRequest.read(in);
                FollowRequest bounded = new FollowRequest(
                        request.known(), bounded(request.waitMillis()).toMillis());
                yield waiting(
                        () -> Answer.of(out -> leaf.system().follow(bounded).write(out)));
            }
            case CATALOG -> {
                long newerThan = in.number();
                Duration wait = bounded(in.number());
                yield waiting(() ->
                        Answer.of(out -> leaf.system().catalog(newerThan, wait).write(out)));
            }
            case GATES -> {
                long database = in.number();
                yield CompletableFuture.completedFuture(
                        Answer.of(out -> leaf.system().gates(database).write(out)));
            }
            case PROGRAM -> {
                String sha256 = in.text();
                int part = in.integer();
                yield waiting(() -> Answer.of(out -> out.bytes(leaf.system().program(sha256, part))));
            }
            case PIN -> {
                PinRequest request = PinRequest.read(in);
                yield waiting(() -> Answer.of(out -> leaf.pin(request).write(out)));
            }
            case UNPIN -> {
                leaf.unpin(in.number());
                yield CompletableFuture.completedFuture(Answer.OK);
            }
            case CREATE_PARTITION -> {
                PartitionId partition = PartitionId.read(in);
                leaf.createPartition(partition, in.list(Node::read));
                yield CompletableFuture.completedFuture(Answer.OK);
            }
            case AWAIT_PUBLISHED -> {
                PartitionId partition = PartitionId.read(in);
                long csn = in.number();
                Duration wait = bounded(in.number());
                yield waiting(() -> Answer.number(leaf.awaitPublished(partition, csn, wait)));
            }
            case CANCEL -> {
                leaf.cancel(in.number());
                yield CompletableFuture.completedFuture(Answer.OK);
            }
        };
    }

    private static Duration bounded(long millis) {
        return Duration.ofMillis(Math.min(Math.max(0, millis), WAIT_MAX.toMillis()));
    }

    private CompletableFuture<Answer> waiting(Supplier<Answer> call) {
        if (!waiting.tryAcquire()) {
            return CompletableFuture.completedFuture(
                    Answer.refused(Refusal.UNAVAILABLE, "more than " + WAITING_MAX + " calls wait here"));
        }
        try {
            return CompletableFuture.completedFuture(call.get());
        } finally {
            waiting.release();
        }
    }

    @Override
    public void getStream(CallContext context, Ticket ticket, ServerStreamListener listener) {
        Rows rows = new Rows(listener);
        try {
            inside().fragments().run(QueryRequest.fromBytes(ticket.getBytes()), rows);
            listener.completed();
        } catch (RuntimeException e) {
            if (!listener.isCancelled()) {
                Answer.Refused refused = refused(e);
                listener.error(FlightErrors.toFlight(refused.refusal(), refused.message()));
            }
        }
    }

    /** Rows into a Flight stream, as fast as the reader takes them. */
    private static final class Rows implements Fragments.RowSink {
        private final ServerStreamListener listener;
        private final CallbackBackpressureStrategy pressure = new CallbackBackpressureStrategy();

        Rows(ServerStreamListener listener) {
            this.listener = listener;
            pressure.register(listener);
        }

        @Override
        public void schema(VectorSchemaRoot root) {
            listener.start(root);
        }

        @Override
        public boolean batch() {
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(READER_MILLIS_MAX);
            WaitResult ready = pressure.waitForListener(READY_POLL_MILLIS);
            while (ready == WaitResult.TIMEOUT && System.nanoTime() - deadline < 0) {
                ready = pressure.waitForListener(READY_POLL_MILLIS);
            }
            if (ready == WaitResult.TIMEOUT) {
                throw new RefusedException(Refusal.UNAVAILABLE, "the reader of a fragment takes nothing");
            }
            if (ready != WaitResult.READY) {
                return false;
            }
            listener.putNext();
            return true;
        }
    }

    private static Answer.Refused refused(Throwable thrown) {
        Throwable error =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (error instanceof RefusedException refused) {
            return new Answer.Refused(refused.refusal(), refused.getMessage());
        }
        if (error instanceof IllegalArgumentException) {
            return new Answer.Refused(Refusal.MALFORMED, String.valueOf(error.getMessage()));
        }
        LOG.error("a call failed", error);
        return new Answer.Refused(Refusal.MALFORMED, "the leaf failed: " + error);
    }

    @Override
    public void close() {
        inside = null;
        server.shutdown();
        try {
            server.awaitTermination(1, TimeUnit.SECONDS);
            threads.shutdownNow();
            server.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
