package dev.millrace.store.log;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.json.SpecJson;
import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.Cursor;
import dev.millrace.store.CursorMove;
import dev.millrace.store.Participant;
import dev.millrace.store.PartitionMap;
import dev.millrace.store.PipelineError;
import dev.millrace.store.PipelineState;
import dev.millrace.store.TableChange;
import dev.millrace.store.TableRef;
import dev.millrace.store.WriteMode;
import dev.millrace.store.wire.WireReader;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** An entry of the system partition's log. Answers are in the form that each entry's comment names. */
public sealed interface SystemEntry {
    /** Newest form of any entry. */
    int VERSION = 3;

    <R> R match(Cases<R> cases);

    /** One method for each kind of entry. */
    interface Cases<R> {
        R registerNode(RegisterNode entry);

        R registerWriter(RegisterWriter entry);

        R allocateId(AllocateId entry);

        R createDatabase(CreateDatabase entry);

        R dropDatabase(DropDatabase entry);

        R createPipeline(CreatePipeline entry);

        R dropPipeline(DropPipeline entry);

        R newRun(NewRun entry);

        R setPipelineState(SetPipelineState entry);

        R open(Open entry);

        R addCursors(AddCursors entry);

        R decide(Decide entry);

        R takeGate(TakeGate entry);

        R releaseGate(ReleaseGate entry);

        R revokeGate(RevokeGate entry);

        R recordErrors(RecordErrors entry);

        R reportPublished(ReportPublished entry);
    }

    /**
     * A leaf makes itself known, or known under a new address. Answer: its id (number).
     *
     * @param key the leaf's own lasting name, made when its folder was
     */
    record RegisterNode(String key, String host, int port, int raftPort) implements SystemEntry {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.registerNode(this);
        }
    }

    /** An aggregator's incarnation becomes a writer. Answer: its writer id (number). */
    record RegisterWriter(String name, long atMillis) implements SystemEntry {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.registerWriter(this);
        }
    }

    /** Gives out a number never given before, for databases, tables and pipelines; 1000 is the first. Answer: number. */
    record AllocateId() implements SystemEntry {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.allocateId(this);
        }
    }

    /** Answer: empty; refused as EXISTS. Its partitions exist on their leaves already. */
    record CreateDatabase(DatabaseSpec database, PartitionMap map) implements SystemEntry {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.createDatabase(this);
        }
    }

    /** Drops a database with its tables. Refused as UNKNOWN, or as IN_USE while it has pipelines. Answer: empty. */
    record DropDatabase(long id) implements SystemEntry {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.dropDatabase(this);
        }
    }

    /** Answer: empty; refused as EXISTS, or as TABLE_CHANGED if its table is not there in that version. */
    record CreatePipeline(PipelineSpec pipeline, String sql, long atMillis) implements SystemEntry {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.createPipeline(this);
        }
    }

    /** Drops a pipeline with its cursors, batches and errors, and fences its writer for good. Answer: empty. */
    record DropPipeline(long id) implements SystemEntry {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.dropPipeline(this);
        }
    }

    /**
     * Gives out the next run of a pipeline and fences every older one. START does this, and so does STOP, and a job
     * when its graph is built. Answer: the run (number). Refused as UNKNOWN, or as NOT_RUNNING if {@code submission}
     * and the pipeline's state is STOPPED.
     *
     * @param state what the pipeline's state becomes
     * @param submission whether a job asks, rather than a statement
     */
    record NewRun(long pipeline, PipelineState state, boolean submission, long atMillis) implements SystemEntry {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.newRun(this);
        }
    }

    /** Says how a run fares; ignored, with the answer false, if a newer run is known. Answer: bool. */
    record SetPipelineState(long pipeline, long run, PipelineState state, String message, long atMillis)
            implements SystemEntry {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.setPipelineState(this);
        }
    }

    /**
     * A writer's attempt begins: every older one is fenced. Answer: {@link dev.millrace.store.wire.OpenAnswer}.
     * Refused as FENCED if a newer attempt is known, as UNKNOWN for a dropped pipeline.
     *
     * @param job Flink's job id in hexadecimal; empty for an aggregator
     */
    record Open(long writer, Attempt attempt, String job) implements SystemEntry {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.open(this);
        }
    }

    /**
     * Decides where reading begins in source partitions that have no cursor yet; others keep theirs. Answer:
     * {@link dev.millrace.store.wire.OpenAnswer}. Refused as FENCED, as UNKNOWN, as CURSOR_MISMATCH if a partition's
     * incarnation is another than the known one.
     */
    record AddCursors(long writer, Attempt attempt, List<Cursor> cursors) implements SystemEntry {
        public AddCursors {
            cursors = List.copyOf(cursors);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.addCursors(this);
        }
    }

    /**
     * Makes a batch exist. Answer: its CSN (number), 0 if it has neither rows nor a change; a known batch gets its CSN
     * again. Refused as FENCED, CURSOR_MISMATCH (naming both offsets), TABLE_CHANGED, MAP_CHANGED, GATE_LOST, BUSY
     * while somebody else holds a gate on its tables, MALFORMED without the gate that its mode needs, EXISTS or UNKNOWN or IN_USE for a change of the catalog.
     *
     * @param tables every table it has rows for, in the version it was made with
     * @param mode of its rows; INSERT into a table with keys needs the gate, and a seal on every participant
     * @param gate the gate it holds; 0 for none. It is released by the decision.
     * @param moves cursor moves; empty for statements
     * @param participants partitions with rows; ignored if there is a change: then all take part
     * @param rows rows in it, for the history
     * @param startedAtMillis when its first record was read or its statement began
     * @param errors records that were left out of it: they become rows of PIPELINES_ERRORS if and only if the batch is
     *     decided; at most {@link #ERRORS_BYTES_MAX} by {@link PipelineError#sizeBytes}
     */
    record Decide(
            BatchId batch,
            long database,
            long mapVersion,
            List<TableRef> tables,
            WriteMode mode,
            long gate,
            List<CursorMove> moves,
            List<Participant> participants,
            Optional<TableChange> change,
            long rows,
            long bytes,
            long startedAtMillis,
            long atMillis,
            List<PipelineError> errors)
            implements SystemEntry {
        /** Leaves 600 KB of what an entry may have to everything else. */
        public static final int ERRORS_BYTES_MAX = 11 << 18;

        /** A decision on a batch out of which nothing was left. */
        public Decide(
                BatchId batch,
                long database,
                long mapVersion,
                List<TableRef> tables,
                WriteMode mode,
                long gate,
                List<CursorMove> moves,
                List<Participant> participants,
                Optional<TableChange> change,
                long rows,
                long bytes,
                long startedAtMillis,
                long atMillis) {
            this(
                    batch,
                    database,
                    mapVersion,
                    tables,
                    mode,
                    gate,
                    moves,
                    participants,
                    change,
                    rows,
                    bytes,
                    startedAtMillis,
                    atMillis,
                    List.of());
        }

        public Decide {
            requireNonNull(batch, "batch");
            tables = List.copyOf(tables);
            requireNonNull(mode, "mode");
            moves = List.copyOf(moves);
            participants = List.copyOf(participants);
            requireNonNull(change, "change");
            errors = List.copyOf(errors);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.decide(this);
        }
    }

    /**
     * Asks for the gates of tables, all or none, first come first served. Answer:
     * {@link dev.millrace.store.wire.GateAnswer}: granted, or a place in the queue; asking again keeps the place.
     * Refused as FENCED. A waiting batch that does not ask again is dropped by RevokeGate.
     */
    record TakeGate(BatchId batch, long database, List<Long> tables) implements SystemEntry {
        public TakeGate {
            tables = List.copyOf(tables);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.takeGate(this);
        }
    }

    /** Gives gates back, or a place in the queue. Answer: empty, also if there was nothing to give back. */
    record ReleaseGate(BatchId batch) implements SystemEntry {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.releaseGate(this);
        }
    }

    /**
     * Takes a stuck holder's gate, or a stuck waiter's place, away. Answer: empty.
     *
     * @param batch the holder or waiter that was seen
     */
    record RevokeGate(BatchId batch) implements SystemEntry {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.revokeGate(this);
        }
    }

    /** Adds rows to PIPELINES_ERRORS; the oldest beyond the bound go. Answer: empty. */
    record RecordErrors(long pipeline, long run, List<PipelineError> errors) implements SystemEntry {
        public RecordErrors {
            errors = List.copyOf(errors);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.recordErrors(this);
        }
    }

    /** A leaf says up to which CSN all its partitions of a database have published, so that history may be pruned. */
    record ReportPublished(long node, long database, long csn) implements SystemEntry {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.reportPublished(this);
        }
    }

    /** The entry's bytes, as they stand in the log. */
    default byte[] toBytes() {
        return match(new SystemEntryWriter());
    }

    /** Reads an entry. */
    static SystemEntry fromBytes(ByteBuffer bytes) {
        WireReader in = new WireReader(bytes);
        int tag = in.u8();
        int version = in.readVersion(VERSION);
        SystemEntry entry = read(tag, version, in);
        in.end();
        return entry;
    }

    private static SystemEntry read(int tag, int version, WireReader in) {
        return switch (tag) {
            case SystemEntryWriter.REGISTER_NODE -> new RegisterNode(in.text(), in.text(), in.integer(), in.integer());
            case SystemEntryWriter.REGISTER_WRITER -> new RegisterWriter(in.text(), in.number());
            case SystemEntryWriter.ALLOCATE_ID -> new AllocateId();
            case SystemEntryWriter.CREATE_DATABASE ->
                new CreateDatabase(SpecJson.readDatabase(in.text()), PartitionMap.read(in));
            case SystemEntryWriter.DROP_DATABASE -> new DropDatabase(in.number());
            case SystemEntryWriter.CREATE_PIPELINE ->
                new CreatePipeline(SpecJson.readPipeline(in.text()), in.text(), in.number());
            case SystemEntryWriter.DROP_PIPELINE -> new DropPipeline(in.number());
            case SystemEntryWriter.NEW_RUN -> new NewRun(in.number(), state(in), in.bool(), in.number());
            case SystemEntryWriter.SET_PIPELINE_STATE ->
                new SetPipelineState(in.number(), in.number(), state(in), in.text(), in.number());
            case SystemEntryWriter.OPEN -> new Open(in.number(), Attempt.read(in), in.text());
            case SystemEntryWriter.ADD_CURSORS -> new AddCursors(in.number(), Attempt.read(in), in.list(Cursor::read));
            case SystemEntryWriter.DECIDE ->
                new Decide(
                        BatchId.read(in),
                        in.number(),
                        in.number(),
                        in.list(TableRef::read),
                        // The first form does not say, and is not asked for its gate.
                        version > 1 ? WriteMode.read(in) : WriteMode.REPLACE,
                        in.number(),
                        in.list(CursorMove::read),
                        in.list(Participant::read),
                        in.list(TableChange::read).stream().findFirst(),
                        in.number(),
                        in.number(),
                        in.number(),
                        in.number(),
                        version > 2 ? in.list(PipelineError::read) : List.of());
            case SystemEntryWriter.TAKE_GATE ->
                new TakeGate(BatchId.read(in), in.number(), in.list(WireReader::number));
            case SystemEntryWriter.RELEASE_GATE -> new ReleaseGate(BatchId.read(in));
            case SystemEntryWriter.REVOKE_GATE -> new RevokeGate(BatchId.read(in));
            case SystemEntryWriter.RECORD_ERRORS ->
                new RecordErrors(
                        in.number(),
                        in.number(),
                        in.list(version > 1 ? PipelineError::read : PipelineError::readFirst));
            case SystemEntryWriter.REPORT_PUBLISHED -> new ReportPublished(in.number(), in.number(), in.number());
            default -> throw new IllegalArgumentException("system entry of kind " + tag);
        };
    }

    private static PipelineState state(WireReader in) {
        int ordinal = in.u8();
        if (ordinal >= PipelineState.values().length) {
            throw new IllegalArgumentException("pipeline state " + ordinal);
        }
        return PipelineState.values()[ordinal];
    }
}
