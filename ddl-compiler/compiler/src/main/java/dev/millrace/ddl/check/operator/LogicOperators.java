package dev.millrace.ddl.check.operator;

import static dev.millrace.ddl.check.operator.Accepts.ANY;
import static dev.millrace.ddl.check.operator.Accepts.BIGINT;
import static dev.millrace.ddl.check.operator.Accepts.BOOL;
import static dev.millrace.ddl.check.operator.Accepts.COMMON;
import static dev.millrace.ddl.check.operator.Accepts.DOUBLE;
import static dev.millrace.ddl.check.operator.Accepts.NUMBER;
import static dev.millrace.ddl.check.operator.Accepts.TEXT;

import dev.millrace.ddl.check.operator.Operator.Lowering;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.type.SqlTypeName;

/** Comparison, logic, choice. */
final class LogicOperators {
    /** What x IN (…) is in the plan, once all values compare with x as they are. */
    static final Operator IN =
            Operator.named("IN", ANY, ANY).repeated().returns(Arguments::bool).lowers(LogicOperators::lowerIn);

    static final Operator CASE = Operator.named("CASE", ANY)
            .repeated()
            .returns(a -> Types.common(a.factory(), caseValues(a)))
            .nullableIf(a -> caseValues(a).stream().anyMatch(RelDataType::isNullable))
            .lowers(LogicOperators::lowerCase);

    /** NULL, which has a type of its own until it meets others. */
    static final Operator NULL = Operator.named("NULL")
            .returns(a -> a.factory().createSqlType(SqlTypeName.NULL))
            .nullable()
            .lowers((rex, operator, type, x) -> rex.makeNullLiteral(type));

    /** WHERE, HAVING and ON take any value in MySQL. */
    static final Operator CONDITION = operand("CONDITION", BOOL, Arguments::bool);

    /** The argument of SUM and AVG. */
    static final Operator AS_NUMBER = operand("NUMBER", NUMBER, a -> a.number(0));

    static final Operator AS_DOUBLE = operand("DOUBLE", DOUBLE, Arguments::real);

    static final Operator AS_BIGINT = operand("BIGINT", BIGINT, Arguments::bigint);

    static final Operator BETWEEN = Operator.named("BETWEEN", ANY, ANY, ANY)
            .returns(Arguments::bool)
            .lowers((rex, operator, type, x) -> rex.makeCall(
                    type,
                    SqlStdOperatorTable.AND,
                    List.of(
                            compare(rex, type, SqlStdOperatorTable.GREATER_THAN_OR_EQUAL, x.get(0), x.get(1)),
                            compare(rex, type, SqlStdOperatorTable.LESS_THAN_OR_EQUAL, x.get(0), x.get(2)))));

    static final Operator NOT = logic("NOT", SqlStdOperatorTable.NOT, BOOL);

    static final Operator LIKE = Operator.named("LIKE", TEXT, TEXT, TEXT)
            .atLeast(2)
            .returns(Arguments::bool)
            .as(LogicOperators::like);

    static final Operator AND = logic("AND", SqlStdOperatorTable.AND, BOOL, BOOL);
    static final Operator OR = logic("OR", SqlStdOperatorTable.OR, BOOL, BOOL);

    static final Operator REGEXP =
            Operator.named("REGEXP", TEXT, TEXT).returns(Arguments::bool).as("regexp_matches($1, $2)");

    static final List<Operator> ALL = List.of(
            IN,
            BETWEEN,
            LIKE,
            AND,
            OR,
            NOT,
            logic("XOR", SqlStdOperatorTable.NOT_EQUALS, BOOL, BOOL),
            comparison("=", SqlStdOperatorTable.EQUALS),
            comparison("<>", SqlStdOperatorTable.NOT_EQUALS),
            comparison("!=", SqlStdOperatorTable.NOT_EQUALS),
            comparison("<", SqlStdOperatorTable.LESS_THAN),
            comparison("<=", SqlStdOperatorTable.LESS_THAN_OR_EQUAL),
            comparison(">", SqlStdOperatorTable.GREATER_THAN),
            comparison(">=", SqlStdOperatorTable.GREATER_THAN_OR_EQUAL),
            sameness("<=>", SqlStdOperatorTable.IS_NOT_DISTINCT_FROM),
            sameness("IS NOT DISTINCT FROM", SqlStdOperatorTable.IS_NOT_DISTINCT_FROM),
            sameness("IS DISTINCT FROM", SqlStdOperatorTable.IS_DISTINCT_FROM),
            test("IS NULL", SqlStdOperatorTable.IS_NULL, ANY),
            test("ISNULL", SqlStdOperatorTable.IS_NULL, ANY),
            test("IS NOT NULL", SqlStdOperatorTable.IS_NOT_NULL, ANY),
            test("IS TRUE", SqlStdOperatorTable.IS_TRUE, BOOL),
            test("IS NOT TRUE", SqlStdOperatorTable.IS_NOT_TRUE, BOOL),
            test("IS FALSE", SqlStdOperatorTable.IS_FALSE, BOOL),
            test("IS NOT FALSE", SqlStdOperatorTable.IS_NOT_FALSE, BOOL),
            test("IS UNKNOWN", SqlStdOperatorTable.IS_NULL, BOOL),
            test("IS NOT UNKNOWN", SqlStdOperatorTable.IS_NOT_NULL, BOOL),
            REGEXP,
            Operator.named("RLIKE", TEXT, TEXT).returns(Arguments::bool).as("regexp_matches($1, $2)"),
            Operator.named("REGEXP_LIKE", TEXT, TEXT).returns(Arguments::bool).as("regexp_matches($1, $2)"),
            Operator.named("IF", ANY, ANY, ANY)
                    .returns(a -> Types.common(a.factory(), caseValues(a)))
                    .nullableIf(a -> caseValues(a).stream().anyMatch(RelDataType::isNullable))
                    .lowers(LogicOperators::lowerCase),
            Operator.named("COALESCE", COMMON)
                    .repeated()
                    .returns(Arguments::common)
                    .nullableIf(LogicOperators::allNullable)
                    .as("coalesce($*)"),
            Operator.named("IFNULL", COMMON, COMMON)
                    .returns(Arguments::common)
                    .nullableIf(LogicOperators::allNullable)
                    .as("coalesce($*)"),
            Operator.named("NULLIF", ANY, ANY)
                    .returns(a -> a.type(0))
                    .nullable()
                    .lowers((rex, operator, type, x) -> rex.makeCall(
                            type,
                            SqlStdOperatorTable.CASE,
                            List.of(
                                    compare(rex, truth(rex), SqlStdOperatorTable.EQUALS, x.get(0), x.get(1)),
                                    rex.makeNullLiteral(type),
                                    x.get(0)))),
            extreme("GREATEST"),
            extreme("LEAST"));

    private LogicOperators() {}

    private static Operator operand(String name, Accepts accepts, Operator.Typing typing) {
        return Operator.named(name, accepts)
                .returns(typing)
                .lowers((rex, operator, type, x) -> Coercion.to(rex, x.get(0), type));
    }

    private static boolean allNullable(Arguments arguments) {
        return arguments.types().stream().allMatch(RelDataType::isNullable);
    }

    private static RelDataType truth(RexBuilder rex) {
        RelDataType bool = rex.makeLiteral(true).getType();
        return rex.getTypeFactory().createTypeWithNullability(bool, true);
    }

    private static Operator logic(String name, SqlOperator standard, Accepts... accepts) {
        Operator.Row row = Operator.named(name, accepts).returns(Arguments::bool);
        Lowering call = (rex, operator, type, x) -> rex.makeCall(type, standard, RexUtil.flatten(x, standard));
        return accepts.length == 2 && !name.equals("XOR") ? row.repeated().lowers(call) : row.lowers(call);
    }

    private static Operator test(String name, SqlOperator standard, Accepts accepts) {
        return Operator.named(name, accepts)
                .returns(Arguments::bool)
                .notNull()
                .lowers((rex, operator, type, x) -> rex.makeCall(type, standard, x));
    }

    private static Operator comparison(String name, SqlOperator standard) {
        return Operator.named(name, ANY, ANY)
                .returns(Arguments::bool)
                .lowers((rex, operator, type, x) -> compare(rex, type, standard, x.get(0), x.get(1)));
    }

    private static Operator sameness(String name, SqlOperator standard) {
        return Operator.named(name, ANY, ANY)
                .returns(Arguments::bool)
                .notNull()
                .lowers((rex, operator, type, x) -> compare(rex, type, standard, x.get(0), x.get(1)));
    }

    private static RexNode compare(
            RexBuilder rex, RelDataType type, SqlOperator standard, RexNode left, RexNode right) {
        Coercion.Pair pair = Coercion.comparable(rex, left, right);
        return rex.makeCall(type, standard, List.of(pair.left(), pair.right()));
    }

    private static List<RelDataType> caseValues(Arguments arguments) {
        return IntStream.range(0, arguments.size())
                .filter(i -> i % 2 == 1 || i == arguments.size() - 1)
                .mapToObj(arguments::type)
                .toList();
    }

    private static RexNode lowerCase(RexBuilder rex, Operator operator, RelDataType type, List<RexNode> operands) {
        List<RexNode> parts = new ArrayList<>(operands.size());
        for (int i = 0; i < operands.size(); i++) {
            boolean value = i % 2 == 1 || i == operands.size() - 1;
            parts.add(value ? Coercion.to(rex, operands.get(i), type) : Coercion.bool(rex, operands.get(i)));
        }
        return rex.makeCall(type, SqlStdOperatorTable.CASE, parts);
    }

    private static RexNode lowerIn(RexBuilder rex, Operator operator, RelDataType type, List<RexNode> operands) {
        RexNode sought = operands.get(0);
        List<RexNode> plain = new ArrayList<>();
        List<RexNode> others = new ArrayList<>();
        for (RexNode value : operands.subList(1, operands.size())) {
            Coercion.Pair pair = Coercion.comparable(rex, sought, value);
            if (pair.left() == sought) {
                plain.add(pair.right());
            } else {
                others.add(rex.makeCall(type, SqlStdOperatorTable.EQUALS, List.of(pair.left(), pair.right())));
            }
        }
        if (plain.size() == 1) {
            others.add(0, rex.makeCall(type, SqlStdOperatorTable.EQUALS, List.of(sought, plain.get(0))));
        } else if (!plain.isEmpty()) {
            plain.add(0, sought);
            others.add(0, rex.makeCall(type, MEMBER, plain));
        }
        return others.size() == 1
                ? others.get(0)
                : rex.makeCall(type, SqlStdOperatorTable.OR, RexUtil.flatten(others, SqlStdOperatorTable.OR));
    }

    /** A list of values that x is compared with, as the plan has it. */
    static final Operator MEMBER = Operator.named("IN", ANY)
            .repeated()
            .returns(Arguments::bool)
            .as((call, x) -> x.get(0) + " IN (" + String.join(", ", x.subList(1, x.size())) + ")");

    /**
     * Back-slash is MySQL's escape where none is named; DuckDB has none. An escape at a pattern's end stands for itself;
     * DuckDB refuses it, with an error that no TRY catches.
     */
    private static String like(RexCall call, List<String> operands) {
        String escape = escape(call);
        String pattern = operands.get(1);
        if (call.getOperands().get(1) instanceof RexLiteral literal) {
            String text = literal.isNull() ? "" : literal.getValueAs(String.class);
            if (escape.isEmpty() || !text.contains(escape)) {
                return "(" + operands.get(0) + " LIKE " + pattern + ")";
            }
            int escapes = 0;
            while (text.startsWith(escape, text.length() - (escapes + 1) * escape.length())) {
                escapes++;
            }
            if (escapes % 2 == 1) {
                pattern = "(" + pattern + " || " + quoted(escape) + ")";
            }
        } else if (!escape.isEmpty()) {
            String code = String.format(Locale.ROOT, "\\x{%X}", escape.codePointAt(0));
            pattern = "CASE WHEN regexp_matches(" + pattern + ", '(^|[^" + code + "])(" + code + code + ")*" + code
                    + "$') THEN " + pattern + " || " + quoted(escape) + " ELSE " + pattern + " END";
        }
        return "(" + operands.get(0) + " LIKE " + pattern + (escape.isEmpty() ? "" : " ESCAPE " + quoted(escape)) + ")";
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    /** One character, or none. */
    private static String escape(RexCall call) {
        if (call.getOperands().size() == 2) {
            return "\\";
        }
        String text = call.getOperands().get(2) instanceof RexLiteral literal && !literal.isNull()
                ? literal.getValueAs(String.class)
                : null;
        if (text == null || text.codePointCount(0, text.length()) > 1) {
            throw new StatementException(
                    SqlState.WRONG_ARGUMENTS, "Incorrect arguments to ESCAPE: it takes one character, written out");
        }
        return text;
    }

    private static Operator extreme(String name) {
        return Operator.named(name, COMMON, COMMON)
                .repeated()
                .returns(Arguments::common)
                .as((call, x) -> {
                    String value = name.toLowerCase(Locale.ROOT) + "(" + String.join(", ", x) + ")";
                    List<String> nulls = IntStream.range(0, x.size())
                            .filter(i -> call.getOperands().get(i).getType().isNullable())
                            .mapToObj(i -> x.get(i) + " IS NULL")
                            .toList();
                    return nulls.isEmpty()
                            ? value
                            : "CASE WHEN " + String.join(" OR ", nulls) + " THEN NULL ELSE " + value + " END";
                });
    }
}
