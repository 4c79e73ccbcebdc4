package dev.millrace.job.sink;

import static java.util.Objects.requireNonNull;

import dev.millrace.job.run.JobRun;
import dev.millrace.job.run.StoreDoor;
import dev.millrace.store.Attempt;
import dev.millrace.store.Participant;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.GateAnswer;
import dev.millrace.store.wire.OpenAnswer;
import dev.millrace.store.wire.RefusedException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gate of the pipeline's table, and the seals that may be put on partitions while it is held. */
final class Gate {
    private static final Logger LOG = LoggerFactory.getLogger(Gate.class);

    /** The number that says no gate is held. */
    static final long NONE = 0;

    /** Below the time of a checkpoint, because the committer's thread waits. */
    private static final Duration WAIT_MAX = Duration.ofMinutes(2);

    private static final Duration PAUSE_MIN = Duration.ofMillis(5);
    private static final Duration PAUSE_MAX = Duration.ofMillis(250);

    private final JobRun run;
    private final Attempt attempt;
    private final String job;
    private final StoreDoor door;

    /** @param job Flink's job id in hexadecimal */
    Gate(JobRun run, Attempt attempt, String job, StoreDoor door) {
        this.run = requireNonNull(run, "run");
        this.attempt = requireNonNull(attempt, "attempt");
        this.job = requireNonNull(job, "job");
        this.door = requireNonNull(door, "door");
    }

    /** What is done under a gate. */
    @FunctionalInterface
    interface Held {
        long run(long gate) throws IOException, InterruptedException;
    }

    /**
     * Takes the gate, has every partition of the batch check its rows, and then runs the decision, which gives the gate
     * back. If anything fails the gate is given back here and the seals are cleared.
     *
     * @throws RefusedException DUPLICATE_KEY
     */
    long whileHeld(StagedBatch batch, Held decision) throws IOException, InterruptedException {
        GateAnswer grant = null;
        boolean decided = false;
        try {
            grant = take(batch);
            seal(batch, grant);
            long csn = decision.run(grant.gate());
            decided = true;
            return csn;
        } finally {
            if (!decided) {
                release(batch, grant);
            }
        }
    }

    private GateAnswer take(StagedBatch batch) throws IOException, InterruptedException {
        SystemEntry.TakeGate entry = new SystemEntry.TakeGate(
                batch.id(), run.database(), List.of(run.table().id()));
        long deadline = System.nanoTime() + WAIT_MAX.toNanos();
        Duration pause = PAUSE_MIN;
        while (true) {
            GateAnswer answer = GateAnswer.read(door.system(entry));
            if (answer.granted()) {
                return answer;
            }
            if (System.nanoTime() > deadline) {
                throw new IOException(
                        "the gate of table " + run.pipeline().table().name() + " is held by " + answer.holder()
                                + " for more than " + WAIT_MAX.toSeconds() + " s");
            }
            Thread.sleep(pause.toMillis());
            pause = pause.multipliedBy(2).compareTo(PAUSE_MAX) < 0 ? pause.multipliedBy(2) : PAUSE_MAX;
        }
    }

    private void seal(StagedBatch batch, GateAnswer grant) throws IOException, InterruptedException {
        List<CompletableFuture<?>> seals = new ArrayList<>();
        for (Participant participant : batch.participants()) {
            seals.add(door.submit(
                    run.partition(participant.ordinal()),
                    new LogEntry.Seal(
                            batch.id(),
                            grant.gate(),
                            grant.lastTouched().get(participant.ordinal()),
                            participant.chunks())));
        }
        for (CompletableFuture<?> seal : seals) {
            try {
                seal.get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RefusedException refused) {
                    throw refused;
                }
                throw new IOException("a partition could not be sealed", e.getCause());
            }
        }
    }

    /**
     * First the gate, so that the batch can no longer be decided. Whether it was, when an answer got lost, is seen from
     * the CSNs that are asked for after that: partitions clear a seal only once they have published up to them. Runs
     * also when interrupted.
     */
    private void release(StagedBatch batch, GateAnswer grant) {
        boolean interrupted = Thread.interrupted();
        try {
            door.system(new SystemEntry.ReleaseGate(batch.id()));
            if (grant != null) {
                unseal(batch, grant.gate());
            }
        } catch (RuntimeException e) {
            // The next open of the pipeline or the next gate of the table clears what is left; the first error counts.
            LOG.warn("the gate of {} was not given back", batch.id(), e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void unseal(StagedBatch batch, long gate) {
        OpenAnswer now =
                OpenAnswer.read(door.system(new SystemEntry.Open(run.pipeline().id(), attempt, job)));
        List<CompletableFuture<?>> calls = new ArrayList<>();
        for (Participant participant : batch.participants()) {
            int ordinal = participant.ordinal();
            calls.add(door.submit(
                    run.partition(ordinal),
                    new LogEntry.Unseal(
                            gate,
                            now.lastTouched().get(ordinal),
                            List.of(run.table().id()))));
        }
        calls.forEach(CompletableFuture::join);
    }
}
