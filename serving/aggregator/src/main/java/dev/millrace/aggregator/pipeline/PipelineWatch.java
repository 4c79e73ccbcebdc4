package dev.millrace.aggregator.pipeline;

import dev.millrace.store.CatalogSnapshot.Pipeline;
import java.time.Duration;
import java.time.Instant;

/** What the supervisor remembers of one pipeline between looks; used by its one thread only. */
final class PipelineWatch {
    /** How long a job that was just submitted, by a user perhaps, may be missing in Flink's overview. */
    static final Duration SETTLE = Duration.ofSeconds(15);

    static final long NO_RUN = -1;

    /** A job that ran so long, and loaded something, has got over what made it restart. */
    static final Duration STEADY = Duration.ofSeconds(10);

    /** So has one that ran so long, though there may have been nothing to load. */
    static final Duration STEADY_IDLE = Duration.ofMinutes(5);

    /** A job that fell so often without running for that long does not get over it. */
    private static final int FALLS_MAX = 3;

    final Restarts restarts = new Restarts();
    String submittedJob = "";
    Instant submittedAt = Instant.EPOCH;
    Instant waitingSince = Instant.MAX;
    Instant restartingSince = Instant.MAX;
    boolean submittedBefore;
    String refusal = "";
    long ownRun = NO_RUN;
    private String observed = "";
    private Instant runningSince = Instant.MAX;
    private Instant fellAt = Instant.MIN;
    /* How often the job fell out of running since it last ran for a while. */
    private int falls;
    private long otherRun = NO_RUN;
    private Instant otherSince = Instant.EPOCH;

    /**
     * Learns whether a job runs now; whether it falls over and over, though it may run at the moment.
     *
     * @param loadedAt when it last was seen to have loaded something
     */
    boolean isFalling(String job, boolean running, Instant loadedAt, Instant now) {
        if (!observed.equals(job)) {
            observed = job;
            falls = 0;
            runningSince = Instant.MAX;
            fellAt = Instant.MIN;
        }
        if (running && runningSince.equals(Instant.MAX)) {
            runningSince = now;
        } else if (running && now.isAfter(runningSince.plus(loadedAt.isAfter(fellAt) ? STEADY : STEADY_IDLE))) {
            falls = 0;
        } else if (!running && !runningSince.equals(Instant.MAX)) {
            runningSince = Instant.MAX;
            fellAt = now;
            falls++;
        }
        return falls >= FALLS_MAX;
    }

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
