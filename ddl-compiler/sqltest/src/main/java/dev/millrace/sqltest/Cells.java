package dev.millrace.sqltest;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Blob;
import java.sql.Date;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.HexFormat;
import java.util.Locale;

/** Values as text. The same value gives the same text, whichever driver it came through. */
final class Cells {
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .appendPattern("yyyy-MM-dd HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 6, true)
            .toFormatter(Locale.ROOT);

    private Cells() {}

    static String text(ResultSet rows, int column, char type) throws SQLException {
        Object value = rows.getObject(column);
        if (value == null) {
            return "NULL";
        }
        return switch (type) {
            case 'I' -> whole(value);
            case 'R' -> number(value);
            case 'B' -> HexFormat.of().withUpperCase().formatHex(bytes(value));
            case 'D' -> quoted(time(value));
            default -> quoted(any(value));
        };
    }

    /** Whole numbers of any type, and TRUE and FALSE as 1 and 0. */
    private static String whole(Object value) {
        if (value instanceof Boolean bool) {
            return bool ? "1" : "0";
        }
        if (value instanceof Number number) {
            BigDecimal decimal = new BigDecimal(number.toString());
            return decimal.stripTrailingZeros().scale() <= 0
                    ? decimal.toBigInteger().toString()
                    : decimal.toPlainString();
        }
        return quoted(value.toString());
    }

    /** Decimals with their scale; floating point as short as it can be read back. */
    private static String number(Object value) {
        if (value instanceof BigDecimal decimal) {
            return decimal.toPlainString();
        }
        if (value instanceof Double || value instanceof Float) {
            double number = ((Number) value).doubleValue();
            if (Double.isNaN(number) || Double.isInfinite(number)) {
                return String.valueOf(number);
            }
            String text = new BigDecimal(value.toString()).stripTrailingZeros().toPlainString();
            return text.length() > 20 ? value.toString() : text;
        }
        return quoted(value.toString());
    }

    private static byte[] bytes(Object value) throws SQLException {
        if (value instanceof byte[] bytes) {
            return bytes;
        }
        if (value instanceof Blob blob) {
            return blob.getBytes(1, (int) blob.length());
        }
        return value.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String time(Object value) {
        if (value instanceof Timestamp timestamp) {
            return TIME.format(timestamp.toLocalDateTime());
        }
        if (value instanceof LocalDateTime time) {
            return TIME.format(time);
        }
        if (value instanceof OffsetDateTime time) {
            return TIME.format(time);
        }
        if (value instanceof Date date) {
            return date.toLocalDate().toString();
        }
        return value.toString();
    }

    private static String any(Object value) throws SQLException {
        if (value instanceof Boolean bool) {
            return bool ? "true" : "false";
        }
        if (value instanceof byte[] || value instanceof Blob) {
            return HexFormat.of().withUpperCase().formatHex(bytes(value));
        }
        if (value instanceof Number) {
            return value instanceof BigDecimal || value instanceof Double || value instanceof Float
                    ? number(value)
                    : whole(value);
        }
        return time(value);
    }

    /** As it is, or in quotes where it could be read as something else. */
    static String quoted(String text) {
        boolean plain = !text.isEmpty()
                && !text.equals("NULL")
                && text.chars().noneMatch(c -> c <= ' ' || c == '\'' || c == '\\' || c == 0x7f)
                && !text.startsWith("#")
                && !text.equals("----");
        if (plain) {
            return text;
        }
        StringBuilder quoted = new StringBuilder("'");
        text.chars().forEach(c -> {
            switch (c) {
                case '\'' -> quoted.append("''");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> quoted.append(c < ' ' || c == 0x7f ? String.format("\\x%02x", c) : String.valueOf((char) c));
            }
        });
        return quoted.append('\'').toString();
    }
}
