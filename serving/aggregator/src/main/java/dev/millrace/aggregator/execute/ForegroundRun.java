package dev.millrace.aggregator.execute;

import static java.util.Objects.requireNonNull;

import dev.millrace.aggregator.catalog.LiveCatalog;
import dev.millrace.aggregator.pipeline.Pipelines;
import dev.millrace.ddl.PipelineControl;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.CatalogSnapshot;
import dev.millrace.store.Cursor;
import dev.millrace.store.PipelineState;
import java.time.Duration;
import java.util.List;

/**
 * START PIPELINE … FOREGROUND: starts a pipeline and waits until it has loaded so many batches, or everything that its
 * source had when the statement began; then it is stopped again. The statement's time-out and the end of its connection
 * stop it, too.
 */
final class ForegroundRun {
    private static final Duration LOOK = Duration.ofMillis(200);

    private final LiveCatalog catalog;
    private final Pipelines pipelines;
    private final QueryRunner queries;

    ForegroundRun(LiveCatalog catalog, Pipelines pipelines, QueryRunner queries) {
        this.catalog = requireNonNull(catalog, "catalog");
        this.pipelines = requireNonNull(pipelines, "pipelines");
        this.queries = requireNonNull(queries, "queries");
    }

    /** Answers the rows that were loaded. */
    long run(CatalogSnapshot.Pipeline pipeline, PipelineControl control, Session session) {
        if (Pipelines.isRunning(pipeline)) {
            if (control.conditional()) {
                return 0;
            }
            throw new StatementException(
                    SqlState.PIPELINE_RUNNING,
                    "Pipeline '" + pipeline.spec().qualifiedName() + "' is already running",
                    control.at().position());
        }
        String[] words = control.rest().split(" ");
        long batches = words.length > 2 ? Long.parseLong(words[2]) : 0;
        List<Cursor> ends = pipelines.ends(pipeline);
        if (words.length > 2 && batches == 0 || !pipelines.isBehind(pipeline, ends)) {
            return 0;
        }
        RunningStatement running =
                new RunningStatement("START PIPELINE … FOREGROUND", "what it loaded stays loaded", session);
        session.starting(running);
        try {
            pipelines.start(pipeline, false, batches);
            long run = current(pipeline).run();
            await(pipeline, ends, running);
            return rows(pipeline, run, session);
        } finally {
            session.started(running);
            CatalogSnapshot.Pipeline now = current(pipeline);
            if (Pipelines.isRunning(now)) {
                pipelines.stop(now, true, PipelineState.STOPPED);
            } else {
                pipelines.stopped(now);
            }
        }
    }

    private CatalogSnapshot.Pipeline current(CatalogSnapshot.Pipeline pipeline) {
        return catalog.refresh().snapshot().pipelines().stream()
                .filter(p -> p.spec().id() == pipeline.spec().id())
                .findFirst()
                .orElseThrow(() -> new StatementException(
                        SqlState.UNKNOWN_PIPELINE,
                        "Pipeline '" + pipeline.spec().qualifiedName() + "' was dropped"));
    }

    private void await(CatalogSnapshot.Pipeline pipeline, List<Cursor> ends, RunningStatement running) {
        while (true) {
            CatalogSnapshot.Pipeline now = current(pipeline);
            if (now.state() == PipelineState.ERROR) {
                SqlState state = now.condition().isEmpty() ? SqlState.INTERNAL : SqlState.valueOf(now.condition());
                throw new StatementException(state, now.message());
            }
            if (!Pipelines.isRunning(now) || !pipelines.isBehind(now, ends)) {
                return;
            }
            running.check();
            try {
                catalog.await(Long.MAX_VALUE, LOOK);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StatementException(SqlState.QUERY_INTERRUPTED, "interrupted", e);
            }
        }
    }

    private long rows(CatalogSnapshot.Pipeline pipeline, long run, Session session) {
        String sql = "SELECT sum(BATCH_ROWS_WRITTEN) FROM information_schema.PIPELINES_BATCHES_METADATA"
                + " WHERE PIPELINE_ID = " + pipeline.spec().id() + " AND RUN >= " + run;
        try (RowCursor rows = queries.run(sql, List.of(), session)) {
            return rows.next() && rows.value(0) instanceof Number sum ? sum.longValue() : 0;
        }
    }
}
