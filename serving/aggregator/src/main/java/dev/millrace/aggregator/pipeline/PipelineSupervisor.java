package dev.millrace.aggregator.pipeline;

import static java.util.Objects.requireNonNull;

import dev.millrace.aggregator.catalog.LiveCatalog;
import dev.millrace.aggregator.pipeline.FlinkRest.FlinkException;
import dev.millrace.aggregator.pipeline.FlinkRest.Job;
import dev.millrace.spec.error.SqlState;
import dev.millrace.store.CatalogSnapshot;
import dev.millrace.store.CatalogSnapshot.Pipeline;
import dev.millrace.store.Endpoint;
import dev.millrace.store.PipelineError;
import dev.millrace.store.PipelineState;
import dev.millrace.store.client.StoreClient;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.RefusedException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps every pipeline whose state is RUNNING or QUEUED in possession of a live job. One thread looks at the catalog and
 * at Flink, twice a second while something is going on, and says in the catalog what it found.
 */
public final class PipelineSupervisor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PipelineSupervisor.class);

    private static final Duration LOOK = Duration.ofMillis(500);

    /** Flink that does not answer is asked less and less often. */
    private static final Duration LOOK_MAX = Duration.ofSeconds(5);

    /** A job that waits for slots this long is reported as such; shorter waits are deployment. */
    private static final Duration SLOTS_WAIT = Duration.ofSeconds(10);

    /** A job that waits this long for the slots of the job it takes over from gets them. */
    private static final Duration SLOTS_YIELD = Duration.ofSeconds(1);

    /** A job that restarts this long is reported; shorter restarts are Flink's daily work. */
    private static final Duration RESTARTING_MAX = Duration.ofSeconds(3);

    private static final String WAITS = SqlState.RESOURCES_EXHAUSTED.name();
    private static final String FLINK_AWAY = SqlState.NOT_PROGRESSING.name();

    /** Between a job's submission and the next one, at least. */
    private static final Duration RESTART_PAUSE = Duration.ofSeconds(2);

    private static final int MESSAGE_MAX = 2_000;

    private final StoreClient client;
    private final LiveCatalog catalog;
    private final SourceWatch sources;
    private final Optional<FlinkRest> flink;
    private final Optional<JobJar> jar;
    private final Endpoint system;
    private final InstantSource clock;
    private final Map<Long, PipelineWatch> watches = new HashMap<>();
    private final Set<Long> fresh = new HashSet<>();
    private final Thread thread;
    private final Object lock = new Object();
    private boolean nudged;
    private volatile boolean closed;

    /**
     * A supervisor.
     *
     * @param sources knows what is wrong with a pipeline whose job is well
     * @param flink root of its REST; empty: pipelines wait until there is one
     * @param jar the job jar; empty as well
     * @param system a leaf that jobs find the store through
     */
    public PipelineSupervisor(
            StoreClient client,
            LiveCatalog catalog,
            SourceWatch sources,
            Optional<URI> flink,
            Optional<Path> jar,
            Endpoint system,
            InstantSource clock) {
        this.client = requireNonNull(client, "client");
        this.catalog = requireNonNull(catalog, "catalog");
        this.sources = requireNonNull(sources, "sources");
        this.flink = flink.map(FlinkRest::new);
        this.jar = jar.map(JobJar::new);
        this.system = requireNonNull(system, "system");
        this.clock = requireNonNull(clock, "clock");
        this.thread = new Thread(this::run, "pipeline-supervisor");
        this.thread.setDaemon(true);
        this.thread.start();
    }

    /** A pipeline was started by a statement: its restarts count from zero, and it is looked at now. */
    void started(long pipeline) {
        synchronized (lock) {
            fresh.add(pipeline);
            nudged = true;
            lock.notifyAll();
        }
    }

    /** A pipeline was fenced: its jobs are cancelled, if Flink can be reached. They can do no harm if it cannot. */
    void stopped(Pipeline pipeline) {
        if (flink.isEmpty()) {
            return;
        }
        try {
            for (Job job : flink.get().jobs()) {
                if (isOf(job, pipeline) && job.isAlive()) {
                    flink.get().cancel(job.id());
                }
            }
        } catch (FlinkException e) {
            LOG.warn(
                    "job of stopped pipeline {} is not cancelled: {}",
                    pipeline.spec().qualifiedName(),
                    e.getMessage());
        }
    }

    private static boolean isOf(Job job, Pipeline pipeline) {
        return job.id().equals(pipeline.job())
                || job.name().equals(pipeline.spec().qualifiedName());
    }

    private void run() {
        Duration pause = LOOK;
        while (!closed) {
            try {
                pause = look() ? LOOK : longer(pause);
            } catch (RefusedException e) {
                LOG.warn("supervising pipelines: {}", e.getMessage());
                pause = longer(pause);
            } catch (RuntimeException e) {
                LOG.error("supervising pipelines", e);
                pause = longer(pause);
            }
            pause(pause);
        }
    }

    private static Duration longer(Duration pause) {
        Duration doubled = pause.multipliedBy(2);
        return doubled.compareTo(LOOK_MAX) < 0 ? doubled : LOOK_MAX;
    }

    private void pause(Duration pause) {
        synchronized (lock) {
            long deadline = System.nanoTime() + pause.toNanos();
            while (!nudged && !closed) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0) {
                    break;
                }
                try {
                    lock.wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    closed = true;
                }
            }
            nudged = false;
        }
    }

    /** One look at everything; false if Flink did not answer. */
    private boolean look() {
        List<Pipeline> wanted = catalog.view().snapshot().pipelines().stream()
                .filter(PipelineSupervisor::isWanted)
                .toList();
        synchronized (lock) {
            fresh.forEach(watches::remove);
            fresh.clear();
        }
        watches.keySet().retainAll(wanted.stream().map(p -> p.spec().id()).toList());
        if (wanted.isEmpty()) {
            return true;
        }
        if (flink.isEmpty() || jar.isEmpty()) {
            wanted.forEach(pipeline -> report(pipeline, PipelineState.QUEUED, WAITS, "no Flink cluster is configured"));
            return false;
        }
        List<Job> jobs;
        try {
            jobs = flink.get().jobs();
        } catch (FlinkException e) {
            wanted.forEach(pipeline -> report(pipeline, pipeline.state(), FLINK_AWAY, e.getMessage()));
            return false;
        }
        boolean reached = true;
        for (Pipeline pipeline : wanted) {
            try {
                look(pipeline, jobs);
            } catch (FlinkException e) {
                report(pipeline, pipeline.state(), FLINK_AWAY, e.getMessage());
                reached = false;
            } catch (RefusedException e) {
                LOG.warn("supervising pipeline {}: {}", pipeline.spec().qualifiedName(), e.getMessage());
            }
        }
        return reached;
    }

    private static boolean isWanted(Pipeline pipeline) {
        return pipeline.state() == PipelineState.RUNNING || pipeline.state() == PipelineState.QUEUED;
    }

    private void look(Pipeline pipeline, List<Job> jobs) {
        PipelineWatch watch = watches.computeIfAbsent(pipeline.spec().id(), id -> new PipelineWatch());
        List<Job> own = jobs.stream()
                .filter(job -> isOf(job, pipeline) || job.id().equals(watch.submittedJob))
                .sorted(Comparator.comparingLong(Job::startedAtMillis).reversed())
                .toList();
        Optional<Job> alive = own.stream().filter(Job::isAlive).findFirst();
        if (alive.isPresent() && pipeline.altered()) {
            // The job goes on as it was until its successor takes over.
            resubmit(pipeline, watch, List.of());
            return;
        }
        if (alive.isPresent()) {
            observe(pipeline, watch, own);
            return;
        }
        boolean settling = !watch.submittedJob.isEmpty()
                && own.stream().noneMatch(job -> job.id().equals(watch.submittedJob))
                && clock.instant().isBefore(watch.submittedAt.plus(PipelineWatch.SETTLE));
        if (!settling) {
            resubmit(pipeline, watch, own);
        }
    }

    /** Live jobs, the newest first: says how it fares, and whether it waits for slots. */
    private void observe(Pipeline pipeline, PipelineWatch watch, List<Job> own) {
        watch.isTakenByOther(pipeline, clock.instant());
        List<Job> alive = own.stream().filter(Job::isAlive).toList();
        Job job = alive.get(0);
        Instant now = clock.instant();
        if (job.scheduled() == 0 && job.tasks() > 0) {
            watch.waitingSince = Instant.MAX;
            observe(pipeline, watch, job, now);
            return;
        }
        if (watch.waitingSince.equals(Instant.MAX)) {
            watch.waitingSince = now;
        } else if (alive.size() > 1
                && now.isAfter(watch.waitingSince.plus(SLOTS_YIELD))
                && flink.orElseThrow().slots().available() == 0) {
            // Its predecessor has the slots that it needs.
            alive.stream().skip(1).forEach(older -> flink.orElseThrow().cancel(older.id()));
        } else if (now.isAfter(watch.waitingSince.plus(SLOTS_WAIT))) {
            FlinkRest.Slots slots = flink.orElseThrow().slots();
            report(
                    pipeline,
                    PipelineState.QUEUED,
                    WAITS,
                    "waits for slots: " + job.scheduled() + " tasks are not placed; " + slots.available() + " of "
                            + slots.total() + " slots are free");
        }
    }

    private void observe(Pipeline pipeline, PipelineWatch watch, Job job, Instant now) {
        boolean running = job.state().equals("RUNNING");
        boolean falling = watch.isFalling(
                job.id(), running, sources.loadedAt(pipeline.spec().id()), now);
        if (running) {
            watch.restartingSince = Instant.MAX;
            if (falling) {
                restarts(pipeline, job, "its job restarts over and over");
                return;
            }
            Optional<SourceWatch.Condition> condition =
                    sources.condition(pipeline.spec().id());
            report(
                    pipeline,
                    PipelineState.RUNNING,
                    condition.map(c -> c.state().name()).orElse(""),
                    condition.map(SourceWatch.Condition::message).orElse(""));
            return;
        }
        if (watch.restartingSince.equals(Instant.MAX)) {
            watch.restartingSince = now;
        } else if (now.isAfter(watch.restartingSince.plus(RESTARTING_MAX))) {
            restarts(pipeline, job, "its job is " + job.state());
        }
    }

    private void restarts(Pipeline pipeline, Job job, String how) {
        report(
                pipeline,
                PipelineState.RUNNING,
                SqlState.NOT_PROGRESSING.name(),
                how + ": "
                        + flink.orElseThrow()
                                .rootException(job.id())
                                .map(RootCause::of)
                                .orElse("no reason given"));
    }

    private void resubmit(Pipeline stale, PipelineWatch watch, List<Job> own) {
        // The job may have said in the catalog why it ended, or another have taken its place, a moment ago.
        CatalogSnapshot now = catalog.refresh().snapshot();
        Optional<Pipeline> current = now.pipelines().stream()
                .filter(p -> p.spec().id() == stale.spec().id() && isWanted(p))
                .findFirst();
        if (current.isEmpty()) {
            return;
        }
        Pipeline pipeline = current.get();
        if (watch.submittedBefore && clock.instant().isBefore(watch.submittedAt.plus(RESTART_PAUSE))) {
            return;
        }
        if (watch.isTakenByOther(pipeline, clock.instant())) {
            return;
        }
        String reason = !watch.refusal.isEmpty() ? watch.refusal : own.isEmpty() ? "" : ended(own.get(0));
        OptionalInt retries = pipeline.spec().limits().retries().max();
        if (retries.isPresent() && isOutOfRetries(pipeline, watch, own)) {
            giveUp(pipeline, "gave up after " + retries.getAsInt() + " retries: " + reason);
            return;
        }
        if (watch.submittedBefore && !watch.restarts.take(clock.instant())) {
            giveUp(
                    pipeline,
                    "its job ended " + (Restarts.MAX + 1) + " times within " + Restarts.WINDOW.toMinutes()
                            + " minutes; the last time: " + reason);
            return;
        }
        if (!reason.isEmpty()) {
            LOG.warn(
                    "pipeline {} gets a new job: {}",
                    pipeline.spec().qualifiedName(),
                    pipeline.credentials().redact(reason));
        }
        submit(pipeline, watch);
    }

    /** Flink lists jobs of earlier runs, too: what those tried says nothing of a pipeline that was started again. */
    private boolean isOutOfRetries(Pipeline pipeline, PipelineWatch watch, List<Job> own) {
        return !own.isEmpty()
                && (own.get(0).id().equals(pipeline.job()) || own.get(0).id().equals(watch.submittedJob))
                && "FAILED".equals(own.get(0).state())
                && flink.orElseThrow().isOutOfRetries(own.get(0).id());
    }

    /** Fenced first: the job of an earlier definition may still be at work. */
    private void giveUp(Pipeline pipeline, String reason) {
        long id = pipeline.spec().id();
        long run = client.system(new SystemEntry.NewRun(id, PipelineState.ERROR, false, clock.millis()))
                .number();
        String message = limited(pipeline, reason);
        client.system(new SystemEntry.RecordErrors(
                id,
                run,
                List.of(new PipelineError(
                        clock.millis(),
                        "Run",
                        SqlState.NOT_PROGRESSING.number(),
                        message,
                        "",
                        -1,
                        0,
                        "",
                        new byte[0]))));
        client.system(new SystemEntry.SetPipelineState(
                id, run, PipelineState.ERROR, SqlState.NOT_PROGRESSING.name(), message, clock.millis()));
        catalog.refresh();
        stopped(pipeline);
    }

    private static String limited(Pipeline pipeline, String message) {
        String text = pipeline.credentials().redact(message);
        return text.length() <= MESSAGE_MAX ? text : text.substring(0, MESSAGE_MAX);
    }

    private String ended(Job job) {
        String cause = "FAILED".equals(job.state())
                ? flink.orElseThrow().rootException(job.id()).map(RootCause::of).orElse("no reason given")
                : "";
        return "job " + job.id() + " is " + job.state() + (cause.isEmpty() ? "" : ": " + cause);
    }

    private void submit(Pipeline pipeline, PipelineWatch watch) {
        FlinkRest rest = flink.orElseThrow();
        try {
            String jarId = jar.orElseThrow().on(rest);
            watch.submittedJob = rest.run(
                    jarId,
                    List.of(
                            "--system",
                            system.toString(),
                            "--pipeline",
                            pipeline.spec().qualifiedName()));
            watch.submittedAt = clock.instant();
            watch.waitingSince = Instant.MAX;
            watch.submittedBefore = true;
            watch.refusal = "";
            watch.ownRun = catalog.refresh().snapshot().pipelines().stream()
                    .filter(p -> p.spec().id() == pipeline.spec().id())
                    .mapToLong(Pipeline::run)
                    .max()
                    .orElse(PipelineWatch.NO_RUN);
            LOG.info("pipeline {} runs as job {}", pipeline.spec().qualifiedName(), watch.submittedJob);
        } catch (FlinkException e) {
            if (e.isUnreachable()) {
                throw e;
            }
            // The job's own main refused: another try counts like a job that ended.
            watch.submittedBefore = true;
            watch.submittedAt = clock.instant();
            watch.submittedJob = "";
            watch.refusal = "its job does not start: " + e.getMessage();
            report(pipeline, pipeline.state(), SqlState.NOT_PROGRESSING.name(), watch.refusal);
        }
    }

    /** Says in the catalog how a pipeline fares, if that is news. */
    private void report(Pipeline pipeline, PipelineState state, String condition, String message) {
        String text = limited(pipeline, message);
        Optional<Pipeline> known = catalog.view().snapshot().pipelines().stream()
                .filter(p -> p.spec().id() == pipeline.spec().id())
                .findFirst();
        if (known.isEmpty()
                || !isWanted(known.get())
                || known.get().state() == state
                        && known.get().condition().equals(condition)
                        && known.get().message().equals(text)) {
            return;
        }
        client.system(new SystemEntry.SetPipelineState(
                pipeline.spec().id(), known.get().run(), state, condition, text, clock.millis()));
        catalog.refresh();
    }

    @Override
    public void close() {
        closed = true;
        synchronized (lock) {
            lock.notifyAll();
        }
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
