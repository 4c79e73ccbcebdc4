package dev.millrace.store.client;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.BatchId;
import dev.millrace.store.Participant;
import dev.millrace.store.PartitionId;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.GateAnswer;
import dev.millrace.store.wire.RefusedException;
import dev.millrace.store.wire.WireReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gate of a staged batch's table, and the seals on partitions while it is held: taken, sealed, and given back by the
 * decision, or by {@link #letGo} if there is none. Of one thread.
 */
public final class TableGate {
    /** A holder that is seen this long without giving up is taken for dead; a live one is refused when it decides. */
    private static final Duration STUCK = Duration.ofSeconds(40);

    private static final Duration PAUSE_MIN = Duration.ofMillis(5);
    private static final Duration PAUSE_MAX = Duration.ofMillis(250);

    private static final Logger LOG = LoggerFactory.getLogger(TableGate.class);

    private final Store store;
    private final BatchId batch;
    private final long database;
    private final long table;
    private final List<Participant> participants;
    private final Duration stuck;
    private Optional<GateAnswer> grant = Optional.empty();
    private List<BatchId> holder = List.of();

    /** The store as a writer reaches it. */
    public interface Store {
        WireReader system(SystemEntry entry);

        CompletableFuture<WireReader> submit(PartitionId partition, LogEntry entry);

        /** For each partition of the database the last CSN that touches it, as it is now. */
        List<Long> lastTouched();
    }

    public TableGate(Store store, BatchId batch, long database, long table, List<Participant> participants) {
        this(store, batch, database, table, participants, STUCK);
    }

    TableGate(Store store, BatchId batch, long database, long table, List<Participant> participants, Duration stuck) {
        this.store = requireNonNull(store, "store");
        this.batch = requireNonNull(batch, "batch");
        this.database = database;
        this.table = table;
        this.participants = List.copyOf(participants);
        this.stuck = requireNonNull(stuck, "stuck");
    }

    /** Takes the gate; answers whether it came in time. */
    public boolean take(Duration wait) throws InterruptedException {
        SystemEntry.TakeGate entry = new SystemEntry.TakeGate(batch, database, List.of(table));
        long start = System.nanoTime();
        long seenSince = start;
        Duration pause = PAUSE_MIN;
        while (true) {
            GateAnswer answer = GateAnswer.read(store.system(entry));
            if (answer.granted()) {
                grant = Optional.of(answer);
                return true;
            }
            long now = System.nanoTime();
            if (!answer.holder().equals(holder)) {
                holder = answer.holder();
                seenSince = now;
            } else if (now - seenSince > stuck.toNanos()) {
                LOG.warn("{} holds the gate of table {} for {} s: it is taken away", holder, table, stuck.toSeconds());
                holder.forEach(dead -> store.system(new SystemEntry.RevokeGate(dead)));
                seenSince = now;
            }
            if (now - start > wait.toNanos()) {
                return false;
            }
            TimeUnit.NANOSECONDS.sleep(pause.toNanos());
            pause = pause.multipliedBy(2).compareTo(PAUSE_MAX) < 0 ? pause.multipliedBy(2) : PAUSE_MAX;
        }
    }

    /** Who was in the way when the gate was asked for last. */
    public List<BatchId> holder() {
        return holder;
    }

    /** The number of the gate that was taken. */
    public long number() {
        return grant.orElseThrow().gate();
    }

    /**
     * Has every participant check its rows. All have answered when this returns.
     *
     * @return for each participant what its seal says
     * @throws RefusedException the first refusal: DUPLICATE_KEY
     */
    public List<WireReader> seal() throws InterruptedException {
        GateAnswer held = grant.orElseThrow();
        List<CompletableFuture<WireReader>> seals = new ArrayList<>();
        for (Participant participant : participants) {
            long after = held.lastTouched().get(participant.ordinal());
            seals.add(store.submit(
                    partition(participant), new LogEntry.Seal(batch, held.gate(), after, participant.chunks())));
        }
        return await(seals);
    }

    /**
     * Gives back what is not decided. First the gate, so that the batch can no longer be decided: not even by a decision
     * that is still on its way. Whether it was decided before is seen from the CSNs that are asked for after that:
     * partitions clear a seal only once they have published up to them. Runs also when interrupted.
     */
    public void letGo() {
        boolean interrupted = Thread.interrupted();
        try {
            store.system(new SystemEntry.ReleaseGate(batch));
            if (grant.isPresent()) {
                unseal(grant.get().gate(), store.lastTouched());
            }
        } catch (InterruptedException e) {
            interrupted = true;
        } catch (RuntimeException e) {
            // The partitions clear what is left by themselves; the error that led here counts.
            LOG.warn("the gate of {} was not given back", batch, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void unseal(long gate, List<Long> lastTouched) throws InterruptedException {
        List<CompletableFuture<WireReader>> calls = new ArrayList<>();
        for (Participant participant : participants) {
            long after = lastTouched.get(participant.ordinal());
            calls.add(store.submit(partition(participant), new LogEntry.Unseal(gate, after, List.of(table))));
        }
        await(calls);
    }

    private PartitionId partition(Participant participant) {
        return new PartitionId(database, participant.ordinal());
    }

    private static List<WireReader> await(List<CompletableFuture<WireReader>> calls) throws InterruptedException {
        List<WireReader> answers = new ArrayList<>();
        Optional<RuntimeException> failed = Optional.empty();
        for (CompletableFuture<WireReader> call : calls) {
            try {
                answers.add(call.get());
            } catch (ExecutionException e) {
                RuntimeException cause = e.getCause() instanceof RuntimeException known
                        ? known
                        : new IllegalStateException(e.getCause());
                failed = failed.isPresent() ? failed : Optional.of(cause);
            }
        }
        if (failed.isPresent()) {
            throw failed.get();
        }
        return answers;
    }
}
