package dev.millrace.job;

import dev.millrace.job.extract.FileTransformOperator;
import dev.millrace.job.extract.JqOperator;
import dev.millrace.job.extract.LoadOperator;
import dev.millrace.job.extract.LoadedRows;
import dev.millrace.job.extract.TransformOperator;
import dev.millrace.job.run.Faults;
import dev.millrace.job.run.InTask;
import dev.millrace.job.run.JobRun;
import dev.millrace.job.run.LeafStoreDoor;
import dev.millrace.job.run.StoreDoor;
import dev.millrace.job.sink.TableSink;
import dev.millrace.job.source.FetchSource;
import dev.millrace.job.source.FileSource;
import dev.millrace.job.source.KafkaFetch;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.RetrySpec;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.error.StatementException;
import dev.millrace.transform.process.ProgramLimits;
import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.client.program.ProgramParametrizationException;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Runs a pipeline on Flink. The jar's main class: the aggregator submits it through Flink's REST, and so may anybody,
 * with {@code --system HOST:PORT --pipeline DATABASE.PIPELINE}. The newest submission of a pipeline goes on; older ones
 * end.
 */
public final class PipelineJob {
    /** A barrier waits for the stages of its interval; a checkpoint that takes longer is given up, not the job. */
    private static final String CHECKPOINT_TIMEOUT = "5 min";

    /** How often batches are made while more is left than another batch would take; see {@code Backlog}. */
    private static final Duration BACKLOG_INTERVAL = Duration.ofSeconds(2);

    /** After this long without a failure the next one is the first. */
    private static final Duration RETRIES_RESET = Duration.ofMinutes(1);

    private static final int FAILED_CHECKPOINTS_MAX = 1_000;

    private PipelineJob() {}

    /** Errors of whoever starts the job are one line: Flink's command line prints that exception's message alone. */
    public static void main(String[] args) throws Exception {
        try {
            Submission submission = Submission.prepare(JobArguments.parse(args));
            JobRun run = submission.run();
            StreamExecutionEnvironment env =
                    StreamExecutionEnvironment.getExecutionEnvironment(configuration(run.pipeline()));
            env.setParallelism(submission.parallelism());
            build(env, run, source(run), LeafStoreDoor::open, Faults.NONE);
            env.executeAsync(run.pipeline().qualifiedName());
        } catch (StatementException e) {
            ProgramParametrizationException oneLine = new ProgramParametrizationException(e.describe());
            oneLine.initCause(e);
            throw oneLine;
        }
    }

    private static Source<KafkaFetch, ?, ?> source(JobRun run) {
        return run.pipeline().source().match(new SourceSpec.Cases<>() {
            @Override
            public Source<KafkaFetch, ?, ?> kafka(SourceSpec.Kafka topic) {
                return new FetchSource(run, LeafStoreDoor::open);
            }

            @Override
            public Source<KafkaFetch, ?, ?> files(SourceSpec.Files files) {
                return new FileSource(run, LeafStoreDoor::open);
            }
        });
    }

    /**
     * The topology; transform is there if the pipeline has one.
     *
     * <pre>
     *   source → transform → load → stage ──► gather ──► decide
     *   one task per slot                     one task
     * </pre>
     *
     * Uids are part of every savepoint: they never change.
     */
    static void build(
            StreamExecutionEnvironment env,
            JobRun run,
            Source<KafkaFetch, ?, ?> source,
            StoreDoor.Opener opener,
            Faults faults) {
        build(env, run, source, opener, faults, ProgramLimits.DEFAULT);
    }

    /** The same with other limits on a transform's program. */
    static void build(
            StreamExecutionEnvironment env,
            JobRun run,
            Source<KafkaFetch, ?, ?> source,
            StoreDoor.Opener opener,
            Faults faults,
            ProgramLimits limits) {
        PipelineSpec pipeline = run.pipeline();
        SingleOutputStreamOperator<KafkaFetch> records = env.fromSource(
                        source, WatermarkStrategy.noWatermarks(), sourceName(pipeline), new InTask<>(KafkaFetch.class))
                .uid("source");
        if (pipeline.transform().isPresent()) {
            boolean jq = pipeline.transform().get().isBuiltIn();
            records = records.transform(
                            jq ? "transform by jq" : "transform",
                            new InTask<>(KafkaFetch.class),
                            jq
                                    ? new JqOperator(run, opener)
                                    : pipeline.source().isFiles()
                                            ? new FileTransformOperator(run, opener, limits)
                                            : new TransformOperator(run, opener, limits))
                    .uid("transform");
        }
        records.transform(loadName(pipeline), new InTask<>(LoadedRows.class), new LoadOperator(run, opener))
                .uid("load")
                .sinkTo(new TableSink(run, opener, faults))
                .name("table " + pipeline.table().name())
                .uid("table");
    }

    /** Everything of the job's own; where checkpoints are kept is the cluster's. */
    static Configuration configuration(PipelineSpec pipeline) {
        String[][] values = {
            {"pipeline.name", pipeline.qualifiedName()},
            {"pipeline.object-reuse", "true"},
            {"pipeline.generic-types", "false"},
            {"pipeline.operator-chaining.enabled", "true"},
            {"pipeline.auto-watermark-interval", "0 ms"},
            {"execution.checkpointing.interval", pipeline.batchInterval().toMillis() + " ms"},
            {
                "execution.checkpointing.interval-during-backlog",
                backlogInterval(pipeline).toMillis() + " ms"
            },
            {"execution.checkpointing.mode", "EXACTLY_ONCE"},
            // Ranges travel beside the rows: an unaligned barrier would part them.
            {"execution.checkpointing.unaligned.enabled", "false"},
            {"execution.checkpointing.max-concurrent-checkpoints", "1"},
            {"execution.checkpointing.timeout", CHECKPOINT_TIMEOUT},
            {"execution.checkpointing.tolerable-failed-checkpoints", Integer.toString(FAILED_CHECKPOINTS_MAX)},
            {"execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION"},
            {"execution.checkpointing.incremental", "true"},
            {"state.backend.type", "rocksdb"},
        };
        Configuration configuration = retries(pipeline.limits().retries());
        for (String[] value : values) {
            configuration.setString(value[0], value[1]);
        }
        return configuration;
    }

    /** Flink's other strategies count all failures of a job's life; this one begins anew when all was well for a while. */
    private static Configuration retries(RetrySpec retries) {
        Configuration configuration = new Configuration();
        String strategy = "restart-strategy.exponential-delay.";
        configuration.setString("restart-strategy.type", retries.max().orElse(1) == 0 ? "none" : "exponential-delay");
        configuration.setString(strategy + "initial-backoff", retries.interval().toMillis() + " ms");
        configuration.setString(strategy + "backoff-multiplier", "2");
        Duration longest = retries.exponential() ? retries.intervalMax() : retries.interval();
        configuration.setString(strategy + "max-backoff", longest.toMillis() + " ms");
        // Shorter than a back-off, it would never come to an end.
        configuration.setString(
                strategy + "reset-backoff-threshold",
                Math.max(RETRIES_RESET.toMillis(), 2 * longest.toMillis()) + " ms");
        retries.max()
                .ifPresent(max ->
                        configuration.setString(strategy + "attempts-before-reset-backoff", Integer.toString(max)));
        return configuration;
    }

    private static Duration backlogInterval(PipelineSpec pipeline) {
        return pipeline.batchInterval().compareTo(BACKLOG_INTERVAL) > 0 ? pipeline.batchInterval() : BACKLOG_INTERVAL;
    }

    private static String sourceName(PipelineSpec pipeline) {
        return pipeline.source().match(new SourceSpec.Cases<>() {
            @Override
            public String kafka(SourceSpec.Kafka kafka) {
                return "Kafka topic " + kafka.topic();
            }

            @Override
            public String files(SourceSpec.Files files) {
                return "files " + files.pattern();
            }
        });
    }

    private static String loadName(PipelineSpec pipeline) {
        return pipeline.format().match(new FormatSpec.Cases<>() {
            @Override
            public String json(FormatSpec.Json format) {
                return "load JSON";
            }

            @Override
            public String parquet(FormatSpec.Parquet format) {
                return "load Parquet";
            }

            @Override
            public String csv(FormatSpec.Csv format) {
                return "load CSV";
            }

            @Override
            public String avro(FormatSpec.Avro format) {
                return "load AVRO";
            }
        });
    }
}
