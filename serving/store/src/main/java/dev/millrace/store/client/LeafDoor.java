package dev.millrace.store.client;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.Endpoint;
import dev.millrace.store.query.QueryRequest;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.RefusedException;
import dev.millrace.store.wire.Verb;
import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.CallOptions;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.Result;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.BufferAllocator;

/**
 * One leaf's door: its Flight server, or the leaf itself if it is of this process. Thread-safe; the connection is made
 * when it is first needed and heals by itself.
 */
final class LeafDoor implements AutoCloseable {
    private final Endpoint endpoint;
    private final FlightClient flight;

    LeafDoor(Endpoint endpoint, BufferAllocator allocator) {
        this.endpoint = requireNonNull(endpoint, "endpoint");
        this.flight = FlightClient.builder(allocator, Location.forGrpcInsecure(endpoint.host(), endpoint.port()))
                .build();
    }

    /** Calls a verb; an unreachable leaf is a refusal too. */
    Answer call(Verb verb, WireWriter body, Duration timeout) {
        Optional<LocalLeaves.Calls> local = LocalLeaves.at(endpoint);
        return local.isPresent() ? called(local.get(), verb, body, timeout) : sent(verb, body, timeout);
    }

    private Answer called(LocalLeaves.Calls leaf, Verb verb, WireWriter body, Duration timeout) {
        try {
            return leaf.call(verb, new WireReader(body.toBytes())).get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return unavailable("interrupted");
        } catch (TimeoutException e) {
            return unavailable("no answer within " + timeout.toMillis() + " ms");
        } catch (ExecutionException e) {
            return unavailable(String.valueOf(e.getCause().getMessage()));
        }
    }

    private Answer unavailable(String reason) {
        return Answer.refused(Refusal.UNAVAILABLE, "leaf " + endpoint + ": " + reason);
    }

    private Answer sent(Verb verb, WireWriter body, Duration timeout) {
        try {
            Iterator<Result> results = flight.doAction(
                    new Action(verb.action(), body.toBytes()),
                    CallOptions.timeout(timeout.toMillis(), TimeUnit.MILLISECONDS));
            if (!results.hasNext()) {
                return Answer.refused(Refusal.MALFORMED, "no answer from leaf " + endpoint);
            }
            Answer answer = Answer.fromBytes(results.next().getBody());
            while (results.hasNext()) {
                results.next(); // runs the call to its end, so that the channel is free
            }
            return answer;
        } catch (FlightRuntimeException e) {
            RefusedException refused = FlightErrors.refused(e);
            return Answer.refused(refused.refusal(), "leaf " + endpoint + ": " + refused.getMessage());
        }
    }

    ArrowRows rows(QueryRequest request) {
        try {
            return new ArrowRows(flight.getStream(new Ticket(request.toBytes())));
        } catch (FlightRuntimeException e) {
            throw FlightErrors.refused(e);
        }
    }

    @Override
    public void close() {
        try {
            flight.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            throw new IllegalStateException("closing the connection to leaf " + endpoint, e);
        }
    }
}
