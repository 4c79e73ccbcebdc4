package dev.millrace.transform.process;

import static java.util.Objects.requireNonNull;

import java.io.IOException;

/** A run of a program failed. The message names the program's end and quotes the end of its stderr. */
public final class ProgramException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What is known of a failure, beside its words. */
    enum Cause {
        PROGRAM,
        /** It ended well before it had read all its input. */
        EARLY_END,
        /** The cause lies outside the program: the same input may well do next time. */
        OUTSIDE
    }

    private final Cause cause;

    ProgramException(String message, Cause cause) {
        super(requireNonNull(message, "message"));
        this.cause = requireNonNull(cause, "cause");
    }

    /** Whether the same input may well do next time: somebody ended the program, or the machine had no room for it. */
    public boolean isFromOutside() {
        return cause == Cause.OUTSIDE;
    }

    /** Whether it ended with status 0 before it had read all its input. */
    public boolean isEarlyEnd() {
        return cause == Cause.EARLY_END;
    }
}
