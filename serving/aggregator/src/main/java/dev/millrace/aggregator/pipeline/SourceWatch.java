package dev.millrace.aggregator.pipeline;

import static java.util.Objects.requireNonNull;

import dev.millrace.aggregator.catalog.LiveCatalog;
import dev.millrace.spec.error.SqlState;
import dev.millrace.store.CatalogSnapshot.Pipeline;
import dev.millrace.store.PipelineState;
import dev.millrace.store.client.StoreClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the sources of running pipelines now and again, and at those of all pipelines when somebody asks for their
 * offsets: how far the source is ahead, and what is wrong with it. Thread-safe.
 */
public final class SourceWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SourceWatch.class);

    /** With {@link WatchedSource#PATIENCE}, a source that is gone shows within five seconds. */
    private static final Duration LOOK = Duration.ofMillis(1_500);

    /** A query waits no longer for sources. */
    private static final Duration QUERY_WAIT_MAX = Duration.ofSeconds(3);

    private static final int LOOKS_AT_ONCE = 8;

    private final StoreClient client;
    private final LiveCatalog catalog;
    private final InstantSource clock;
    private final Map<Long, WatchedSource> sources = new ConcurrentHashMap<>();
    private final ExecutorService looks = Executors.newFixedThreadPool(LOOKS_AT_ONCE, SourceWatch::daemon);
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(SourceWatch::daemon);

    private static final AtomicInteger THREADS = new AtomicInteger();

    /** What is wrong with a pipeline that runs. */
    public record Condition(SqlState state, String message) {
        public Condition {
            requireNonNull(state, "state");
            requireNonNull(message, "message");
        }
    }

    public SourceWatch(StoreClient client, LiveCatalog catalog, InstantSource clock) {
        this.client = requireNonNull(client, "client");
        this.catalog = requireNonNull(catalog, "catalog");
        this.clock = requireNonNull(clock, "clock");
        timer.scheduleWithFixedDelay(
                () -> look(pipeline -> pipeline.state() == PipelineState.RUNNING, LOOK.multipliedBy(2), false),
                LOOK.toMillis(),
                LOOK.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "source-watch-" + THREADS.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    /** What is wrong with a running pipeline, as of the last look; empty if all is well. */
    Optional<Condition> condition(long pipeline) {
        return Optional.ofNullable(sources.get(pipeline)).flatMap(WatchedSource::condition);
    }

    /** When a look last found that a batch of a running pipeline had moved cursors; long ago if none has. */
    Instant loadedAt(long pipeline) {
        return Optional.ofNullable(sources.get(pipeline))
                .map(WatchedSource::loadedAt)
                .orElse(Instant.MIN);
    }

    /** A pipeline begins again: what was seen of it before says nothing any more. */
    void forget(long pipeline) {
        Optional.ofNullable(sources.remove(pipeline)).ifPresent(WatchedSource::close);
    }

    /** Writes the offsets of all sources into the catalog, as far as they answer in time. */
    public void refresh() {
        look(pipeline -> true, QUERY_WAIT_MAX, true);
    }

    private void look(Predicate<Pipeline> wanted, Duration wait, boolean demanded) {
        try {
            List<Pipeline> all = catalog.view().snapshot().pipelines();
            for (Long id : List.copyOf(sources.keySet())) {
                if (all.stream().noneMatch(pipeline -> pipeline.spec().id() == id)) {
                    forget(id);
                }
            }
            List<Future<?>> running = new ArrayList<>();
            for (Pipeline pipeline : all) {
                if (wanted.test(pipeline)) {
                    running.add(looks.submit(() -> look(pipeline, demanded)));
                }
            }
            long deadline = System.nanoTime() + wait.toNanos();
            for (Future<?> look : running) {
                look.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            }
        } catch (java.util.concurrent.TimeoutException e) {
            LOG.debug("a source does not answer in time");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException | RuntimeException e) {
            LOG.warn("looking at sources: {}", String.valueOf(e.getMessage()));
        }
    }

    private void look(Pipeline pipeline, boolean demanded) {
        WatchedSource source = sources.compute(pipeline.spec().id(), (id, known) -> {
            if (known != null && known.isOf(pipeline)) {
                return known;
            }
            if (known != null) {
                known.close();
            }
            return WatchedSource.of(client, clock, pipeline);
        });
        source.look(pipeline, demanded);
    }

    @Override
    public void close() {
        timer.shutdownNow();
        looks.shutdownNow();
        sources.keySet().forEach(this::forget);
    }
}
