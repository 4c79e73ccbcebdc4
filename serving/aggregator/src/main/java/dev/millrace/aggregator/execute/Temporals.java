package dev.millrace.aggregator.execute;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Dates and times as MySQL reads and writes them, without a zone. */
final class Temporals {
    private static final Pattern DELIMITED = Pattern.compile(
            "(\\d{4}|\\d{2})[-/.:^@](\\d{1,2})[-/.:^@](\\d{1,2})(?:[ T](\\d{1,2}):(\\d{1,2})(?::(\\d{1,2})(\\.\\d*)?)?)?Z?");
    private static final Pattern DIGITS =
            Pattern.compile("(\\d{4}|\\d{2})(\\d{2})(\\d{2})(?:(\\d{2})(\\d{2})(\\d{2})(\\.\\d*)?)?");

    private Temporals() {}

    /** A date, or a date and a time; empty if it is neither. */
    static Optional<LocalDateTime> parse(String text) {
        String stripped = text.strip();
        Matcher delimited = DELIMITED.matcher(stripped);
        if (delimited.matches()) {
            return build(delimited);
        }
        Matcher digits = DIGITS.matcher(stripped);
        return digits.matches() ? build(digits) : Optional.empty();
    }

    private static Optional<LocalDateTime> build(Matcher parts) {
        int year = Integer.parseInt(parts.group(1));
        if (parts.group(1).length() == 2) {
            year += year < 70 ? 2000 : 1900;
        }
        try {
            LocalDateTime whole = LocalDateTime.of(
                    year,
                    number(parts.group(2)),
                    number(parts.group(3)),
                    number(parts.group(4)),
                    number(parts.group(5)),
                    number(parts.group(6)));
            return Optional.of(whole.plusNanos(nanos(parts.group(7))));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static int number(String digits) {
        return digits == null ? 0 : Integer.parseInt(digits);
    }

    private static long nanos(String fraction) {
        if (fraction == null || fraction.length() < 2) {
            return 0;
        }
        String digits = (fraction.substring(1) + "000000000").substring(0, 9);
        return Long.parseLong(digits);
    }

    /** Microseconds since 1970, rounded to so many digits of a second. */
    static long micros(LocalDateTime time, int digits) {
        long step = 1_000;
        for (int i = digits; i < 6; i++) {
            step *= 10;
        }
        long nanos = (time.getNano() + step / 2) / step * step;
        return Math.addExact(Math.multiplyExact(time.toEpochSecond(ZoneOffset.UTC), 1_000_000L), nanos / 1_000);
    }

    static LocalDateTime ofMicros(long micros) {
        return LocalDateTime.ofEpochSecond(
                Math.floorDiv(micros, 1_000_000L), (int) Math.floorMod(micros, 1_000_000L) * 1_000, ZoneOffset.UTC);
    }

    /** {@code 2026-01-31 12:00:00}, with microseconds if there are any. */
    static String format(LocalDateTime time) {
        String seconds = time.truncatedTo(ChronoUnit.SECONDS).toString().replace('T', ' ');
        String whole = seconds.length() == 16 ? seconds + ":00" : seconds;
        int micros = time.getNano() / 1_000;
        return micros == 0 ? whole : whole + "." + String.format("%06d", micros);
    }
}
