package dev.millrace.leaf.query;

import java.time.Duration;

/** What the leaf knows of the batches that were decided. Safe for all threads. */
public interface Horizon {
    /** All batches of the database up to this CSN are known; 0 if none is. */
    long known(long database);

    /** Waits until the batches up to a CSN are known; whether they are. */
    boolean awaitKnown(long database, long csn, Duration wait);

    /**
     * The highest CSN that a snapshot of a partition is right for.
     *
     * @param csn what the partition had published when the snapshot was taken
     */
    long highest(long database, int ordinal, long csn);

    /** The last known CSN up to {@code upto} that touches a partition and that the leaf has yet to publish; or 0. */
    long lastTouching(long database, int ordinal, long upto);

    /** Asks for a moment in which nothing new is published, for a pin that did not succeed. */
    void hold(long database);
}
