package dev.millrace.store;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;

/**
 * The name of a batch.
 *
 * @param writer id of a pipeline or of an aggregator's incarnation, from one sequence of the system partition
 * @param number the Flink checkpoint it covers, or an aggregator's statement; grows within an attempt
 */
public record BatchId(long writer, Attempt attempt, long number) {
    public BatchId {
        requireNonNull(attempt, "attempt");
    }

    @Override
    public String toString() {
        return "writer " + writer + " " + attempt + " batch " + number;
    }

    public void write(WireWriter out) {
        out.number(writer);
        attempt.write(out);
        out.number(number);
    }

    public static BatchId read(WireReader in) {
        return new BatchId(in.number(), Attempt.read(in), in.number());
    }
}
