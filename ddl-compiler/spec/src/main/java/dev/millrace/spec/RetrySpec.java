package dev.millrace.spec;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.OptionalInt;

/**
 * How a pipeline's job is tried again after a failure that may pass: a broker, a leaf or a machine that is away. What
 * the same input would meet again is not retried.
 *
 * @param max retries of one failure before the pipeline gives up; the count begins anew after a minute without a
 *     failure; empty: no end
 * @param interval before the first retry; before each one if they are not exponential
 * @param intervalMax longest interval
 * @param exponential whether each interval is twice the one before
 */
public record RetrySpec(OptionalInt max, Duration interval, Duration intervalMax, boolean exponential) {
    public static final RetrySpec DEFAULT =
            new RetrySpec(OptionalInt.empty(), Duration.ofMillis(200), Duration.ofSeconds(10), true);

    public RetrySpec {
        requireNonNull(max, "max");
        requireNonNull(interval, "interval");
        requireNonNull(intervalMax, "intervalMax");
        if (interval.toMillis() < 1 || intervalMax.compareTo(interval) < 0 || max.orElse(0) < 0) {
            throw new IllegalArgumentException(max + " retries after " + interval + " to " + intervalMax);
        }
    }

    public RetrySpec withMax(int newMax) {
        return new RetrySpec(OptionalInt.of(newMax), interval, intervalMax, exponential);
    }
}
