package dev.millrace.store;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;

/**
 * One row of PIPELINES_ERRORS.
 *
 * @param atMillis when, epoch milliseconds
 * @param kind where it failed: Extract, Transform, Load, Stage, Decide, Run
 * @param number MySQL's error number, or one of ours
 * @param sourcePartition Kafka partition; empty if no record is to blame
 * @param offset of the record; −1 if none
 * @param line line inside the record, from 1; 0 if unknown
 * @param column target column or empty
 * @param record its first bytes, at most {@link #RECORD_BYTES_MAX}
 */
public record PipelineError(
        long atMillis,
        String kind,
        int number,
        String message,
        String sourcePartition,
        long offset,
        int line,
        String column,
        byte[] record) {
    /** Enough to see what is wrong with a record, small enough to keep ten thousand. */
    public static final int RECORD_BYTES_MAX = 1024;

    public PipelineError {
        requireNonNull(kind, "kind");
        requireNonNull(message, "message");
        requireNonNull(sourcePartition, "sourcePartition");
        requireNonNull(column, "column");
        record = record.length <= RECORD_BYTES_MAX ? record.clone() : java.util.Arrays.copyOf(record, RECORD_BYTES_MAX);
    }

    public void write(WireWriter out) {
        out.number(atMillis).text(kind).number(number).text(message).text(sourcePartition);
        out.number(offset).number(line).text(column).bytes(record);
    }

    public static PipelineError read(WireReader in) {
        return new PipelineError(
                in.number(),
                in.text(),
                in.integer(),
                in.text(),
                in.text(),
                in.number(),
                in.integer(),
                in.text(),
                in.bytes());
    }
}
