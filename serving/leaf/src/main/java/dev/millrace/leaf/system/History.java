package dev.millrace.leaf.system;

import dev.millrace.store.BatchId;
import dev.millrace.store.DecidedBatch;
import dev.millrace.store.log.SystemEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Decided batches of all databases, by their place and by their ids. */
final class History {
    private final Consumer<RowChange> changes;
    private final TreeMap<Long, BatchList> databases = new TreeMap<>();

    /** Looked up, never walked through: its order is nobody's business. */
    private final Map<BatchId, Long> csns = new HashMap<>();

    History(Consumer<RowChange> changes) {
        this.changes = changes;
    }

    void addDatabase(long database, int partitions) {
        databases.put(database, new BatchList(partitions));
    }

    void dropDatabase(long database) {
        databases.remove(database).all().forEach(batch -> csns.remove(batch.id()));
        changes.accept(new RowChange.Delete(SystemTable.BATCH, List.of(database)));
    }

    /** The CSN of a batch that was decided, as long as that is remembered. */
    Optional<Long> csn(BatchId batch) {
        return Optional.ofNullable(csns.get(batch));
    }

    int owedBy(long database, int ordinal) {
        return databases.get(database).owedBy(ordinal);
    }

    void published(long database, int ordinal, long csn) {
        databases.get(database).published(ordinal, csn);
    }

    List<DecidedBatch> after(long database, long csn, int max) {
        BatchList batches = databases.get(database);
        return batches == null
                ? List.of()
                : batches.after(csn, max).stream().map(BatchRow::unpacked).toList();
    }

    /** Adds a batch and drops old ones; answers the dropped ones. */
    List<BatchRow> add(long seq, DecidedBatch decided, SystemEntry.Decide entry) {
        BatchRow row = BatchRow.of(seq, decided);
        BatchList batches = databases.get(row.database());
        batches.add(row, decided.participants());
        csns.put(row.id(), row.csn());
        changes.accept(new RowChange.Insert(
                SystemTable.BATCH,
                List.of(
                        row.database(),
                        seq,
                        row.csn(),
                        row.id().writer(),
                        row.id().attempt().run(),
                        (long) row.id().attempt().number(),
                        row.id().number(),
                        row.bytes(),
                        SystemJson.moves(entry.moves()),
                        entry.rows(),
                        entry.bytes(),
                        entry.startedAtMillis(),
                        entry.atMillis())));
        List<BatchRow> dropped = batches.prune();
        dropped.forEach(batch -> csns.remove(batch.id()));
        ranges(dropped).forEach(changes);
        return dropped;
    }

    void load(BatchRow row) {
        databases.get(row.database()).add(row, row.unpacked().participants());
        csns.put(row.id(), row.csn());
    }

    private static List<RowChange> ranges(List<BatchRow> dropped) {
        List<RowChange> ranges = new ArrayList<>();
        int start = 0;
        for (int i = 1; i <= dropped.size(); i++) {
            if (i == dropped.size()
                    || dropped.get(i).seq() != dropped.get(i - 1).seq() + 1) {
                ranges.add(new RowChange.DeleteRange(
                        SystemTable.BATCH,
                        dropped.get(start).database(),
                        dropped.get(start).seq(),
                        dropped.get(i - 1).seq()));
                start = i;
            }
        }
        return ranges;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof History that && databases.equals(that.databases) && csns.equals(that.csns);
    }

    @Override
    public int hashCode() {
        return databases.hashCode();
    }

    @Override
    public String toString() {
        return "BATCH=" + databases;
    }
}
