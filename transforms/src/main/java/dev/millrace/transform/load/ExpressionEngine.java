package dev.millrace.transform.load;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * An in-memory DuckDB for the expressions of a pipeline: defaults that are not plain literals. It starts when the first
 * expression is evaluated, so a pipeline without any never loads the native library. Loaders on several threads may
 * share one engine; it outlives them.
 */
public final class ExpressionEngine implements AutoCloseable {
    /** Enough for scalar expressions over a batch. */
    public static final long MEMORY_BYTES_DEFAULT = 64L << 20;

    private final long memoryBytesMax;
    private final int threads;
    private final Path temp;

    /**
     * @param memoryBytesMax DuckDB's memory_limit
     * @param threads DuckDB's worker threads, at least 1
     * @param temp folder for what does not fit; created when needed
     */
    public ExpressionEngine(long memoryBytesMax, int threads, Path temp) {
        this.memoryBytesMax = memoryBytesMax;
        this.threads = threads;
        this.temp = requireNonNull(temp, "temp");
    }

    @Override
    public void close() {}
}
