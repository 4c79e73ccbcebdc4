package dev.millrace.leaf.follow;

import dev.millrace.leaf.engine.RowPartition;
import dev.millrace.store.DecidedBatch;
import dev.millrace.store.log.LogEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What this leaf knows of the batches of one database, and has yet to publish. Safe for all threads. */
final class FollowedDatabase {
    /** Batches of one entry: bounds the entry, and how long a partition is away in one transaction. */
    private static final int BATCHES_MAX = 200;

    private final long database;

    /** Batches above {@link #from} up to {@link #known} that a partition here has yet to publish. */
    private final NavigableMap<Long, DecidedBatch> pending = new TreeMap<>();

    /** Ordinals of those that were led when {@link #cover} last looked. */
    private final Set<Integer> covered = new HashSet<>();

    private long from;
    private long known;
    private long holdUntil;

    FollowedDatabase(long database, Collection<RowPartition> led) {
        this.database = database;
        from = led.stream().mapToLong(RowPartition::csn).min().orElse(0);
        known = from;
    }

    long database() {
        return database;
    }

    synchronized long known() {
        return known;
    }

    /**
     * A partition that is led here now may be behind what was known, and what it lacks may be forgotten, because those
     * that were led before have it: then everything begins again where it stands.
     */
    synchronized void cover(Collection<RowPartition> led) {
        long lowest = known;
        for (RowPartition partition : led) {
            if (covered.add(partition.id().ordinal()) || partition.csn() < from) {
                lowest = Math.min(lowest, partition.csn());
            }
        }
        covered.retainAll(ordinals(led));
        if (lowest < known) {
            pending.clear();
            from = lowest;
            known = lowest;
        }
    }

    private static List<Integer> ordinals(Collection<RowPartition> led) {
        return led.stream().map(partition -> partition.id().ordinal()).toList();
    }

    synchronized void add(DecidedBatch batch) {
        if (batch.csn() > known) {
            pending.put(batch.csn(), batch);
            known = batch.csn();
            notifyAll();
        }
    }

    synchronized boolean awaitKnown(long csn, Duration wait) {
        long deadline = System.nanoTime() + wait.toNanos();
        while (known < csn) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            try {
                wait(left / 1_000_000, (int) (left % 1_000_000));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    synchronized long highest(int ordinal, long csn) {
        for (DecidedBatch batch : pending.tailMap(csn, false).values()) {
            if (batch.participant(ordinal).isPresent()) {
                return batch.csn() - 1;
            }
        }
        return Math.max(known, csn);
    }

    synchronized long lastTouching(int ordinal, long upto) {
        for (DecidedBatch batch : pending.headMap(upto, true).descendingMap().values()) {
            if (batch.participant(ordinal).isPresent()) {
                return batch.csn();
            }
        }
        return 0;
    }

    synchronized void hold(Duration time) {
        holdUntil = System.nanoTime() + time.toNanos();
    }

    /** How long nothing new may be published. */
    synchronized Duration held() {
        return holdUntil == 0 ? Duration.ZERO : Duration.ofNanos(Math.max(0, holdUntil - System.nanoTime()));
    }

    /** Where the next round ends: the same for all partitions, so that their snapshots meet there. */
    synchronized long roundEnd() {
        int count = 0;
        for (long csn : pending.keySet()) {
            if (++count == BATCHES_MAX) {
                return csn;
            }
        }
        return known;
    }

    /** What a partition has to publish up to a CSN; empty if nothing. */
    synchronized Optional<LogEntry.Publish> publish(int ordinal, long csn, long upto) {
        List<DecidedBatch> batches = new ArrayList<>();
        if (upto > csn) {
            for (DecidedBatch batch : pending.subMap(csn, false, upto, true).values()) {
                if (batch.participant(ordinal).isPresent()) {
                    batches.add(batch.onlyFor(ordinal));
                }
            }
        }
        return batches.isEmpty()
                ? Optional.empty()
                : Optional.of(new LogEntry.Publish(
                        csn, batches.get(batches.size() - 1).csn(), batches));
    }

    /**
     * Forgets what all partitions here have published; answers the CSN up to which they have everything. Partitions that
     * are led since the caller looked lose what they lack, and {@link #cover} gets it back.
     */
    synchronized long prune(Collection<RowPartition> led) {
        covered.retainAll(ordinals(led));
        pending.values()
                .removeIf(batch -> led.stream()
                        .noneMatch(partition -> partition.csn() < batch.csn()
                                && batch.participant(partition.id().ordinal()).isPresent()));
        return pending.isEmpty() ? known : pending.firstKey() - 1;
    }

    synchronized boolean hasPending() {
        return !pending.isEmpty();
    }
}
