package dev.millrace.ddl;

import static java.util.Objects.requireNonNull;

/**
 * Something that SHOW WARNINGS lists: the statement did what it says, but not all of it.
 *
 * @param number MySQL's error number
 */
public record Warning(Level level, int number, String message) {
    /** MySQL's two levels below an error. */
    public enum Level {
        NOTE,
        WARNING
    }

    public Warning {
        requireNonNull(level, "level");
        requireNonNull(message, "message");
    }
}
