package dev.millrace.acceptance;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for a condition with a bound that suits a busy machine. */
final class Await {
    private static final Duration MAX = Duration.ofMinutes(3);

    private Await() {}

    static void until(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + MAX.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + MAX.toMinutes() + " minutes: " + what);
            }
            LockSupport.parkNanos(100_000_000);
        }
    }
}
