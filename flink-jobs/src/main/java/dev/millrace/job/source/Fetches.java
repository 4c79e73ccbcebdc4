package dev.millrace.job.source;

import static java.util.Objects.requireNonNull;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;

/** What one poll brought, by split, and what happens when the task has let go of it. */
final class Fetches implements RecordsWithSplitIds<KafkaFetch> {
    private final Iterator<Map.Entry<String, List<KafkaFetch>>> splits;
    private final Runnable recycle;
    private final Set<String> finished;
    private Iterator<KafkaFetch> current = List.<KafkaFetch>of().iterator();

    Fetches(Map<String, List<KafkaFetch>> bySplit, Runnable recycle) {
        this(bySplit, recycle, Set.of());
    }

    /** @param finished splits that have nothing more */
    Fetches(Map<String, List<KafkaFetch>> bySplit, Runnable recycle, Set<String> finished) {
        this.splits = bySplit.entrySet().iterator();
        this.recycle = requireNonNull(recycle, "recycle");
        this.finished = Set.copyOf(finished);
    }

    @Override
    public String nextSplit() {
        if (!splits.hasNext()) {
            return null;
        }
        Map.Entry<String, List<KafkaFetch>> next = splits.next();
        current = next.getValue().iterator();
        return next.getKey();
    }

    @Override
    public KafkaFetch nextRecordFromSplit() {
        return current.hasNext() ? current.next() : null;
    }

    @Override
    public Set<String> finishedSplits() {
        return finished;
    }

    @Override
    public void recycle() {
        recycle.run();
    }
}
