package dev.millrace.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Date;
import java.sql.SQLException;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.util.Calendar;
import java.util.Locale;
import java.util.TimeZone;
import org.apache.calcite.avatica.util.Cursor;

/**
 * Reads a column of timestamps that travel as microseconds since 1970 of a clock without a zone. Avatica's accessor
 * would take them for milliseconds; only its raw number is used.
 */
final class MicrosAccessor implements InvocationHandler {
    private static final long PER_SECOND = 1_000_000;
    private static final DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);

    private final Cursor.Accessor raw;
    private final int digits;
    private final TimeZone zone;

    private MicrosAccessor(Cursor.Accessor raw, int digits, TimeZone zone) {
        this.raw = raw;
        this.digits = digits;
        this.zone = zone;
    }

    /** @param digits of the seconds' fraction, 0 to 6 */
    static Cursor.Accessor over(Cursor.Accessor raw, int digits, TimeZone zone) {
        return (Cursor.Accessor) Proxy.newProxyInstance(
                MicrosAccessor.class.getClassLoader(),
                new Class<?>[] {Cursor.Accessor.class},
                new MicrosAccessor(raw, digits, zone));
    }

    static String text(LocalDateTime value, int digits) {
        String seconds = SECONDS.format(value);
        if (digits == 0) {
            return seconds;
        }
        String micros = String.format(Locale.ROOT, "%06d", value.get(ChronoField.MICRO_OF_SECOND));
        return seconds + "." + micros.substring(0, Math.min(digits, micros.length()));
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        return switch (method.getName()) {
            case "getString", "getNString" -> read(value -> text(value, digits));
            case "getTimestamp" -> read(value -> timestamp(value, arguments[0]));
            case "getDate" ->
                read(value -> new Date(timestamp(value, arguments[0]).getTime()));
            case "getTime" ->
                read(value -> new Time(timestamp(value, arguments[0]).getTime()));
            case "getObject" -> {
                if (arguments != null && arguments.length == 1 && arguments[0] instanceof Class<?> type) {
                    yield read(value -> as(type, value));
                }
                yield read(value -> timestamp(value, null));
            }
            default -> {
                try {
                    yield method.invoke(raw, arguments);
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
            }
        };
    }

    private interface Reading {
        Object of(LocalDateTime value) throws SQLException;
    }

    private Object read(Reading reading) throws SQLException {
        long micros = raw.getLong();
        if (raw.wasNull()) {
            return null;
        }
        return reading.of(LocalDateTime.ofEpochSecond(
                Math.floorDiv(micros, PER_SECOND), (int) Math.floorMod(micros, PER_SECOND) * 1_000, ZoneOffset.UTC));
    }

    /** The moment at which a clock in the caller's zone shows this. */
    private Timestamp timestamp(LocalDateTime value, Object calendar) {
        ZoneId wanted = (calendar instanceof Calendar given ? given.getTimeZone() : zone).toZoneId();
        return Timestamp.from(value.atZone(wanted).toInstant());
    }

    private Object as(Class<?> type, LocalDateTime value) throws SQLException {
        if (type == LocalDateTime.class) {
            return value;
        }
        if (type == LocalDate.class) {
            return value.toLocalDate();
        }
        if (type == LocalTime.class) {
            return value.toLocalTime();
        }
        if (type == String.class) {
            return text(value, digits);
        }
        if (type == Timestamp.class || type == Object.class || type == java.util.Date.class) {
            return timestamp(value, null);
        }
        if (type == Date.class) {
            return new Date(timestamp(value, null).getTime());
        }
        throw new SQLException("a timestamp cannot be read as " + type.getName(), "0A000");
    }
}
