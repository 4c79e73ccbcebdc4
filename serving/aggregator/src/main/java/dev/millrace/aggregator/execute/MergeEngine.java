package dev.millrace.aggregator.execute;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.wire.RefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Blob;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBResultSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The aggregator's own in-memory DuckDB. It holds no table: every statement runs on a connection of its own over the
 * Arrow streams registered on it. Large sorts and joins spill into the folder that is given.
 */
final class MergeEngine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MergeEngine.class);

    /** Rows of a batch that goes to the client: a page or a few. */
    private static final long BATCH_ROWS = 8_192;

    private static final long MEMORY_MIN = 64L << 20;

    /** All that DuckDB says of a streamed query that failed. */
    private static final String REASON_LOST = "Invalid result set";

    /** Part of the memory that the second engine gets: it is there to find out what went wrong. */
    private static final int PLAIN_SHARE = 8;

    private final DuckDBConnection streaming;
    private final DuckDBConnection plain;
    private final BufferAllocator allocator;

    /*
     * There are two engines, because a DuckDB that streams its results forgets why a query failed ("Invalid result
     * set"), and whether it streams is part of an instance's configuration. Queries stream; one that fails without a
     * reason is run again where results are whole, to learn the reason.
     */

    /**
     * An engine.
     *
     * @param memoryBytes its memory_limit
     * @param spill folder for what does not fit; made when needed, emptied by DuckDB
     */
    MergeEngine(BufferAllocator allocator, long memoryBytes, int threads, Path spill) {
        this.allocator = requireNonNull(allocator, "allocator");
        plain = open(false, Math.max(memoryBytes / PLAIN_SHARE, MEMORY_MIN), threads, spill.resolve("plain"));
        streaming = open(true, memoryBytes, threads, spill.resolve("streaming"));
    }

    private static DuckDBConnection open(boolean stream, long memoryBytes, int threads, Path spill) {
        Properties properties = new Properties();
        properties.setProperty("jdbc_stream_results", String.valueOf(stream));
        properties.setProperty("memory_limit", memoryBytes / (1024 * 1024) + "MiB");
        properties.setProperty("threads", String.valueOf(threads));
        properties.setProperty("temp_directory", spill.toString());
        // Plans are ours, but a fragment's text is not a reason to read this machine's files.
        properties.setProperty("enable_external_access", "false");
        properties.setProperty("autoinstall_known_extensions", "false");
        properties.setProperty("autoload_known_extensions", "false");
        try {
            return DriverManager.getConnection("jdbc:duckdb:", properties).unwrap(DuckDBConnection.class);
        } catch (SQLException e) {
            throw new IllegalStateException("the merge engine does not start", e);
        }
    }

    BufferAllocator allocator() {
        return allocator;
    }

    /** A streamed query failed, and nobody knows why. */
    static final class UnknownReasonException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnknownReasonException(Throwable cause) {
            super("a streamed query failed without a reason", cause);
        }
    }

    /**
     * A query over streams, which starts when its first batch is asked for: by then somebody can cancel it. The source
     * that comes back closes the readers.
     *
     * @param stream whether rows are made as they are pulled; else all at once, and errors have their reasons. If not, a
     *     query that fails does it with {@link UnknownReasonException}: run it again without streaming
     */
    BatchSource query(String sql, Map<String, FragmentReader> inputs, boolean stream) {
        return new Running(stream ? streaming : plain, sql, new LinkedHashMap<>(inputs));
    }

    /** The value of a constant expression: what {@link Coercion} takes. */
    Object evaluate(String expression) {
        try (DuckDBConnection connection = plain.duplicate().unwrap(DuckDBConnection.class);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT " + expression)) {
            result.next();
            Object value = result.getObject(1);
            if (value instanceof Blob) {
                return result.getBytes(1);
            }
            return value instanceof OffsetDateTime time
                    ? time.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime()
                    : value;
        } catch (SQLException e) {
            throw EngineErrors.of(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public void close() {
        Closer closer = new Closer();
        closer.run(streaming);
        closer.run(plain);
        closer.end();
    }

    private static final class Closer {
        private Throwable first;

        void run(AutoCloseable resource) {
            if (resource == null) {
                return;
            }
            try {
                resource.close();
            } catch (Exception e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }

        void end() {
            if (first != null) {
                throw new IllegalStateException("closing a merge", first);
            }
        }
    }

    private final class Running implements BatchSource {
        private final DuckDBConnection root;
        private final String sql;
        private final Map<String, FragmentReader> inputs;
        private final Collection<FragmentReader> readers;
        private final List<ArrowArrayStream> streams = new ArrayList<>();
        private DuckDBConnection connection;
        private volatile Statement statement;
        private DuckDBResultSet result;
        private ArrowReader out;
        private volatile boolean cancelled;
        private boolean closed;

        Running(DuckDBConnection root, String sql, Map<String, FragmentReader> inputs) {
            this.root = root;
            this.sql = sql;
            this.inputs = inputs;
            this.readers = inputs.values();
        }

        private void start() throws SQLException {
            connection = root.duplicate().unwrap(DuckDBConnection.class);
            for (Map.Entry<String, FragmentReader> input : inputs.entrySet()) {
                ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator);
                streams.add(stream);
                Data.exportArrayStream(allocator, input.getValue(), stream);
                connection.registerArrowStream(input.getKey(), stream);
            }
            statement = connection.createStatement();
            if (cancelled) {
                throw new SQLException("cancelled before it started");
            }
            result = statement.executeQuery(sql).unwrap(DuckDBResultSet.class);
            out = (ArrowReader) result.arrowExportStream(allocator, BATCH_ROWS);
        }

        private RuntimeException error(Exception e) {
            Optional<RefusedException> refused = readers.stream()
                    .flatMap(reader -> reader.refused().stream())
                    .findFirst();
            if (refused.isPresent()) {
                return refused.get();
            }
            if (e instanceof RuntimeException unexpected && !(e instanceof UncheckedIOException)) {
                return unexpected;
            }
            if (String.valueOf(e.getMessage()).contains(REASON_LOST)) {
                return new UnknownReasonException(e);
            }
            return EngineErrors.of(String.valueOf(e.getMessage()), e);
        }

        @Override
        public boolean next() {
            try {
                if (out == null) {
                    start();
                }
                return out.loadNextBatch();
            } catch (SQLException | IOException | RuntimeException e) {
                throw error(e);
            }
        }

        @Override
        public VectorSchemaRoot root() {
            try {
                return out.getVectorSchemaRoot();
            } catch (IOException e) {
                throw error(e);
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
            Statement running = statement;
            if (running != null) {
                try {
                    running.cancel();
                } catch (SQLException e) {
                    // It has ended by itself in this very moment.
                    LOG.debug("a merge is not cancelled", e);
                }
            }
        }

        @Override
        public void close() {
            if (closed) {
                return;
            }
            closed = true;
            Closer closer = new Closer();
            closer.run(out);
            closer.run(result);
            closer.run(statement);
            closer.run(connection);
            streams.forEach(closer::run);
            readers.forEach(closer::run);
            closer.end();
        }
    }
}
