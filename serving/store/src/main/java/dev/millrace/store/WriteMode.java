package dev.millrace.store;

import dev.millrace.spec.TableSpec;
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
    SKIP,
    /** The row there is changed by a {@link RowChange} that may read both rows. */
    MERGE,
    /** No rows come: those that are there are changed, or deleted, by a {@link RowChange}. */
    CHANGE;

    /** Whether it takes the gate of a table and a seal of what was found by then: its content may refuse or count. */
    public boolean isSealed(TableSpec table) {
        return switch (this) {
            case INSERT, SKIP, MERGE -> !table.isKeyless();
            case CHANGE -> true;
            case REPLACE, IGNORE -> false;
        };
    }

    /** Whether its chunks say what becomes of rows that are there. */
    public boolean hasChange() {
        return this == MERGE || this == CHANGE;
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
