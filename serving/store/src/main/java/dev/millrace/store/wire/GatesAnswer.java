package dev.millrace.store.wire;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.BatchId;
import java.util.List;

/**
 * The gates of a database at one moment. What it says is over stays so: a number is granted once.
 *
 * @param next number of the next gate granted, in any database
 * @param held those held
 * @param lastTouched for each partition the last CSN that touches it (F): no batch of a gate that is over comes after
 */
public record GatesAnswer(long next, List<Held> held, List<Long> lastTouched) {
    /** A gate and the batch that holds it. */
    public record Held(long gate, BatchId batch) {
        public Held {
            requireNonNull(batch, "batch");
        }
    }

    public GatesAnswer {
        held = List.copyOf(held);
        lastTouched = List.copyOf(lastTouched);
    }

    /** Whether nothing will be decided under a gate of this database any more. */
    public boolean isOver(long gate) {
        return gate < next && held.stream().noneMatch(item -> item.gate() == gate);
    }

    public void write(WireWriter out) {
        out.number(next);
        out.list(held, (o, item) -> {
            o.number(item.gate());
            item.batch().write(o);
        });
        out.list(lastTouched, WireWriter::number);
    }

    public static GatesAnswer read(WireReader in) {
        return new GatesAnswer(
                in.number(), in.list(i -> new Held(i.number(), BatchId.read(i))), in.list(WireReader::number));
    }
}
