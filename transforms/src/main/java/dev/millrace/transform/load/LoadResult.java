package dev.millrace.transform.load;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * What a batch of records became. It owns the rows' memory: close it, or close {@code rows}.
 *
 * @param rows all columns of the table in table order, rows in the order of the records; without a row if the batch is
 *     refused
 * @param errors the refused records in order; if the batch is refused, the one that stopped it alone
 * @param unlisted refused records beyond {@link #ERRORS_MAX}
 * @param isRefused whether the batch must not be staged: no error mode covers its error
 * @param rowOffsets each row's offset in the source partition, where a row may be left out later because its key is
 *     taken; otherwise empty
 */
public record LoadResult(
        VectorSchemaRoot rows, List<RecordError> errors, Unlisted unlisted, boolean isRefused, long[] rowOffsets)
        implements AutoCloseable {
    /** More than a batch ever records of a task, and with the longest excerpts still only a few megabytes. */
    public static final int ERRORS_MAX = 4096;

    public LoadResult {
        requireNonNull(rows, "rows");
        errors = List.copyOf(errors);
        requireNonNull(unlisted, "unlisted");
        requireNonNull(rowOffsets, "rowOffsets");
    }

    /**
     * Refused records that are only counted.
     *
     * @param firstOffset the lowest of their offsets; of none it says nothing, and so does {@code lastOffset}
     */
    public record Unlisted(long count, long firstOffset, long lastOffset) {
        public static final Unlisted NONE = new Unlisted(0, -1, -1);

        /** These and one more. */
        public Unlisted with(long offset) {
            return count == 0
                    ? new Unlisted(1, offset, offset)
                    : new Unlisted(count + 1, Math.min(firstOffset, offset), Math.max(lastOffset, offset));
        }
    }

    @Override
    public void close() {
        rows.close();
    }
}
