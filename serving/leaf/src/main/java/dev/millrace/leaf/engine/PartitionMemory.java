package dev.millrace.leaf.engine;

import dev.millrace.spec.json.SpecJson;
import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;
import java.sql.Blob;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a partition's file remembers beside its rows: indexes, CSN, tables with their seals, writers. Loaded at the
 * start; changes are made here by the apply thread and written into its transaction by {@link #save}.
 */
final class PartitionMemory {
    private final PartitionFile file;
    private final Map<Long, PartitionTable> tables = new ConcurrentHashMap<>();
    private final Map<Long, WriterState> writers = new HashMap<>();
    private final Set<Long> changedTables = new HashSet<>();
    private final Set<Long> changedWriters = new HashSet<>();
    private final Set<Long> storedTables = new HashSet<>();
    private final Set<Long> storedWriters = new HashSet<>();
    private boolean metaChanged;
    private long csn;

    private volatile long appliedIndex;
    private volatile long snapshotIndex;
    private volatile long snapshotTerm;

    PartitionMemory(PartitionFile file) {
        this.file = file;
        file.begin();
        file.execute("CREATE TABLE IF NOT EXISTS " + file.table("_meta")
                + " (applied_term BIGINT, applied_index BIGINT, csn BIGINT, snapshot_term BIGINT,"
                + " snapshot_index BIGINT)");
        file.execute("CREATE TABLE IF NOT EXISTS " + file.table("_table")
                + " (id BIGINT, csn BIGINT, log_index BIGINT, dropped BOOLEAN, gate BIGINT, seal BLOB, spec VARCHAR)");
        file.execute("CREATE TABLE IF NOT EXISTS " + file.table("_writer") + " (writer BIGINT, state BLOB)");
        file.execute("INSERT INTO " + file.table("_meta") + " SELECT 0, -1, 0, 0, -1 WHERE NOT EXISTS (FROM "
                + file.table("_meta") + ")");
        file.commit();
        file.query("SELECT * FROM " + file.table("_meta"), row -> {
            appliedIndex = row.getLong(2);
            csn = row.getLong(3);
            snapshotTerm = row.getLong(4);
            snapshotIndex = row.getLong(5);
        });
        file.query("SELECT * FROM " + file.table("_table"), row -> {
            byte[] seal = bytes(row, 6);
            PartitionTable table = new PartitionTable(
                    SpecJson.readTable(row.getString(7)),
                    row.getLong(2),
                    row.getLong(3),
                    row.getBoolean(4),
                    row.getLong(5),
                    seal.length == 0 ? Optional.empty() : Optional.of(BatchId.read(new WireReader(seal))));
            tables.put(row.getLong(1), table);
            storedTables.add(row.getLong(1));
        });
        file.query("SELECT * FROM " + file.table("_writer"), row -> {
            writers.put(row.getLong(1), WriterState.fromBytes(bytes(row, 2)));
            storedWriters.add(row.getLong(1));
        });
    }

    long appliedIndex() {
        return appliedIndex;
    }

    long snapshotIndex() {
        return snapshotIndex;
    }

    long snapshotTerm() {
        return snapshotTerm;
    }

    long csn() {
        return csn;
    }

    void csn(long newCsn) {
        csn = newCsn;
        metaChanged = true;
    }

    /** Safe from any thread; may be ahead of what is committed. */
    Optional<PartitionTable> table(long id) {
        return Optional.ofNullable(tables.get(id));
    }

    Iterable<PartitionTable> tables() {
        return tables.values();
    }

    void table(PartitionTable table) {
        tables.put(table.spec().id(), table);
        changedTables.add(table.spec().id());
    }

    /** A writer's state to read. */
    WriterState writer(long id) {
        return writers.computeIfAbsent(id, key -> new WriterState());
    }

    /** A writer's state to change. */
    WriterState changingWriter(long id) {
        changedWriters.add(id);
        return writer(id);
    }

    boolean isFinished(BatchId batch) {
        return isFinished(batch.writer(), batch.attempt(), batch.number());
    }

    private boolean isFinished(long writer, Attempt attempt, long number) {
        WriterState state = writers.get(writer);
        return state != null && state.isFinished(attempt, number);
    }

    boolean isChanged() {
        return metaChanged || !changedTables.isEmpty() || !changedWriters.isEmpty();
    }

    /** Writes the changes and the index they belong to. */
    void save(long term, long index) {
        file.begin();
        for (long id : changedTables) {
            save(tables.get(id), storedTables.add(id));
        }
        for (long id : changedWriters) {
            byte[] state = writers.get(id).toBytes();
            if (storedWriters.add(id)) {
                file.execute("INSERT INTO " + file.table("_writer") + " VALUES (?, ?)", id, state);
            } else {
                file.execute("UPDATE " + file.table("_writer") + " SET state = ? WHERE writer = ?", state, id);
            }
        }
        file.execute(
                "UPDATE " + file.table("_meta") + " SET applied_term = ?, applied_index = ?, csn = ?",
                term,
                index,
                csn);
        changedTables.clear();
        changedWriters.clear();
        metaChanged = false;
    }

    /** After the commit: what was saved is the file's state. */
    void committed(long index) {
        appliedIndex = index;
    }

    /** Moves the indexes of file and snapshot, in a transaction of its own. */
    void snapshot(long term, long index) {
        if (index > appliedIndex) {
            save(term, index); // in a replay the file is ahead of what is replayed
        }
        file.begin();
        file.execute("UPDATE " + file.table("_meta") + " SET snapshot_term = ?, snapshot_index = ?", term, index);
        file.commit();
        appliedIndex = Math.max(appliedIndex, index);
        snapshotTerm = term;
        snapshotIndex = index;
    }

    private void save(PartitionTable table, boolean isNew) {
        byte[] seal = table.seal().map(PartitionMemory::bytes).orElse(new byte[0]);
        if (isNew) {
            file.execute(
                    "INSERT INTO " + file.table("_table") + " VALUES (?, ?, ?, ?, ?, ?, ?)",
                    table.spec().id(),
                    table.csn(),
                    table.index(),
                    table.dropped(),
                    table.gate(),
                    seal,
                    SpecJson.write(table.spec()));
        } else {
            file.execute(
                    "UPDATE " + file.table("_table")
                            + " SET csn = ?, log_index = ?, dropped = ?, gate = ?, seal = ?, spec = ? WHERE id = ?",
                    table.csn(),
                    table.index(),
                    table.dropped(),
                    table.gate(),
                    seal,
                    SpecJson.write(table.spec()),
                    table.spec().id());
        }
    }

    private static byte[] bytes(BatchId batch) {
        WireWriter out = new WireWriter();
        batch.write(out);
        return out.toBytes();
    }

    private static byte[] bytes(ResultSet row, int column) throws SQLException {
        Blob blob = row.getBlob(column);
        return blob.getBytes(1, Math.toIntExact(blob.length()));
    }
}
