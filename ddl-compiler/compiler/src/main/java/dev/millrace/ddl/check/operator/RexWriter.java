package dev.millrace.ddl.check.operator;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.type.SqlType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.apache.calcite.avatica.util.ByteString;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.util.DateString;
import org.apache.calcite.util.TimestampString;

/** Plan expressions → DuckDB SQL. What is written is one operand: it stands in parentheses where it needs them. */
public final class RexWriter {
    private final RexBuilder rex;
    private final IntFunction<String> inputs;
    private final Function<RexOver, String> windows;

    /**
     * A writer over an input.
     *
     * @param inputs number of a column of the input → SQL
     * @param windows what writes window functions
     */
    public RexWriter(RexBuilder rex, IntFunction<String> inputs, Function<RexOver, String> windows) {
        this.rex = rex;
        this.inputs = inputs;
        this.windows = windows;
    }

    /** A writer for expressions without window functions. */
    public RexWriter(RexBuilder rex, IntFunction<String> inputs) {
        this(rex, inputs, over -> {
            throw unsupported("a window function here");
        });
    }

    public String write(RexNode node) {
        if (node instanceof RexInputRef input) {
            return inputs.apply(input.getIndex());
        }
        if (node instanceof RexLiteral literal) {
            return literal(literal);
        }
        if (node instanceof RexOver over) {
            return windows.apply(over);
        }
        if (node instanceof RexCall call) {
            return call(call);
        }
        throw unsupported("a reference to an outer query here");
    }

    /** The expression in exactly the type it promises. */
    public String writeTyped(RexNode node) {
        String sql = write(node);
        boolean exact = node instanceof RexInputRef
                || node.isA(SqlKind.CAST)
                || Types.family(node.getType()) == Types.Family.BOOL
                || sql.startsWith("CAST(") && isOneCall(sql)
                || node instanceof RexLiteral literal && isExact(literal);
        return exact ? sql : "CAST(" + sql + " AS " + Types.duckdb(node.getType()) + ")";
    }

    private static boolean isExact(RexLiteral literal) {
        return switch (Types.family(literal.getType())) {
            case TEXT, DATE, TIMESTAMP -> true;
            case INTEGER -> literal.getType().getSqlTypeName() == SqlTypeName.INTEGER && !literal.isNull();
            case NULL, BOOL, DECIMAL, APPROXIMATE, BINARY, OTHER -> false;
        };
    }

    /** Whether the parenthesis that CAST opens is closed by the last character. */
    private static boolean isOneCall(String sql) {
        int depth = 0;
        boolean quoted = false;
        for (int i = 0; i < sql.length(); i++) {
            char c = sql.charAt(i);
            quoted ^= c == '\'';
            if (!quoted) {
                depth += c == '(' ? 1 : c == ')' ? -1 : 0;
                if (depth == 0 && c == ')' && i + 1 < sql.length()) {
                    return false;
                }
            }
        }
        return true;
    }

    private List<String> all(List<RexNode> nodes) {
        List<String> written = new ArrayList<>(nodes.size());
        for (RexNode node : nodes) {
            written.add(write(node));
        }
        return written;
    }

    private String call(RexCall call) {
        List<RexNode> operands = call.getOperands();
        if (call.getOperator() instanceof Operator operator) {
            return operator.write(call, all(operands));
        }
        return switch (call.getKind()) {
            case EQUALS -> comparison("=", operands);
            case NOT_EQUALS -> comparison("<>", operands);
            case LESS_THAN -> comparison("<", operands);
            case LESS_THAN_OR_EQUAL -> comparison("<=", operands);
            case GREATER_THAN -> comparison(">", operands);
            case GREATER_THAN_OR_EQUAL -> comparison(">=", operands);
            case IS_DISTINCT_FROM -> comparison("IS DISTINCT FROM", operands);
            case IS_NOT_DISTINCT_FROM -> comparison("IS NOT DISTINCT FROM", operands);
            case AND -> "(" + String.join(" AND ", all(operands)) + ")";
            case OR -> "(" + String.join(" OR ", all(operands)) + ")";
            case NOT -> "(NOT " + write(operands.get(0)) + ")";
            case IS_NULL -> "(" + write(operands.get(0)) + " IS NULL)";
            case IS_NOT_NULL -> "(" + write(operands.get(0)) + " IS NOT NULL)";
            case IS_TRUE -> "(" + write(operands.get(0)) + " IS NOT DISTINCT FROM true)";
            case IS_NOT_TRUE -> "(" + write(operands.get(0)) + " IS DISTINCT FROM true)";
            case IS_FALSE -> "(" + write(operands.get(0)) + " IS NOT DISTINCT FROM false)";
            case IS_NOT_FALSE -> "(" + write(operands.get(0)) + " IS DISTINCT FROM false)";
            case CASE -> choice(call);
            case COALESCE -> coalesce(call);
            case CAST ->
                Conversion.convert(write(operands.get(0)), operands.get(0).getType(), call.getType());
            case SEARCH -> write(RexUtil.expandSearch(rex, null, call));
            default -> throw unsupported(call.getOperator().getName());
        };
    }

    private String comparison(String operator, List<RexNode> operands) {
        Coercion.Pair pair = Coercion.comparable(rex, operands.get(0), operands.get(1));
        String left = write(pair.left());
        String right = write(pair.right());
        RelDataType a = pair.left().getType();
        RelDataType b = pair.right().getType();
        if (Types.isNumber(a) && Types.isNumber(b) && isTooWide(a, b)) {
            left = "CAST(" + left + " AS DOUBLE)";
            right = "CAST(" + right + " AS DOUBLE)";
        }
        return "(" + left + " " + operator + " " + right + ")";
    }

    /** DuckDB compares two exact numbers in a decimal that has room for both; where there is none, it would refuse. */
    private static boolean isTooWide(RelDataType a, RelDataType b) {
        if (Types.isApproximate(a) || Types.isApproximate(b) || Types.scale(a) == Types.scale(b)) {
            return false;
        }
        int before = Math.max(Types.digits(a) - Types.scale(a), Types.digits(b) - Types.scale(b));
        return before + Math.max(Types.scale(a), Types.scale(b)) > SqlType.PRECISION_MAX;
    }

    private String choice(RexCall call) {
        StringBuilder sql = new StringBuilder("CASE");
        List<RexNode> operands = call.getOperands();
        for (int i = 0; i + 1 < operands.size(); i += 2) {
            sql.append(" WHEN ").append(write(operands.get(i))).append(" THEN ");
            sql.append(as(operands.get(i + 1), call.getType()));
        }
        return sql.append(" ELSE ")
                .append(as(operands.get(operands.size() - 1), call.getType()))
                .append(" END")
                .toString();
    }

    private String coalesce(RexCall call) {
        List<String> operands = new ArrayList<>();
        for (RexNode operand : call.getOperands()) {
            operands.add(as(operand, call.getType()));
        }
        return "coalesce(" + String.join(", ", operands) + ")";
    }

    private String as(RexNode node, RelDataType type) {
        boolean plainNull = node instanceof RexLiteral literal && literal.isNull();
        return plainNull ? "NULL" : Conversion.convert(write(node), node.getType(), type);
    }

    private static String literal(RexLiteral literal) {
        RelDataType type = literal.getType();
        if (literal.isNull()) {
            return Types.family(type) == Types.Family.NULL ? "NULL" : "CAST(NULL AS " + Types.duckdb(type) + ")";
        }
        return switch (Types.family(type)) {
            case BOOL -> literal.getValueAs(Boolean.class) ? "true" : "false";
            case INTEGER -> integer(literal.getValueAs(BigDecimal.class), type);
            case DECIMAL -> decimal(literal.getValueAs(BigDecimal.class), type);
            case APPROXIMATE -> real(literal.getValueAs(Double.class), type);
            case TEXT -> quote(literal.getValueAs(String.class));
            case BINARY -> "from_hex('" + literal.getValueAs(ByteString.class).toString(16) + "')";
            case DATE -> "DATE '" + literal.getValueAs(DateString.class) + "'";
            case TIMESTAMP -> "TIMESTAMP '" + literal.getValueAs(TimestampString.class) + "'";
            case NULL, OTHER ->
                throw unsupported("a literal of type " + type.getSqlTypeName().getName());
        };
    }

    private static String integer(BigDecimal value, RelDataType type) {
        String digits = value.signum() < 0 ? "(" + value.toPlainString() + ")" : value.toPlainString();
        return type.getSqlTypeName() == SqlTypeName.INTEGER
                ? digits
                : "CAST(" + digits + " AS " + Types.duckdb(type) + ")";
    }

    private static String decimal(BigDecimal value, RelDataType type) {
        return "CAST('" + value.toPlainString() + "' AS " + Types.duckdb(type) + ")";
    }

    private static String real(Double value, RelDataType type) {
        return "CAST('" + value + "' AS " + Types.duckdb(type) + ")";
    }

    /** A string literal of DuckDB, which knows no escapes but the doubled quote. */
    public static String quote(String text) {
        if (text.indexOf('\0') >= 0) {
            throw unsupported("the character NUL in text");
        }
        return "'" + text.replace("'", "''") + "'";
    }

    static StatementException unsupported(String what) {
        return new StatementException(SqlState.UNSUPPORTED, what + " is not supported");
    }
}
