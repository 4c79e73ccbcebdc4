package dev.millrace.transform.load;

import java.time.LocalDate;

/**
 * A date or a date with a time, in text: {@code YYYY-MM-DD[( |T)hh[:mm[:ss[.fraction]]][Z|±hh[[:]mm]]]}, or only digits,
 * {@code YYYYMMDD[hhmmss]}. Months and days, hours, minutes and seconds may have one digit. MySQL's years of two digits
 * and other separators are not read: what they mean is a guess. One object is used again and again.
 */
final class TimeText {
    static final long DAY_MICROS = 86_400_000_000L;
    private static final long SECOND_MICROS = 1_000_000L;
    private static final long MIN_MICROS = epochDay(1, 1, 1) * DAY_MICROS;
    private static final long END_MICROS = epochDay(10_000, 1, 1) * DAY_MICROS;
    private static final int[] FRACTION_UNITS = {1_000_000, 100_000, 10_000, 1_000, 100, 10, 1};

    /** MySQL's bounds of a zone, in minutes. */
    private static final int ZONE_MIN = -(13 * 60 + 59);

    private static final int ZONE_MAX = 14 * 60;

    private byte[] bytes;
    private int at;
    private int end;
    private long micros;
    /* Whether the seventh digit of the fraction rounds up. */
    private boolean more;

    /** Takes in a text; false if it is no date that exists. */
    boolean read(byte[] text, int from, int to) {
        bytes = text;
        at = from;
        end = to;
        more = false;
        while (at < end && DecimalText.isSpace(bytes[at])) {
            at++;
        }
        while (at < end && DecimalText.isSpace(bytes[end - 1])) {
            end--;
        }
        if (end - at >= 8 && digits(at, 8)) {
            return compact();
        }
        int year = digitsOf(4, 4);
        if (year < 0 || !take('-')) {
            return false;
        }
        int month = digitsOf(1, 2);
        if (month < 0 || !take('-')) {
            return false;
        }
        int day = digitsOf(1, 2);
        return date(year, month, day) && (at == end || time());
    }

    private boolean compact() {
        int size = end - at;
        if (size != 8 && (size < 14 || !digits(at, 14) || size > 14 && bytes[at + 14] != '.')) {
            return false;
        }
        if (!date(digitsOf(4, 4), digitsOf(2, 2), digitsOf(2, 2))) {
            return false;
        }
        return size == 8 || clock(digitsOf(2, 2), digitsOf(2, 2), digitsOf(2, 2)) && fraction() && at == end;
    }

    private boolean time() {
        byte separator = bytes[at++];
        if (separator == ' ') {
            while (at < end && bytes[at] == ' ') {
                at++;
            }
        } else if (separator != 'T' && separator != 't') {
            return false;
        }
        int hour = digitsOf(1, 2);
        int minute = 0;
        int second = 0;
        if (take(':')) {
            minute = digitsOf(1, 2);
            if (take(':')) {
                second = digitsOf(1, 2);
            }
        }
        return clock(hour, minute, second) && fraction() && zone();
    }

    private boolean date(int year, int month, int day) {
        if (year < 1 || month < 1 || month > 12 || day < 1 || day > monthLength(year, month)) {
            return false;
        }
        micros = epochDay(year, month, day) * DAY_MICROS;
        return true;
    }

    private boolean clock(int hour, int minute, int second) {
        if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
            return false;
        }
        micros += (hour * 3600L + minute * 60L + second) * SECOND_MICROS;
        return true;
    }

    private boolean fraction() {
        if (!take('.')) {
            return true;
        }
        int value = 0;
        int count = 0;
        for (; at < end && bytes[at] >= '0' && bytes[at] <= '9'; at++, count++) {
            if (count < 6) {
                value = value * 10 + bytes[at] - '0';
            } else if (count == 6) {
                more = bytes[at] >= '5';
            }
        }
        micros += (long) value * FRACTION_UNITS[Math.min(count, 6)];
        return true;
    }

    private boolean zone() {
        if (at == end) {
            return true;
        }
        if (bytes[at] == 'Z' || bytes[at] == 'z') {
            return ++at == end;
        }
        if (bytes[at] == ' ') {
            at++;
        }
        boolean west = at < end && bytes[at] == '-';
        if (!west && !(at < end && bytes[at] == '+')) {
            return false;
        }
        at++;
        int hours = digitsOf(2, 2);
        int minutes = 0;
        if (at < end) {
            take(':');
            minutes = digitsOf(2, 2);
        }
        int zone = west ? -(hours * 60 + minutes) : hours * 60 + minutes;
        if (hours < 0 || minutes < 0 || minutes > 59 || at != end || zone < ZONE_MIN || zone > ZONE_MAX) {
            return false;
        }
        micros -= zone * 60 * SECOND_MICROS;
        return micros >= MIN_MICROS && micros < END_MICROS;
    }

    /** Microseconds since 1970, rounded half up to so many digits of a second; {@link #isRepresentable} checks them. */
    long micros(int fractionDigits) {
        return rounded(more && fractionDigits == 6 ? micros + 1 : micros, fractionDigits);
    }

    /** Microseconds rounded half up to so many digits of a second. */
    static long rounded(long micros, int fractionDigits) {
        int unit = FRACTION_UNITS[fractionDigits];
        long rest = Math.floorMod(micros, unit);
        return rest * 2 >= unit && rest != 0 ? micros - rest + unit : micros - rest;
    }

    /** Whether a moment has a year from 1 to 9999. */
    static boolean isRepresentable(long micros) {
        return micros >= MIN_MICROS && micros < END_MICROS;
    }

    /** {@code YYYY-MM-DD}, or with {@code  hh:mm:ss} and the fraction if there is one. */
    static String write(long micros, boolean dateOnly) {
        if (!isRepresentable(micros)) {
            throw BadValue.of(
                    RecordError.Kind.OUT_OF_RANGE,
                    "a time of " + micros + " microseconds since 1970 is out of range",
                    "");
        }
        String date = LocalDate.ofEpochDay(Math.floorDiv(micros, DAY_MICROS)).toString();
        return dateOnly ? date : date + " " + writeClock(Math.floorMod(micros, DAY_MICROS));
    }

    /** {@code hh:mm:ss} of microseconds since midnight, with three or six digits of a second if it has a fraction. */
    static String writeClock(long micros) {
        if (micros < 0 || micros >= DAY_MICROS) {
            throw BadValue.of(
                    RecordError.Kind.OUT_OF_RANGE, "a time of " + micros + " microseconds is not within a day", "");
        }
        long seconds = micros / SECOND_MICROS;
        long rest = micros % SECOND_MICROS;
        String clock = String.format("%02d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
        return rest == 0
                ? clock
                : clock + (rest % 1000 == 0 ? String.format(".%03d", rest / 1000) : String.format(".%06d", rest));
    }

    private boolean take(char wanted) {
        if (at < end && bytes[at] == wanted) {
            at++;
            return true;
        }
        return false;
    }

    private boolean digits(int from, int count) {
        for (int i = from; i < from + count; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                return false;
            }
        }
        return true;
    }

    /* The number that min to max digits make; −1 if there are fewer. */
    private int digitsOf(int min, int max) {
        int value = 0;
        int stop = Math.min(end, at + max);
        int start = at;
        for (; at < stop && bytes[at] >= '0' && bytes[at] <= '9'; at++) {
            value = value * 10 + bytes[at] - '0';
        }
        return at - start < min ? -1 : value;
    }

    private static int monthLength(int year, int month) {
        if (month == 2) {
            return (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
        }
        return 30 + (month + (month >> 3) & 1);
    }

    /* Howard Hinnant's days_from_civil, for years from 1. */
    private static long epochDay(int year, int month, int day) {
        int shifted = month <= 2 ? year - 1 : year;
        int era = shifted / 400;
        int yearOfEra = shifted - era * 400;
        int dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
        int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return era * 146_097L + dayOfEra - 719_468;
    }
}
