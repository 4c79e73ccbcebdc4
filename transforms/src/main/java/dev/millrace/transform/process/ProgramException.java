package dev.millrace.transform.process;

import static java.util.Objects.requireNonNull;

import java.io.IOException;

/** A run of a program failed. The message names the program's end and quotes the end of its stderr. */
public final class ProgramException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean fromOutside;

    /** @param fromOutside whether the cause lies outside the program: the same input may well do next time */
    ProgramException(String message, boolean fromOutside) {
        super(requireNonNull(message, "message"));
        this.fromOutside = fromOutside;
    }

    /** Whether the same input may well do next time: somebody ended the program, or the machine had no room for it. */
    public boolean isFromOutside() {
        return fromOutside;
    }
}
