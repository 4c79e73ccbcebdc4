package dev.millrace.spec.error;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/** A mistake of the user, or a limit the user met: what, where, and what to do about it. */
public final class StatementException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final SqlState state;
    private final transient Position position;

    /** An error that has no place in a statement, or none that is known. */
    public StatementException(SqlState state, String message) {
        this(state, message, null, null);
    }

    /** An error at a place in the statement. */
    public StatementException(SqlState state, String message, Position position) {
        this(state, message, requireNonNull(position, "position"), null);
    }

    /** An error with the exception that revealed it. */
    public StatementException(SqlState state, String message, Throwable cause) {
        this(state, message, null, cause);
    }

    private StatementException(SqlState state, String message, Position position, Throwable cause) {
        super(requireNonNull(message, "message"), cause);
        this.state = requireNonNull(state, "state");
        this.position = position;
    }

    public SqlState state() {
        return state;
    }

    public Optional<Position> position() {
        return Optional.ofNullable(position);
    }

    /** The message followed by its position, where there is one: what a user reads. */
    public String describe() {
        return position == null ? getMessage() : getMessage() + " at " + position;
    }

    /** The same error with a position, for callers that know the place only later. */
    public StatementException at(Position place) {
        StatementException placed = new StatementException(state, getMessage(), place, this);
        placed.setStackTrace(getStackTrace());
        return placed;
    }
}
