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
    PROGRAM_MISSING(SqlState.TRANSFORM_UNAVAILABLE, false);

    private final SqlState state;
    private final boolean transientRefusal;

    Refusal(SqlState state, boolean transientRefusal) {
        this.state = state;
        this.transientRefusal = transientRefusal;
    }

    public SqlState state() {
        return state;
    }

    /** Whether the same call may succeed a little later. */
    public boolean isTransient() {
        return transientRefusal;
    }
}
