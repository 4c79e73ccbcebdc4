package dev.millrace.aggregator.plan;

import dev.millrace.ddl.check.operator.Coercion;
import dev.millrace.ddl.check.operator.Operator;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.util.DateString;
import org.apache.calcite.util.TimestampString;

/** Values of parameters and of the session as literals. */
final class Literals {
    private Literals() {}

    static SqlNode of(Object value, SqlParserPos pos) {
        if (value == null) {
            return SqlLiteral.createNull(pos);
        }
        if (value instanceof Boolean truth) {
            return SqlLiteral.createBoolean(truth, pos);
        }
        if (value instanceof Long
                || value instanceof Integer
                || value instanceof Short
                || value instanceof Byte
                || value instanceof BigInteger) {
            return SqlLiteral.createExactNumeric(value.toString(), pos);
        }
        if (value instanceof BigDecimal number) {
            return SqlLiteral.createExactNumeric(number.toPlainString(), pos);
        }
        if (value instanceof Double || value instanceof Float) {
            return real(((Number) value).doubleValue(), value, pos);
        }
        if (value instanceof String text) {
            return SqlLiteral.createCharString(text, pos);
        }
        if (value instanceof byte[] bytes) {
            return SqlLiteral.createBinaryString(bytes, pos);
        }
        return moment(value, pos);
    }

    private static SqlNode moment(Object value, SqlParserPos pos) {
        if (value instanceof java.sql.Timestamp timestamp) {
            Instant instant = timestamp.toInstant();
            return moment(LocalDateTime.ofInstant(instant, ZoneOffset.UTC), pos);
        }
        if (value instanceof java.sql.Date date) {
            return moment(
                    Instant.ofEpochMilli(date.getTime())
                            .atOffset(ZoneOffset.UTC)
                            .toLocalDate(),
                    pos);
        }
        if (value instanceof LocalDate day) {
            return SqlLiteral.createDate(new DateString(day.getYear(), day.getMonthValue(), day.getDayOfMonth()), pos);
        }
        if (value instanceof LocalDateTime moment) {
            return SqlLiteral.createTimestamp(
                    SqlTypeName.TIMESTAMP, timestamp(moment), moment.getNano() == 0 ? 0 : 6, pos);
        }
        throw new StatementException(
                SqlState.UNSUPPORTED,
                "a parameter of " + value.getClass().getSimpleName() + " is not supported",
                Operator.position(pos));
    }

    private static SqlNode real(double number, Object value, SqlParserPos pos) {
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            throw new StatementException(
                    SqlState.OUT_OF_RANGE, value + " is no value of a DOUBLE", Operator.position(pos));
        }
        String text = value.toString();
        return SqlLiteral.createApproxNumeric(text.contains("E") ? text : text + "E0", pos);
    }

    static TimestampString timestamp(LocalDateTime moment) {
        return Coercion.timestampString(moment.truncatedTo(ChronoUnit.MICROS));
    }
}
