package dev.millrace.store;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;
import java.util.List;
import java.util.Optional;

/**
 * A batch that exists. Partitions make it visible in the order of CSNs.
 *
 * @param csn its place among the batches of its database, from 1, dense
 * @param gate the gate it was sealed under; 0 if it took none
 * @param participants the partitions that take part; all of them if there is a change
 */
public record DecidedBatch(
        long database, long csn, BatchId id, long gate, List<Participant> participants, Optional<TableChange> change) {
    public DecidedBatch {
        requireNonNull(id, "id");
        participants = List.copyOf(participants);
        requireNonNull(change, "change");
    }

    public Optional<Participant> participant(int ordinal) {
        return participants.stream().filter(p -> p.ordinal() == ordinal).findFirst();
    }

    /** The same batch as one partition needs it. */
    public DecidedBatch onlyFor(int ordinal) {
        return new DecidedBatch(
                database, csn, id, gate, participant(ordinal).stream().toList(), change);
    }

    public void write(WireWriter out) {
        out.number(database).number(csn);
        id.write(out);
        out.number(gate).list(participants, (o, item) -> item.write(o));
        out.list(change.stream().toList(), (o, item) -> item.write(o));
    }

    public static DecidedBatch read(WireReader in) {
        return new DecidedBatch(
                in.number(),
                in.number(),
                BatchId.read(in),
                in.number(),
                in.list(Participant::read),
                in.list(TableChange::read).stream().findFirst());
    }
}
