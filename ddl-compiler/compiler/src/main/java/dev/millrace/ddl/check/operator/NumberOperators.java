package dev.millrace.ddl.check.operator;

import static dev.millrace.ddl.check.operator.Accepts.BIGINT;
import static dev.millrace.ddl.check.operator.Accepts.DOUBLE;
import static dev.millrace.ddl.check.operator.Accepts.NUMBER;

import dev.millrace.spec.type.SqlType;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.sql.type.SqlTypeName;

/** Arithmetic. Integers are BIGINT as soon as they are computed with; overflow is DuckDB's error. */
final class NumberOperators {
    static final Operator DIVIDE = Operator.named("/", NUMBER, NUMBER)
            .returns(NumberOperators::quotient)
            .nullable()
            .as(NumberOperators::divide);

    static final Operator NEGATE = Operator.named("NEGATE", NUMBER)
            .returns(a -> computed(a, a.number(0)))
            .as((call, x) -> "(- " + widened(call, 0, x.get(0)) + ")");

    static final Operator PLUS_SIGN =
            Operator.named("PLUS SIGN", NUMBER).returns(a -> a.number(0)).lowers((rex, operator, type, x) -> x.get(0));

    static final List<Operator> ALL = List.of(
            DIVIDE,
            Operator.named("+", NUMBER, NUMBER).returns(NumberOperators::sum).as((call, x) -> infix(call, "+", x)),
            Operator.named("-", NUMBER, NUMBER).returns(NumberOperators::sum).as((call, x) -> infix(call, "-", x)),
            Operator.named("*", NUMBER, NUMBER)
                    .returns(NumberOperators::product)
                    .as(NumberOperators::multiply),
            modulo("%"),
            modulo("MOD"),
            Operator.named("DIV", NUMBER, NUMBER)
                    .returns(Arguments::bigint)
                    .nullable()
                    .as(NumberOperators::integerDivide),
            Operator.named("ABS", NUMBER)
                    .returns(a -> computed(a, a.number(0)))
                    .as((call, x) -> "abs(" + widened(call, 0, x.get(0)) + ")"),
            Operator.named("SIGN", NUMBER).returns(Arguments::integer).as("CAST(sign($1) AS INTEGER)"),
            whole("CEIL", "ceil"),
            whole("CEILING", "ceil"),
            whole("FLOOR", "floor"),
            Operator.named("ROUND", NUMBER, BIGINT)
                    .atLeast(1)
                    .returns(NumberOperators::rounded)
                    .as(Rounding::round),
            Operator.named("TRUNCATE", NUMBER, BIGINT)
                    .returns(NumberOperators::truncated)
                    .as(Rounding::truncate),
            real("POW", "pow($1, $2)", DOUBLE, DOUBLE),
            real("POWER", "pow($1, $2)", DOUBLE, DOUBLE),
            real("EXP", "exp($1)", DOUBLE),
            partial("SQRT", "$1 >= 0", "sqrt($1)", DOUBLE),
            partial("LN", "$1 > 0", "ln($1)", DOUBLE),
            Operator.named("LOG", DOUBLE, DOUBLE)
                    .atLeast(1)
                    .returns(Arguments::real)
                    .nullable()
                    .as((call, x) -> Operator.fill(
                            x.size() == 1
                                    ? "CASE WHEN $1 > 0 THEN ln($1) END"
                                    : "CASE WHEN $1 > 0 AND $1 <> 1 AND $2 > 0 THEN ln($2) / ln($1) END",
                            x)),
            partial("LOG2", "$1 > 0", "log2($1)", DOUBLE),
            partial("LOG10", "$1 > 0", "log10($1)", DOUBLE),
            real("SIN", "sin($1)", DOUBLE),
            real("COS", "cos($1)", DOUBLE),
            real("TAN", "tan($1)", DOUBLE),
            real("ATAN", "atan($1)", DOUBLE),
            real("ATAN2", "atan2($1, $2)", DOUBLE, DOUBLE),
            partial("ASIN", "$1 BETWEEN -1 AND 1", "asin($1)", DOUBLE),
            partial("ACOS", "$1 BETWEEN -1 AND 1", "acos($1)", DOUBLE),
            real("DEGREES", "degrees($1)", DOUBLE),
            real("RADIANS", "radians($1)", DOUBLE),
            Operator.named("PI").returns(Arguments::real).as("pi()"));

    private NumberOperators() {}

    private static Operator real(String name, String pattern, Accepts... accepts) {
        return Operator.named(name, accepts).returns(Arguments::real).as(pattern);
    }

    /** NULL outside of its domain, where DuckDB answers NaN or an infinity. */
    private static Operator partial(String name, String domain, String pattern, Accepts... accepts) {
        return Operator.named(name, accepts)
                .returns(Arguments::real)
                .nullable()
                .as("CASE WHEN " + domain + " THEN " + pattern + " END");
    }

    private static Operator modulo(String name) {
        return Operator.named(name, NUMBER, NUMBER)
                .returns(NumberOperators::remainder)
                .nullable()
                .as((call, x) ->
                        "(" + widened(call, 0, x.get(0)) + " % nullif(" + widened(call, 1, x.get(1)) + ", 0))");
    }

    private static Operator whole(String name, String duckdb) {
        return Operator.named(name, NUMBER).returns(NumberOperators::wholeType).as((call, x) -> {
            RelDataType operand = call.getOperands().get(0).getType();
            return Types.family(operand) == Types.Family.INTEGER
                    ? Conversion.convert(x.get(0), operand, call.getType())
                    : "CAST(" + duckdb + "(" + x.get(0) + ") AS " + Types.duckdb(call.getType()) + ")";
        });
    }

    private static boolean isApproximate(Arguments arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            if (Types.isApproximate(arguments.number(i))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isInteger(Arguments arguments) {
        for (int i = 0; i < arguments.size(); i++) {
            if (Types.family(arguments.number(i)) != Types.Family.INTEGER) {
                return false;
            }
        }
        return true;
    }

    private static RelDataType computed(Arguments arguments, RelDataType number) {
        return switch (Types.family(number)) {
            case INTEGER -> arguments.bigint();
            case APPROXIMATE -> arguments.real();
            default -> number;
        };
    }

    private static int before(RelDataType number) {
        return Types.digits(number) - Types.scale(number);
    }

    private static RelDataType sum(Arguments a) {
        if (isApproximate(a)) {
            return a.real();
        }
        if (isInteger(a)) {
            return a.bigint();
        }
        RelDataType left = a.number(0);
        RelDataType right = a.number(1);
        int scale = Math.max(Types.scale(left), Types.scale(right));
        return Types.decimal(a.factory(), Math.max(before(left), before(right)) + 1, scale);
    }

    private static RelDataType product(Arguments a) {
        if (isApproximate(a)) {
            return a.real();
        }
        if (isInteger(a)) {
            return a.bigint();
        }
        RelDataType left = a.number(0);
        RelDataType right = a.number(1);
        return Types.decimal(a.factory(), before(left) + before(right), Types.scale(left) + Types.scale(right));
    }

    private static RelDataType remainder(Arguments a) {
        if (isApproximate(a)) {
            return a.real();
        }
        if (isInteger(a)) {
            return a.bigint();
        }
        RelDataType left = a.number(0);
        RelDataType right = a.number(1);
        int scale = Math.max(Types.scale(left), Types.scale(right));
        return Types.decimal(a.factory(), Math.max(before(left), before(right)), scale);
    }

    private static RelDataType quotient(Arguments a) {
        if (isApproximate(a)) {
            return a.real();
        }
        RelDataType left = a.number(0);
        RelDataType right = a.number(1);
        return Types.decimal(
                a.factory(), before(left) + Types.scale(right), Types.scale(left) + MySqlTypeSystem.DIVISION_DIGITS);
    }

    private static RelDataType wholeType(Arguments a) {
        RelDataType number = a.number(0);
        return switch (Types.family(number)) {
            case INTEGER -> a.bigint();
            case APPROXIMATE -> a.real();
            default -> before(number) < 18 ? a.bigint() : Types.decimal(a.factory(), before(number) + 1, 0);
        };
    }

    private static RelDataType rounded(Arguments a) {
        RelDataType number = a.number(0);
        if (Types.family(number) != Types.Family.DECIMAL) {
            return computed(a, number);
        }
        int scale = a.size() == 1
                ? 0
                : a.integer(1)
                        .map(d -> Math.max(0, Math.min(d, Types.scale(number))))
                        .orElse(Types.scale(number));
        return Types.decimal(a.factory(), before(number) + 1, scale);
    }

    private static RelDataType truncated(Arguments a) {
        RelDataType number = a.number(0);
        int digits = a.integer(1).orElseThrow(() -> a.unsupported("TRUNCATE to a number of digits that is no literal"));
        if (Types.family(number) != Types.Family.DECIMAL) {
            return computed(a, number);
        }
        return Types.decimal(a.factory(), before(number), Math.max(0, Math.min(digits, Types.scale(number))));
    }

    /** An operand wide enough that DuckDB computes in the promised type: BIGINT for integers, DOUBLE for the inexact. */
    static String widened(RexCall call, int index, String sql) {
        RelDataType operand = call.getOperands().get(index).getType();
        RelDataType type = call.getType();
        if (Types.isApproximate(type)) {
            return operand.getSqlTypeName() == SqlTypeName.DOUBLE ? sql : "CAST(" + sql + " AS DOUBLE)";
        }
        boolean narrow =
                Types.family(operand) == Types.Family.INTEGER && operand.getSqlTypeName() != SqlTypeName.BIGINT;
        return narrow && Types.family(type) == Types.Family.INTEGER ? "CAST(" + sql + " AS BIGINT)" : sql;
    }

    private static String infix(RexCall call, String operator, List<String> x) {
        return "(" + roomy(call, widened(call, 0, x.get(0))) + " " + operator + " " + widened(call, 1, x.get(1)) + ")";
    }

    /** DuckDB keeps a sum or product of short decimals short, whatever it needs; one longer operand makes room. */
    private static String roomy(RexCall call, String left) {
        boolean grows = Types.family(call.getType()) == Types.Family.DECIMAL
                && call.getType().getPrecision() > Division.SHORT_MAX
                && call.getOperands().stream()
                        .allMatch(operand -> Types.digits(operand.getType()) <= Division.SHORT_MAX);
        return grows
                ? Division.lengthened(
                        left, Types.scale(call.getOperands().get(0).getType()))
                : left;
    }

    private static String multiply(RexCall call, List<String> x) {
        RelDataType left = call.getOperands().get(0).getType();
        RelDataType right = call.getOperands().get(1).getType();
        int scale = Types.scale(left) + Types.scale(right);
        if (Types.family(call.getType()) != Types.Family.DECIMAL || scale <= SqlType.SCALE_MAX) {
            return infix(call, "*", x);
        }
        if (scale <= SqlType.PRECISION_MAX) {
            return "CAST(" + infix(call, "*", x) + " AS " + Types.duckdb(call.getType()) + ")";
        }
        return "CAST((CAST(" + x.get(0) + " AS DOUBLE) * CAST(" + x.get(1) + " AS DOUBLE)) AS "
                + Types.duckdb(call.getType()) + ")";
    }

    private static String integerDivide(RexCall call, List<String> x) {
        RelDataType left = call.getOperands().get(0).getType();
        RelDataType right = call.getOperands().get(1).getType();
        if (Types.isApproximate(left) || Types.isApproximate(right)) {
            return "CAST(trunc(CAST(" + x.get(0) + " AS DOUBLE) / nullif(CAST(" + x.get(1)
                    + " AS DOUBLE), 0)) AS BIGINT)";
        }
        if (Types.family(left) == Types.Family.INTEGER && Types.family(right) == Types.Family.INTEGER) {
            return "(" + widened(call, 0, x.get(0)) + " // nullif(" + widened(call, 1, x.get(1)) + ", 0))";
        }
        int scale = Math.max(Types.scale(left), Types.scale(right));
        return "CAST(" + Division.Operand.of(x.get(0), left).unscaled(scale) + " // nullif("
                + Division.Operand.of(x.get(1), right).unscaled(scale) + ", 0) AS BIGINT)";
    }

    private static String divide(RexCall call, List<String> x) {
        RelDataType left = call.getOperands().get(0).getType();
        RelDataType right = call.getOperands().get(1).getType();
        if (Types.isApproximate(call.getType())) {
            return "(" + widened(call, 0, x.get(0)) + " / nullif(" + widened(call, 1, x.get(1)) + ", 0))";
        }
        return Division.exact(
                Division.Operand.of(x.get(0), left), Division.Operand.of(x.get(1), right), call.getType());
    }
}
