package dev.millrace.aggregator.execute;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.PartitionId;
import dev.millrace.store.client.StoreClient;
import java.time.Duration;
import java.util.Collection;

/** Waits until what was decided can be read. */
final class Published {
    private Published() {}

    /**
     * Waits for partitions to publish a CSN.
     *
     * @throws StatementException if one does not in time; the batch exists all the same, and the message says so
     */
    static void await(StoreClient client, long database, long csn, Collection<Integer> ordinals, Duration wait) {
        long deadline = System.nanoTime() + wait.toNanos();
        for (int ordinal : ordinals) {
            PartitionId partition = new PartitionId(database, ordinal);
            while (true) {
                Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
                if (client.awaitPublished(partition, csn, left) >= csn) {
                    break;
                }
                if (System.nanoTime() >= deadline) {
                    throw new StatementException(
                            SqlState.STORE_UNREACHABLE,
                            "the statement is done and will stay done, but partition " + partition
                                    + " does not show it yet (CSN " + csn + ")");
                }
            }
        }
    }
}
