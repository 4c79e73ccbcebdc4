package dev.millrace.job;

import static java.util.Objects.requireNonNull;

import dev.millrace.job.run.ContextLoader;
import dev.millrace.job.run.JobRun;
import dev.millrace.job.source.FileSource;
import dev.millrace.job.source.KafkaTopic;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.json.SpecJson;
import dev.millrace.store.CatalogSnapshot;
import dev.millrace.store.PipelineState;
import dev.millrace.store.client.StoreClient;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.RefusedException;
import java.time.Duration;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * What the catalog, the broker and the system partition said when the graph was built.
 *
 * @param parallelism tasks of the job
 */
record Submission(JobRun run, int parallelism) {
    /** Somebody waits for the job to be taken. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final long ANSWER_BYTES_MAX = 64L << 20;

    Submission {
        requireNonNull(run, "run");
    }

    /**
     * Looks everything up and takes a new run. Older ones go on until a task of the new one opens.
     *
     * @throws StatementException STORE_UNREACHABLE, UNKNOWN_PIPELINE, TABLE_CHANGED, UNKNOWN_TOPIC,
     *     SOURCE_UNREACHABLE, PIPELINE_NOT_RUNNING
     */
    static Submission prepare(JobArguments arguments) {
        try (BufferAllocator allocator = new RootAllocator(ANSWER_BYTES_MAX);
                StoreClient store = ContextLoader.ofFlight(
                        () -> new StoreClient(List.of(arguments.system()), allocator, PATIENCE))) {
            CatalogSnapshot before = ContextLoader.ofFlight(() -> catalog(arguments, store));
            arguments
                    .spec()
                    .ifPresent(spec -> ContextLoader.ofFlight(() -> {
                        SpecFile.register(store, before, spec);
                        return spec;
                    }));
            CatalogSnapshot catalog =
                    arguments.spec().isEmpty() ? before : ContextLoader.ofFlight(() -> catalog(arguments, store));
            CatalogSnapshot.Pipeline known = catalog.pipeline(arguments.database(), arguments.pipeline())
                    .orElseThrow(() -> new StatementException(
                            SqlState.UNKNOWN_PIPELINE,
                            "unknown pipeline '" + arguments.database() + "." + arguments.pipeline() + "'"));
            PipelineSpec pipeline = known.spec();
            CatalogSnapshot.Database database = database(catalog, pipeline);
            checkTable(catalog, pipeline);
            int tasks = tasksMax(pipeline, known);
            JobRun run = new JobRun(
                    arguments.system().toString(),
                    SpecJson.write(pipeline),
                    database.spec().id(),
                    database.map().version(),
                    database.map().partitions(),
                    ContextLoader.ofFlight(() -> newRun(store, known)),
                    known.credentials());
            return new Submission(run, parallelism(pipeline, tasks));
        }
    }

    private static CatalogSnapshot catalog(JobArguments arguments, StoreClient store) {
        try {
            return store.catalog();
        } catch (RefusedException e) {
            throw new StatementException(
                    SqlState.STORE_UNREACHABLE,
                    "cannot reach the system partition at " + arguments.system() + ": " + e.getMessage(),
                    e);
        }
    }

    private static CatalogSnapshot.Database database(CatalogSnapshot catalog, PipelineSpec pipeline) {
        return catalog.databases().stream()
                .filter(database -> database.spec().name().equalsIgnoreCase(pipeline.database()))
                .findFirst()
                .orElseThrow(() -> new StatementException(
                        SqlState.UNKNOWN_DATABASE, "unknown database '" + pipeline.database() + "'"));
    }

    private static void checkTable(CatalogSnapshot catalog, PipelineSpec pipeline) {
        TableSpec wanted = pipeline.table();
        boolean same = catalog.tables().stream()
                .map(CatalogSnapshot.Table::spec)
                .anyMatch(table -> table.id() == wanted.id() && table.version() == wanted.version());
        if (!same) {
            throw new StatementException(
                    SqlState.TABLE_CHANGED,
                    "table '" + wanted.database() + "." + wanted.name() + "' is no longer what pipeline '"
                            + pipeline.qualifiedName() + "' was compiled for: create the pipeline again");
        }
    }

    private static long newRun(StoreClient store, CatalogSnapshot.Pipeline known) {
        try {
            return store.system(new SystemEntry.NewRun(
                            known.spec().id(), PipelineState.RUNNING, true, known.run(), 0, System.currentTimeMillis()))
                    .number();
        } catch (RefusedException e) {
            throw e.toStatementException();
        }
    }

    /** How many tasks the source can feed. */
    private static int tasksMax(PipelineSpec pipeline, CatalogSnapshot.Pipeline known) {
        return pipeline.source().match(new SourceSpec.Cases<>() {
            @Override
            public Integer kafka(SourceSpec.Kafka topic) {
                return KafkaTopic.describe(topic, known.credentials()).partitions();
            }

            @Override
            public Integer files(SourceSpec.Files files) {
                return FileSource.tasksMax(files, PipelineSpec.PARALLELISM_DEFAULT_MAX);
            }
        });
    }

    private static int parallelism(PipelineSpec pipeline, int tasksMax) {
        int tasks =
                pipeline.parallelism().orElse(Math.max(1, Math.min(tasksMax, PipelineSpec.PARALLELISM_DEFAULT_MAX)));
        return Math.min(tasks, pipeline.limits().partitions().orElse(Integer.MAX_VALUE));
    }
}
