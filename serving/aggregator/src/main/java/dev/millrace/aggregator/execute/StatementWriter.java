package dev.millrace.aggregator.execute;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.client.StoreClient;
import dev.millrace.store.log.SystemEntry;
import java.time.InstantSource;
import java.util.TreeSet;

/**
 * This aggregator's incarnation as a writer: it registers once, opens its only attempt, and numbers its statements. It
 * knows which of them are under way, so that partitions may forget the answers of the rest. Thread-safe.
 */
final class StatementWriter {
    /** Statements are retried inside one attempt; a new aggregator is a new writer. */
    private static final Attempt ATTEMPT = new Attempt(1, 0);

    private final StoreClient client;
    private final String name;
    private final InstantSource clock;
    private final TreeSet<Long> underWay = new TreeSet<>();
    private long writer;
    private long last;

    StatementWriter(StoreClient client, String name, InstantSource clock) {
        this.client = requireNonNull(client, "client");
        this.name = requireNonNull(name, "name");
        this.clock = requireNonNull(clock, "clock");
    }

    /** Names a statement that writes; {@link #finished} is to follow. */
    synchronized BatchId begin() {
        if (writer == 0) {
            long registered = client.system(new SystemEntry.RegisterWriter(name, clock.millis()))
                    .number();
            client.system(new SystemEntry.Open(registered, ATTEMPT, ""));
            writer = registered;
        }
        last++;
        underWay.add(last);
        return new BatchId(writer, ATTEMPT, last);
    }

    /** The statement has its answer, or its client will never ask again. */
    synchronized void finished(BatchId statement) {
        underWay.remove(statement.number());
    }

    /** All statements with lower numbers are finished. */
    synchronized long finishedBelow() {
        return underWay.isEmpty() ? last + 1 : underWay.first();
    }

    /** The writer is known as fenced: the next statement begins a new incarnation. */
    synchronized void fenced(BatchId statement) {
        if (statement.writer() == writer) {
            writer = 0;
            last = 0;
            underWay.clear();
        }
    }
}
