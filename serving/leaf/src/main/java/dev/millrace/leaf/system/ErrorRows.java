package dev.millrace.leaf.system;

import dev.millrace.store.PipelineError;
import java.time.Duration;
import java.util.List;

/**
 * Rows of PIPELINES_ERRORS. They stay in the file: in memory is only how many there were, on their pipeline's row. What
 * is too old or too many goes when others come.
 */
final class ErrorRows {
    /** Errors kept for each pipeline: one in a hundred of ten million records, some 130 MB of the file at worst. */
    static final long KEPT = 100_000;

    /** Time enough to look into an error and load its record again. */
    static final Duration KEPT_AT_MOST = Duration.ofDays(30);

    private ErrorRows() {}

    /**
     * Adds rows.
     *
     * @param batch the batch they were left out of; 0 for what stopped the pipeline
     * @param atMillis now, as the entry says
     */
    static void add(
            SystemRows rows, PipelineRow pipeline, long run, long batch, List<PipelineError> errors, long atMillis) {
        if (errors.isEmpty()) {
            return;
        }
        long seq = pipeline.errors();
        for (PipelineError error : errors) {
            seq++;
            rows.record(new RowChange.Insert(
                    SystemTable.ERROR,
                    List.of(
                            pipeline.id(),
                            seq,
                            run,
                            batch,
                            error.atMillis(),
                            error.kind(),
                            (long) error.number(),
                            error.message(),
                            error.topic(),
                            error.sourcePartition(),
                            error.offset(),
                            (long) error.line(),
                            error.column(),
                            error.record())));
        }
        if (seq > KEPT) {
            rows.record(new RowChange.DeleteRange(SystemTable.ERROR, pipeline.id(), 0, seq - KEPT));
        }
        long oldest = atMillis - KEPT_AT_MOST.toMillis();
        if (oldest > 0) {
            rows.record(new RowChange.DeleteBelow(SystemTable.ERROR, pipeline.id(), "at_millis", oldest));
        }
        rows.pipelines.put(pipeline.withErrors(seq));
    }
}
