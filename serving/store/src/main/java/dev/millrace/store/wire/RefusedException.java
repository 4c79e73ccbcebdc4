package dev.millrace.store.wire;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.error.StatementException;

/** The store answered, and the answer is no. */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Refusal refusal;

    public RefusedException(Refusal refusal, String message) {
        super(requireNonNull(message, "message"));
        this.refusal = requireNonNull(refusal, "refusal");
    }

    public Refusal refusal() {
        return refusal;
    }

    /** The same as an error of a statement. */
    public StatementException toStatementException() {
        return new StatementException(refusal.state(), getMessage(), this);
    }
}
