package dev.millrace.aggregator.pipeline;

import static java.util.Objects.requireNonNull;

import dev.millrace.aggregator.catalog.LiveCatalog;
import dev.millrace.ddl.check.NewOffsets;
import dev.millrace.spec.Credentials;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.TransformSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.Attempt;
import dev.millrace.store.CatalogSnapshot;
import dev.millrace.store.Cursor;
import dev.millrace.store.PipelineState;
import dev.millrace.store.client.StoreClient;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.OpenAnswer;
import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.RefusedException;
import dev.millrace.store.wire.WireReader;
import dev.millrace.transform.jq.JqFilter;
import dev.millrace.transform.program.ProgramFetch;
import dev.millrace.transform.program.ProgramFile;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the statements on pipelines do. */
public final class Pipelines {
    private static final int STORED_MAX = 5;

    private final StoreClient client;
    private final LiveCatalog catalog;
    private final PipelineSupervisor supervisor;
    private final SourceWatch sources;
    private final InstantSource clock;

    public Pipelines(
            StoreClient client,
            LiveCatalog catalog,
            PipelineSupervisor supervisor,
            SourceWatch sources,
            InstantSource clock) {
        this.client = requireNonNull(client, "client");
        this.catalog = requireNonNull(catalog, "catalog");
        this.supervisor = requireNonNull(supervisor, "supervisor");
        this.sources = requireNonNull(sources, "sources");
        this.clock = requireNonNull(clock, "clock");
    }

    /**
     * A pipeline as a statement defines it.
     *
     * @param sql its canonical text, without secrets
     * @param program the file of its transform, where the catalog may not have it yet
     */
    public record Definition(PipelineSpec spec, String sql, Credentials credentials, Optional<ProgramFile> program) {
        /** A pipeline whose transform is in the catalog, or that has none. */
        public Definition(PipelineSpec spec, String sql, Credentials credentials) {
            this(spec, sql, credentials, Optional.empty());
        }

        /**
         * The same with its transform as it is where its URI says, if it is not in the catalog; mistakes of a jq program
         * are found here.
         *
         * @throws StatementException TRANSFORM_UNAVAILABLE, WRONG_CONFIG, UNSUPPORTED
         */
        public Definition fetched() {
            if (spec.transform().isEmpty()) {
                return this;
            }
            TransformSpec transform = spec.transform().get();
            if (transform.isBuiltIn()) {
                new JqFilter(transform);
                return this;
            }
            if (!transform.sha256().isEmpty()) {
                return this;
            }
            ProgramFile file = ProgramFetch.fetch(transform);
            PipelineSpec whole = spec.withTransform(transform.withFile(file.sha256(), file.bytes().length));
            return new Definition(whole, sql, credentials, Optional.of(file));
        }

        private SourceDesk source() {
            return SourceDesk.of(spec, credentials);
        }
    }

    /** Whether a pipeline is running or waits for its turn. */
    public static boolean isRunning(CatalogSnapshot.Pipeline pipeline) {
        return pipeline.state() == PipelineState.RUNNING || pipeline.state() == PipelineState.QUEUED;
    }

    /** Offsets of all sources, as new as can be had in a moment, into the catalog. */
    public void refreshOffsets() {
        sources.refresh();
    }

    /** CREATE PIPELINE. Answers whether one of that name was dropped before. */
    public boolean create(Definition definition) {
        PipelineSpec spec = definition.spec();
        definition.source().check();
        long id = client.system(new SystemEntry.AllocateId()).number();
        try {
            boolean before = withProgram(
                            definition,
                            new SystemEntry.CreatePipeline(
                                    spec.withId(id), definition.sql(), definition.credentials(), clock.millis()))
                    .bool();
            catalog.refresh();
            return before;
        } catch (RefusedException e) {
            if (e.refusal() == Refusal.EXISTS) {
                throw new StatementException(
                        SqlState.PIPELINE_EXISTS, "Pipeline '" + spec.qualifiedName() + "' already exists", e);
            }
            throw e;
        }
    }

    /**
     * CREATE OR REPLACE PIPELINE of one that is there. Its cursors stay, unless it reads another topic now; answers
     * whether it does.
     *
     * @throws RefusedException PLAN_STALE if somebody else changed it since
     */
    public boolean replace(CatalogSnapshot.Pipeline known, Definition definition) {
        SourceSpec before = known.spec().source();
        SourceSpec after = definition.spec().source();
        // A file that was loaded stays loaded, whichever pattern names it.
        boolean otherTopic =
                before.isFiles() != after.isFiles() || !after.topic().equals(before.topic());
        if (!otherTopic) {
            definition.source().check();
            send(known, definition, SourceDesk.Moves.NONE);
            return false;
        }
        List<String> all = before.isFiles()
                ? List.of(SystemEntry.ReplacePipeline.ALL_FILES)
                : cursors(known).stream().map(Cursor::partition).toList();
        send(known, definition, new SourceDesk.Moves(definition.source().earliest(), all));
        return true;
    }

    /**
     * ALTER PIPELINE.
     *
     * @param offsets where reading goes on
     * @param forgotten partitions that begin anew
     * @param orphans whether partitions that the topic does not have are forgotten as well
     * @throws RefusedException PLAN_STALE if somebody else changed it since
     */
    public void alter(
            CatalogSnapshot.Pipeline known,
            Definition definition,
            Optional<NewOffsets> offsets,
            List<String> forgotten,
            boolean orphans) {
        SourceDesk source = definition.source();
        boolean moves = offsets.isPresent() || orphans || !forgotten.isEmpty();
        boolean connects = !definition.spec().source().equals(known.spec().source())
                || !definition.credentials().equals(known.credentials());
        if (connects) {
            source.check();
        }
        send(
                known,
                definition,
                moves ? source.moves(offsets, forgotten, orphans, cursors(known)) : SourceDesk.Moves.NONE);
    }

    private void send(CatalogSnapshot.Pipeline known, Definition definition, SourceDesk.Moves moves) {
        long id = known.spec().id();
        withProgram(
                definition,
                new SystemEntry.ReplacePipeline(
                        known.run(),
                        definition.spec().withId(id),
                        definition.sql(),
                        definition.credentials(),
                        moves.cursors(),
                        moves.gone(),
                        clock.millis()));
        catalog.refresh();
        sources.forget(id);
        supervisor.started(id);
    }

    /** The transform's file first. Another statement may drop it before the pipeline needs it: then once more. */
    private WireReader withProgram(Definition definition, SystemEntry entry) {
        for (int tries = 1; ; tries++) {
            definition.program().ifPresent(file -> client.storeProgram(file.sha256(), file.bytes()));
            try {
                return client.system(entry);
            } catch (RefusedException e) {
                if (e.refusal() != Refusal.PROGRAM_MISSING || tries == STORED_MAX) {
                    throw e;
                }
            }
        }
    }

    /** A transform's file out of the catalog. */
    public byte[] program(TransformSpec transform) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int part = 0; part < SystemEntry.StoreProgram.parts(transform.sizeBytes()); part++) {
            bytes.writeBytes(client.program(transform.sha256(), part));
        }
        return bytes.toByteArray();
    }

    /** Where a pipeline goes on reading. */
    public List<Cursor> cursors(CatalogSnapshot.Pipeline pipeline) {
        return OpenAnswer.read(client.system(
                        SystemEntry.ReportOffsets.ask(pipeline.spec().id())))
                .cursors();
    }

    /** Whether a pipeline has not yet loaded everything before these places; a file that went before it was begun counts not. */
    public boolean isBehind(CatalogSnapshot.Pipeline pipeline, List<Cursor> ends) {
        Map<String, Long> offsets = new HashMap<>();
        cursors(pipeline).forEach(cursor -> offsets.put(cursor.partition(), cursor.offset()));
        boolean files = pipeline.spec().source().isFiles();
        return ends.stream().anyMatch(end -> {
            Long offset = offsets.get(end.partition());
            return offset == null ? !files || !Files.notExists(Path.of(end.partition())) : offset < end.offset();
        });
    }

    /** Where the source ends now. Partitions without a record are left out. */
    public List<Cursor> ends(CatalogSnapshot.Pipeline pipeline) {
        return source(pipeline).ends(cursors(pipeline));
    }

    /** The records that come next. */
    public List<SourceSample.Sampled> next(CatalogSnapshot.Pipeline pipeline, SourceSample.Amount wanted) {
        return source(pipeline).next(cursors(pipeline), wanted);
    }

    /** Records of one partition, from an offset (its oldest) to another, that one left out (its newest). */
    public List<SourceSample.Sampled> range(
            CatalogSnapshot.Pipeline pipeline, String partition, Optional<Long> from, Optional<Long> to, long limit) {
        return source(pipeline).range(partition, from, to, limit);
    }

    private static SourceDesk source(CatalogSnapshot.Pipeline pipeline) {
        return SourceDesk.of(pipeline.spec(), pipeline.credentials());
    }

    /**
     * START PIPELINE: where it reads is decided before anything reads.
     *
     * @param batches after so many it stops by itself; 0: never
     */
    public void start(CatalogSnapshot.Pipeline pipeline, boolean unlessRunning, long batches) {
        String name = pipeline.spec().qualifiedName();
        if (isRunning(pipeline)) {
            if (unlessRunning) {
                return;
            }
            throw new StatementException(SqlState.PIPELINE_RUNNING, "Pipeline '" + name + "' is already running");
        }
        List<Cursor> earliest = source(pipeline).earliest();
        long id = pipeline.spec().id();
        long run = client.system(new SystemEntry.NewRun(
                        id, PipelineState.RUNNING, false, Long.MAX_VALUE, batches, clock.millis()))
                .number();
        try {
            begin(pipeline, run, earliest);
        } catch (StatementException e) {
            client.system(new SystemEntry.SetPipelineState(
                    id, run, PipelineState.ERROR, e.state().name(), e.getMessage(), clock.millis()));
            catalog.refresh();
            throw e;
        }
        catalog.refresh();
        sources.forget(id);
        supervisor.started(id);
    }

    private void begin(CatalogSnapshot.Pipeline pipeline, long run, List<Cursor> earliest) {
        String topic = "topic '" + pipeline.spec().source().topic() + "'";
        try {
            Attempt attempt = new Attempt(run, 0);
            long id = pipeline.spec().id();
            client.system(new SystemEntry.Open(id, attempt, ""));
            List<Cursor> cursors = OpenAnswer.read(client.system(new SystemEntry.AddCursors(id, attempt, earliest)))
                    .cursors();
            for (Cursor first : earliest) {
                for (Cursor cursor : cursors) {
                    if (cursor.partition().equals(first.partition()) && cursor.offset() < first.offset()) {
                        throw new StatementException(
                                SqlState.OFFSETS_EXPIRED,
                                "partition " + first.partition() + " of " + topic + " begins at offset "
                                        + first.offset() + ", the next to load was " + cursor.offset()
                                        + ": retention has removed what is between; ALTER PIPELINE … SET OFFSETS says"
                                        + " where to go on");
                    }
                }
            }
        } catch (RefusedException e) {
            if (e.refusal() == Refusal.CURSOR_MISMATCH) {
                throw new StatementException(
                        SqlState.TOPIC_RECREATED,
                        topic + " was recreated: " + e.getMessage()
                                + "; ALTER PIPELINE … SET OFFSETS EARLIEST begins with the new one");
            }
            if (e.refusal() != Refusal.FENCED) {
                throw e.toStatementException();
            }
            // Somebody else has started or stopped it since: theirs is newer.
        }
    }

    /**
     * STOP PIPELINE and DETACH: fenced when this returns; its job is told as well, as far as Flink can be reached.
     *
     * @param to STOPPED or DETACHED
     */
    public void stop(CatalogSnapshot.Pipeline pipeline, boolean ifRunning, PipelineState to) {
        if (pipeline.state() == to || pipeline.state() == PipelineState.STOPPED && to == PipelineState.STOPPED) {
            if (ifRunning) {
                return;
            }
            throw new StatementException(
                    SqlState.PIPELINE_NOT_RUNNING,
                    "Pipeline '" + pipeline.spec().qualifiedName() + "' is not running");
        }
        client.system(new SystemEntry.NewRun(pipeline.spec().id(), to, false, clock.millis()));
        catalog.refresh();
        supervisor.stopped(pipeline);
    }

    /** The job of a pipeline that stopped by itself is told. */
    public void stopped(CatalogSnapshot.Pipeline pipeline) {
        supervisor.stopped(pipeline);
    }

    /** DROP PIPELINE, running or not. */
    public void drop(CatalogSnapshot.Pipeline pipeline) {
        client.system(new SystemEntry.DropPipeline(pipeline.spec().id()));
        catalog.refresh();
        supervisor.stopped(pipeline);
    }

    /** CLEAR PIPELINE ERRORS. */
    public void clearErrors(CatalogSnapshot.Pipeline pipeline) {
        client.system(new SystemEntry.ClearErrors(pipeline.spec().id()));
    }
}
