package dev.millrace.leaf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** When a leaf is killed: soon after a step of a batch begins. It is started again at once. */
final class Kills {
    /** Steps that pass unharmed before the next kill, so that lives have different lengths. */
    private static final int STEPS_BETWEEN_MAX = 6;

    /** Calls of a step take a few milliseconds: a kill meets them before, on the way, in the log, answered. */
    private static final int DELAY_MICROS_MAX = 12_000;

    private final LeafProcess leaf;
    private final RandomGenerator random;
    private final Deque<Step> plan = new ArrayDeque<>();
    private int unharmed;
    private int done;

    enum Step {
        STAGE,
        SEAL,
        DECIDE,
        PUBLISH,
        STATEMENT
    }

    Kills(LeafProcess leaf, RandomGenerator random, int count) {
        this.leaf = leaf;
        this.random = random;
        int first = random.nextInt(Step.values().length);
        for (int i = 0; i < count; i++) {
            plan.add(Step.values()[(first + i) % Step.values().length]);
        }
        unharmed = random.nextInt(STEPS_BETWEEN_MAX);
    }

    boolean isOver() {
        return plan.isEmpty();
    }

    int done() {
        return done;
    }

    /** A step begins; answers the end of the kill that comes with it, if one does. */
    CompletableFuture<Void> during(Step step) {
        if (plan.peek() != step || --unharmed > 0) {
            return CompletableFuture.completedFuture(null);
        }
        plan.remove();
        done++;
        unharmed = random.nextInt(STEPS_BETWEEN_MAX);
        int delayMicros = random.nextInt(DELAY_MICROS_MAX);
        return CompletableFuture.runAsync(() -> killAndStart(delayMicros));
    }

    private void killAndStart(int delayMicros) {
        try {
            TimeUnit.MICROSECONDS.sleep(delayMicros);
            if (!leaf.isAlive()) {
                throw new IllegalStateException("the leaf has ended by itself");
            }
            leaf.kill();
            leaf.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
