package dev.millrace.aggregator.plan;

import dev.millrace.ddl.check.operator.RexWriter;
import dev.millrace.ddl.check.operator.Types;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import org.apache.calcite.rel.RelFieldCollation;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexFieldCollation;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.rex.RexWindow;
import org.apache.calcite.rex.RexWindowBound;
import org.apache.calcite.rex.RexWindowExclusion;

/** Window functions → DuckDB SQL. */
final class WindowSql {
    private final RexWriter writer;

    WindowSql(RexBuilder rex, IntFunction<String> inputs) {
        writer = new RexWriter(rex, inputs);
    }

    String write(RexOver over) {
        if (over.ignoreNulls()) {
            throw unsupported("IGNORE NULLS");
        }
        List<String> arguments = over.getOperands().stream().map(writer::write).toList();
        List<RelDataType> types =
                over.getOperands().stream().map(RexNode::getType).toList();
        String name = over.getAggOperator().getName();
        return switch (over.getAggOperator().getKind()) {
            case ROW_NUMBER, RANK, DENSE_RANK -> name.toLowerCase(Locale.ROOT) + "()" + window(over, false);
            case PERCENT_RANK, CUME_DIST -> name.toLowerCase(Locale.ROOT) + "()" + window(over, false);
            case NTILE ->
                "CAST(ntile(" + arguments.get(0) + ")" + window(over, false) + " AS " + Types.duckdb(over.getType())
                        + ")";
            case LAG, LEAD ->
                name.toLowerCase(Locale.ROOT) + "(" + String.join(", ", arguments) + ")" + window(over, false);
            case FIRST_VALUE, LAST_VALUE ->
                name.toLowerCase(Locale.ROOT) + "(" + arguments.get(0) + ")" + window(over, true);
            default ->
                AggregateSql.function(
                        over.getAggOperator(),
                        over.getType(),
                        arguments,
                        types,
                        over.isDistinct() ? "DISTINCT " : "",
                        window(over, true));
        };
    }

    private String window(RexOver over, boolean framed) {
        RexWindow window = over.getWindow();
        List<String> parts = new ArrayList<>();
        if (!window.partitionKeys.isEmpty()) {
            parts.add("PARTITION BY "
                    + String.join(
                            ", ",
                            window.partitionKeys.stream().map(writer::write).toList()));
        }
        if (!window.orderKeys.isEmpty()) {
            parts.add("ORDER BY "
                    + String.join(", ", window.orderKeys.stream().map(this::key).toList()));
        }
        if (framed && !window.orderKeys.isEmpty()) {
            if (window.getExclude() != RexWindowExclusion.EXCLUDE_NO_OTHER) {
                throw unsupported("EXCLUDE");
            }
            parts.add((window.isRows() ? "ROWS" : "RANGE") + " BETWEEN " + bound(window.getLowerBound()) + " AND "
                    + bound(window.getUpperBound()));
        }
        return " OVER (" + String.join(" ", parts) + ")";
    }

    private String key(RexFieldCollation key) {
        RelFieldCollation direction = new RelFieldCollation(0, key.getDirection(), key.getNullDirection());
        return writer.write(key.left) + RelSql.direction(direction);
    }

    private String bound(RexWindowBound bound) {
        if (bound.isCurrentRow()) {
            return "CURRENT ROW";
        }
        String side = bound.isPreceding() ? " PRECEDING" : " FOLLOWING";
        return bound.isUnbounded() ? "UNBOUNDED" + side : writer.write(bound.getOffset()) + side;
    }

    private static StatementException unsupported(String what) {
        return new StatementException(SqlState.UNSUPPORTED, what + " is not supported");
    }
}
