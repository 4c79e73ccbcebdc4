package dev.millrace.ddl;

import static java.util.Objects.requireNonNull;

/**
 * One name, unquoted, in the case it was written in.
 *
 * @param text never empty
 */
public record Identifier(String text, Place at) {
    public Identifier {
        requireNonNull(text, "text");
        requireNonNull(at, "at");
    }

    /** A name that no text stands behind. */
    public static Identifier of(String text) {
        return new Identifier(text, Place.START);
    }

    @Override
    public String toString() {
        return text;
    }
}
