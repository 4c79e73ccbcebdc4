package dev.millrace.store.client;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.wire.RefusedException;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Rows of one fragment from one leaf, batch by batch as they arrive. The leaf is slowed down by a reader that does not
 * ask. Used by one thread at a time; closing early cancels the fragment.
 */
public final class ArrowRows implements AutoCloseable {
    private final FlightStream stream;

    ArrowRows(FlightStream stream) {
        this.stream = requireNonNull(stream, "stream");
    }

    /** The rows' schema; waits for the leaf's first answer. A refused fragment fails here or in {@link #next()}. */
    public Schema schema() {
        try {
            return stream.getSchema();
        } catch (FlightRuntimeException e) {
            throw FlightErrors.refused(e);
        }
    }

    /** Loads the next batch into {@link #root()}; false at the end. */
    public boolean next() {
        try {
            return stream.next();
        } catch (FlightRuntimeException e) {
            throw FlightErrors.refused(e);
        }
    }

    /** The current batch; its vectors are overwritten by {@link #next()}. */
    public VectorSchemaRoot root() {
        return stream.getRoot();
    }

    /** Makes a {@link #next()} that waits fail; any thread may call it. {@link #close()} is still to follow. */
    public void cancel() {
        stream.cancel("cancelled by the reader", null);
    }

    /** Ends the stream wherever it stands. */
    @Override
    public void close() {
        try {
            stream.cancel("closed by the reader", null);
            stream.close();
        } catch (RefusedException | FlightRuntimeException e) {
            // The reader has what it wants; how the other side ended no longer matters.
            return;
        } catch (Exception e) {
            throw new IllegalStateException("closing a stream of rows", e);
        }
    }
}
