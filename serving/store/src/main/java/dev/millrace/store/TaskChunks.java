package dev.millrace.store;

import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;

/** How many chunks of a batch one task staged on one partition: they are numbered 0 … count − 1. */
public record TaskChunks(int task, int count) {
    public void write(WireWriter out) {
        out.number(task).number(count);
    }

    public static TaskChunks read(WireReader in) {
        return new TaskChunks(in.integer(), in.integer());
    }
}
