package dev.millrace.job.extract;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.Cursor;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * What a fetch became. It owns the rows' memory; the operator that takes it closes it.
 *
 * @param from where the fetch began
 * @param to next offset to read after it
 * @param rows all columns of the table in table order; perhaps without a row
 * @param bytes of the records
 * @param readAtMillis when the fetch was read, epoch milliseconds
 * @param leftOut its records that cannot be loaded
 * @param rowOffsets each row's offset, where its key may leave it out; otherwise empty
 */
public record LoadedRows(
        Cursor from, long to, VectorSchemaRoot rows, long bytes, long readAtMillis, LeftOut leftOut, long[] rowOffsets)
        implements AutoCloseable {
    public LoadedRows {
        requireNonNull(from, "from");
        requireNonNull(rows, "rows");
        requireNonNull(leftOut, "leftOut");
        requireNonNull(rowOffsets, "rowOffsets");
    }

    @Override
    public void close() {
        rows.close();
    }
}
