package dev.millrace.launch;

import static dev.millrace.spec.error.SqlState.STORE_UNREACHABLE;

import dev.millrace.spec.error.StatementException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/**
 * How long records take to become visible: from a record's timestamp until a query first sees it. Every record counts,
 * not a sample: each query asks for all ids that no earlier query has seen.
 */
final class Freshness {
    /** Between two queries; what it adds to a figure is at most that. */
    private static final Duration PAUSE = Duration.ofMillis(10);

    private static final int UNSEEN = -1;

    private final long firstId;
    private final long[] sentMillis;
    private final int[] delayMillis;
    private int sent;
    private int seen;

    /** All ids below {@code firstId + low} have been seen. */
    private int low;

    /**
     * @param firstId of the records to watch; their ids ascend by one
     */
    Freshness(long firstId, int count) {
        this.firstId = firstId;
        this.sentMillis = new long[count];
        this.delayMillis = new int[count];
        Arrays.fill(delayMillis, UNSEEN);
    }

    /** Notes the next record's timestamp. Called before the record can be seen, by the thread that sends. */
    synchronized void sent(long millis) {
        sentMillis[sent++] = millis;
    }

    /**
     * Asks until all records were seen.
     *
     * @throws StatementException if none has become visible for {@code stallMax}
     */
    void watch(Connection connection, String table, Duration stallMax) throws SQLException {
        long progressed = System.nanoTime();
        try (PreparedStatement query = connection.prepareStatement("SELECT id FROM " + table + " WHERE id >= ?")) {
            while (seen < sentMillis.length) {
                int before = seen;
                query.setLong(1, firstId + low);
                ask(query);
                if (seen > before) {
                    progressed = System.nanoTime();
                } else if (System.nanoTime() - progressed > stallMax.toNanos()) {
                    throw new StatementException(
                            STORE_UNREACHABLE,
                            (sentMillis.length - seen) + " records have not become visible within "
                                    + stallMax.toSeconds() + " s");
                }
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }

    /** The delay that a share of the records stays within, in milliseconds. */
    long percentileMillis(double percent) {
        int[] sorted = delayMillis.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.min(sorted.length - 1L, Math.round(Math.ceil(sorted.length * percent / 100) - 1))];
    }

    private void ask(PreparedStatement query) throws SQLException {
        try (ResultSet rows = query.executeQuery()) {
            long now = 0;
            while (rows.next()) {
                if (now == 0) {
                    now = System.currentTimeMillis(); // the answer is here
                }
                see((int) (rows.getLong(1) - firstId), now);
            }
        }
        while (low < delayMillis.length && delayMillis[low] != UNSEEN) {
            low++;
        }
    }

    private synchronized void see(int record, long nowMillis) {
        if (record < sent && delayMillis[record] == UNSEEN) {
            delayMillis[record] = (int) Math.max(0, nowMillis - sentMillis[record]);
            seen++;
        }
    }
}
