package dev.millrace.job.sink;

import static java.util.Objects.requireNonNull;

import dev.millrace.job.run.JobRun;
import dev.millrace.job.run.StoreDoor;
import dev.millrace.store.Attempt;
import dev.millrace.store.PartitionId;
import dev.millrace.store.client.TableGate;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.OpenAnswer;
import dev.millrace.store.wire.RefusedException;
import dev.millrace.store.wire.WireReader;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The gate of the pipeline's table, and the seals that may be put on partitions while it is held. */
final class Gate {
    /** The number that says no gate is held. */
    static final long NONE = 0;

    /** Below the time of a checkpoint, because the committer's thread waits. */
    private static final Duration WAIT_MAX = Duration.ofMinutes(2);

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

    /** What is done under a gate, given what each participant's seal says. */
    @FunctionalInterface
    interface Held {
        long run(long gate, List<WireReader> seals) throws IOException, InterruptedException;
    }

    /**
     * Takes the gate, has every partition of the batch check its rows, and then runs the decision, which gives the gate
     * back. If anything fails the gate is given back here and the seals are cleared.
     *
     * @throws RefusedException DUPLICATE_KEY
     */
    long whileHeld(StagedBatch batch, Held decision) throws IOException, InterruptedException {
        TableGate gate = new TableGate(
                new Calls(), batch.id(), run.database(), run.table().id(), batch.participants());
        boolean decided = false;
        try {
            if (!gate.take(WAIT_MAX)) {
                throw new IOException("the gate of table "
                        + run.pipeline().table().name() + " is held by " + gate.holder() + " for more than "
                        + WAIT_MAX.toSeconds() + " s");
            }
            List<WireReader> seals = gate.seal();
            long csn = decision.run(gate.number(), seals);
            decided = true;
            return csn;
        } finally {
            if (!decided) {
                gate.letGo();
            }
        }
    }

    private final class Calls implements TableGate.Store {
        @Override
        public WireReader system(SystemEntry entry) {
            return door.system(entry);
        }

        @Override
        public CompletableFuture<WireReader> submit(PartitionId partition, LogEntry entry) {
            return door.submit(partition, entry);
        }

        @Override
        public List<Long> lastTouched() {
            SystemEntry.Open again = new SystemEntry.Open(run.pipeline().id(), attempt, job);
            return OpenAnswer.read(door.system(again)).lastTouched();
        }
    }
}
