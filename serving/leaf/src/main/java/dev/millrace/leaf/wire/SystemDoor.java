package dev.millrace.leaf.wire;

import dev.millrace.store.CatalogSnapshot;
import dev.millrace.store.wire.FollowAnswer;
import dev.millrace.store.wire.FollowRequest;
import java.time.Duration;

/**
 * What the system partition answers without a log entry, on its leader. Both calls hold their thread while they wait;
 * an interrupt ends the wait.
 */
public interface SystemDoor {
    /** Batches decided since, at once or as soon as there is one; empty when the request's wait is over. */
    FollowAnswer follow(FollowRequest request);

    /** The newest catalog, at once if its version is above {@code newerThan}, else when it is or the wait is over. */
    CatalogSnapshot catalog(long newerThan, Duration wait);
}
