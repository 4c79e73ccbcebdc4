package dev.millrace.aggregator.pipeline;

import dev.millrace.store.CatalogSnapshot.Pipeline;
import java.time.Duration;
import java.time.Instant;

/** What the supervisor remembers of one pipeline between looks; used by its one thread only. */
final class PipelineWatch {
    /** How long a job that was just submitted, by a user perhaps, may be missing in Flink's overview. */
    static final Duration SETTLE = Duration.ofSeconds(15);

    static final long NO_RUN = -1;

    final Restarts restarts = new Restarts();
    String submittedJob = "";
    Instant submittedAt = Instant.EPOCH;
    Instant waitingSince = Instant.MAX;
    Instant restartingSince = Instant.MAX;
    boolean submittedBefore;
    String refusal = "";
    long ownRun = NO_RUN;
    private long otherRun = NO_RUN;
    private Instant otherSince = Instant.EPOCH;

    /**
     * Learns the newest run. Whether one that this supervisor did not start was taken a moment ago: a job that a user
     * submits takes its run first and only then appears in Flink.
     */
    boolean isTakenByOther(Pipeline pipeline, Instant now) {
        long run = pipeline.run();
        // ALTER takes a run without a job.
        if (ownRun == NO_RUN || pipeline.altered()) {
            ownRun = run;
        }
        if (run != ownRun && run != otherRun) {
            otherRun = run;
            otherSince = now;
        }
        return run != ownRun && now.isBefore(otherSince.plus(SETTLE));
    }
}
