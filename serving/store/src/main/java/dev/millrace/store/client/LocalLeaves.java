package dev.millrace.store.client;

import dev.millrace.store.Endpoint;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.Verb;
import dev.millrace.store.wire.WireReader;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Leaves of this process that its clients call as they are, with the bytes of a message but without a connection: where
 * everything runs in one process, sending batches to itself would take a tenth of its time. Rows of queries go over the
 * connection all the same, for its flow control.
 */
public final class LocalLeaves {
    private static final Map<Endpoint, Calls> LEAVES = new ConcurrentHashMap<>();

    private LocalLeaves() {}

    /** What a leaf does with a message. */
    public interface Calls {
        /**
         * Answers a call; refusals are answers too. It may take the caller's thread for as long as the message allows
         * to wait.
         *
         * @param message nobody changes its bytes any more
         */
        CompletableFuture<Answer> call(Verb verb, WireReader message);
    }

    /** Lets clients of this process call a leaf, until the answer is closed. */
    public static AutoCloseable register(Endpoint endpoint, Calls leaf) {
        if (LEAVES.putIfAbsent(endpoint, leaf) != null) {
            throw new IllegalStateException("a leaf is registered at " + endpoint);
        }
        return () -> LEAVES.remove(endpoint, leaf);
    }

    static Optional<Calls> at(Endpoint endpoint) {
        return Optional.ofNullable(LEAVES.get(endpoint));
    }
}
