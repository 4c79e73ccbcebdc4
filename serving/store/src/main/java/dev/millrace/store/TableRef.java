package dev.millrace.store;

import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;

/** A table in the form that a batch or a plan was made for. */
public record TableRef(long id, long version) {
    public void write(WireWriter out) {
        out.number(id).number(version);
    }

    public static TableRef read(WireReader in) {
        return new TableRef(in.number(), in.number());
    }
}
