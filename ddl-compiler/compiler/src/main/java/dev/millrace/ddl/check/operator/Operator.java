package dev.millrace.ddl.check.operator;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.error.Position;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlCallBinding;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOperandCountRange;
import org.apache.calcite.sql.SqlOperatorBinding;
import org.apache.calcite.sql.SqlSyntax;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlOperandCountRanges;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql.validate.SqlValidatorScope;

/** A row of the operator table: a scalar operator or function, whatever its syntax is. */
public final class Operator extends SqlFunction {
    /** Operands → type of the result; nullability is settled elsewhere. */
    interface Typing {
        RelDataType of(Arguments arguments);
    }

    /** Operands → whether the result may be NULL. */
    interface Nullability {
        boolean of(Arguments arguments);
    }

    /** Converted operands → what stands in the plan: by default a call of the operator. */
    interface Lowering {
        RexNode lower(RexBuilder rex, Operator operator, RelDataType type, List<RexNode> operands);
    }

    /** Operands as DuckDB SQL → the call as DuckDB SQL. */
    interface Template {
        String write(RexCall call, List<String> operands);
    }

    private final List<Accepts> accepts;
    private final int least;
    private final int most;
    private final Typing typing;
    private final Nullability nullability;
    private final Lowering lowering;
    private final Template template;

    private Operator(Row row) {
        super(row.name, SqlKind.OTHER_FUNCTION, null, null, null, SqlFunctionCategory.USER_DEFINED_FUNCTION);
        accepts = List.copyOf(row.accepts);
        least = row.least;
        most = row.most;
        typing = requireNonNull(row.typing, row.name);
        nullability = row.nullability;
        lowering = row.lowering;
        template = row.template;
    }

    /** A row in the making. */
    static Row named(String name, Accepts... accepts) {
        return new Row(name, List.of(accepts));
    }

    /** Columns of a row: what an operator takes, answers and becomes. */
    static final class Row {
        private final String name;
        private final List<Accepts> accepts;
        private int least;
        private int most;
        private Typing typing;
        private Nullability nullability = Operator::anyNullable;
        private Lowering lowering = Operator::call;
        private Template template;

        private Row(String name, List<Accepts> accepts) {
            this.name = name;
            this.accepts = accepts;
            least = accepts.size();
            most = accepts.size();
        }

        /** The last operands may be missing. */
        Row atLeast(int operands) {
            least = operands;
            return this;
        }

        /** The last operand may be repeated. */
        Row repeated() {
            most = Integer.MAX_VALUE;
            return this;
        }

        Row returns(Typing type) {
            typing = type;
            return this;
        }

        /** NULL may come out where none went in. */
        Row nullable() {
            nullability = arguments -> true;
            return this;
        }

        /** NULL never comes out. */
        Row notNull() {
            nullability = arguments -> false;
            return this;
        }

        Row nullableIf(Nullability when) {
            nullability = when;
            return this;
        }

        Operator lowers(Lowering how) {
            lowering = how;
            return new Operator(this);
        }

        Operator as(Template how) {
            template = how;
            return new Operator(this);
        }

        /** DuckDB SQL with {@code $1}, {@code $2}, … for the operands and {@code $*} for all of them; {@code $$} is a dollar sign. */
        Operator as(String pattern) {
            return as((call, operands) -> fill(pattern, operands));
        }
    }

    static String fill(String pattern, List<String> operands) {
        StringBuilder sql = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c != '$' || i + 1 == pattern.length()) {
                sql.append(c);
                continue;
            }
            char which = pattern.charAt(++i);
            if (which == '$') {
                sql.append(which);
                continue;
            }
            sql.append(which == '*' ? String.join(", ", operands) : operands.get(which - '1'));
        }
        return sql.toString();
    }

    int least() {
        return least;
    }

    int most() {
        return most;
    }

    private Accepts accepts(int index) {
        return accepts.get(Math.min(index, accepts.size() - 1));
    }

    @Override
    public SqlOperandCountRange getOperandCountRange() {
        return most == Integer.MAX_VALUE
                ? SqlOperandCountRanges.from(least)
                : SqlOperandCountRanges.between(least, most);
    }

    /** The type without Calcite's look-up by name: the rewrite has found the operator already. */
    @Override
    public RelDataType deriveType(SqlValidator validator, SqlValidatorScope scope, SqlCall call) {
        SqlValidatorScope operandScope = scope.getOperandScope(call);
        for (SqlNode operand : call.getOperandList()) {
            validator.deriveType(operandScope, operand);
        }
        try {
            RelDataType type = inferReturnType(new SqlCallBinding(validator, operandScope, call));
            validator.setValidatedNodeType(call, type);
            return type;
        } catch (StatementException e) {
            throw e.position().isPresent() ? e : e.at(position(call.getParserPosition()));
        }
    }

    @Override
    public RelDataType inferReturnType(SqlOperatorBinding binding) {
        Arguments arguments = new Arguments(binding);
        for (int i = 0; i < arguments.size(); i++) {
            if (!accepts(i).takes(arguments.type(i))) {
                throw arguments.refuse(i);
            }
        }
        RelDataType type = typing.of(arguments);
        return arguments.factory().createTypeWithNullability(type, nullability.of(arguments));
    }

    /** NULL comes out where NULL goes in, and where text is read as a time that it may not be. */
    private static boolean anyNullable(Arguments arguments) {
        return arguments.types().stream().anyMatch(RelDataType::isNullable);
    }

    /** Puts the conversions of the operands in and makes what stands in the plan. */
    RexNode lower(RexBuilder rex, RelDataType type, List<RexNode> operands) {
        List<RelDataType> types = operands.stream().map(RexNode::getType).toList();
        List<RexNode> converted = new ArrayList<>(operands.size());
        for (int i = 0; i < operands.size(); i++) {
            RelDataType target = accepts(i).target(rex.getTypeFactory(), types.get(i), types);
            converted.add(accepts(i) == Accepts.ANY ? operands.get(i) : Coercion.to(rex, operands.get(i), target));
        }
        return lowering.lower(rex, this, type, converted);
    }

    private static RexNode call(RexBuilder rex, Operator operator, RelDataType type, List<RexNode> operands) {
        return rex.makeCall(type, operator, operands);
    }

    String write(RexCall call, List<String> operands) {
        if (template == null) {
            throw new StatementException(SqlState.INTERNAL, getName() + " reached the leaves");
        }
        return template.write(call, operands);
    }

    @Override
    public SqlSyntax getSyntax() {
        return SqlSyntax.FUNCTION;
    }

    @Override
    public boolean isDeterministic() {
        return true;
    }

    /** Calcite's place of a node as ours. */
    public static Position position(SqlParserPos pos) {
        return new Position(Math.max(1, pos.getLineNum()), Math.max(1, pos.getColumnNum()));
    }
}
