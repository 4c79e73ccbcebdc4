package dev.millrace.aggregator.execute;

import dev.millrace.aggregator.plan.ResultColumn;
import java.util.List;

/**
 * Rows of an answer, pulled one at a time. Used by one thread at a time, but for {@link #cancel}.
 *
 * <p>Values are {@code Boolean}, {@code Long} for all integers, {@code Double} for FLOAT and DOUBLE, {@code BigDecimal},
 * {@code String}, {@code byte[]}, {@code Long} days since 1970 for DATE, {@code Long} microseconds since 1970 for
 * DATETIME and TIMESTAMP, or null.
 */
public interface RowCursor extends AutoCloseable {
    List<ResultColumn> columns();

    /** Moves to the next row; false at the end. Waits for it as long as the statement's time-out allows. */
    boolean next();

    /** A value of the current row; columns count from 0. */
    Object value(int column);

    /** Makes a {@link #next} that waits end with an error. Any thread may call it. */
    void cancel(String reason);

    /** Lets everything go that the answer held. */
    @Override
    void close();
}
