package dev.millrace.job.source;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.Cursor;
import dev.millrace.store.PipelineError;
import dev.millrace.transform.load.RecordBatch;
import java.util.List;

/**
 * Records of one source partition, as they came with one fetch; of a file, a piece of it. Its arrays are used again once the task has let go of
 * it: whoever keeps anything copies it.
 *
 * @param from where the range begins: the offset read before it, not its first record
 * @param to next offset to read; above {@code from} also if there is no record (transaction markers, aborted records);
 *     equal to it only for records of a transform's output, which belong to no range
 * @param bytes of the records' values
 * @param readAtMillis when it was read, epoch milliseconds
 * @param leftOut errors of records that a transform left out of it, or why the rest of a file is left out
 */
public record KafkaFetch(
        Cursor from, long to, RecordBatch records, long bytes, long readAtMillis, List<PipelineError> leftOut) {
    public KafkaFetch {
        leftOut = List.copyOf(leftOut);
        requireNonNull(from, "from");
        requireNonNull(records, "records");
        if (to < from.offset()) {
            throw new IllegalArgumentException("a fetch from " + from + " to " + to);
        }
    }

    /** As it came: nothing is left out. */
    public KafkaFetch(Cursor from, long to, RecordBatch records, long bytes, long readAtMillis) {
        this(from, to, records, bytes, readAtMillis, List.of());
    }
}
