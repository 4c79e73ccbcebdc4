package dev.millrace.aggregator.execute;

import static java.util.Objects.requireNonNull;

import dev.millrace.aggregator.plan.ResultColumn;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.type.SqlType;
import dev.millrace.store.wire.RefusedException;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/** Rows out of Arrow batches. The batch at hand is the only one in memory here. */
final class ArrowCursor implements RowCursor {
    private final List<ResultColumn> columns;
    private final BatchSource source;
    private final SqlType[] types;
    private FieldVector[] vectors = new FieldVector[0];
    private int row = -1;
    private int rows;
    private boolean done;
    private volatile String cancelled;

    ArrowCursor(List<ResultColumn> columns, BatchSource source) {
        this.columns = List.copyOf(columns);
        this.source = requireNonNull(source, "source");
        this.types = columns.stream().map(ResultColumn::type).toArray(SqlType[]::new);
    }

    @Override
    public List<ResultColumn> columns() {
        return columns;
    }

    /** Loads the first batch, so that whatever can go wrong at the start goes wrong here, as it came. */
    ArrowCursor primed() {
        load();
        return this;
    }

    @Override
    public boolean next() {
        if (++row < rows) {
            return true;
        }
        try {
            return load() && ++row < rows;
        } catch (RefusedException e) {
            throw EngineErrors.of(e);
        } catch (MergeEngine.UnknownReasonException e) {
            throw new StatementException(
                    SqlState.INTERNAL, "the query failed while its rows were read; DuckDB does not say why", e);
        }
    }

    private boolean load() {
        row = -1;
        rows = 0;
        while (rows == 0) {
            if (done || !pull()) {
                done = true;
                return false;
            }
            VectorSchemaRoot root = source.root();
            rows = root.getRowCount();
            vectors = root.getFieldVectors().toArray(FieldVector[]::new);
            if (vectors.length < types.length) {
                throw new IllegalStateException(
                        vectors.length + " columns where the plan has " + types.length + ": " + root.getSchema());
            }
        }
        return true;
    }

    private boolean pull() {
        boolean more;
        try {
            checkCancelled();
            more = source.next();
        } catch (StatementException | RefusedException e) {
            checkCancelled();
            throw e;
        }
        checkCancelled();
        return more;
    }

    private void checkCancelled() {
        String reason = cancelled;
        if (reason != null) {
            throw new StatementException(
                    reason.startsWith("time") ? SqlState.QUERY_TIMEOUT : SqlState.QUERY_INTERRUPTED,
                    "Query execution was interrupted: " + reason);
        }
    }

    @Override
    public Object value(int column) {
        return ColumnValues.read(vectors[column], row, types[column]);
    }

    @Override
    public void cancel(String reason) {
        cancelled = reason;
        source.cancel();
    }

    @Override
    public void close() {
        source.close();
    }
}
