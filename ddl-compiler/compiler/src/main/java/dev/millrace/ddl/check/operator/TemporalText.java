package dev.millrace.ddl.check.operator;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Dates and times as MySQL reads them from text: any punctuation between the parts, or digits alone. */
final class TemporalText {
    private static final Pattern PARTS = Pattern.compile("\\s*(\\d{4}|\\d{2})\\p{Punct}(\\d{1,2})\\p{Punct}(\\d{1,2})"
            + "(?:(?:T|\\s+)(\\d{1,2})(?:\\p{Punct}(\\d{1,2})(?:\\p{Punct}(\\d{1,2})(?:\\.(\\d{0,6})\\d*)?)?)?)?\\s*");
    private static final Pattern DIGITS = Pattern.compile(
            "\\s*(\\d{4}|\\d{2})(\\d{2})(\\d{2})(?:(\\d{2})(\\d{2})(\\d{2})(?:\\.(\\d{0,6})\\d*)?)?\\s*");

    private TemporalText() {}

    /** @return empty if it is no date; fractions are cut to microseconds */
    static Optional<LocalDateTime> parse(String text) {
        for (Pattern pattern : new Pattern[] {PARTS, DIGITS}) {
            Matcher matcher = pattern.matcher(text);
            if (matcher.matches()) {
                return value(matcher);
            }
        }
        return Optional.empty();
    }

    private static Optional<LocalDateTime> value(Matcher matcher) {
        String year = matcher.group(1);
        int number = Integer.parseInt(year);
        if (year.length() == 2) {
            number += number < 70 ? 2000 : 1900;
        }
        String fraction = matcher.group(7) == null ? "" : matcher.group(7);
        int micros = Integer.parseInt((fraction + "000000").substring(0, 6));
        try {
            return Optional.of(LocalDateTime.of(
                    number,
                    part(matcher, 2),
                    part(matcher, 3),
                    part(matcher, 4),
                    part(matcher, 5),
                    part(matcher, 6),
                    micros * 1000));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static int part(Matcher matcher, int group) {
        return matcher.group(group) == null ? 0 : Integer.parseInt(matcher.group(group));
    }
}
