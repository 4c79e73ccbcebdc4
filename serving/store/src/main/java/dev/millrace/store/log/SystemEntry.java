package dev.millrace.store.log;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.Credentials;
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
import dev.millrace.store.SourceOffsets;
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

        R storeProgram(StoreProgram entry);

        R replacePipeline(ReplacePipeline entry);

        R clearErrors(ClearErrors entry);

        R reportOffsets(ReportOffsets entry);
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

    /**
     * Answer: whether a pipeline of that name was dropped before (bool). Refused as EXISTS, or as TABLE_CHANGED if its
     * table is not there in that version.
     */
    record CreatePipeline(PipelineSpec pipeline, String sql, Credentials credentials, long atMillis)
            implements SystemEntry {
        public CreatePipeline {
            requireNonNull(credentials, "credentials");
        }

        /** A pipeline that needs no credentials. */
        public CreatePipeline(PipelineSpec pipeline, String sql, long atMillis) {
            this(pipeline, sql, Credentials.NONE, atMillis);
        }

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
     * Gives out the next run of a pipeline. START does this, and so does STOP: then every older run is fenced. A job
     * does it when its graph is built: then the older run may go on deciding until an attempt of the new one opens, so
     * that nothing waits for a job to start. Answer: the run (number). Refused as UNKNOWN, and for a submission as
     * NOT_RUNNING if the pipeline's state is STOPPED, as PLAN_STALE if the pipeline was altered since {@code seen}.
     *
     * @param state what the pipeline's state becomes
     * @param submission whether a job asks, rather than a statement
     * @param seen the newest run when the submission read the pipeline
     * @param batches after so many batches the pipeline stops by itself; 0: never. A submission leaves it as it is.
     */
    record NewRun(long pipeline, PipelineState state, boolean submission, long seen, long batches, long atMillis)
            implements SystemEntry {
        /** A statement's, without a limit of batches; a submission's of the pipeline as it is. */
        public NewRun(long pipeline, PipelineState state, boolean submission, long atMillis) {
            this(pipeline, state, submission, Long.MAX_VALUE, 0, atMillis);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.newRun(this);
        }
    }

    /**
     * Says how a run fares; ignored, with the answer false, if a newer run is known. Answer: bool.
     *
     * @param condition the name of a {@link dev.millrace.spec.error.SqlState}; empty if all is well
     */
    record SetPipelineState(
            long pipeline, long run, PipelineState state, String condition, String message, long atMillis)
            implements SystemEntry {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.setPipelineState(this);
        }
    }

    /**
     * A writer's attempt begins: every older one is fenced. Answer: {@link dev.millrace.store.wire.OpenAnswer}, without
     * cursors of files: those who want them ask by {@link ReportOffsets}.
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
     * again. A move of a file that has no cursor begins at 0. Refused as FENCED, CURSOR_MISMATCH (naming both offsets), TABLE_CHANGED, MAP_CHANGED, GATE_LOST, BUSY
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

    /**
     * Keeps a part of a transform's file, under the file's SHA-256. Parts come in order; another than the next one
     * changes nothing. A pipeline that needs the file is refused as PROGRAM_MISSING until all of it is there; a file that
     * no pipeline needs is dropped when pipelines come or go. Answer: the part to come next (number). Refused as TOO_LARGE,
     * as MALFORMED for a part of another length than {@link #PART_BYTES}.
     *
     * @param sizeBytes of the whole file
     * @param part from 0
     */
    record StoreProgram(String sha256, long sizeBytes, int part, byte[] bytes) implements SystemEntry {
        /** Of every part but the last; small enough for a log, large enough to be few. */
        public static final int PART_BYTES = 1 << 20;

        public StoreProgram {
            requireNonNull(sha256, "sha256");
            requireNonNull(bytes, "bytes");
        }

        /** How many parts a file has. */
        public static int parts(long sizeBytes) {
            return Math.toIntExact((sizeBytes + PART_BYTES - 1) / PART_BYTES);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.storeProgram(this);
        }
    }

    /**
     * ALTER and OR REPLACE: the pipeline of that id becomes what is said here, in a new run. Its cursors stay, but for
     * those named here. Older runs go on until an attempt of the new one opens; where cursors are named they are
     * fenced, and so they are where places in files mean something else now. Answer: the run (number). Refused as UNKNOWN,
     * as PLAN_STALE if a newer run than {@code seen} is known, as TABLE_CHANGED, as PLACES_DIFFER if a file that is loaded
     * in part would be read on from a place that means something else.
     *
     * @param seen the newest run when the statement read the pipeline
     * @param cursors take the place of those that are there
     * @param forgotten source partitions whose cursors go, before others come
     */
    record ReplacePipeline(
            long seen,
            PipelineSpec pipeline,
            String sql,
            Credentials credentials,
            List<Cursor> cursors,
            List<String> forgotten,
            long atMillis)
            implements SystemEntry {
        /** Among the forgotten: all files. */
        public static final String ALL_FILES = "*";

        public ReplacePipeline {
            requireNonNull(pipeline, "pipeline");
            requireNonNull(credentials, "credentials");
            cursors = List.copyOf(cursors);
            forgotten = List.copyOf(forgotten);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.replacePipeline(this);
        }
    }

    /** Empties PIPELINES_ERRORS of a pipeline. Answer: empty; refused as UNKNOWN. */
    record ClearErrors(long pipeline) implements SystemEntry {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.clearErrors(this);
        }
    }

    /**
     * What a source has, for PIPELINES_OFFSETS. Answer: {@link dev.millrace.store.wire.OpenAnswer} with the pipeline's
     * cursors; of files, with those that are named. Refused as UNKNOWN.
     */
    record ReportOffsets(long pipeline, List<SourceOffsets> offsets, long atMillis) implements SystemEntry {
        private static final long NEVER = -1;

        public ReportOffsets {
            offsets = List.copyOf(offsets);
        }

        /** Reports nothing and is answered with all cursors. */
        public static ReportOffsets ask(long pipeline) {
            return new ReportOffsets(pipeline, List.of(), NEVER);
        }

        /** Whether it only asks. */
        public boolean isAsking() {
            return atMillis == NEVER;
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.reportOffsets(this);
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
                new CreatePipeline(
                        SpecJson.readPipeline(in.text()),
                        in.text(),
                        version > 1 ? credentials(in) : Credentials.NONE,
                        in.number());
            case SystemEntryWriter.DROP_PIPELINE -> new DropPipeline(in.number());
            case SystemEntryWriter.NEW_RUN ->
                version > 1
                        ? new NewRun(in.number(), state(in), in.bool(), in.number(), in.number(), in.number())
                        : new NewRun(in.number(), state(in), in.bool(), in.number());
            case SystemEntryWriter.SET_PIPELINE_STATE ->
                new SetPipelineState(
                        in.number(), in.number(), state(in), version > 1 ? in.text() : "", in.text(), in.number());
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
            case SystemEntryWriter.STORE_PROGRAM -> new StoreProgram(in.text(), in.number(), in.integer(), in.bytes());
            case SystemEntryWriter.REPLACE_PIPELINE ->
                new ReplacePipeline(
                        in.number(),
                        SpecJson.readPipeline(in.text()),
                        in.text(),
                        credentials(in),
                        in.list(Cursor::read),
                        in.list(WireReader::text),
                        in.number());
            case SystemEntryWriter.CLEAR_ERRORS -> new ClearErrors(in.number());
            case SystemEntryWriter.REPORT_OFFSETS ->
                new ReportOffsets(in.number(), in.list(SourceOffsets::read), in.number());
            default -> throw new IllegalArgumentException("system entry of kind " + tag);
        };
    }

    private static Credentials credentials(WireReader in) {
        return new Credentials(SpecJson.readStrings(in.text()));
    }

    private static PipelineState state(WireReader in) {
        int ordinal = in.u8();
        if (ordinal >= PipelineState.values().length) {
            throw new IllegalArgumentException("pipeline state " + ordinal);
        }
        return PipelineState.values()[ordinal];
    }
}
