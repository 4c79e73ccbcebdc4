package dev.millrace.aggregator.pipeline;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/** Counts a pipeline's restarts: so many in a while, then it is broken and not unlucky. */
final class Restarts {
    static final int MAX = 5;
    static final Duration WINDOW = Duration.ofMinutes(10);

    private final Deque<Instant> times = new ArrayDeque<>();

    /** Whether another restart is allowed now; if so it counts. */
    boolean take(Instant now) {
        while (!times.isEmpty() && times.peekFirst().isBefore(now.minus(WINDOW))) {
            times.removeFirst();
        }
        if (times.size() >= MAX) {
            return false;
        }
        times.addLast(now);
        return true;
    }
}
