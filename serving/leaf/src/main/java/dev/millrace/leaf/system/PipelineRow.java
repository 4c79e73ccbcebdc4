package dev.millrace.leaf.system;

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
        long alteredMillis)
        implements Row {
    long id() {
        return spec.id();
    }

    PipelineRow withRun(long newRun, PipelineState newState, long atMillis) {
        return new PipelineRow(database, spec, sql, newState, newRun, job, "", errors, createdMillis, atMillis);
    }

    PipelineRow withState(PipelineState newState, String newMessage, long atMillis) {
        return new PipelineRow(database, spec, sql, newState, run, job, newMessage, errors, createdMillis, atMillis);
    }

    PipelineRow withJob(String newJob) {
        return new PipelineRow(database, spec, sql, state, run, newJob, message, errors, createdMillis, alteredMillis);
    }

    PipelineRow withErrors(long newErrors) {
        return new PipelineRow(database, spec, sql, state, run, job, message, newErrors, createdMillis, alteredMillis);
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
                alteredMillis);
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
                in.number());
    }
}
