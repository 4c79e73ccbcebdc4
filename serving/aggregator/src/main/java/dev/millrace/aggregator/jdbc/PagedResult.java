package dev.millrace.aggregator.jdbc;

import dev.millrace.aggregator.execute.RowCursor;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.type.SqlType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.calcite.avatica.Meta;

/**
 * An open result: a cursor, cut into frames. The frame sent last is kept, because a client whose connection broke asks
 * for it again. Used under the lock of its statement.
 */
final class PagedResult implements AutoCloseable {
    /** What a stock Avatica client asks for unless told otherwise: too few rows for a round trip. */
    private static final int FETCH_SIZE_OF_CLIENTS = 100;

    /** What such a client gets. */
    private static final int ROWS_DEFAULT = 5_000;

    private static final int ROWS_MAX = 50_000;

    /** A frame is closed at about this size, so that wide rows do not fill the heap. */
    private static final long BYTES_MAX = 4_000_000;

    private final RowCursor cursor;
    private final SqlType[] types;
    private final long rowsMax;
    private final boolean micros;
    private long offset;
    private volatile boolean done;
    private Meta.Frame last = Meta.Frame.EMPTY;

    /**
     * Pages a cursor.
     *
     * @param rowsMax rows the client wants at all; negative: all
     * @param micros whether the client reads timestamps as microseconds
     */
    PagedResult(RowCursor cursor, long rowsMax, boolean micros) {
        this.cursor = cursor;
        this.micros = micros;
        this.types = cursor.columns().stream().map(column -> column.type()).toArray(SqlType[]::new);
        this.rowsMax = rowsMax < 0 ? Long.MAX_VALUE : rowsMax;
    }

    boolean isDone() {
        return done;
    }

    /** The rows from an offset on: the next ones, or those that were sent last. */
    Meta.Frame frame(long from, int wanted) {
        if (from == last.offset && from != offset) {
            return last;
        }
        if (from != offset) {
            throw new StatementException(
                    SqlState.UNKNOWN_STATEMENT, "rows from " + from + " on are gone; the result is at row " + offset);
        }
        int rows = wanted <= 0 || wanted == FETCH_SIZE_OF_CLIENTS ? ROWS_DEFAULT : Math.min(wanted, ROWS_MAX);
        List<Object> page = new ArrayList<>(Math.min(rows, ROWS_DEFAULT));
        long bytes = 0;
        while (!done && page.size() < rows && bytes < BYTES_MAX) {
            if (offset + page.size() >= rowsMax || !cursor.next()) {
                done = true;
            } else {
                Object[] row = new Object[types.length];
                for (int i = 0; i < row.length; i++) {
                    row[i] = WireTypes.toWire(cursor.value(i), types[i], micros);
                    bytes += size(row[i]);
                }
                page.add(Arrays.asList(row));
            }
        }
        last = new Meta.Frame(from, done, page);
        offset += page.size();
        if (done) {
            cursor.close(); // leaves need not hold their snapshots until the client says goodbye
        }
        return last;
    }

    private static long size(Object value) {
        return value instanceof String text ? text.length() + 16L : value instanceof byte[] b ? b.length * 2L : 16;
    }

    /** Makes a read that waits fail; any thread may call it. */
    void cancel(String reason) {
        if (!done) {
            cursor.cancel(reason);
        }
    }

    @Override
    public void close() {
        cursor.close();
    }
}
