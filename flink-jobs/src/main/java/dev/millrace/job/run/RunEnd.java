package dev.millrace.job.run;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.Attempt;
import dev.millrace.store.PipelineError;
import dev.millrace.store.PipelineState;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.RefusedException;
import java.util.List;
import org.apache.flink.runtime.execution.SuppressRestartsException;

/**
 * The ways a run ends for good. Each makes an exception that stops Flink from starting the job again: the same input
 * would meet the same end.
 */
public final class RunEnd {
    private RunEnd() {}

    /**
     * An error that only the user can mend: a row of PIPELINES_ERRORS and the state Error, then the end. If the store
     * cannot take it, the attempt fails instead and meets the error again, so that no error goes unsaid.
     */
    public static SuppressRestartsException failed(StoreDoor door, JobRun run, SqlState state, PipelineError error) {
        long pipeline = run.pipeline().id();
        door.system(new SystemEntry.RecordErrors(pipeline, run.number(), List.of(error)));
        door.system(new SystemEntry.SetPipelineState(
                pipeline, run.number(), PipelineState.ERROR, state.name(), error.message(), error.atMillis()));
        return new SuppressRestartsException(new StatementException(state, error.message()));
    }

    /** The same with a door of its own, for places that have none. */
    public static SuppressRestartsException failed(
            StoreDoor.Opener opener, JobRun run, SqlState state, PipelineError error) {
        try (StoreDoor door = opener.open(run)) {
            return failed(door, run, state, error);
        }
    }

    /** A newer attempt of the pipeline is at work, or the pipeline was stopped or dropped. */
    public static SuppressRestartsException fenced(JobRun run, Attempt attempt, RefusedException refused) {
        return new SuppressRestartsException(new StatementException(
                SqlState.WRITER_FENCED,
                "pipeline " + run.pipeline().qualifiedName() + ": " + attempt + " gives way: " + refused.getMessage(),
                refused));
    }

    /** The table or its partitions are no longer what the job was made for; a new run compiles the pipeline anew. */
    public static SuppressRestartsException outdated(JobRun run, RefusedException refused) {
        return new SuppressRestartsException(new StatementException(
                SqlState.TABLE_CHANGED,
                "pipeline " + run.pipeline().qualifiedName() + " needs a new run: " + refused.getMessage(),
                refused));
    }

    /** An error without a record to blame. */
    public static PipelineError error(String kind, SqlState state, String message) {
        return error(kind, state, message, "", -1);
    }

    /** An error at a place in the source. */
    public static PipelineError error(
            String kind, SqlState state, String message, String sourcePartition, long offset) {
        return new PipelineError(
                System.currentTimeMillis(), kind, state.number(), message, sourcePartition, offset, 0, "", new byte[0]);
    }
}
