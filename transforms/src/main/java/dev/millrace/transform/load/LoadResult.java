package dev.millrace.transform.load;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * What a batch of records became. It owns the rows' memory: close it, or close {@code rows}.
 *
 * @param rows all columns of the table in table order, rows in the order of the records; without a row if a record was
 *     refused
 * @param errors the refused records in order; as long as there is no skip mode, at most the first one
 */
public record LoadResult(VectorSchemaRoot rows, List<RecordError> errors) implements AutoCloseable {
    public LoadResult {
        requireNonNull(rows, "rows");
        errors = List.copyOf(errors);
    }

    /** Whether the batch must not be staged. */
    public boolean isRefused() {
        return !errors.isEmpty();
    }

    @Override
    public void close() {
        rows.close();
    }
}
