package dev.millrace.store.wire;

import dev.millrace.store.BatchId;
import java.util.List;

/**
 * What came of asking for gates.
 *
 * @param gate the gate's number if granted, else 0
 * @param lastTouched if granted, for each partition of the database the last CSN that touches it (F)
 * @param holder if not granted, the batch in the way: it holds a gate, or is next and has not asked again; a stuck one
 *     can be revoked
 */
public record GateAnswer(long gate, List<Long> lastTouched, List<BatchId> holder) {
    public GateAnswer {
        lastTouched = List.copyOf(lastTouched);
        holder = List.copyOf(holder);
    }

    public boolean granted() {
        return gate > 0;
    }

    public void write(WireWriter out) {
        out.number(gate).list(lastTouched, WireWriter::number).list(holder, (o, item) -> item.write(o));
    }

    public static GateAnswer read(WireReader in) {
        return new GateAnswer(in.number(), in.list(WireReader::number), in.list(BatchId::read));
    }
}
