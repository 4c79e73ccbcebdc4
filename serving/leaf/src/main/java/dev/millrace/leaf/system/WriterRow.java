package dev.millrace.leaf.system;

import dev.millrace.store.Attempt;
import java.util.List;

/**
 * Who makes batches.
 *
 * @param name of the aggregator; for a pipeline {@code database.name}
 * @param run newest run given out
 * @param current the attempt that may decide; with number {@link #UNOPENED} if none has opened in its run
 * @param forgotten statements up to this number that are not in the history were decided or are too old to tell
 */
record WriterRow(long id, String name, boolean pipeline, long run, Attempt current, long forgotten) implements Row {
    static final int UNOPENED = -1;

    static WriterRow ofPipeline(long id, String name) {
        return new WriterRow(id, name, true, 0, new Attempt(0, UNOPENED), 0);
    }

    /** An aggregator's incarnation has one run and may decide at once. */
    static WriterRow ofAggregator(long id, String name) {
        return new WriterRow(id, name, false, 1, new Attempt(1, 0), 0);
    }

    /** The next run, in which no attempt has opened: nobody may decide until then. */
    WriterRow withNextRun() {
        return new WriterRow(id, name, pipeline, run + 1, new Attempt(run + 1, UNOPENED), forgotten);
    }

    /** The next run; the current attempt may decide until one of the new run opens. */
    WriterRow withRunBehind() {
        return new WriterRow(id, name, pipeline, run + 1, current, forgotten);
    }

    WriterRow withCurrent(Attempt attempt) {
        return new WriterRow(id, name, pipeline, run, attempt, forgotten);
    }

    WriterRow withForgotten(long number) {
        return new WriterRow(id, name, pipeline, run, current, number);
    }

    @Override
    public List<Object> values() {
        return List.of(id, name, pipeline, run, current.run(), (long) current.number(), forgotten);
    }

    static WriterRow of(List<Object> row) {
        Values in = new Values(row);
        return new WriterRow(in.number(), in.text(), in.bool(), in.number(), in.attempt(), in.number());
    }
}
