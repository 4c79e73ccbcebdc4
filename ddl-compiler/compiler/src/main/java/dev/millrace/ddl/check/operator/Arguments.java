package dev.millrace.ddl.check.operator;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.SqlCallBinding;
import org.apache.calcite.sql.SqlOperatorBinding;
import org.apache.calcite.sql.type.SqlTypeName;

/** What an operator is asked to give a type to: the types of its operands, and the values of those that are literals. */
final class Arguments {
    private final SqlOperatorBinding binding;

    Arguments(SqlOperatorBinding binding) {
        this.binding = binding;
    }

    int size() {
        return binding.getOperandCount();
    }

    RelDataTypeFactory factory() {
        return binding.getTypeFactory();
    }

    RelDataType type(int index) {
        return binding.getOperandType(index);
    }

    List<RelDataType> types() {
        return binding.collectOperandTypes();
    }

    Types.Family family(int index) {
        return Types.family(type(index));
    }

    /** The value of an operand that is an integer literal. */
    Optional<Integer> integer(int index) {
        if (index >= size() || !binding.isOperandLiteral(index, false) || binding.isOperandNull(index, false)) {
            return Optional.empty();
        }
        if (family(index) != Types.Family.INTEGER) {
            return Optional.empty();
        }
        BigDecimal value = binding.getOperandLiteralValue(index, BigDecimal.class);
        return value == null || value.abs().compareTo(BigDecimal.valueOf(1_000_000)) > 0
                ? Optional.empty()
                : Optional.of(value.intValue());
    }

    /** The value of an operand that is a text literal. */
    Optional<String> literalText(int index) {
        boolean literal = index < size()
                && binding.isOperandLiteral(index, false)
                && !binding.isOperandNull(index, false)
                && family(index) == Types.Family.TEXT;
        return literal ? Optional.ofNullable(binding.getOperandLiteralValue(index, String.class)) : Optional.empty();
    }

    RelDataType text() {
        return factory().createSqlType(SqlTypeName.VARCHAR);
    }

    RelDataType text(int length) {
        return factory().createSqlType(SqlTypeName.VARCHAR, length);
    }

    RelDataType bigint() {
        return factory().createSqlType(SqlTypeName.BIGINT);
    }

    RelDataType integer() {
        return factory().createSqlType(SqlTypeName.INTEGER);
    }

    RelDataType real() {
        return factory().createSqlType(SqlTypeName.DOUBLE);
    }

    RelDataType bool() {
        return factory().createSqlType(SqlTypeName.BOOLEAN);
    }

    RelDataType date() {
        return factory().createSqlType(SqlTypeName.DATE);
    }

    RelDataType timestamp(int fraction) {
        return factory().createSqlType(SqlTypeName.TIMESTAMP, fraction);
    }

    RelDataType common() {
        return Types.common(factory(), types());
    }

    /** The type an operand has once it is used as a number. */
    RelDataType number(int index) {
        return Coercion.number(factory(), type(index));
    }

    StatementException refuse(int index) {
        return new StatementException(
                SqlState.WRONG_TYPE,
                name() + " does not take " + Types.describe(type(index)) + " as its "
                        + (size() == 1 ? "argument" : ordinal(index) + " argument"));
    }

    StatementException unsupported(String what) {
        return new StatementException(SqlState.UNSUPPORTED, what + " is not supported");
    }

    String name() {
        return binding.getOperator().getName();
    }

    /** Whether this is the statement as written, not a call that a rule of the planner made. */
    boolean isWritten() {
        return binding instanceof SqlCallBinding;
    }

    private static String ordinal(int index) {
        return switch (index) {
            case 0 -> "first";
            case 1 -> "second";
            case 2 -> "third";
            default -> (index + 1) + "th";
        };
    }
}
