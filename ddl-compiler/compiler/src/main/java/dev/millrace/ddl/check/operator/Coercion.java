package dev.millrace.ddl.check.operator;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.util.DateString;
import org.apache.calcite.util.TimestampString;

/**
 * Conversions that MySQL does without being asked. They become casts in the plan, whose DuckDB form is
 * {@link Conversion}'s; literals are converted here, so that they still select partitions.
 */
public final class Coercion {
    private static final Pattern NUMBER =
            Pattern.compile("(?s)\\s*([+-]?(?:\\d+\\.?\\d*|\\.\\d+))((?:[eE][+-]?\\d+)?).*");

    private Coercion() {}

    /** Two operands of a comparison in types that compare as MySQL compares them. */
    public record Pair(RexNode left, RexNode right) {}

    /** The expression in another type; nullability stays its own. */
    public static RexNode to(RexBuilder rex, RexNode node, RelDataType target) {
        RelDataTypeFactory factory = rex.getTypeFactory();
        RelDataType wanted =
                factory.createTypeWithNullability(target, node.getType().isNullable());
        if (wanted.equals(node.getType()) || isSameText(node.getType(), wanted)) {
            return node;
        }
        Types.Family from = Types.family(node.getType());
        Types.Family to = Types.family(wanted);
        if (node instanceof RexLiteral literal && !literal.isNull() && from == Types.Family.TEXT) {
            if (to == Types.Family.DATE || to == Types.Family.TIMESTAMP) {
                return temporal(rex, literal, wanted);
            }
            if (to == Types.Family.APPROXIMATE) {
                return rex.makeApproxLiteral(prefix(literal));
            }
        }
        if (from == Types.Family.TEXT && (to == Types.Family.DATE || to == Types.Family.TIMESTAMP)) {
            wanted = factory.createTypeWithNullability(target, true);
        }
        return rex.makeAbstractCast(wanted, node);
    }

    private static boolean isSameText(RelDataType from, RelDataType to) {
        return Types.family(from) == Types.Family.TEXT
                && Types.family(to) == Types.Family.TEXT
                && (to.getPrecision() < 0 || from.getPrecision() >= 0 && from.getPrecision() <= to.getPrecision());
    }

    /** The type that a value has as a number. */
    static RelDataType number(RelDataTypeFactory factory, RelDataType type) {
        RelDataType number = switch (Types.family(type)) {
            case INTEGER, DECIMAL, APPROXIMATE -> type;
            case NULL, TEXT, BINARY, OTHER -> factory.createSqlType(SqlTypeName.DOUBLE);
            case BOOL -> factory.createSqlType(SqlTypeName.INTEGER);
            case DATE -> factory.createSqlType(SqlTypeName.BIGINT);
            case TIMESTAMP ->
                type.getPrecision() <= 0
                        ? factory.createSqlType(SqlTypeName.BIGINT)
                        : Types.decimal(factory, 14, type.getPrecision());
        };
        return factory.createTypeWithNullability(number, type.isNullable());
    }

    static RexNode bool(RexBuilder rex, RexNode node) {
        return to(rex, node, rex.getTypeFactory().createSqlType(SqlTypeName.BOOLEAN));
    }

    /** @throws StatementException if the two have no common ground */
    public static Pair comparable(RexBuilder rex, RexNode left, RexNode right) {
        Types.Family a = Types.family(left.getType());
        Types.Family b = Types.family(right.getType());
        if (a == Types.Family.NULL && b != Types.Family.NULL) {
            return new Pair(rex.makeAbstractCast(nullable(rex, right.getType()), left), right);
        }
        if (b == Types.Family.NULL && a != Types.Family.NULL) {
            return new Pair(left, rex.makeAbstractCast(nullable(rex, left.getType()), right));
        }
        boolean numbers = Types.isNumber(left.getType()) && Types.isNumber(right.getType());
        boolean times = Types.isTemporal(left.getType()) && Types.isTemporal(right.getType());
        if (a == b || numbers || times) {
            return new Pair(left, right);
        }
        if (a == Types.Family.BINARY || b == Types.Family.BINARY) {
            return binary(rex, left, right);
        }
        if (b == Types.Family.TEXT) {
            return withText(rex, left, right);
        }
        if (a == Types.Family.TEXT) {
            Pair swapped = withText(rex, right, left);
            return new Pair(swapped.right(), swapped.left());
        }
        return new Pair(asNumber(rex, left), asNumber(rex, right));
    }

    private static RelDataType nullable(RexBuilder rex, RelDataType type) {
        return rex.getTypeFactory().createTypeWithNullability(type, true);
    }

    private static RexNode asNumber(RexBuilder rex, RexNode node) {
        return to(rex, node, number(rex.getTypeFactory(), node.getType()));
    }

    private static Pair binary(RexBuilder rex, RexNode left, RexNode right) {
        RelDataType bytes = rex.getTypeFactory().createSqlType(SqlTypeName.VARBINARY);
        for (RexNode node : new RexNode[] {left, right}) {
            Types.Family family = Types.family(node.getType());
            if (family != Types.Family.BINARY && family != Types.Family.TEXT) {
                throw new StatementException(
                        SqlState.WRONG_TYPE, "bytes do not compare with " + Types.describe(node.getType()));
            }
        }
        return new Pair(to(rex, left, bytes), to(rex, right, bytes));
    }

    private static Pair withText(RexBuilder rex, RexNode other, RexNode text) {
        RelDataType type = other.getType();
        if (Types.isTemporal(type)) {
            if (text instanceof RexLiteral literal && !literal.isNull()) {
                return new Pair(other, momentFor(rex, literal, type));
            }
            return new Pair(other, to(rex, text, rex.getTypeFactory().createSqlType(SqlTypeName.TIMESTAMP, 6)));
        }
        boolean exact = Types.family(type) == Types.Family.INTEGER || Types.family(type) == Types.Family.DECIMAL;
        if (exact && text instanceof RexLiteral literal && !literal.isNull() && !(other instanceof RexLiteral)) {
            BigDecimal value = prefix(literal);
            if (value.scale() >= 0 && value.precision() <= 30 && value.scale() <= 30) {
                return new Pair(other, rex.makeExactLiteral(value));
            }
        }
        RelDataType real = rex.getTypeFactory().createSqlType(SqlTypeName.DOUBLE);
        return new Pair(to(rex, other, real), to(rex, text, real));
    }

    /** A literal of a comparison with a column: MySQL refuses one that is no date. */
    private static RexNode momentFor(RexBuilder rex, RexLiteral literal, RelDataType type) {
        String text = literal.getValueAs(String.class);
        LocalDateTime moment = TemporalText.parse(text)
                .orElseThrow(() -> new StatementException(
                        SqlState.INCORRECT_VALUE,
                        "Incorrect " + (Types.family(type) == Types.Family.DATE ? "DATE" : "DATETIME") + " value: '"
                                + text + "'"));
        if (Types.family(type) == Types.Family.DATE && moment.toLocalTime().equals(LocalTime.MIDNIGHT)) {
            return rex.makeDateLiteral(dateString(moment));
        }
        return rex.makeTimestampLiteral(timestampString(moment), 6);
    }

    private static RexNode temporal(RexBuilder rex, RexLiteral literal, RelDataType wanted) {
        Optional<LocalDateTime> moment = TemporalText.parse(literal.getValueAs(String.class));
        if (moment.isEmpty()) {
            return rex.makeNullLiteral(wanted);
        }
        return Types.family(wanted) == Types.Family.DATE
                ? rex.makeDateLiteral(dateString(moment.get()))
                : rex.makeTimestampLiteral(timestampString(moment.get()), Math.max(0, wanted.getPrecision()));
    }

    static DateString dateString(LocalDateTime moment) {
        return new DateString(moment.getYear(), moment.getMonthValue(), moment.getDayOfMonth());
    }

    /** A moment as Calcite's literals hold it. */
    public static TimestampString timestampString(LocalDateTime moment) {
        return new TimestampString(
                        moment.getYear(),
                        moment.getMonthValue(),
                        moment.getDayOfMonth(),
                        moment.getHour(),
                        moment.getMinute(),
                        moment.getSecond())
                .withNanos(moment.getNano());
    }

    /** The number that text begins with; 0 if there is none. */
    private static BigDecimal prefix(RexLiteral literal) {
        Matcher matcher = NUMBER.matcher(literal.getValueAs(String.class));
        if (!matcher.matches()) {
            return BigDecimal.ZERO;
        }
        try {
            BigDecimal value = new BigDecimal(matcher.group(1) + matcher.group(2));
            return matcher.group(2).isEmpty() && value.scale() <= 0 ? value.setScale(0) : value;
        } catch (NumberFormatException e) {
            return BigDecimal.ZERO;
        }
    }
}
