package dev.millrace.leaf.engine;

import dev.millrace.leaf.replica.LoggedEntry;
import dev.millrace.spec.TableSpec;
import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.DecidedBatch;
import dev.millrace.store.Participant;
import dev.millrace.store.PartitionId;
import dev.millrace.store.TableChange;
import dev.millrace.store.TableRef;
import dev.millrace.store.TaskChunks;
import dev.millrace.store.WriteMode;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.Refusal;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** A partition driven by a test in place of a log. */
final class DrivenPartition implements AutoCloseable {
    static final PartitionId ID = new PartitionId(3, 0);
    static final long WRITER = 7;

    /** Room for some chunks: the others stand in files from the first. */
    private static final long STAGE_BYTES = 8_000;

    private final Path folder;
    private final long stageBytes;
    private final List<LoggedEntry> log = new ArrayList<>();
    private LeafDatabase database;
    RowPartition partition;
    private long index = 4;

    DrivenPartition(Path folder) {
        this(folder, STAGE_BYTES);
    }

    DrivenPartition(Path folder, long stageBytes) {
        this.folder = folder;
        this.stageBytes = stageBytes;
        open();
    }

    private void open() {
        database = new LeafDatabase(new LeafDatabase.Limits(
                256L << 20, 1, folder.resolve("tmp"), folder.resolve("partitions"), stageBytes));
        partition = new RowPartition(database, ID, folder.resolve("partitions").resolve(ID.alias()), Rows.ALLOCATOR);
    }

    /** Closes it, opens it and replays what Ratis would: the log behind the snapshot. */
    void reopen() {
        close();
        open();
        List<LoggedEntry> behind = log.stream()
                .filter(entry -> entry.index() > partition.snapshotIndex())
                .toList();
        if (!behind.isEmpty()) {
            partition.apply(behind);
        }
    }

    Answer apply(LogEntry entry) {
        return applyAt(++index, entry);
    }

    Answer applyAt(long at, LogEntry entry) {
        LoggedEntry logged = logged(at, entry);
        return partition.apply(List.of(logged)).get(0);
    }

    List<Answer> applyTogether(LogEntry... entries) {
        List<LoggedEntry> logged = new ArrayList<>();
        for (LogEntry entry : entries) {
            logged.add(logged(++index, entry));
        }
        return partition.apply(logged);
    }

    private LoggedEntry logged(long at, LogEntry entry) {
        LoggedEntry logged = new LoggedEntry(1, at, ByteBuffer.wrap(entry.toBytes()));
        log.add(logged);
        return logged;
    }

    long index() {
        return index;
    }

    static BatchId batch(long number) {
        return batch(1, number);
    }

    static BatchId batch(int attempt, long number) {
        return new BatchId(WRITER, new Attempt(1, attempt), number);
    }

    static LogEntry.Stage stage(BatchId batch, int task, int seq, TableSpec table, WriteMode mode, String... rows) {
        return new LogEntry.Stage(batch, task, seq, ref(table), mode, rows.length, Rows.ipc(table, rows));
    }

    static LogEntry.Insert insert(long number, long below, TableSpec table, WriteMode mode, String... rows) {
        return new LogEntry.Insert(batch(number), below, ref(table), mode, rows.length, Rows.ipc(table, rows));
    }

    static TableRef ref(TableSpec table) {
        return new TableRef(table.id(), table.version());
    }

    static LogEntry.Publish change(long csn, TableChange.Kind kind, TableSpec table) {
        return new LogEntry.Publish(
                csn - 1,
                csn,
                List.of(new DecidedBatch(
                        ID.database(),
                        csn,
                        new BatchId(99, new Attempt(1, 0), csn),
                        0,
                        List.of(new Participant(0, List.of())),
                        Optional.of(new TableChange(kind, table)))));
    }

    static DecidedBatch decided(long csn, BatchId batch, long gate, TaskChunks... chunks) {
        return new DecidedBatch(
                ID.database(), csn, batch, gate, List.of(new Participant(0, List.of(chunks))), Optional.empty());
    }

    static LogEntry.Publish publish(long csn, BatchId batch, TaskChunks... chunks) {
        return new LogEntry.Publish(csn - 1, csn, List.of(decided(csn, batch, 0, chunks)));
    }

    /** Rows of a table as {@code 1:a}, sorted. */
    List<String> rows(TableSpec table) {
        List<String> rows = new ArrayList<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT * FROM " + ID.alias() + ".t" + table.id())) {
            while (result.next()) {
                rows.add(result.getLong(1) + ":" + (result.getString(2) == null ? "" : result.getString(2)));
            }
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException(e);
        }
        Collections.sort(rows);
        return rows;
    }

    static Refusal refusal(Answer answer) {
        return ((Answer.Refused) answer).refusal();
    }

    @Override
    public void close() {
        partition.close();
        database.close();
    }
}
