package dev.millrace.aggregator.execute;

import static java.util.Objects.requireNonNull;

import dev.millrace.aggregator.catalog.CatalogView;
import dev.millrace.aggregator.catalog.LiveCatalog;
import dev.millrace.aggregator.plan.PlannedFragment;
import dev.millrace.aggregator.plan.Planner;
import dev.millrace.aggregator.plan.QueryPlan;
import dev.millrace.aggregator.plan.SessionValues;
import dev.millrace.store.InformationSchema;
import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.RefusedException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.arrow.vector.VectorSchemaRoot;

/** Text of a query → cursor over its rows. */
final class QueryRunner {
    /** How often a plan may turn out to be stale: each time the catalog is read anew, so twice is a busy DDL script. */
    private static final int STALE_MAX = 8;

    /** How long leaves that are away or behind are tried again. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Duration PAUSE = Duration.ofMillis(50);

    private static final Set<Long> OF_SOURCES = Set.of(
            InformationSchema.PIPELINES,
            InformationSchema.PIPELINES_CURSORS,
            InformationSchema.PIPELINES_OFFSETS,
            InformationSchema.PIPELINES_FILES);

    private final LiveCatalog catalog;
    private final Planner planner;
    private final LeafReads reads;
    private final MergeEngine engine;
    private final ScheduledExecutorService timer;
    private final Runnable refreshOffsets;

    /** @param refreshOffsets is run before a query that reads what sources have */
    QueryRunner(
            LiveCatalog catalog,
            Planner planner,
            LeafReads reads,
            MergeEngine engine,
            ScheduledExecutorService timer,
            Runnable refreshOffsets) {
        this.catalog = requireNonNull(catalog, "catalog");
        this.planner = requireNonNull(planner, "planner");
        this.reads = requireNonNull(reads, "reads");
        this.engine = requireNonNull(engine, "engine");
        this.timer = requireNonNull(timer, "timer");
        this.refreshOffsets = requireNonNull(refreshOffsets, "refreshOffsets");
    }

    Planner planner() {
        return planner;
    }

    /** Runs a query until its first batch is here. The caller closes the cursor. */
    RowCursor run(String sql, List<?> parameters, Session session) {
        SessionValues values = session.values();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        int stale = 0;
        while (true) {
            // The view comes first: the plan may be newer than it, never older, and versions tell.
            CatalogView view = catalog.view();
            QueryPlan plan = planner.plan(sql, parameters, values);
            if (readsSources(plan)) {
                refreshOffsets.run();
            }
            try {
                return start(plan, view, session, true);
            } catch (MergeEngine.UnknownReasonException e) {
                return start(plan, view, session, false);
            } catch (RefusedException e) {
                boolean old = e.refusal() == Refusal.PLAN_STALE || e.refusal() == Refusal.UNKNOWN;
                boolean again = old ? ++stale < STALE_MAX : e.refusal().isTransient() && System.nanoTime() < deadline;
                if (!again) {
                    throw EngineErrors.of(e);
                }
                if (!old || stale > 1) {
                    LockSupport.parkNanos(PAUSE.toNanos());
                }
                catalog.refresh();
            }
        }
    }

    private static boolean readsSources(QueryPlan plan) {
        return plan.fragments().stream()
                .filter(fragment -> fragment.databaseId() == CatalogView.INFORMATION_SCHEMA.id())
                .flatMap(fragment -> fragment.fragment().relations().stream())
                .anyMatch(relation -> OF_SOURCES.contains(relation.tableId()));
    }

    private RowCursor start(QueryPlan plan, CatalogView view, Session session, boolean stream) {
        Gather gather = reads.open(plan, view, session);
        ArrowCursor cursor;
        try {
            BatchSource rows = plan.mergeSql().isPresent() ? merge(plan, gather, stream) : direct(plan, gather);
            cursor = new ArrowCursor(plan.columns(), new Gathered(rows, gather));
        } catch (RuntimeException e) {
            gather.close();
            throw e;
        }
        ScheduledFuture<?> timeout = timer.schedule(
                () -> cursor.cancel("time-out of " + session.timeout().toMillis() + " ms (max_execution_time)"),
                session.timeout().toMillis(),
                TimeUnit.MILLISECONDS);
        session.starting(cursor);
        try {
            return cursor.primed();
        } catch (RuntimeException e) {
            cursor.close();
            throw e;
        } finally {
            session.started(cursor);
            timeout.cancel(false);
        }
    }

    private BatchSource merge(QueryPlan plan, Gather gather, boolean stream) {
        Map<String, FragmentReader> inputs = new LinkedHashMap<>();
        for (PlannedFragment fragment : plan.fragments()) {
            inputs.put(fragment.name(), new FragmentReader(gather.rows(fragment), engine.allocator()));
        }
        return engine.query(plan.mergeSql().orElseThrow(), inputs, stream);
    }

    private static BatchSource direct(QueryPlan plan, Gather gather) {
        LeavesInTurn leaves = new LeavesInTurn(gather.rows(plan.fragments().get(0)));
        return new BatchSource() {
            @Override
            public boolean next() {
                return leaves.next();
            }

            @Override
            public VectorSchemaRoot root() {
                return leaves.leaf().root();
            }

            @Override
            public void cancel() {
                leaves.cancel();
            }

            @Override
            public void close() {
                leaves.close();
            }
        };
    }

    /** Rows with everything that is held for them. */
    private record Gathered(BatchSource rows, Gather gather) implements BatchSource {
        @Override
        public boolean next() {
            return rows.next();
        }

        @Override
        public VectorSchemaRoot root() {
            return rows.root();
        }

        @Override
        public void cancel() {
            gather.cancel();
            rows.cancel();
        }

        @Override
        public void close() {
            try {
                rows.close();
            } finally {
                gather.close();
            }
        }
    }
}
