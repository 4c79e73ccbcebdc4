package dev.millrace.job.sink;

import static java.util.Objects.requireNonNull;

import dev.millrace.job.run.Faults;
import dev.millrace.job.run.JobRun;
import dev.millrace.job.run.StoreDoor;
import dev.millrace.store.Attempt;
import java.io.IOException;
import java.util.Collection;
import java.util.Optional;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides batches when their checkpoint is complete. Only the first subtask ever gets one, so only it has a door.
 *
 * <p>What Flink restores is of an older attempt, whose batches this attempt has fenced and reads again: it is dropped.
 */
final class TableCommitter implements Committer<StagedBatch> {
    private static final Logger LOG = LoggerFactory.getLogger(TableCommitter.class);

    private final Attempt attempt;
    private final Faults faults;
    private final Optional<Work> work;

    TableCommitter(JobRun run, StoreDoor.Opener opener, Faults faults, CommitterInitContext context) {
        this.attempt = run.attempt(context.getTaskInfo().getAttemptNumber());
        this.faults = requireNonNull(faults, "faults");
        this.work = context.getTaskInfo().getIndexOfThisSubtask() == 0
                ? Optional.of(
                        Work.begin(run, attempt, context.getJobInfo().getJobId().toHexString(), opener))
                : Optional.empty();
    }

    @Override
    public void commit(Collection<CommitRequest<StagedBatch>> requests) throws IOException, InterruptedException {
        for (CommitRequest<StagedBatch> request : requests) {
            StagedBatch batch = request.getCommittable();
            if (!batch.id().attempt().equals(attempt)) {
                LOG.info("dropping {}, restored from a checkpoint; {} reads from the cursors", batch.id(), attempt);
                continue;
            }
            faults.pass(Faults.Point.BEFORE_DECIDE);
            long csn = work.orElseThrow(() -> new IllegalStateException("a batch for a committer that idles"))
                    .decision()
                    .decide(batch);
            LOG.debug("decided {} with {} rows as CSN {}", batch.id(), batch.rows(), csn);
            faults.pass(Faults.Point.AFTER_DECIDE);
        }
    }

    @Override
    public void close() {
        work.ifPresent(Work::close);
    }

    /** What the one working committer has. */
    private record Work(StoreDoor door, Decision decision, Discarder discarder) {
        static Work begin(JobRun run, Attempt attempt, String job, StoreDoor.Opener opener) {
            StoreDoor door = opener.open(run);
            return new Work(door, new Decision(run, attempt, job, door), Discarder.start(run, attempt, job, door));
        }

        void close() {
            discarder.close();
            door.close();
        }
    }
}
