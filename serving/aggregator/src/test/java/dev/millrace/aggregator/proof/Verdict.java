package dev.millrace.aggregator.proof;

/**
 * What became of one query.
 *
 * @param detail kind of a refusal, or what is wrong
 */
record Verdict(Outcome outcome, String detail) {
    enum Outcome {
        AGREES,
        /** Refused by name (0A000). */
        REFUSED,
        /** A number does not fit its type, which depends on the order of evaluation. */
        OVERFLOW,
        /** DuckDB does not answer. */
        NO_REFERENCE,
        FAULT
    }

    static final Verdict AGREES = new Verdict(Outcome.AGREES, "");

    boolean isFault() {
        return outcome == Outcome.FAULT;
    }
}
