package dev.millrace.store.wire;

import dev.millrace.spec.error.SqlState;

/** Why an entry or a request was not carried out. The order is part of the wire form: add at the end. */
public enum Refusal {
    /** A newer attempt of the writer is known. */
    FENCED(SqlState.WRITER_FENCED, false),
    /** The batch or statement was published or discarded before. */
    FINISHED(SqlState.WRITER_FENCED, false),
    CURSOR_MISMATCH(SqlState.CURSOR_MISMATCH, false),
    TABLE_CHANGED(SqlState.TABLE_CHANGED, false),
    MAP_CHANGED(SqlState.TABLE_CHANGED, false),
    /** A gate or a seal of somebody else is in the way. */
    BUSY(SqlState.LOCK_WAIT_TIMEOUT, true),
    GATE_LOST(SqlState.LOCK_WAIT_TIMEOUT, false),
    /** The partition has not published up to the CSN that is needed. */
    BEHIND(SqlState.STORE_UNREACHABLE, true),
    /** A publish that does not follow the partition's CSN. */
    GAP(SqlState.INTERNAL, false),
    NOT_LEADER(SqlState.STORE_UNREACHABLE, true),
    UNKNOWN(SqlState.INTERNAL, false),
    EXISTS(SqlState.TABLE_EXISTS, false),
    IN_USE(SqlState.PIPELINE_RUNNING, false),
    NOT_RUNNING(SqlState.PIPELINE_NOT_RUNNING, false),
    DUPLICATE_KEY(SqlState.DUPLICATE_KEY, false),
    PLAN_STALE(SqlState.PLAN_STALE, false),
    TOO_LARGE(SqlState.PACKET_TOO_LARGE, false),
    /** The fragment failed; the message is the engine's. */
    QUERY_FAILED(SqlState.INTERNAL, false),
    RESOURCES_EXHAUSTED(SqlState.RESOURCES_EXHAUSTED, false),
    /** The leaf is starting, stopping or halted. */
    UNAVAILABLE(SqlState.STORE_UNREACHABLE, true),
    MALFORMED(SqlState.INTERNAL, false),
    /** A pipeline's transform is not in the catalog, or not any more: store it again. */
    PROGRAM_MISSING(SqlState.TRANSFORM_UNAVAILABLE, false),
    /** An expression of the statement has no value for a row. */
    NO_VALUE(SqlState.NUMERIC_OVERFLOW, false),
    OUT_OF_RANGE(SqlState.OUT_OF_RANGE, false),
    TOO_LONG(SqlState.DATA_TOO_LONG, false),
    INCORRECT_VALUE(SqlState.INCORRECT_VALUE, false),
    NULL_VALUE(SqlState.NOT_NULL_VIOLATION, false),
    /** A file is loaded in part, and the pipeline would read it otherwise from now on. */
    PLACES_DIFFER(SqlState.WRONG_CONFIG, false);

    private final SqlState state;
    private final boolean transientRefusal;

    Refusal(SqlState state, boolean transientRefusal) {
        this.state = state;
        this.transientRefusal = transientRefusal;
    }

    public SqlState state() {
        return state;
    }

    /** What stands for a value that does not fit its column. */
    public static Refusal ofMisfit(SqlState state) {
        return switch (state) {
            case OUT_OF_RANGE -> OUT_OF_RANGE;
            case DATA_TOO_LONG -> TOO_LONG;
            default -> INCORRECT_VALUE;
        };
    }

    /** Whether it says that a row cannot become what the statement makes of it. */
    public boolean isOfValue() {
        return switch (this) {
            case NO_VALUE, OUT_OF_RANGE, TOO_LONG, INCORRECT_VALUE, NULL_VALUE -> true;
            default -> false;
        };
    }

    /** Whether the same call may succeed a little later. */
    public boolean isTransient() {
        return transientRefusal;
    }
}
