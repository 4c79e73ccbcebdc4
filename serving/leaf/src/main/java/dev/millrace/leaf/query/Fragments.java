package dev.millrace.leaf.query;

import dev.millrace.store.query.PinRequest;
import dev.millrace.store.query.QueryRequest;
import dev.millrace.store.query.Relation;
import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.RefusedException;
import java.io.IOException;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBResultSet;

/** Runs fragments on pins and gives their rows out as Arrow. */
public final class Fragments {
    /** Rows of a batch on the wire: a few megabytes at most, and little loss to batch heads. */
    private static final int BATCH_ROWS = 32_768;

    /** A fragment uses all of DuckDB's threads; more at a time only share them and hold more memory. */
    private static final int RUNNING_MAX = 32;

    private static final long START_WAIT_SECONDS = 30;

    private final Pins pins;
    private final BufferAllocator allocator;
    private final Semaphore running = new Semaphore(RUNNING_MAX, true);

    public Fragments(Pins pins, BufferAllocator allocator) {
        this.pins = pins;
        this.allocator = allocator;
    }

    /** Where rows go. */
    public interface RowSink {
        /** Called once, before the first batch. The root is loaded anew for each batch. */
        void schema(VectorSchemaRoot root);

        /** The root holds the next batch; waits for the reader. False: nobody wants more. */
        boolean batch();
    }

    /** Runs a fragment; refusals come as {@link RefusedException}. */
    public void run(QueryRequest request, RowSink sink) {
        HeldPin pin = request.fresh().map(this::fresh).orElseGet(() -> pins.held(request.pin()));
        try {
            check(request, pin.request());
            String sql = FragmentSql.bind(request.fragment(), pin.request().database(), request.ordinals());
            DuckDBConnection connection = pin.borrow();
            boolean usable = false;
            try {
                begin();
                try {
                    run(connection, pin, sql, sink);
                    usable = true;
                } finally {
                    running.release();
                }
            } finally {
                pin.giveBack(connection, usable);
            }
        } finally {
            if (request.fresh().isPresent()) {
                pins.release(pin.pin().id());
            }
        }
    }

    private HeldPin fresh(PinRequest request) {
        return pins.hold(request);
    }

    private static void check(QueryRequest request, PinRequest pin) {
        if (!pin.ordinals().containsAll(request.ordinals())) {
            throw new RefusedException(
                    Refusal.MALFORMED, "partitions " + request.ordinals() + " are not among " + pin.ordinals());
        }
        for (Relation relation : request.fragment().relations()) {
            if (!pin.tables().contains(relation.table())) {
                throw new RefusedException(
                        Refusal.MALFORMED, "table " + relation.tableId() + " is not among those pinned");
            }
        }
    }

    private void begin() {
        try {
            if (!running.tryAcquire(START_WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw new RefusedException(
                        Refusal.RESOURCES_EXHAUSTED, RUNNING_MAX + " fragments run, none ended in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException(Refusal.UNAVAILABLE, "interrupted");
        }
    }

    private void run(DuckDBConnection connection, HeldPin pin, String sql, RowSink sink) {
        try (Statement statement = connection.createStatement()) {
            pin.started(statement);
            try (DuckDBResultSet result = (DuckDBResultSet) statement.executeQuery(sql);
                    BufferAllocator own = allocator.newChildAllocator("fragment", 0, Long.MAX_VALUE);
                    ArrowReader reader = (ArrowReader) result.arrowExportStream(own, BATCH_ROWS)) {
                sink.schema(reader.getVectorSchemaRoot());
                while (reader.loadNextBatch() && sink.batch()) {}
            } finally {
                pin.ended(statement);
            }
        } catch (SQLException | IOException e) {
            throw refused(e);
        }
    }

    /** DuckDB's message without the excerpt of SQL that its user never wrote. */
    private static RefusedException refused(Exception e) {
        String text = String.valueOf(e.getMessage());
        int excerpt = text.indexOf("\n\nLINE ");
        String message = (excerpt < 0 ? text : text.substring(0, excerpt)).strip();
        boolean memory = message.startsWith("Out of Memory");
        return new RefusedException(memory ? Refusal.RESOURCES_EXHAUSTED : Refusal.QUERY_FAILED, message);
    }
}
