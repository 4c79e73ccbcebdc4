package dev.millrace.aggregator.execute;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.type.SqlType;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Locale;

/**
 * A value as it was given → the value a column stores, as MySQL does it under STRICT_ALL_TABLES: digits behind the
 * scale are rounded, everything else that does not fit is an error that names column and row.
 *
 * <p>Stored values are what {@link dev.millrace.store.ShardHash#of} takes: {@code Boolean}, {@code Long} for integers,
 * days and microseconds, {@code Double}, {@code BigDecimal} of the column's scale, {@code String}, {@code byte[]}.
 */
final class Coercion {
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private static final long MICROS_OF_DAY = 86_400_000_000L;

    private static final long MICROS_MAX =
            LocalDateTime.of(9999, 12, 31, 23, 59, 59, 999_999_000).toEpochSecond(ZoneOffset.UTC) * 1_000_000 + 999_999;

    /** Values in messages are cut here. */
    private static final int SHOWN_MAX = 64;

    private Coercion() {}

    /**
     * Makes a value one of the column's type.
     *
     * @param value null, Boolean, any Number, String, byte[], LocalDate, LocalDateTime, java.sql.Date, Timestamp or Time
     * @param row for messages, from 1
     */
    static Object coerce(ColumnSpec column, Object value, long row) {
        if (value == null) {
            if (!column.nullable()) {
                throw new StatementException(
                        SqlState.NOT_NULL_VIOLATION,
                        "Column '" + column.name() + "' cannot be null" + (row > 1 ? " at row " + row : ""));
            }
            return null;
        }
        Object plain = plain(value);
        SqlType type = column.type();
        return switch (type.kind()) {
            case BOOL -> bool(column, plain, row);
            case TINYINT -> integer(column, plain, row, Byte.MIN_VALUE, Byte.MAX_VALUE);
            case SMALLINT -> integer(column, plain, row, Short.MIN_VALUE, Short.MAX_VALUE);
            case INT -> integer(column, plain, row, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case BIGINT -> integer(column, plain, row, Long.MIN_VALUE, Long.MAX_VALUE);
            case FLOAT -> single(column, plain, row);
            case DOUBLE -> approximate(column, plain, row);
            case DECIMAL -> decimal(column, plain, row);
            case CHAR, VARCHAR, TEXT -> text(column, plain, row);
            case JSON -> json(column, plain, row);
            case BINARY, VARBINARY, BLOB -> binary(column, plain, row);
            // The time of a date is rounded to seconds before it goes, as in MySQL.
            case DATE -> Math.floorDiv(micros(column, plain, row, 0), MICROS_OF_DAY);
            case DATETIME, TIMESTAMP -> micros(column, plain, row, type.length());
        };
    }

    /** JDBC's and Java's many types → Boolean, Long, BigDecimal, Double, String, byte[], LocalDate, LocalDateTime. */
    private static Object plain(Object value) {
        if (value instanceof Byte || value instanceof Short || value instanceof Integer) {
            return ((Number) value).longValue();
        }
        if (value instanceof BigInteger number) {
            return new BigDecimal(number);
        }
        if (value instanceof Float number) {
            return number.doubleValue();
        }
        if (value instanceof Character character) {
            return character.toString();
        }
        if (value instanceof java.sql.Date date) {
            return date.toLocalDate();
        }
        if (value instanceof java.sql.Timestamp timestamp) {
            return timestamp.toLocalDateTime();
        }
        if (value instanceof java.sql.Time time) {
            return time.toString();
        }
        return value;
    }

    private static Boolean bool(ColumnSpec column, Object value, long row) {
        if (value instanceof Boolean flag) {
            return flag;
        }
        if (value instanceof String text) {
            String word = text.strip().toLowerCase(Locale.ROOT);
            if (word.equals("true") || word.equals("t")) {
                return true;
            }
            if (word.equals("false") || word.equals("f")) {
                return false;
            }
        }
        return exact(column, value, row, "integer").signum() != 0;
    }

    private static Long integer(ColumnSpec column, Object value, long row, long lowest, long highest) {
        if (value instanceof Long number && number >= lowest && number <= highest) {
            return number;
        }
        if (value instanceof Boolean flag) {
            return flag ? 1L : 0L;
        }
        BigDecimal rounded = exact(column, value, row, "integer").setScale(0, RoundingMode.HALF_UP);
        if (rounded.compareTo(BigDecimal.valueOf(lowest)) < 0 || rounded.compareTo(BigDecimal.valueOf(highest)) > 0) {
            throw outOfRange(column, row);
        }
        return rounded.longValueExact();
    }

    private static Double single(ColumnSpec column, Object value, long row) {
        float number = (float) (double) approximate(column, value, row);
        if (Float.isInfinite(number)) {
            throw outOfRange(column, row);
        }
        return (double) number;
    }

    private static Double approximate(ColumnSpec column, Object value, long row) {
        double number;
        if (value instanceof Double d) {
            number = d;
        } else if (value instanceof Long l) {
            number = l;
        } else if (value instanceof String text) {
            try {
                number = Double.parseDouble(decimalText(text));
            } catch (NumberFormatException e) {
                throw incorrect(column, value, row, "double");
            }
        } else {
            number = exact(column, value, row, "double").doubleValue();
        }
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            throw outOfRange(column, row);
        }
        return number;
    }

    private static BigDecimal decimal(ColumnSpec column, Object value, long row) {
        BigDecimal number =
                exact(column, value, row, "decimal").setScale(column.type().scale(), RoundingMode.HALF_UP);
        if (number.precision() > column.type().length()) {
            throw outOfRange(column, row);
        }
        return number;
    }

    /** A number in full; dates count as their digits, as in MySQL. */
    private static BigDecimal exact(ColumnSpec column, Object value, long row, String kind) {
        if (value instanceof Long number) {
            return BigDecimal.valueOf(number);
        }
        if (value instanceof BigDecimal number) {
            return number;
        }
        if (value instanceof Boolean flag) {
            return flag ? BigDecimal.ONE : BigDecimal.ZERO;
        }
        if (value instanceof Double number) {
            if (number.isNaN() || number.isInfinite()) {
                throw outOfRange(column, row);
            }
            return BigDecimal.valueOf(number);
        }
        if (value instanceof String text) {
            try {
                BigDecimal number = new BigDecimal(decimalText(text));
                // 1e999999999 must not become a billion digits.
                if (Math.abs((long) number.scale()) > 400) {
                    throw outOfRange(column, row);
                }
                return number;
            } catch (NumberFormatException e) {
                throw incorrect(column, value, row, kind);
            }
        }
        if (value instanceof LocalDate date) {
            return BigDecimal.valueOf(date.getYear() * 10_000L + date.getMonthValue() * 100L + date.getDayOfMonth());
        }
        if (value instanceof LocalDateTime time) {
            return new BigDecimal(time.getYear() * 10_000_000_000L
                            + time.getMonthValue() * 100_000_000L
                            + time.getDayOfMonth() * 1_000_000L
                            + time.getHour() * 10_000L
                            + time.getMinute() * 100L
                            + time.getSecond())
                    .add(BigDecimal.valueOf(time.getNano() / 1_000, 6));
        }
        throw incorrect(column, value, row, kind);
    }

    private static String decimalText(String text) {
        String stripped = text.strip();
        // Java reads hexadecimal, suffixes and words where SQL does not.
        for (int i = 0; i < stripped.length(); i++) {
            char c = stripped.charAt(i);
            boolean fits = c >= '0' && c <= '9' || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
            if (!fits) {
                throw new NumberFormatException(text);
            }
        }
        return stripped;
    }

    private static String text(ColumnSpec column, Object value, long row) {
        String text = string(column, value, row);
        SqlType type = column.type();
        if (type.kind() == SqlType.Kind.CHAR) {
            text = stripTrailing(text, 0); // CHAR never gives trailing spaces back
        }
        if (type.kind() == SqlType.Kind.TEXT || text.length() <= type.length()) {
            return text;
        }
        int characters = text.codePointCount(0, text.length());
        if (characters > type.length()) {
            text = stripTrailing(text, text.offsetByCodePoints(0, type.length()));
            if (text.codePointCount(0, text.length()) > type.length()) {
                throw tooLong(column, row);
            }
        }
        return text;
    }

    private static String stripTrailing(String text, int keep) {
        int end = text.length();
        while (end > keep && text.charAt(end - 1) == ' ') {
            end--;
        }
        return text.substring(0, end);
    }

    private static String string(ColumnSpec column, Object value, long row) {
        if (value instanceof String text) {
            return text;
        }
        if (value instanceof Boolean flag) {
            return flag ? "1" : "0";
        }
        if (value instanceof BigDecimal number) {
            return number.toPlainString();
        }
        if (value instanceof Double number) {
            return doubleText(number);
        }
        if (value instanceof LocalDateTime time) {
            return Temporals.format(time);
        }
        if (value instanceof byte[] bytes) {
            try {
                return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            } catch (CharacterCodingException e) {
                throw incorrect(column, value, row, "string");
            }
        }
        return value.toString();
    }

    private static String doubleText(double number) {
        if (number == Math.rint(number) && Math.abs(number) < 1e15) {
            return Long.toString((long) number);
        }
        return Double.toString(number).replace("E", "e");
    }

    private static String json(ColumnSpec column, Object value, long row) {
        String text = string(column, value, row);
        try (JsonParser parser = JSON.createParser(text)) {
            boolean any = parser.nextToken() != null;
            parser.skipChildren();
            if (!any || parser.nextToken() != null) {
                throw incorrect(column, value, row, "JSON");
            }
        } catch (IOException e) {
            throw incorrect(column, value, row, "JSON");
        }
        return text;
    }

    private static byte[] binary(ColumnSpec column, Object value, long row) {
        byte[] bytes = value instanceof byte[] given
                ? given
                : string(column, value, row).getBytes(UTF_8);
        SqlType type = column.type();
        if (type.kind() != SqlType.Kind.BLOB && bytes.length > type.length()) {
            throw tooLong(column, row);
        }
        return type.kind() == SqlType.Kind.BINARY ? Arrays.copyOf(bytes, type.length()) : bytes;
    }

    private static Long micros(ColumnSpec column, Object value, long row, int digits) {
        long micros = Temporals.micros(dateTime(column, value, row), digits);
        if (micros > MICROS_MAX) {
            throw incorrect(column, value, row, kind(column)); // rounded into the year 10000
        }
        return micros;
    }

    private static LocalDateTime dateTime(ColumnSpec column, Object value, long row) {
        if (value instanceof LocalDateTime time) {
            return time;
        }
        if (value instanceof LocalDate date) {
            return date.atTime(LocalTime.MIDNIGHT);
        }
        // A number is the digits of a date, as in 20260131 and 20260131120000.
        boolean readable = value instanceof Long || value instanceof BigDecimal || value instanceof String;
        return Temporals.parse(readable ? string(column, value, row) : "")
                .filter(time -> time.getYear() >= 0 && time.getYear() <= 9999)
                .orElseThrow(() -> incorrect(column, value, row, kind(column)));
    }

    private static String kind(ColumnSpec column) {
        return column.type().kind() == SqlType.Kind.DATE ? "date" : "datetime";
    }

    private static StatementException outOfRange(ColumnSpec column, long row) {
        return new StatementException(
                SqlState.OUT_OF_RANGE, "Out of range value for column '" + column.name() + "' at row " + row);
    }

    private static StatementException tooLong(ColumnSpec column, long row) {
        return new StatementException(
                SqlState.DATA_TOO_LONG, "Data too long for column '" + column.name() + "' at row " + row);
    }

    private static StatementException incorrect(ColumnSpec column, Object value, long row, String kind) {
        String shown = value instanceof byte[] bytes ? bytes.length + " bytes" : String.valueOf(value);
        shown = shown.length() <= SHOWN_MAX ? shown : shown.substring(0, SHOWN_MAX) + "...";
        return new StatementException(
                SqlState.INCORRECT_VALUE,
                "Incorrect " + kind + " value: '" + shown + "' for column '" + column.name() + "' at row " + row);
    }
}
