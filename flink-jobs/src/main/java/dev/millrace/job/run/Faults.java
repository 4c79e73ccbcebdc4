package dev.millrace.job.run;

import java.io.Serializable;

/** Places where a test may make a task fail. Production passes {@link #NONE}. */
@FunctionalInterface
public interface Faults extends Serializable {
    Faults NONE = point -> {};

    /** Called at each point; an exception is a fault of the task. */
    void pass(Point point);

    /** Where the outcome of a failure differs. */
    enum Point {
        WRITE,
        ALL_STAGED,
        GATHERED,
        BEFORE_DECIDE,
        AFTER_DECIDE
    }
}
