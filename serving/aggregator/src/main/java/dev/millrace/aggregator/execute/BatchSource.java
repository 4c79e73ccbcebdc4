package dev.millrace.aggregator.execute;

import org.apache.arrow.vector.VectorSchemaRoot;

/** Arrow batches of an answer, pulled one after the other. */
interface BatchSource extends AutoCloseable {
    /** Loads the next batch; false at the end. */
    boolean next();

    /** The batch loaded last. */
    VectorSchemaRoot root();

    /** Makes a {@link #next} that waits fail; any thread may call it. */
    void cancel();

    @Override
    void close();
}
