package dev.millrace.store.query;

import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;

/**
 * A held snapshot. It is right for every CSN from {@code lowest} to {@code highest}; it ends when it is released or
 * when nobody has used it for {@link #LEASE_MILLIS}.
 *
 * @param lowest the last CSN that touched its partitions
 * @param highest the one before the next that will, or the newest the leaf knows of
 */
public record Pin(long id, long lowest, long highest) {
    /** An aggregator that died must not hold old row versions for ever. */
    public static final long LEASE_MILLIS = 60_000;

    public void write(WireWriter out) {
        out.number(id).number(lowest).number(highest);
    }

    public static Pin read(WireReader in) {
        return new Pin(in.number(), in.number(), in.number());
    }
}
