package dev.millrace.ddl.check.operator;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlIntervalLiteral;
import org.apache.calcite.sql.SqlIntervalQualifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlWindow;
import org.apache.calcite.sql.fun.SqlBetweenOperator;
import org.apache.calcite.sql.fun.SqlCase;
import org.apache.calcite.sql.fun.SqlLiteralChainOperator;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.fun.SqlTrimFunction;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.util.Litmus;

/**
 * Replaces what the parser made of operators and functions by those of the table, and refuses what is not there, with
 * its name and place. Works in place on a freshly parsed expression. {@link QueryRewrite} does the same for the parts of
 * a query around expressions.
 */
final class OperatorRewrite {
    private final RewriteContext context;
    private final QueryRewrite queries;

    OperatorRewrite(RewriteContext context) {
        this.context = requireNonNull(context, "context");
        this.queries = new QueryRewrite(context, this);
    }

    QueryRewrite queries() {
        return queries;
    }

    List<SqlNode> all(List<? extends SqlNode> nodes) {
        List<SqlNode> rewritten = new ArrayList<>(nodes.size());
        for (SqlNode node : nodes) {
            rewritten.add(expression(node));
        }
        return rewritten;
    }

    /** An expression that decides: WHERE, HAVING, ON. MySQL takes any value for one. */
    SqlNode condition(SqlNode node) {
        SqlNode rewritten = expression(node);
        boolean decides = switch (node.getKind()) {
            case AND,
                    OR,
                    NOT,
                    EQUALS,
                    NOT_EQUALS,
                    LESS_THAN,
                    GREATER_THAN,
                    LESS_THAN_OR_EQUAL,
                    GREATER_THAN_OR_EQUAL,
                    IN,
                    NOT_IN,
                    EXISTS,
                    BETWEEN,
                    LIKE,
                    IS_NULL,
                    IS_NOT_NULL,
                    SOME,
                    ALL -> true;
            default -> false;
        };
        return decides ? rewritten : call(LogicOperators.CONDITION, rewritten.getParserPosition(), rewritten);
    }

    SqlNode expression(SqlNode node) {
        if (node instanceof SqlDynamicParam parameter) {
            return expression(context.parameter(parameter.getIndex(), parameter.getParserPosition()));
        }
        if (node instanceof SqlIntervalLiteral || node instanceof SqlIntervalQualifier) {
            throw unsupported("INTERVAL here", node);
        }
        if (node instanceof SqlLiteral literal) {
            return literal(literal);
        }
        if (node instanceof SqlIdentifier name) {
            return identifier(name);
        }
        if (node instanceof SqlNodeList list) {
            return new SqlNodeList(all(list), list.getParserPosition());
        }
        if (node instanceof SqlCall call) {
            return call(call);
        }
        throw unsupported(node.getClass().getSimpleName(), node);
    }

    /** NULL becomes a call: Calcite wants to know the type of a NULL literal, and MySQL's has none. */
    private SqlNode literal(SqlLiteral literal) {
        if (literal.getTypeName() == SqlTypeName.NULL) {
            return call(LogicOperators.NULL, literal.getParserPosition());
        }
        if (literal.getTypeName() == SqlTypeName.TIME) {
            throw unsupported("TIME", literal);
        }
        if (literal instanceof SqlNumericLiteral number
                && number.getTypeName() == SqlTypeName.DECIMAL
                && number.bigDecimalValue().precision()
                        > MySqlTypeSystem.INSTANCE.getMaxPrecision(SqlTypeName.DECIMAL)) {
            throw at(
                    new StatementException(
                            SqlState.OUT_OF_RANGE, "the number " + number.toValue() + " has more than 38 digits"),
                    literal);
        }
        return literal;
    }

    /** CURRENT_DATE and its like come as names. */
    private SqlNode identifier(SqlIdentifier name) {
        if (name.isSimple()
                && !name.isComponentQuoted(0)
                && name.getSimple().toUpperCase(Locale.ROOT).startsWith("CURRENT_")) {
            return context.function(name.getSimple().toUpperCase(Locale.ROOT), List.of(), name.getParserPosition())
                    .orElse(name);
        }
        return name;
    }

    private SqlNode call(SqlCall call) {
        return switch (call.getKind()) {
            case SELECT, UNION, INTERSECT, EXCEPT, VALUES, WITH, ORDER_BY, EXPLICIT_TABLE -> queries.query(call);
            case SCALAR_QUERY, EXISTS -> operandsInPlace(call);
            case IN, NOT_IN -> in(call);
            case SOME, ALL -> quantified(call);
            case CASE -> choice((SqlCase) call);
            case CAST, SAFE_CAST -> cast(call);
            case BETWEEN -> between(call);
            case LIKE, RLIKE -> negatable(call);
            case AND, OR -> chain(call);
            case AS -> as(call);
            case ROW -> operandsInPlace(call);
            case OVER -> over(call);
            case DESCENDING, NULLS_FIRST, NULLS_LAST -> operandsInPlace(call);
            case ROLLUP, CUBE -> distinctKeys(operandsInPlace(call));
            case GROUPING_SETS -> operandsInPlace(call);
            case GROUP_CONCAT, LISTAGG -> GroupConcat.rewrite(this, call);
            case TRIM -> trim(call);
            case LITERAL_CHAIN -> SqlLiteralChainOperator.concatenateOperands(call);
            case EXTRACT -> extract(call);
            case MINUS_PREFIX -> minus(call);
            case PLUS_PREFIX -> call(NumberOperators.PLUS_SIGN, call.getParserPosition(), expression(call.operand(0)));
            case TIMESTAMP_DIFF -> timestampDifference(call);
            case TIMESTAMP_ADD -> timestampAddition(call);
            case RESPECT_NULLS, IGNORE_NULLS, FILTER, WITHIN_GROUP, INTERVAL ->
                throw unsupported(call.getOperator().getName(), call);
            default -> named(call);
        };
    }

    /** ROLLUP(a, a) has groups by a twice; Calcite would give them once. */
    private static SqlNode distinctKeys(SqlCall call) {
        for (int i = 0; i < call.operandCount(); i++) {
            for (int j = 0; j < i; j++) {
                if (call.operand(i).equalsDeep(call.operand(j), Litmus.IGNORE)) {
                    throw unsupported(
                            "the same key twice in " + call.getOperator().getName(), call.operand(i));
                }
            }
        }
        return call;
    }

    private SqlCall operandsInPlace(SqlCall call) {
        for (int i = 0; i < call.operandCount(); i++) {
            call.setOperand(i, expression(call.operand(i)));
        }
        return call;
    }

    private SqlNode as(SqlCall call) {
        call.setOperand(0, expression(call.operand(0)));
        return call;
    }

    private SqlNode in(SqlCall call) {
        boolean not = call.getKind() == SqlKind.NOT_IN;
        if (!(call.operand(1) instanceof SqlNodeList values)) {
            return operandsInPlace(call);
        }
        SqlParserPos pos = call.getParserPosition();
        SqlNode in;
        if (call.operand(0).getKind() == SqlKind.ROW) {
            in = rowIn(call, values);
        } else {
            List<SqlNode> operands = new ArrayList<>(values.size() + 1);
            operands.add(expression(call.operand(0)));
            operands.addAll(all(values));
            in = new SqlBasicCall(LogicOperators.IN, operands, pos);
        }
        return not ? call(LogicOperators.NOT, pos, in) : in;
    }

    /** (a, b) IN ((1, 2), …): one comparison of all columns for each row. */
    private SqlNode rowIn(SqlCall call, SqlNodeList values) {
        SqlCall sought = call.operand(0);
        Operator equals = Operators.scalar("=").orElseThrow();
        List<SqlNode> rows = new ArrayList<>(values.size());
        for (SqlNode value : values) {
            if (!(value instanceof SqlCall row)
                    || row.getKind() != SqlKind.ROW
                    || row.operandCount() != sought.operandCount()) {
                throw at(
                        new StatementException(
                                SqlState.WRONG_TYPE, "Operand should contain " + sought.operandCount() + " column(s)"),
                        value);
            }
            List<SqlNode> columns = new ArrayList<>();
            for (int i = 0; i < row.operandCount(); i++) {
                SqlNode left =
                        expression(sought.operand(i).clone(sought.operand(i).getParserPosition()));
                columns.add(call(equals, value.getParserPosition(), left, expression(row.operand(i))));
            }
            rows.add(
                    columns.size() == 1
                            ? columns.get(0)
                            : new SqlBasicCall(LogicOperators.AND, columns, value.getParserPosition()));
        }
        return rows.size() == 1 ? rows.get(0) : new SqlBasicCall(LogicOperators.OR, rows, call.getParserPosition());
    }

    private SqlNode quantified(SqlCall call) {
        if (call.operand(1) instanceof SqlNodeList) {
            throw unsupported(call.getOperator().getName() + " over a list", call);
        }
        return operandsInPlace(call);
    }

    private SqlNode choice(SqlCase choice) {
        List<SqlNode> operands = new ArrayList<>();
        for (int i = 0; i < choice.getWhenOperands().size(); i++) {
            operands.add(expression(choice.getWhenOperands().get(i)));
            operands.add(expression(choice.getThenOperands().get(i)));
        }
        SqlNode otherwise = choice.getElseOperand();
        operands.add(otherwise == null ? call(LogicOperators.NULL, choice.getParserPosition()) : expression(otherwise));
        return new SqlBasicCall(LogicOperators.CASE, operands, choice.getParserPosition());
    }

    private SqlNode cast(SqlCall call) {
        if (!(call.operand(1) instanceof SqlDataTypeSpec type)) {
            throw unsupported("CAST to " + call.operand(1), call);
        }
        Operator operator = Casts.to(type);
        return call(operator, call.getParserPosition(), expression(call.operand(0)));
    }

    private SqlNode between(SqlCall call) {
        SqlBetweenOperator operator = (SqlBetweenOperator) call.getOperator();
        if (operator.flag == SqlBetweenOperator.Flag.SYMMETRIC) {
            throw unsupported("BETWEEN SYMMETRIC", call);
        }
        SqlParserPos pos = call.getParserPosition();
        SqlNode between = new SqlBasicCall(LogicOperators.BETWEEN, all(call.getOperandList()), pos);
        return operator.isNegated() ? call(LogicOperators.NOT, pos, between) : between;
    }

    private SqlNode negatable(SqlCall call) {
        String name = call.getOperator().getName().toUpperCase(Locale.ROOT);
        boolean not = name.startsWith("NOT ");
        String bare = not ? name.substring(4) : name;
        SqlParserPos pos = call.getParserPosition();
        Operator operator = Operators.scalar(bare).orElseThrow(() -> unsupported(name, call));
        SqlNode plain = new SqlBasicCall(operator, all(call.getOperandList()), pos);
        return not ? call(LogicOperators.NOT, pos, plain) : plain;
    }

    /** AND and OR come as deep left-hand chains; a loop flattens ten thousand of them. */
    private SqlNode chain(SqlCall call) {
        SqlKind kind = call.getKind();
        Deque<SqlNode> operands = new ArrayDeque<>();
        SqlNode left = call;
        while (left instanceof SqlCall inner && left.getKind() == kind && inner.operandCount() == 2) {
            operands.addFirst(inner.operand(1));
            left = inner.operand(0);
        }
        operands.addFirst(left);
        Operator operator = kind == SqlKind.AND ? LogicOperators.AND : LogicOperators.OR;
        return new SqlBasicCall(operator, all(List.copyOf(operands)), call.getParserPosition());
    }

    private SqlNode over(SqlCall call) {
        call.setOperand(0, expression(call.operand(0)));
        if (call.operand(1) instanceof SqlWindow window) {
            queries.window(window);
        }
        return call;
    }

    private SqlNode trim(SqlCall call) {
        if (!(call.getOperator() instanceof SqlTrimFunction) || call.operandCount() != 3) {
            return named(call);
        }
        SqlTrimFunction.Flag flag = ((SqlLiteral) call.operand(0)).getValueAs(SqlTrimFunction.Flag.class);
        Operator operator = switch (flag) {
            case BOTH -> TextOperators.TRIM;
            case LEADING -> TextOperators.LTRIM;
            case TRAILING -> TextOperators.RTRIM;
        };
        List<SqlNode> operands = new ArrayList<>();
        operands.add(expression(call.operand(2)));
        if (call.getOperandList().get(1) != null) {
            operands.add(expression(call.operand(1)));
        }
        return new SqlBasicCall(operator, operands, call.getParserPosition());
    }

    private SqlNode extract(SqlCall call) {
        String unit = call.operand(0).toString().toUpperCase(Locale.ROOT);
        Operator operator = Intervals.unit(call.operand(0))
                .flatMap(known -> Operators.scalar(known.name()))
                .orElseThrow(() -> unsupported("EXTRACT(" + unit + ")", call));
        return call(operator, call.getParserPosition(), expression(call.operand(1)));
    }

    /** A sign before a number belongs to the number: -9223372036854775808 is a BIGINT. */
    private SqlNode minus(SqlCall call) {
        if (call.operand(0) instanceof SqlNumericLiteral number) {
            BigDecimal value = number.bigDecimalValue().negate();
            SqlParserPos pos = call.getParserPosition();
            return number.getTypeName() == SqlTypeName.DECIMAL
                    ? literal(SqlLiteral.createExactNumeric(value.toPlainString(), pos))
                    : SqlLiteral.createApproxNumeric(
                            value.toString().contains("E") ? value.toString() : value + "E0", pos);
        }
        return call(NumberOperators.NEGATE, call.getParserPosition(), expression(call.operand(0)));
    }

    private SqlNode timestampDifference(SqlCall call) {
        TimeOperators.Unit unit = unitOf(call, call.operand(0));
        return call(
                TimeOperators.difference(unit),
                call.getParserPosition(),
                expression(call.operand(1)),
                expression(call.operand(2)));
    }

    private SqlNode timestampAddition(SqlCall call) {
        TimeOperators.Unit unit = unitOf(call, call.operand(0));
        return call(
                TimeOperators.add(unit, 1),
                call.getParserPosition(),
                expression(Intervals.dateLiteral(call.operand(2))),
                expression(call.operand(1)));
    }

    private static TimeOperators.Unit unitOf(SqlCall call, SqlNode unit) {
        return Intervals.unit(unit).orElseThrow(() -> unsupported("the unit " + unit, call));
    }

    private SqlNode named(SqlCall call) {
        SqlOperator operator = call.getOperator();
        String name = operator.getName().toUpperCase(Locale.ROOT);
        if (name.equals("TRANSLATE") && call.operand(1) instanceof SqlIdentifier charset) {
            if (!charset.toString().toLowerCase(Locale.ROOT).startsWith("utf8")) {
                throw unsupported("CONVERT USING " + charset, call);
            }
            return call(TextOperators.JOINED, call.getParserPosition(), expression(call.operand(0)));
        }
        if (operator instanceof SqlFunction function
                && function.getSqlIdentifier() != null
                && !function.getSqlIdentifier().isSimple()) {
            throw unknown(function.getSqlIdentifier().toString(), call);
        }
        Optional<SqlNode> dated = Intervals.arithmetic(this, call, name);
        if (dated.isPresent()) {
            return dated.get();
        }
        Optional<SqlAggFunction> aggregate = Operators.aggregate(name);
        if (aggregate.isPresent()) {
            return aggregate((SqlBasicCall) call, name, aggregate.get());
        }
        Optional<SqlAggFunction> window = Operators.window(name);
        if (window.isPresent()) {
            return withOperator((SqlBasicCall) call, window.get(), all(call.getOperandList()));
        }
        if (call.getFunctionQuantifier() != null) {
            throw unsupported("DISTINCT in " + name, call);
        }
        List<SqlNode> operands = all(call.getOperandList());
        Optional<SqlNode> constant = context.function(name, operands, call.getParserPosition());
        if (constant.isPresent()) {
            return constant.get();
        }
        return scalar(call, name, operands);
    }

    private SqlNode scalar(SqlCall call, String name, List<SqlNode> operands) {
        List<SqlNode> arranged = operands;
        String found = switch (name) {
            case "/INT" -> "DIV";
            case "PERCENT_REMAINDER" -> "%";
            case "POSITION" -> "LOCATE";
            case "!" -> "NOT";
            default -> name;
        };
        Operator operator = Operators.scalar(found).orElseThrow(() -> unknown(name, call));
        if (arranged.size() < operator.least() || arranged.size() > operator.most()) {
            throw at(
                    new StatementException(
                            SqlState.WRONG_PARAMETER_COUNT,
                            "Incorrect parameter count in the call to native function '" + operator.getName() + "'"),
                    call);
        }
        return new SqlBasicCall(operator, arranged, call.getParserPosition());
    }

    private SqlNode aggregate(SqlBasicCall call, String name, SqlAggFunction function) {
        List<SqlNode> operands = new ArrayList<>();
        for (SqlNode operand : call.getOperandList()) {
            boolean star = operand instanceof SqlIdentifier identifier && identifier.isStar();
            if (star && !name.equals("COUNT")) {
                throw at(new StatementException(SqlState.SYNTAX_ERROR, name + " does not take *"), call);
            }
            operands.add(star ? operand : argument(name, expression(operand)));
        }
        boolean many = name.equals("COUNT") && call.getFunctionQuantifier() != null;
        if (operands.isEmpty() || operands.size() > 1 && !many) {
            throw at(
                    new StatementException(
                            SqlState.WRONG_PARAMETER_COUNT,
                            "Incorrect parameter count in the call to native function '" + name + "'"),
                    call);
        }
        return withOperator(call, function, operands);
    }

    private static SqlNode argument(String name, SqlNode operand) {
        Operator conversion = switch (name) {
            case "SUM", "AVG" -> LogicOperators.AS_NUMBER;
            case "STD", "STDDEV", "STDDEV_POP", "STDDEV_SAMP", "VARIANCE", "VAR_POP", "VAR_SAMP" ->
                LogicOperators.AS_DOUBLE;
            case "BIT_AND", "BIT_OR", "BIT_XOR" -> LogicOperators.AS_BIGINT;
            default -> null;
        };
        return conversion == null ? operand : call(conversion, operand.getParserPosition(), operand);
    }

    static SqlNode withOperator(SqlBasicCall call, SqlOperator operator, List<SqlNode> operands) {
        return new SqlBasicCall(operator, operands, call.getParserPosition(), call.getFunctionQuantifier());
    }

    static SqlNode call(SqlOperator operator, SqlParserPos pos, SqlNode... operands) {
        return new SqlBasicCall(operator, List.of(operands), pos);
    }

    static StatementException unsupported(String what, SqlNode node) {
        return new StatementException(
                SqlState.UNSUPPORTED, what + " is not supported", Operator.position(node.getParserPosition()));
    }

    private static StatementException unknown(String name, SqlCall call) {
        boolean word = !name.isEmpty() && (Character.isLetter(name.charAt(0)) || name.charAt(0) == '_');
        boolean known = SqlStdOperatorTable.instance().getOperatorList().stream()
                .anyMatch(operator -> operator.getName().equalsIgnoreCase(name));
        return word && !known
                ? at(new StatementException(SqlState.UNKNOWN_FUNCTION, "FUNCTION " + name + " does not exist"), call)
                : unsupported(name, call);
    }

    static StatementException at(StatementException e, SqlNode node) {
        return e.at(Operator.position(node.getParserPosition()));
    }
}
