package dev.millrace.store.wire;

import java.util.List;

/**
 * Asks the system partition for batches decided since; answered at once if there are any, else when one is decided or
 * the wait is over.
 */
public record FollowRequest(List<Known> known, long waitMillis) {
    /** What the asker knows: all batches of the database up to this CSN. */
    public record Known(long database, long csn) {}

    public FollowRequest {
        known = List.copyOf(known);
    }

    public void write(WireWriter out) {
        out.list(known, (o, item) -> o.number(item.database()).number(item.csn()))
                .number(waitMillis);
    }

    public static FollowRequest read(WireReader in) {
        return new FollowRequest(in.list(i -> new Known(i.number(), i.number())), in.number());
    }
}
