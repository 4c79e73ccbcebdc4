package dev.millrace.leaf.wire;

import dev.millrace.store.CatalogSnapshot;
import dev.millrace.store.wire.FollowAnswer;
import dev.millrace.store.wire.FollowRequest;
import dev.millrace.store.wire.GatesAnswer;
import java.time.Duration;

/**
 * What the system partition answers without a log entry, on its leader. Calls with a wait hold their thread for it; an
 * interrupt ends it.
 */
public interface SystemDoor {
    /** Batches decided since, at once or as soon as there is one; empty when the request's wait is over. */
    FollowAnswer follow(FollowRequest request);

    /** The gates of a database; refused as UNKNOWN if it is not there. */
    GatesAnswer gates(long database);

    /** The newest catalog, at once if its version is above {@code newerThan}, else when it is or the wait is over. */
    CatalogSnapshot catalog(long newerThan, Duration wait);

    /** A part of a transform's file; refused as UNKNOWN if it is not there. */
    byte[] program(String sha256, int part);
}
