package dev.millrace.aggregator.execute;

import dev.millrace.aggregator.catalog.LiveCatalog;
import dev.millrace.aggregator.pipeline.Pipelines;
import dev.millrace.aggregator.plan.ChangePlanner;
import dev.millrace.aggregator.plan.Planner;
import dev.millrace.store.client.StoreClient;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.memory.BufferAllocator;

/** This room's wiring: the engine, the threads, and {@link Statements} over them. */
public final class ExecuteRoom implements AutoCloseable {
    private final MergeEngine engine;
    private final ExecutorService leafCalls;
    private final ScheduledExecutorService timer;
    private final Statements statements;

    /**
     * What the room needs to know.
     *
     * @param writerName what this aggregator is called among writers
     * @param partitionsDefault partitions of a database that does not say how many
     * @param duckdbBytes memory_limit of the merge engine
     * @param spill folder for what does not fit
     */
    public record Settings(String writerName, int partitionsDefault, long duckdbBytes, int duckdbThreads, Path spill) {}

    public ExecuteRoom(
            StoreClient client,
            LiveCatalog catalog,
            Pipelines pipelines,
            BufferAllocator allocator,
            Settings settings,
            InstantSource clock) {
        engine = new MergeEngine(allocator, settings.duckdbBytes(), settings.duckdbThreads(), settings.spill());
        leafCalls = Executors.newCachedThreadPool(daemons("leaf-call-"));
        timer = Executors.newSingleThreadScheduledExecutor(daemons("statement-timer-"));
        StatementWriter writer = new StatementWriter(client, settings.writerName(), clock);
        QueryRunner queries = new QueryRunner(
                catalog,
                new Planner(catalog),
                new LeafReads(client, leafCalls),
                engine,
                timer,
                pipelines::refreshOffsets);
        TableWrite.Tools tools = new TableWrite.Tools(client, writer, clock, allocator);
        ChangePlanner changes = new ChangePlanner(catalog);
        InsertRunner inserts = new InsertRunner(catalog, queries, changes, engine, tools);
        statements = new Statements(
                catalog,
                queries,
                inserts,
                new ChangeRunner(inserts, changes, tools),
                new FileLoad(inserts, tools, allocator, settings.spill()),
                new DdlRunner(client, catalog, writer, clock, leafCalls, settings.partitionsDefault()),
                new PipelineRunner(
                        catalog, pipelines, queries, new PipelineSamples(pipelines, allocator, settings.spill())),
                new Sessions(clock));
    }

    private static ThreadFactory daemons(String prefix) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    public Statements statements() {
        return statements;
    }

    @Override
    public void close() {
        timer.shutdownNow();
        leafCalls.shutdown();
        try {
            if (!leafCalls.awaitTermination(2, TimeUnit.SECONDS)) {
                leafCalls.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        engine.close();
    }
}
