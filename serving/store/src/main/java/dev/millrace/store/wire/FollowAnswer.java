package dev.millrace.store.wire;

import dev.millrace.store.DecidedBatch;
import java.util.List;

/**
 * Decided batches, for each database in the order of their CSNs and without a gap behind what was known.
 *
 * @param batches at most {@link #BATCHES_MAX} in one answer
 */
public record FollowAnswer(List<DecidedBatch> batches) {
    /** Keeps an answer to a leaf that was away for long below a few megabytes. */
    public static final int BATCHES_MAX = 500;

    public FollowAnswer {
        batches = List.copyOf(batches);
    }

    public void write(WireWriter out) {
        out.list(batches, (o, item) -> item.write(o));
    }

    public static FollowAnswer read(WireReader in) {
        return new FollowAnswer(in.list(DecidedBatch::read));
    }
}
