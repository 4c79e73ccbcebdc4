package dev.millrace.aggregator.pipeline;

import static java.util.Objects.requireNonNull;

import dev.millrace.aggregator.catalog.LiveCatalog;
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
import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.RefusedException;
import dev.millrace.transform.jq.JqFilter;
import dev.millrace.transform.program.ProgramFetch;
import dev.millrace.transform.program.ProgramFile;
import java.time.InstantSource;
import java.util.List;

/** What the statements on pipelines do. */
public final class Pipelines {
    private static final int STORED_MAX = 5;

    private final StoreClient client;
    private final LiveCatalog catalog;
    private final PipelineSupervisor supervisor;
    private final InstantSource clock;

    public Pipelines(StoreClient client, LiveCatalog catalog, PipelineSupervisor supervisor, InstantSource clock) {
        this.client = requireNonNull(client, "client");
        this.catalog = requireNonNull(catalog, "catalog");
        this.supervisor = requireNonNull(supervisor, "supervisor");
        this.clock = requireNonNull(clock, "clock");
    }

    /**
     * CREATE PIPELINE of a checked spec.
     *
     * @param sql its canonical text, without credentials
     */
    public void create(PipelineSpec spec, String sql) {
        KafkaTopics.check(kafka(spec));
        long id = client.system(new SystemEntry.AllocateId()).number();
        PipelineSpec identified = spec.withId(id);
        try {
            if (spec.transform().filter(transform -> !transform.isBuiltIn()).isPresent()) {
                createWithProgram(identified, sql);
            } else {
                spec.transform().ifPresent(JqFilter::new); // finds its mistakes
                client.system(new SystemEntry.CreatePipeline(identified, sql, clock.millis()));
            }
        } catch (RefusedException e) {
            if (e.refusal() == Refusal.EXISTS) {
                throw new StatementException(
                        SqlState.PIPELINE_EXISTS, "Pipeline '" + spec.qualifiedName() + "' already exists", e);
            }
            throw e;
        }
        catalog.refresh();
    }

    /** The transform's file first. Another statement may drop it before the pipeline needs it: then once more. */
    private void createWithProgram(PipelineSpec spec, String sql) {
        TransformSpec transform = spec.transform().orElseThrow();
        ProgramFile file = ProgramFetch.fetch(transform);
        PipelineSpec whole = spec.withTransform(transform.withFile(file.sha256(), file.bytes().length));
        for (int tries = 1; ; tries++) {
            client.storeProgram(file.sha256(), file.bytes());
            try {
                client.system(new SystemEntry.CreatePipeline(whole, sql, clock.millis()));
                return;
            } catch (RefusedException e) {
                if (e.refusal() != Refusal.PROGRAM_MISSING || tries == STORED_MAX) {
                    throw e;
                }
            }
        }
    }

    /** START PIPELINE: where it reads is decided before anything reads. */
    public void start(CatalogSnapshot.Pipeline pipeline, boolean unlessRunning) {
        String name = pipeline.spec().qualifiedName();
        if (pipeline.state() == PipelineState.RUNNING || pipeline.state() == PipelineState.QUEUED) {
            if (unlessRunning) {
                return;
            }
            throw new StatementException(SqlState.PIPELINE_RUNNING, "Pipeline '" + name + "' is already running");
        }
        List<Cursor> cursors = KafkaTopics.earliest(kafka(pipeline.spec()));
        long id = pipeline.spec().id();
        long run = client.system(new SystemEntry.NewRun(id, PipelineState.RUNNING, false, clock.millis()))
                .number();
        try {
            Attempt attempt = new Attempt(run, 0);
            client.system(new SystemEntry.Open(id, attempt, ""));
            client.system(new SystemEntry.AddCursors(id, attempt, cursors));
        } catch (RefusedException e) {
            if (e.refusal() != Refusal.FENCED) {
                client.system(new SystemEntry.SetPipelineState(
                        id, run, PipelineState.ERROR, String.valueOf(e.getMessage()), clock.millis()));
                catalog.refresh();
                throw e;
            }
            // Somebody else has started or stopped it since: theirs is newer.
        }
        catalog.refresh();
        supervisor.started(id);
    }

    /** STOP PIPELINE: fenced when this returns; its job is told as well, as far as Flink can be reached. */
    public void stop(CatalogSnapshot.Pipeline pipeline, boolean ifRunning) {
        if (pipeline.state() == PipelineState.STOPPED) {
            if (ifRunning) {
                return;
            }
            throw new StatementException(
                    SqlState.PIPELINE_NOT_RUNNING,
                    "Pipeline '" + pipeline.spec().qualifiedName() + "' is not running");
        }
        client.system(new SystemEntry.NewRun(pipeline.spec().id(), PipelineState.STOPPED, false, clock.millis()));
        catalog.refresh();
        supervisor.stopped(pipeline);
    }

    /** DROP PIPELINE, running or not. */
    public void drop(CatalogSnapshot.Pipeline pipeline) {
        client.system(new SystemEntry.DropPipeline(pipeline.spec().id()));
        catalog.refresh();
        supervisor.stopped(pipeline);
    }

    private static SourceSpec.Kafka kafka(PipelineSpec spec) {
        return spec.source().match(source -> source);
    }
}
