package dev.millrace.aggregator.plan;

import dev.millrace.ddl.check.operator.Division;
import dev.millrace.ddl.check.operator.RexWriter;
import dev.millrace.ddl.check.operator.Types;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.calcite.rel.RelFieldCollation;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.sql.SqlAggFunction;

/** Aggregate functions → DuckDB SQL of exactly the promised type. */
final class AggregateSql {
    /** What a scalar subquery of many rows fails with; by these words it is told from other failures. */
    static final String MANY_ROWS = "More than one row returned by a subquery";

    /** No table has more rows. */
    private static final int COUNT_DIGITS = 13;

    private final RelDataType input;
    private final RexBuilder rex;
    private final List<Block.Column> columns;

    AggregateSql(RelDataType input, RexBuilder rex, List<Block.Column> columns) {
        this.input = input;
        this.rex = rex;
        this.columns = columns;
    }

    String write(AggregateCall call) {
        List<String> arguments =
                call.getArgList().stream().map(i -> columns.get(i).sql()).toList();
        List<RelDataType> types = call.getArgList().stream()
                .map(i -> input.getFieldList().get(i).getType())
                .toList();
        String distinct = call.isDistinct() ? "DISTINCT " : "";
        String suffix = call.filterArg < 0
                ? ""
                : " FILTER (WHERE " + columns.get(call.filterArg).sql() + ")";
        return switch (call.getAggregation().getKind()) {
            case LISTAGG -> concat(call, distinct, arguments.get(0), suffix);
            case LITERAL_AGG -> new RexWriter(rex, i -> "").writeTyped(call.rexList.get(0));
            default -> function(call.getAggregation(), call.getType(), arguments, types, distinct, suffix);
        };
    }

    /**
     * A call without order.
     *
     * @param suffix what stands behind the parentheses: FILTER or OVER
     */
    static String function(
            SqlAggFunction function,
            RelDataType type,
            List<String> arguments,
            List<RelDataType> types,
            String distinct,
            String suffix) {
        String argument = arguments.isEmpty() ? "" : arguments.get(0);
        String list = "(" + distinct + argument + ")" + suffix;
        return switch (function.getKind()) {
            case COUNT -> count(arguments, distinct, suffix);
            case SUM -> cast("sum" + list, type);
            case SUM0 -> cast("coalesce(sum" + list + ", 0)", type);
            case MIN -> "min" + list;
            case MAX -> "max" + list;
            case ANY_VALUE -> "any_value" + list;
            case AVG -> average(list, types.get(0), type);
            case STDDEV_POP -> "stddev_pop" + list;
            case STDDEV_SAMP -> "stddev_samp" + list;
            case VAR_POP -> "var_pop" + list;
            case VAR_SAMP -> "var_samp" + list;
            case BIT_AND -> "coalesce(bit_and" + list + ", CAST(-1 AS BIGINT))";
            case BIT_OR -> "coalesce(bit_or" + list + ", CAST(0 AS BIGINT))";
            case BIT_XOR -> "coalesce(bit_xor" + list + ", CAST(0 AS BIGINT))";
            case SINGLE_VALUE ->
                "CASE WHEN count(*)" + suffix + " > 1 THEN error('" + MANY_ROWS + "') ELSE first" + list + " END";
            default -> {
                if (function.getName().equals("APPROX_COUNT_DISTINCT")) {
                    yield "approx_count_distinct(" + argument + ")" + suffix;
                }
                throw unsupported(function.getName());
            }
        };
    }

    private static String cast(String sql, RelDataType type) {
        return "CAST(" + sql + " AS " + Types.duckdb(type) + ")";
    }

    private static String count(List<String> arguments, String distinct, String suffix) {
        if (arguments.isEmpty()) {
            return "count(*)" + suffix;
        }
        if (arguments.size() == 1) {
            return "count(" + distinct + arguments.get(0) + ")" + suffix;
        }
        String known =
                arguments.stream().map(argument -> argument + " IS NOT NULL").collect(Collectors.joining(" AND "));
        return "count(" + distinct + "CASE WHEN " + known + " THEN row(" + String.join(", ", arguments) + ") END)"
                + suffix;
    }

    /** AVG of exact numbers is exact in MySQL, DOUBLE in DuckDB. */
    private static String average(String list, RelDataType argument, RelDataType type) {
        if (Types.family(type) == Types.Family.APPROXIMATE) {
            return cast("avg" + list, type);
        }
        Division.Operand one = Division.Operand.of("", argument);
        int digits = Math.min(SqlType.PRECISION_MAX, one.digits() + COUNT_DIGITS);
        return Division.exact(
                new Division.Operand("sum" + list, digits, one.scale()),
                new Division.Operand("count" + list, COUNT_DIGITS, 0),
                type);
    }

    private String concat(AggregateCall call, String distinct, String argument, String suffix) {
        if (!(call.getAggregation() instanceof TypedAggregate concat)) {
            throw unsupported(call.getAggregation().getName());
        }
        List<String> order = new ArrayList<>();
        for (RelFieldCollation key : call.collation.getFieldCollations()) {
            Block.Column column = columns.get(key.getFieldIndex());
            if (call.isDistinct() && !column.sql().equals(argument)) {
                throw unsupported("GROUP_CONCAT(DISTINCT …) in the order of something else");
            }
            if (!column.constant()) {
                order.add(column.sql() + RelSql.direction(key));
            }
        }
        String orderBy = order.isEmpty() ? "" : " ORDER BY " + String.join(", ", order);
        return "string_agg(" + distinct + argument + ", " + RexWriter.quote(concat.separator()) + orderBy + ")"
                + suffix;
    }

    private static StatementException unsupported(String what) {
        return new StatementException(SqlState.UNSUPPORTED, what + " is not supported");
    }
}
