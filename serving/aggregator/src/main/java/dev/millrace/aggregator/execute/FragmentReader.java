package dev.millrace.aggregator.execute;

import dev.millrace.store.client.ArrowRows;
import dev.millrace.store.wire.RefusedException;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * One fragment's rows from all its leaves as one Arrow reader: batch after batch, each pulled when it is wanted. DuckDB
 * reads it from threads of its own and turns whatever is thrown here into text, so the first refusal is kept.
 */
final class FragmentReader extends ArrowReader {
    private final LeavesInTurn leaves;
    private volatile RefusedException refused;

    FragmentReader(List<ArrowRows> leaves, BufferAllocator allocator) {
        super(allocator);
        this.leaves = new LeavesInTurn(leaves);
    }

    /** What ended the rows early, if anything did. */
    Optional<RefusedException> refused() {
        return Optional.ofNullable(refused);
    }

    @Override
    public boolean loadNextBatch() {
        prepare();
        try {
            while (leaves.next()) {
                VectorSchemaRoot root = leaves.leaf().root();
                if (root.getRowCount() > 0) {
                    try (ArrowRecordBatch batch = new VectorUnloader(root).getRecordBatch()) {
                        loadRecordBatch(batch);
                    }
                    return true;
                }
            }
            return false;
        } catch (RefusedException e) {
            refused = e;
            throw e;
        }
    }

    private void prepare() {
        try {
            prepareLoadNextBatch();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Override
    public long bytesRead() {
        return 0;
    }

    @Override
    protected void closeReadSource() {
        leaves.close();
    }

    @Override
    protected Schema readSchema() {
        try {
            return leaves.first().schema();
        } catch (RefusedException e) {
            refused = e;
            throw e;
        }
    }
}
