package dev.millrace.ddl.check;

import dev.millrace.ddl.CreatePipeline.StringText;
import dev.millrace.ddl.Place;
import dev.millrace.ddl.print.Quoting;
import dev.millrace.spec.RetrySpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;

/** RETRY_OPTIONS '{…}' or ::key = 'value' → {@link RetrySpec}; times are milliseconds. */
final class RetryOptions {
    static final int RETRIES_MAX = 1_000_000;

    private static final int INTERVAL_MILLIS_MAX = 86_400_000;

    private RetryOptions() {}

    /**
     * The clause as it prints, over what was said before: a whole clause takes its place, {@code ::key = value} changes
     * one key.
     */
    static RetrySpec of(String value, RetrySpec before, Place at) {
        if (!value.startsWith("::")) {
            return of(
                    KafkaConnection.keys("RETRY_OPTIONS", new StringText(Quoting.unquoted(value), at)),
                    RetrySpec.DEFAULT,
                    at);
        }
        int equals = value.indexOf(" = ");
        String key = value.substring(2, equals).replace("`", "");
        return of(Map.of(key, Quoting.unquoted(value.substring(equals + 3))), before, at);
    }

    private static RetrySpec of(Map<String, String> keys, RetrySpec before, Place at) {
        OptionalInt max = before.max();
        long interval = before.interval().toMillis();
        long intervalMax = before.intervalMax().toMillis();
        boolean exponential = before.exponential();
        boolean longestSaid = false;
        for (Map.Entry<String, String> entry : keys.entrySet()) {
            String key = entry.getKey();
            switch (key) {
                case "max_retries" -> max = OptionalInt.of(number(entry, 0, RETRIES_MAX, at));
                case "retry_interval" -> interval = number(entry, 1, INTERVAL_MILLIS_MAX, at);
                case "max_retry_interval" -> {
                    intervalMax = number(entry, 1, INTERVAL_MILLIS_MAX, at);
                    longestSaid = true;
                }
                case "exponential" -> exponential = truth(entry, at);
                default ->
                    throw wrong(
                            "RETRY_OPTIONS has no key '" + key
                                    + "'; there are exponential, max_retries, max_retry_interval and retry_interval",
                            at);
            }
        }
        if (interval > intervalMax && longestSaid) {
            throw wrong("retry_interval " + interval + " is above max_retry_interval " + intervalMax, at);
        }
        return new RetrySpec(
                max, Duration.ofMillis(interval), Duration.ofMillis(Math.max(interval, intervalMax)), exponential);
    }

    private static int number(Map.Entry<String, String> entry, int min, int max, Place at) {
        String text = entry.getValue();
        long value = text.matches("[0-9]{1,12}") ? Long.parseLong(text) : -1;
        if (value < min || value > max) {
            throw wrong(entry.getKey() + " is " + min + " to " + max + ", not " + text, at);
        }
        return (int) value;
    }

    private static boolean truth(Map.Entry<String, String> entry, Place at) {
        return switch (entry.getValue()) {
            case "true", "1" -> true;
            case "false", "0" -> false;
            default -> throw wrong(entry.getKey() + " is true or false, not " + entry.getValue(), at);
        };
    }

    private static StatementException wrong(String message, Place at) {
        return new StatementException(SqlState.WRONG_CONFIG, message, at.position());
    }
}
