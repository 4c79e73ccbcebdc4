package dev.millrace.job;

import dev.millrace.job.run.Faults;
import dev.millrace.job.run.JobRun;
import dev.millrace.job.source.FetchSource;
import dev.millrace.job.source.FileSource;
import dev.millrace.job.source.KafkaFetch;
import dev.millrace.transform.process.ProgramLimits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Flink in this JVM: two task managers with two slots each, and REST. */
final class Cluster implements AutoCloseable {
    static final Duration WAIT_MAX = Duration.ofSeconds(90);

    private final Path folder;
    private final MiniCluster cluster;

    Cluster(Path folder) throws Exception {
        this(folder, "");
    }

    /** @param parentFirst class name prefixes that jobs take from the cluster, as the launcher's Flink has some */
    Cluster(Path folder, String parentFirst) throws Exception {
        this.folder = folder;
        Configuration configuration = new Configuration();
        String[][] values = {
            {"rest.address", "127.0.0.1"},
            {"rest.bind-address", "127.0.0.1"},
            {"rest.port", "0"},
            {"rest.bind-port", "0"},
            {"web.submit.enable", "true"},
            {"web.upload.dir", Files.createDirectories(folder.resolve("upload")).toString()},
            {"classloader.parent-first-patterns.additional", parentFirst},
            {"taskmanager.memory.network.min", "32m"},
            {"taskmanager.memory.network.max", "32m"},
            {"taskmanager.memory.managed.size", "32m"},
            {"io.tmp.dirs", folder.resolve("tmp").toString()},
            {"execution.checkpointing.storage", "filesystem"},
            {
                "execution.checkpointing.dir",
                folder.resolve("checkpoints").toUri().toString()
            },
            {"metrics.fetcher.update-interval", "200 ms"},
        };
        for (String[] value : values) {
            configuration.setString(value[0], value[1]);
        }
        cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(2)
                .setNumSlotsPerTaskManager(2)
                .build());
        cluster.start();
    }

    MiniCluster mini() {
        return cluster;
    }

    JobID submit(JobRun run, Faults faults) throws Exception {
        return submit(run, faults, FetchSource.BATCH_BYTES_MAX, SavepointRestoreSettings.none());
    }

    JobID submit(JobRun run, Faults faults, long batchBytesMax, SavepointRestoreSettings restore) throws Exception {
        return submit(run, faults, batchBytesMax, restore, ProgramLimits.DEFAULT);
    }

    /** @param limits on a transform's program */
    JobID submit(JobRun run, Faults faults, ProgramLimits limits) throws Exception {
        return submit(run, faults, FetchSource.BATCH_BYTES_MAX, SavepointRestoreSettings.none(), limits);
    }

    private JobID submit(
            JobRun run, Faults faults, long batchBytesMax, SavepointRestoreSettings restore, ProgramLimits limits)
            throws Exception {
        Configuration configuration = PipelineJob.configuration(run.pipeline());
        // Tests fail tasks often; production waits longer and longer.
        configuration.setString("restart-strategy.type", "fixed-delay");
        configuration.setString("restart-strategy.fixed-delay.attempts", "1000");
        configuration.setString("restart-strategy.fixed-delay.delay", "100 ms");
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(2);
        Source<KafkaFetch, ?, ?> source = run.pipeline().source().isFiles()
                ? new FileSource(run, EngineStore::open, batchBytesMax)
                : new FetchSource(run, EngineStore::open, batchBytesMax, 500);
        PipelineJob.build(env, run, source, EngineStore::open, faults, limits);
        JobGraph graph = env.getStreamGraph().getJobGraph();
        graph.setSavepointRestoreSettings(restore);
        return cluster.submitJob(graph)
                .get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS)
                .getJobID();
    }

    String savepoint(JobID job) throws Exception {
        return cluster.triggerSavepoint(
                        job, folder.resolve("savepoints").toUri().toString(), false, SavepointFormatType.CANONICAL)
                .get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS);
    }

    void cancel(JobID job) throws Exception {
        cluster.cancelJob(job).get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS);
        await("the end of job " + job, () -> status(job) == JobStatus.CANCELED);
    }

    JobStatus status(JobID job) {
        try {
            return cluster.getJobStatus(job).get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException("status of job " + job, e);
        }
    }

    /** Waits until the job has failed; the messages of the whole chain. */
    String failure(JobID job) throws Exception {
        JobResult result = cluster.requestJobResult(job).get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS);
        StringBuilder messages = new StringBuilder();
        Throwable error = result.getSerializedThrowable().orElse(null);
        while (error != null) {
            messages.append(error.getMessage()).append('\n');
            error = error.getCause();
        }
        return messages.toString();
    }

    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + WAIT_MAX.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited " + WAIT_MAX.toSeconds() + " s for " + what);
            }
            Thread.sleep(20);
        }
    }

    @Override
    public void close() throws Exception {
        cluster.closeAsync().get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS);
    }
}
