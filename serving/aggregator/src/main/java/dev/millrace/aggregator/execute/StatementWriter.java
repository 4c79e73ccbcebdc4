package dev.millrace.aggregator.execute;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.PartitionId;
import dev.millrace.store.client.StoreClient;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.RefusedException;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This aggregator's incarnation as a writer: it registers once, opens an attempt, and numbers its statements. It knows
 * which of them are under way, so that partitions may forget the answers of the rest. Thread-safe.
 *
 * <p>A statement that fails after it staged rows leaves them on partitions. They are dropped by a new attempt, which
 * begins when no statement is under way: attempts fence older ones, and these must not be our own.
 */
final class StatementWriter {
    private static final Logger LOG = LoggerFactory.getLogger(StatementWriter.class);

    private static final Attempt FIRST = new Attempt(1, 0);

    private final StoreClient client;
    private final String name;
    private final InstantSource clock;
    private final TreeSet<Long> underWay = new TreeSet<>();
    private final Map<PartitionId, Long> decided = new HashMap<>();
    private final Set<PartitionId> littered = new HashSet<>();
    private Attempt attempt = FIRST;
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
            client.system(new SystemEntry.Open(registered, FIRST, ""));
            writer = registered;
            attempt = FIRST;
        } else if (underWay.isEmpty() && !littered.isEmpty()) {
            clean();
        }
        last++;
        underWay.add(last);
        return new BatchId(writer, attempt, last);
    }

    private void clean() {
        Attempt next = new Attempt(attempt.run(), attempt.number() + 1);
        client.system(new SystemEntry.Open(writer, next, ""));
        attempt = next;
        for (PartitionId partition : littered) {
            LogEntry.Discard discard = new LogEntry.Discard(writer, next, decided.getOrDefault(partition, 0L));
            client.submitAsync(partition, discard).exceptionally(e -> {
                boolean gone = e.getCause() instanceof RefusedException refused && refused.refusal() == Refusal.UNKNOWN;
                if (!gone) {
                    LOG.warn("rows of failed statements stay on {}: {}", partition, e.getMessage());
                }
                return null;
            });
        }
        littered.clear();
    }

    /** The statement has its answer, or its client will never ask again. */
    synchronized void finished(BatchId statement) {
        underWay.remove(statement.number());
    }

    /** A statement's batch was decided for these partitions. */
    synchronized void decided(Collection<PartitionId> partitions, long csn) {
        partitions.forEach(partition -> decided.merge(partition, csn, Math::max));
    }

    /** A statement failed and left staged rows on these partitions. */
    synchronized void abandoned(Collection<PartitionId> partitions) {
        littered.addAll(partitions);
    }

    /** All statements with lower numbers are finished. */
    synchronized long finishedBelow() {
        return underWay.isEmpty() ? last + 1 : underWay.first();
    }

    /**
     * The next statement begins a new incarnation: this one is fenced, or a decision of it has no answer. What it staged
     * is not dropped, because nobody here knows what of it was decided.
     */
    synchronized void retire(BatchId statement) {
        if (statement.writer() == writer && statement.attempt().equals(attempt)) {
            writer = 0;
            last = 0;
            underWay.clear();
            decided.clear();
            littered.clear();
        }
    }
}
