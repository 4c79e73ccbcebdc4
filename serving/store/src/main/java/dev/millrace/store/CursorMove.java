package dev.millrace.store;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;

/**
 * The half-open range of one source partition that a batch covers.
 *
 * @param from where reading began: the cursor it must still be at when the batch is decided, not the first record
 * @param to next offset to read after the batch
 */
public record CursorMove(Cursor from, long to) {
    public CursorMove {
        requireNonNull(from, "from");
        if (to < from.offset()) {
            throw new IllegalArgumentException(from + " moved back to " + to);
        }
    }

    public void write(WireWriter out) {
        from.write(out);
        out.number(to);
    }

    public static CursorMove read(WireReader in) {
        return new CursorMove(Cursor.read(in), in.number());
    }
}
