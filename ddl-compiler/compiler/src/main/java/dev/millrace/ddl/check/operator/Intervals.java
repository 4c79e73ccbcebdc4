package dev.millrace.ddl.check.operator;

import java.time.LocalTime;
import java.util.List;
import java.util.Optional;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlIntervalLiteral;
import org.apache.calcite.sql.SqlIntervalQualifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeFamily;
import org.apache.calcite.sql.type.SqlTypeName;

/** INTERVAL n unit, which is no value: it stands only beside a date. */
final class Intervals {
    private Intervals() {}

    /** The unit that a qualifier or a name of one names. */
    static Optional<TimeOperators.Unit> unit(SqlNode node) {
        if (node instanceof SqlIntervalQualifier qualifier) {
            if (qualifier.timeFrameName != null) {
                return TimeOperators.Unit.of(qualifier.timeFrameName);
            }
            boolean simple = qualifier.timeUnitRange.endUnit == null;
            return simple ? TimeOperators.Unit.of(qualifier.timeUnitRange.startUnit.name()) : Optional.empty();
        }
        return node instanceof SqlIdentifier name && name.isSimple()
                ? TimeOperators.Unit.of(name.getSimple())
                : Optional.empty();
    }

    /** DATE_ADD, DATE_SUB, ADDDATE, SUBDATE, and + and - beside an INTERVAL. */
    static Optional<SqlNode> arithmetic(OperatorRewrite rewrite, SqlCall call, String name) {
        if (call.operandCount() != 2) {
            return Optional.empty();
        }
        SqlNode left = call.operand(0);
        SqlNode right = call.operand(1);
        return switch (name) {
            case "DATE_ADD", "ADDDATE" -> Optional.of(add(rewrite, call, left, right, 1, name.equals("ADDDATE")));
            case "DATE_SUB", "SUBDATE" -> Optional.of(add(rewrite, call, left, right, -1, name.equals("SUBDATE")));
            case "+" ->
                isInterval(right)
                        ? Optional.of(add(rewrite, call, left, right, 1, false))
                        : isInterval(left) ? Optional.of(add(rewrite, call, right, left, 1, false)) : Optional.empty();
            case "-" -> isInterval(right) ? Optional.of(add(rewrite, call, left, right, -1, false)) : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static boolean isInterval(SqlNode node) {
        return node instanceof SqlIntervalLiteral || node.getKind() == SqlKind.INTERVAL;
    }

    private static SqlNode add(
            OperatorRewrite rewrite, SqlCall call, SqlNode date, SqlNode interval, int sign, boolean daysAllowed) {
        SqlParserPos pos = call.getParserPosition();
        if (!isInterval(interval)) {
            if (!daysAllowed) {
                throw OperatorRewrite.unsupported(call.getOperator().getName() + " without INTERVAL", call);
            }
            return OperatorRewrite.call(
                    TimeOperators.add(TimeOperators.Unit.DAY, sign),
                    pos,
                    rewrite.expression(dateLiteral(date)),
                    rewrite.expression(interval));
        }
        SqlNode amount;
        SqlNode qualifier;
        int direction = sign;
        if (interval instanceof SqlIntervalLiteral literal) {
            SqlIntervalLiteral.IntervalValue value = literal.getValueAs(SqlIntervalLiteral.IntervalValue.class);
            direction *= value.getSign();
            qualifier = value.getIntervalQualifier();
            amount = SqlLiteral.createCharString(value.getIntervalLiteral(), literal.getParserPosition());
        } else {
            SqlCall written = (SqlCall) interval;
            amount = written.operand(0);
            qualifier = written.operand(1);
        }
        TimeOperators.Unit unit =
                unit(qualifier).orElseThrow(() -> OperatorRewrite.unsupported("INTERVAL in " + qualifier, interval));
        return new SqlBasicCall(
                TimeOperators.add(unit, direction),
                List.of(rewrite.expression(dateLiteral(date)), rewrite.expression(amount)),
                pos);
    }

    /** A literal that is a date or a time is one here, though MySQL would answer text. */
    static SqlNode dateLiteral(SqlNode node) {
        if (node instanceof SqlLiteral literal && literal.getTypeName().getFamily() == SqlTypeFamily.CHARACTER) {
            return TemporalText.parse(literal.getValueAs(String.class))
                    .map(moment -> moment.toLocalTime().equals(LocalTime.MIDNIGHT)
                            ? SqlLiteral.createDate(Coercion.dateString(moment), literal.getParserPosition())
                            : (SqlNode) SqlLiteral.createTimestamp(
                                    SqlTypeName.TIMESTAMP,
                                    Coercion.timestampString(moment),
                                    moment.getNano() == 0 ? 0 : 6,
                                    literal.getParserPosition()))
                    .orElse(node);
        }
        return node;
    }
}
