package dev.millrace.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * One row of PIPELINES_ERRORS.
 *
 * @param atMillis when, epoch milliseconds
 * @param kind where it failed: Extract, Transform, Load, Stage, Decide, Run
 * @param number MySQL's error number, or one of ours
 * @param topic where the record came from; empty if no record is to blame
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
        String topic,
        String sourcePartition,
        long offset,
        int line,
        String column,
        byte[] record) {
    /** Enough to see what is wrong with a record, small enough to keep many. */
    public static final int RECORD_BYTES_MAX = 1024;

    /** Two longs, two ints and six lengths, in the form where each byte has seven bits. */
    private static final int NUMBERS_BYTES_MAX = 2 * 10 + 2 * 5 + 6 * 3;

    public PipelineError {
        requireNonNull(kind, "kind");
        requireNonNull(message, "message");
        requireNonNull(topic, "topic");
        requireNonNull(sourcePartition, "sourcePartition");
        requireNonNull(column, "column");
        record = record.length <= RECORD_BYTES_MAX ? record.clone() : Arrays.copyOf(record, RECORD_BYTES_MAX);
    }

    /** An error that names no topic. */
    public PipelineError(
            long atMillis,
            String kind,
            int number,
            String message,
            String sourcePartition,
            long offset,
            int line,
            String column,
            byte[] record) {
        this(atMillis, kind, number, message, "", sourcePartition, offset, line, column, record);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PipelineError that
                && atMillis == that.atMillis
                && number == that.number
                && offset == that.offset
                && line == that.line
                && List.of(kind, message, topic, sourcePartition, column)
                        .equals(List.of(that.kind, that.message, that.topic, that.sourcePartition, that.column))
                && Arrays.equals(record, that.record);
    }

    @Override
    public int hashCode() {
        return Objects.hash(atMillis, message, sourcePartition, offset);
    }

    /** What it takes in an entry of the log at most. */
    public int sizeBytes() {
        int texts = 0;
        for (String text : List.of(kind, message, topic, sourcePartition, column)) {
            texts += text.getBytes(UTF_8).length;
        }
        return NUMBERS_BYTES_MAX + texts + record.length;
    }

    public void write(WireWriter out) {
        out.number(atMillis).text(kind).number(number).text(message).text(topic).text(sourcePartition);
        out.number(offset).number(line).text(column).bytes(record);
    }

    public static PipelineError read(WireReader in) {
        return read(in, true);
    }

    /** The first form, which had no topic. */
    public static PipelineError readFirst(WireReader in) {
        return read(in, false);
    }

    private static PipelineError read(WireReader in, boolean hasTopic) {
        return new PipelineError(
                in.number(),
                in.text(),
                in.integer(),
                in.text(),
                hasTopic ? in.text() : "",
                in.text(),
                in.number(),
                in.integer(),
                in.text(),
                in.bytes());
    }
}
