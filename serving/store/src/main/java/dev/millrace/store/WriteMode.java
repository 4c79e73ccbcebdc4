package dev.millrace.store;

import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;

/** What happens to a row whose unique key is there already. The order is part of the wire form. */
public enum WriteMode {
    /** The statement or batch is refused; on a table with keys this takes the gate and a seal. */
    INSERT,
    /** The row there gives way; the last row of a key in the batch stays. */
    REPLACE,
    /** The row there stays; of a batch, the first row of a key stays. */
    IGNORE,
    /** As IGNORE, and the seal that it takes with the gate tells which rows do not stay. */
    SKIP;

    /** Whether rows go in only under the gate and a seal of what was found by then. */
    public boolean isSealed() {
        return this == INSERT || this == SKIP;
    }

    public void write(WireWriter out) {
        out.u8(ordinal());
    }

    public static WriteMode read(WireReader in) {
        int ordinal = in.u8();
        if (ordinal >= values().length) {
            throw new IllegalArgumentException("write mode " + ordinal);
        }
        return values()[ordinal];
    }
}
