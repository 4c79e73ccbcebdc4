package dev.millrace.store;

/** What a pipeline is meant to do, or why it does not. The order is part of the wire form. */
public enum PipelineState {
    STOPPED,
    RUNNING,
    /** Started, and its job waits for slots. */
    QUEUED,
    /** Ended by an error; START PIPELINE tries again. */
    ERROR,
    /** Stopped by DETACH, so that its table may be altered. */
    DETACHED
}
