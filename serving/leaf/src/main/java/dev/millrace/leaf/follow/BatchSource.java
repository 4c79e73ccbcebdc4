package dev.millrace.leaf.follow;

import dev.millrace.store.BatchId;
import dev.millrace.store.CatalogSnapshot;
import dev.millrace.store.wire.FollowAnswer;
import dev.millrace.store.wire.FollowRequest;
import dev.millrace.store.wire.GatesAnswer;
import java.time.Duration;

/**
 * The system partition as a follower sees it. All calls fail with {@link dev.millrace.store.wire.RefusedException} when
 * it cannot be reached.
 */
public interface BatchSource {
    FollowAnswer follow(FollowRequest request);

    CatalogSnapshot catalog(long newerThan, Duration wait);

    GatesAnswer gates(long database);

    /** Takes the gate of a batch away. */
    void revoke(BatchId batch);

    /** All partitions of the database on this leaf have published up to the CSN. */
    void published(long database, long csn);
}
