package dev.millrace.store.log;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.DecidedBatch;
import dev.millrace.store.RowChange;
import dev.millrace.store.TableRef;
import dev.millrace.store.TaskChunks;
import dev.millrace.store.WriteMode;
import dev.millrace.store.wire.WireReader;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** An entry of the log of a partition of rows. */
public sealed interface LogEntry {
    /** Newest form of any entry. */
    int VERSION = 1;

    /** An entry must fit Ratis' appender buffer of 4 MB with its header. */
    int BYTES_MAX = 3_500_000;

    <R> R match(Cases<R> cases);

    /** One method for each kind of entry. */
    interface Cases<R> {
        R stage(Stage entry);

        R seal(Seal entry);

        R unseal(Unseal entry);

        R publish(Publish entry);

        R discard(Discard entry);

        R insert(Insert entry);
    }

    /**
     * Puts a chunk of a batch aside, durable and invisible. Answer: empty; refused as FENCED below the writer's floor,
     * as FINISHED if the batch is published or discarded. A chunk that is there already is kept once.
     *
     * @param task subtask that made it, from 0
     * @param seq its place among the chunks of the task for this partition and batch, from 0; rows of a batch are in
     *     the order (task, seq, row)
     * @param change of rows that are there, where the mode has one
     * @param rows rows in it
     * @param ipc an Arrow IPC stream: schema and batches with all columns of the table in the table's order; a view of
     *     the entry's own bytes when it was read. Without any byte for a {@link WriteMode#CHANGE}
     */
    record Stage(
            BatchId batch,
            int task,
            int seq,
            TableRef table,
            WriteMode mode,
            Optional<RowChange> change,
            int rows,
            ByteBuffer ipc)
            implements LogEntry {
        public Stage {
            requireNonNull(batch, "batch");
            requireNonNull(table, "table");
            requireNonNull(mode, "mode");
            if (mode.hasChange() != change.isPresent()) {
                throw new IllegalArgumentException(mode + " with " + change);
            }
            ipc = ipc.slice();
        }

        public Stage(BatchId batch, int task, int seq, TableRef table, WriteMode mode, int rows, byte[] ipc) {
            this(batch, task, seq, table, mode, Optional.empty(), rows, ByteBuffer.wrap(ipc));
        }

        /** A statement that changes the rows of one partition. */
        public static Stage change(BatchId batch, TableRef table, RowChange change) {
            return new Stage(
                    batch, 0, 0, table, WriteMode.CHANGE, Optional.of(change), 0, ByteBuffer.wrap(new byte[0]));
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.stage(this);
        }
    }

    /**
     * Checks a staged batch against the tables whose gate its writer holds, and keeps the verdict. Answer: empty; {@link
     * dev.millrace.store.wire.ClashingRows} for {@link WriteMode#SKIP}; the number of rows affected, as MySQL counts
     * them, where rows that are there are changed. Refused as DUPLICATE_KEY with the key, as OUT_OF_RANGE and the like
     * for a value that cannot be computed or stored, as BEHIND while the partition's CSN is below {@code after}, as GATE_LOST
     * under a lower gate than the newest seen, as UNKNOWN if chunks are missing. Until its publish, an unseal or a
     * higher gate its tables take no other write here.
     *
     * @param gate number of the gate
     * @param after last CSN that touches this partition, as the gate's grant said
     */
    record Seal(BatchId batch, long gate, long after, List<TaskChunks> chunks) implements LogEntry {
        public Seal {
            requireNonNull(batch, "batch");
            chunks = List.copyOf(chunks);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.seal(this);
        }
    }

    /**
     * Clears the seals of gates up to {@code gate} on some tables, which nobody will publish, and drops the batches that
     * were sealed. Refused as BEHIND below {@code after}.
     *
     * @param tables ids of the tables whose gates are over; other tables may be sealed under lower gates that are held
     */
    record Unseal(long gate, long after, List<Long> tables) implements LogEntry {
        public Unseal {
            tables = List.copyOf(tables);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.unseal(this);
        }
    }

    /**
     * Makes batches visible, in the order of their CSNs, in one transaction. Answer: the partition's CSN after it. Skipped if {@code upto} is
     * not above the partition's CSN; refused as GAP if {@code from} is not the partition's CSN. A missing chunk halts
     * the replica.
     *
     * @param from the partition's CSN before
     * @param upto CSN of the last batch
     * @param batches those decided in between that this partition takes part in, each with this participant only
     */
    record Publish(long from, long upto, List<DecidedBatch> batches) implements LogEntry {
        public Publish {
            batches = List.copyOf(batches);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.publish(this);
        }
    }

    /**
     * Drops what a writer staged in attempts below {@code below} and raises the writer's floor to it. Refused as
     * BEHIND while the partition's CSN is below {@code after}: something of that writer may be decided.
     */
    record Discard(long writer, Attempt below, long after) implements LogEntry {
        public Discard {
            requireNonNull(below, "below");
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.discard(this);
        }
    }

    /**
     * A statement with rows for this partition alone: atomic, without a CSN. Answer: number of rows affected. Refused
     * as DUPLICATE_KEY, TABLE_CHANGED, BUSY while a seal holds the table. The same statement again gets the first
     * answer.
     *
     * @param statement names the statement, for repeats
     * @param finishedBelow statements of this writer with lower numbers have their answers and may be forgotten
     * @param ipc as in {@link Stage}
     */
    record Insert(BatchId statement, long finishedBelow, TableRef table, WriteMode mode, int rows, ByteBuffer ipc)
            implements LogEntry {
        public Insert {
            requireNonNull(statement, "statement");
            requireNonNull(table, "table");
            requireNonNull(mode, "mode");
            ipc = ipc.slice();
        }

        public Insert(BatchId statement, long finishedBelow, TableRef table, WriteMode mode, int rows, byte[] ipc) {
            this(statement, finishedBelow, table, mode, rows, ByteBuffer.wrap(ipc));
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.insert(this);
        }
    }

    /** The entry's bytes, as they stand in the log. */
    default byte[] toBytes() {
        return match(new LogEntryWriter());
    }

    /** Reads an entry. */
    static LogEntry fromBytes(ByteBuffer bytes) {
        WireReader in = new WireReader(bytes);
        int tag = in.u8();
        in.version(VERSION);
        LogEntry entry = switch (tag) {
            case LogEntryWriter.STAGE -> stage(in);
            case LogEntryWriter.SEAL -> new Seal(BatchId.read(in), in.number(), in.number(), in.list(TaskChunks::read));
            case LogEntryWriter.UNSEAL -> new Unseal(in.number(), in.number(), in.list(WireReader::number));
            case LogEntryWriter.PUBLISH -> new Publish(in.number(), in.number(), in.list(DecidedBatch::read));
            case LogEntryWriter.DISCARD -> new Discard(in.number(), Attempt.read(in), in.number());
            case LogEntryWriter.INSERT ->
                new Insert(
                        BatchId.read(in), in.number(), TableRef.read(in), WriteMode.read(in), in.integer(), in.view());
            default -> throw new IllegalArgumentException("log entry of kind " + tag);
        };
        in.end();
        return entry;
    }

    private static Stage stage(WireReader in) {
        BatchId batch = BatchId.read(in);
        int task = in.integer();
        int seq = in.integer();
        TableRef table = TableRef.read(in);
        WriteMode mode = WriteMode.read(in);
        Optional<RowChange> change = mode.hasChange() ? Optional.of(RowChange.read(in)) : Optional.empty();
        return new Stage(batch, task, seq, table, mode, change, in.integer(), in.view());
    }
}
