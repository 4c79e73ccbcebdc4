package dev.millrace.aggregator.execute;

import dev.millrace.store.client.ArrowRows;
import java.util.ArrayList;
import java.util.List;

/**
 * One fragment's rows from all its leaves, a batch from each in turn. One leaf after the other would be simpler, but a
 * leaf gives up a reader that takes nothing for a while, and a client may read slowly.
 */
final class LeavesInTurn {
    private final List<ArrowRows> all;
    private final List<ArrowRows> unread;
    private int at;

    LeavesInTurn(List<ArrowRows> leaves) {
        all = List.copyOf(leaves);
        unread = new ArrayList<>(leaves);
        at = unread.size() - 1;
    }

    /** Loads the next batch of some leaf; false when all leaves have ended. */
    boolean next() {
        while (!unread.isEmpty()) {
            at = (at + 1) % unread.size();
            if (unread.get(at).next()) {
                return true;
            }
            unread.remove(at--);
        }
        return false;
    }

    /** The leaf whose batch it is. */
    ArrowRows leaf() {
        return unread.get(at);
    }

    /** One of them, for what all have in common. */
    ArrowRows first() {
        return all.get(0);
    }

    void cancel() {
        all.forEach(ArrowRows::cancel);
    }

    void close() {
        all.forEach(ArrowRows::close);
    }
}
