package dev.millrace.leaf.system;

import dev.millrace.spec.Credentials;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.json.SpecJson;
import dev.millrace.store.PipelineState;
import java.util.List;

/**
 * A pipeline and how it fares.
 *
 * @param sql its CREATE statement
 * @param run newest run given out; 0 before the first
 * @param job of the newest attempt that opened; empty before
 * @param message last error or what it waits for; empty if all is well
 * @param errors how many errors were recorded; the last one's number
 * @param condition the name of a SqlState; empty if all is well
 * @param alteredRun the run that the last ALTER or OR REPLACE took; 0 without one
 * @param batchesLeft after so many batches it stops by itself; 0: never
 */
record PipelineRow(
        long database,
        PipelineSpec spec,
        String sql,
        PipelineState state,
        long run,
        String job,
        String message,
        long errors,
        long createdMillis,
        long alteredMillis,
        String condition,
        long alteredRun,
        long batchesLeft,
        Credentials credentials)
        implements Row {
    static PipelineRow first(
            long database, PipelineSpec spec, String sql, Credentials credentials, long createdMillis) {
        return new PipelineRow(
                database,
                spec,
                sql,
                PipelineState.STOPPED,
                0,
                "",
                "",
                0,
                createdMillis,
                createdMillis,
                "",
                0,
                0,
                credentials);
    }

    long id() {
        return spec.id();
    }

    boolean isAltered() {
        return alteredRun > 0 && alteredRun == run;
    }

    PipelineRow withRun(long newRun, PipelineState newState, long batches, long atMillis) {
        return new PipelineRow(
                database,
                spec,
                sql,
                newState,
                newRun,
                job,
                "",
                errors,
                createdMillis,
                atMillis,
                "",
                alteredRun,
                batches,
                credentials);
    }

    PipelineRow withState(PipelineState newState, String newCondition, String newMessage, long atMillis) {
        return new PipelineRow(
                database,
                spec,
                sql,
                newState,
                run,
                job,
                newMessage,
                errors,
                createdMillis,
                atMillis,
                newCondition,
                alteredRun,
                batchesLeft,
                credentials);
    }

    /** Another definition, in a run of its own. */
    PipelineRow replaced(PipelineSpec newSpec, String newSql, Credentials newCredentials, long newRun, long atMillis) {
        return new PipelineRow(
                database,
                newSpec,
                newSql,
                state,
                newRun,
                job,
                message,
                errors,
                createdMillis,
                atMillis,
                condition,
                newRun,
                batchesLeft,
                newCredentials);
    }

    PipelineRow withJob(String newJob) {
        return new PipelineRow(
                database,
                spec,
                sql,
                state,
                run,
                newJob,
                message,
                errors,
                createdMillis,
                alteredMillis,
                condition,
                alteredRun,
                batchesLeft,
                credentials);
    }

    PipelineRow withErrors(long newErrors) {
        return new PipelineRow(
                database,
                spec,
                sql,
                state,
                run,
                job,
                message,
                newErrors,
                createdMillis,
                alteredMillis,
                condition,
                alteredRun,
                batchesLeft,
                credentials);
    }

    PipelineRow withBatchesLeft(long left) {
        return new PipelineRow(
                database,
                spec,
                sql,
                state,
                run,
                job,
                message,
                errors,
                createdMillis,
                alteredMillis,
                condition,
                alteredRun,
                left,
                credentials);
    }

    @Override
    public List<Object> values() {
        return List.of(
                spec.id(),
                database,
                spec.name(),
                SpecJson.write(spec),
                sql,
                state.name(),
                run,
                job,
                message,
                errors,
                createdMillis,
                alteredMillis,
                condition,
                alteredRun,
                batchesLeft,
                SpecJson.write(credentials.values()));
    }

    static PipelineRow of(List<Object> row) {
        Values in = new Values(row);
        in.number();
        long database = in.number();
        in.text();
        return new PipelineRow(
                database,
                SpecJson.readPipeline(in.text()),
                in.text(),
                PipelineState.valueOf(in.text()),
                in.number(),
                in.text(),
                in.text(),
                in.number(),
                in.number(),
                in.number(),
                in.text(),
                in.number(),
                in.number(),
                new Credentials(SpecJson.readStrings(in.text())));
    }
}
