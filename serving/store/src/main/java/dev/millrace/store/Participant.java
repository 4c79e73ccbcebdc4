package dev.millrace.store;

import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;
import java.util.List;

/**
 * A partition that a batch has something for.
 *
 * @param chunks what was staged there; empty for a change of a table's form
 */
public record Participant(int ordinal, List<TaskChunks> chunks) {
    public Participant {
        chunks = List.copyOf(chunks);
    }

    public void write(WireWriter out) {
        out.number(ordinal).list(chunks, (o, item) -> item.write(o));
    }

    public static Participant read(WireReader in) {
        return new Participant(in.integer(), in.list(TaskChunks::read));
    }
}
