package dev.millrace.ddl.parser;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.function.Supplier;

/** Turns the end of a thread's stack into an error of the statement that needed so much of it. */
final class Nesting {
    private Nesting() {}

    static <T> T bounded(Supplier<T> work) {
        try {
            return work.get();
        } catch (StackOverflowError e) {
            throw new StatementException(SqlState.RESOURCES_EXHAUSTED, "the statement is nested too deeply", e);
        }
    }
}
