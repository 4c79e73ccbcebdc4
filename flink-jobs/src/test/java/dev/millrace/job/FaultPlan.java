package dev.millrace.job;

import dev.millrace.job.run.Faults;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Faults that a test arms: the next task that passes the point fails, once. One test at a time. */
final class FaultPlan {
    private static final Set<Faults.Point> ARMED = ConcurrentHashMap.newKeySet();

    private FaultPlan() {}

    /** What is put into the job. */
    static Faults faults() {
        return point -> {
            if (ARMED.remove(point)) {
                throw new IllegalStateException("fault at " + point);
            }
        };
    }

    static void arm(Faults.Point point) {
        ARMED.add(point);
    }

    static boolean isPending() {
        return !ARMED.isEmpty();
    }

    static void clear() {
        ARMED.clear();
    }
}
