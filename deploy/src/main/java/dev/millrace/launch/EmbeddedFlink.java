package dev.millrace.launch;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Flink cluster in this process, with its dashboard and REST port open: jobs come to it only as jars through REST, as
 * to any session cluster.
 */
public final class EmbeddedFlink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedFlink.class);

    /** Folders of checkpoints kept at a start, one per job: cursors rule, so old ones are only for curiosity. */
    private static final int CHECKPOINT_FOLDERS_MAX = 32;

    /**
     * On this process's class path in the versions of the job jar. Without this every job would unpack and load DuckDB's
     * library once more, and load and compile the Kafka client and the load code anew: seconds, at each start.
     */
    private static final List<String> SHARED_CLASSES = List.of(
            "org.duckdb",
            "org.apache.arrow",
            "org.apache.kafka",
            "dev.millrace.spec",
            "dev.millrace.store",
            "dev.millrace.transform");

    private static final Duration CLOSE_MAX = Duration.ofSeconds(30);
    private static final Duration REST_ANSWER_MAX = Duration.ofMinutes(2);
    private static final Duration REST_PAUSE = Duration.ofMillis(50);
    private static final Duration WATCH_INTERVAL = Duration.ofSeconds(2);

    private final MiniCluster cluster;
    private final URI rest;
    private final ScheduledExecutorService watch;

    private EmbeddedFlink(MiniCluster cluster, URI rest) {
        this.cluster = cluster;
        this.rest = rest;
        this.watch = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "flink-watch");
            thread.setDaemon(true);
            return thread;
        });
        watch.scheduleWithFixedDelay(
                this::replaceLostTaskManager,
                WATCH_INTERVAL.toMillis(),
                WATCH_INTERVAL.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /**
     * Starts a cluster of one task manager and returns when REST answers.
     *
     * @param folder checkpoints, uploaded jars and work files; work files and uploads of an earlier run are deleted
     * @param bind the address of REST and dashboard
     * @param port 0: any free port
     * @param slots tasks that can run at once
     * @param log the process's log file, which the dashboard shows
     */
    public static EmbeddedFlink start(Path folder, String bind, int port, int slots, Path log, MemoryPlan memory)
            throws IOException {
        int restPort = Ports.claim(bind, port, "--flink-port");
        Path checkpoints = Files.createDirectories(folder.resolve("checkpoints"));
        forgetOldCheckpoints(checkpoints);
        DataFolder.empty(Files.createDirectories(folder.resolve("upload")));
        DataFolder.empty(Files.createDirectories(folder.resolve("tmp")));
        Configuration configuration = configuration(folder, bind, restPort, slots, log, memory);
        MiniCluster cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(slots)
                .build());
        try {
            cluster.start();
            URI rest = URI.create("http://" + bind + ":" + restPort);
            awaitAnswer(rest);
            return new EmbeddedFlink(cluster, rest);
        } catch (Exception e) { // what MiniCluster declares
            cluster.closeAsync();
            throw new IOException("Flink does not start", e);
        }
    }

    /** REST and dashboard. */
    public URI rest() {
        return rest;
    }

    /** Stops everything; running jobs end without a trace, their checkpoints stay. */
    @Override
    public void close() throws IOException {
        watch.shutdownNow();
        try {
            cluster.closeAsync().get(CLOSE_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while Flink stops", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("Flink does not stop", e);
        }
    }

    /**
     * A task manager ends itself after a fatal error (no memory, a task that cannot be cancelled). Where there is a
     * process manager it comes back; here we are that.
     */
    private void replaceLostTaskManager() {
        try {
            if (cluster.isRunning()
                    && cluster.getResourceOverview()
                                    .get(WATCH_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)
                                    .getNumberTaskManagers()
                            == 0) {
                LOG.warn("the task manager is gone; starting another");
                cluster.startTaskManager();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException e) {
            LOG.debug("the resource manager is busy", e);
        } catch (Exception e) { // what MiniCluster declares; a task that throws would not be run again
            LOG.warn("cannot look after the task manager", e);
        }
    }

    /** Right after its start the cluster has no leader yet, and REST answers 503. */
    private static void awaitAnswer(URI rest) throws IOException, InterruptedException {
        HttpClient http = HttpClient.newHttpClient();
        HttpRequest overview = HttpRequest.newBuilder(rest.resolve("/overview"))
                .timeout(REST_ANSWER_MAX)
                .build();
        long deadline = System.nanoTime() + REST_ANSWER_MAX.toNanos();
        while (http.send(overview, HttpResponse.BodyHandlers.discarding()).statusCode() != HttpURLConnection.HTTP_OK) {
            if (System.nanoTime() > deadline) {
                throw new IOException("Flink's REST at " + rest + " is not ready after " + REST_ANSWER_MAX);
            }
            LockSupport.parkNanos(REST_PAUSE.toNanos());
        }
    }

    private static void forgetOldCheckpoints(Path checkpoints) throws IOException {
        List<Path> jobs;
        try (Stream<Path> entries = Files.list(checkpoints)) {
            jobs = entries.sorted(
                            Comparator.comparing((Path job) -> job.toFile().lastModified())
                                    .reversed())
                    .toList();
        }
        for (Path old : jobs.subList(Math.min(CHECKPOINT_FOLDERS_MAX, jobs.size()), jobs.size())) {
            DataFolder.empty(old);
            Files.delete(old);
        }
    }

    private static Configuration configuration(
            Path folder, String bind, int restPort, int slots, Path log, MemoryPlan memory) {
        String[][] values = {
            // The doors inside Flink too: its file server would else take jars from any network.
            {"jobmanager.bind-host", bind},
            {"taskmanager.bind-host", bind},
            {"rest.address", bind},
            {"rest.bind-address", bind},
            {"rest.port", Integer.toString(restPort)},
            {"rest.bind-port", Integer.toString(restPort)},
            {"web.submit.enable", "true"},
            {"web.cancel.enable", "true"},
            {"web.upload.dir", folder.resolve("upload").toString()},
            {"web.tmpdir", folder.resolve("tmp").toString()},
            {"web.refresh-interval", "1 s"},
            {"web.log.path", log.toString()},
            {"taskmanager.log.path", log.toString()},
            {"io.tmp.dirs", folder.resolve("tmp").toString()},
            {"blob.storage.directory", folder.resolve("tmp").toString()},
            // Every job has a copy of its jar there.
            {"blob.service.cleanup.interval", "300"},
            {"jobstore.max-capacity", "100"},
            {"jobstore.type", "Memory"},
            {"taskmanager.numberOfTaskSlots", Integer.toString(slots)},
            {"taskmanager.memory.network.min", memory.networkBytes() + "b"},
            {"taskmanager.memory.network.max", memory.networkBytes() + "b"},
            {"taskmanager.memory.managed.size", memory.managedBytes() + "b"},
            // Master and worker live and die together here, so a late heartbeat only means a busy machine.
            {"heartbeat.interval", "5 s"},
            {"heartbeat.timeout", "120 s"},
            {"pekko.ask.timeout", "60 s"},
            {"web.timeout", "60 s"},
            // A run that finds no slot waits for one; it is shown as queued.
            {"slot.request.timeout", "1 d"},
            {"restart-strategy.type", "exponential-delay"},
            {"restart-strategy.exponential-delay.initial-backoff", "200 ms"},
            {"restart-strategy.exponential-delay.max-backoff", "10 s"},
            {"restart-strategy.exponential-delay.reset-backoff-threshold", "1 min"},
            {"state.backend.type", "rocksdb"},
            {"execution.checkpointing.storage", "filesystem"},
            {
                "execution.checkpointing.dir",
                folder.resolve("checkpoints").toUri().toString()
            },
            {"execution.checkpointing.incremental", "true"},
            {"execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION"},
            {"classloader.parent-first-patterns.additional", String.join(";", SHARED_CLASSES)},
            {"classloader.check-leaked-classloader", "false"},
        };
        Configuration configuration = new Configuration();
        for (String[] value : values) {
            configuration.setString(value[0], value[1]);
        }
        return configuration;
    }
}
