package dev.millrace.aggregator.execute;

import dev.millrace.aggregator.plan.ResultColumn;
import dev.millrace.spec.type.SqlType;
import java.util.List;
import java.util.Optional;

/** Rows that are in memory already: what SHOW and its like answer. */
public final class ListCursor implements RowCursor {
    private final List<ResultColumn> columns;
    private final List<Object[]> rows;
    private int at = -1;

    public ListCursor(List<ResultColumn> columns, List<Object[]> rows) {
        this.columns = List.copyOf(columns);
        this.rows = List.copyOf(rows);
    }

    /** A nullable text column, as most of SHOW has. */
    static ResultColumn text(String label) {
        return new ResultColumn(label, SqlType.of(SqlType.Kind.TEXT), true, Optional.empty());
    }

    static ResultColumn number(String label) {
        return new ResultColumn(label, SqlType.of(SqlType.Kind.BIGINT), true, Optional.empty());
    }

    @Override
    public List<ResultColumn> columns() {
        return columns;
    }

    @Override
    public boolean next() {
        return ++at < rows.size();
    }

    @Override
    public Object value(int column) {
        return rows.get(at)[column];
    }

    @Override
    public void cancel(String reason) {
        at = rows.size();
    }

    @Override
    public void close() {
        at = rows.size();
    }
}
