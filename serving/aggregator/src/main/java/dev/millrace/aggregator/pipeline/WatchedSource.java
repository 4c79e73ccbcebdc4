package dev.millrace.aggregator.pipeline;

import dev.millrace.aggregator.pipeline.SourceWatch.Condition;
import dev.millrace.spec.error.SqlState;
import dev.millrace.store.CatalogSnapshot.Pipeline;
import dev.millrace.store.PipelineState;
import dev.millrace.store.client.StoreClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** The source of one pipeline, looked at again and again. Looks are one after the other. */
sealed interface WatchedSource extends AutoCloseable permits WatchedTopic, WatchedFiles {
    /** How long a look waits for an answer. */
    Duration PATIENCE = Duration.ofMillis(1_500);

    /** How long cursors may stand still although there is something to read, beside two batch intervals. */
    Duration STANDSTILL_MAX = Duration.ofSeconds(10);

    static WatchedSource of(StoreClient client, InstantSource clock, Pipeline pipeline) {
        return pipeline.spec().source().isFiles()
                ? new WatchedFiles(client, clock, pipeline)
                : new WatchedTopic(client, clock, pipeline);
    }

    /** Whether a pipeline, as it is now, still reads this. */
    boolean isOf(Pipeline other);

    /** What is wrong, as of the last look; empty if all is well. */
    Optional<Condition> condition();

    /** When a look last found that a batch had moved cursors; long ago if none has. */
    Instant loadedAt();

    /** @param demanded whether a query waits: it does not wait for what was silent a moment ago */
    void look(Pipeline now, boolean demanded);

    @Override
    void close();

    /** The condition of a pipeline that has something to read, and cursors that have not moved for so long. */
    static Optional<Condition> standstill(Pipeline now, Duration standstill) {
        Duration allowed = STANDSTILL_MAX.plus(now.spec().batchInterval().multipliedBy(2));
        return now.state() == PipelineState.RUNNING && standstill.compareTo(allowed) > 0
                ? Optional.of(new Condition(
                        SqlState.NOT_PROGRESSING,
                        "nothing was loaded for " + standstill.toSeconds()
                                + " s although the source has records; the job's page in Flink's dashboard shows where"
                                + " it waits, STOP and START begin anew"))
                : Optional.empty();
    }
}
