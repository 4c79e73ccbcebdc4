package dev.millrace.leaf.system;

import dev.millrace.store.Participant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The batches of one database that are kept: the newest {@link #KEPT}, and every older one that some partition which
 * takes part in it has not published.
 *
 * <p>A partition has published what any of its replicas says it has: what one applied is in the log of all. So a leaf
 * that is gone holds on to nothing but batches of partitions that live nowhere else, and those stop being decided
 * (their rows cannot be staged), all but changes of tables. {@link #UNPUBLISHED_MAX} bounds even these.
 */
final class BatchList {
    /** Newest batches kept whatever happened to them: what PIPELINES_BATCHES shows, and the ids known again. */
    static final int KEPT = 10_000;

    /** How many more there may be before the oldest are looked at: so each is looked at about once. */
    private static final int SLACK = 1_000;

    /** Decided batches that a partition may owe; more are refused. Some 30 MB of memory. */
    static final int UNPUBLISHED_MAX = 100_000;

    private final NavigableMap<Long, BatchRow> bySeq = new TreeMap<>();
    private final NavigableMap<Long, BatchRow> byCsn = new TreeMap<>();
    private final List<Deque<Long>> owed = new ArrayList<>();
    private final long[] floors;

    BatchList(int partitions) {
        floors = new long[partitions];
        for (int i = 0; i < partitions; i++) {
            owed.add(new ArrayDeque<>());
        }
    }

    void add(BatchRow batch, List<Participant> participants) {
        bySeq.put(batch.seq(), batch);
        if (batch.csn() > 0) {
            byCsn.put(batch.csn(), batch);
        }
        for (Participant participant : participants) {
            if (batch.csn() > floors[participant.ordinal()]) {
                owed.get(participant.ordinal()).add(batch.csn());
            }
        }
    }

    void published(int ordinal, long csn) {
        if (csn <= floors[ordinal]) {
            return;
        }
        floors[ordinal] = csn;
        Deque<Long> open = owed.get(ordinal);
        while (!open.isEmpty() && open.peek() <= csn) {
            open.remove();
        }
    }

    /** Decided batches that the partition has not published, as far as its leaves have said. */
    int owedBy(int ordinal) {
        return owed.get(ordinal).size();
    }

    /** Batches with a CSN above the known one, in order, at most so many. */
    List<BatchRow> after(long csn, int max) {
        return byCsn.tailMap(csn, false).values().stream().limit(max).toList();
    }

    List<BatchRow> all() {
        return List.copyOf(bySeq.values());
    }

    /** Drops what nobody needs; answers the dropped batches in their order. */
    List<BatchRow> prune() {
        if (bySeq.size() < KEPT + SLACK || bySeq.size() % SLACK != 0) {
            return List.of();
        }
        List<BatchRow> dropped = new ArrayList<>();
        for (BatchRow batch : bySeq.headMap(bySeq.lastKey() - KEPT, true).values()) {
            // The newest CSN stays: a leaf that starts again learns from it how far the database is.
            if (isPublished(batch) && (batch.csn() == 0 || batch.csn() < byCsn.lastKey())) {
                dropped.add(batch);
            }
        }
        for (BatchRow batch : dropped) {
            bySeq.remove(batch.seq());
            byCsn.remove(batch.csn());
        }
        return dropped;
    }

    private boolean isPublished(BatchRow batch) {
        return batch.csn() == 0
                || batch.unpacked().participants().stream().allMatch(p -> floors[p.ordinal()] >= batch.csn());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BatchList that && bySeq.equals(that.bySeq);
    }

    @Override
    public int hashCode() {
        return bySeq.hashCode();
    }

    @Override
    public String toString() {
        return bySeq.values().toString();
    }
}
