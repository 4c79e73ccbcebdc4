package dev.millrace.aggregator.execute;

import static java.util.Objects.requireNonNull;

import dev.millrace.aggregator.plan.ResultColumn;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.List;

/** A statement that works for long before it has an answer: its session can cancel it, and its time-out ends it. */
final class RunningStatement implements RowCursor {
    private final String name;
    private final String left;
    private final long deadline;
    private volatile String reason = "";

    /** @param left what becomes of what it did, for the error */
    RunningStatement(String name, String left, Session session) {
        this.name = requireNonNull(name, "name");
        this.left = requireNonNull(left, "left");
        deadline = System.nanoTime() + session.timeout().toNanos();
    }

    /** @throws StatementException QUERY_INTERRUPTED or QUERY_TIMEOUT if it is to end */
    void check() {
        if (!reason.isEmpty()) {
            throw new StatementException(SqlState.QUERY_INTERRUPTED, name + " was ended: " + reason + "; " + left);
        }
        if (System.nanoTime() > deadline) {
            throw new StatementException(
                    SqlState.QUERY_TIMEOUT, name + " takes longer than max_execution_time; " + left);
        }
    }

    @Override
    public List<ResultColumn> columns() {
        return List.of();
    }

    @Override
    public boolean next() {
        return false;
    }

    @Override
    public Object value(int column) {
        throw new IllegalStateException("no rows");
    }

    @Override
    public void cancel(String why) {
        reason = why;
    }

    @Override
    public void close() {}
}
