package dev.millrace.aggregator.execute;

import static java.util.Objects.requireNonNull;

import dev.millrace.aggregator.catalog.CatalogView;
import dev.millrace.aggregator.catalog.LiveCatalog;
import dev.millrace.aggregator.pipeline.Pipelines;
import dev.millrace.ddl.AlterPipeline;
import dev.millrace.ddl.CreatePipeline;
import dev.millrace.ddl.Identifier;
import dev.millrace.ddl.ObjectName;
import dev.millrace.ddl.PipelineControl;
import dev.millrace.ddl.Warning;
import dev.millrace.ddl.check.AlteredPipeline;
import dev.millrace.ddl.check.Checked;
import dev.millrace.ddl.check.Checker;
import dev.millrace.ddl.print.SpecPrinter;
import dev.millrace.spec.Credentials;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.error.Position;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.CatalogSnapshot;
import dev.millrace.store.PipelineState;
import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.RefusedException;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/** Statements on pipelines: names resolved here, the rest is the pipeline room's. */
final class PipelineRunner {
    /** How often another statement on the same pipeline may come between. */
    private static final int STALE_MAX = 8;

    /** Errors that are about the source, and have the place of its name in the statement. */
    private static final Set<SqlState> OF_SOURCE =
            EnumSet.of(SqlState.SOURCE_UNREACHABLE, SqlState.UNKNOWN_TOPIC, SqlState.WRONG_CONFIG);

    private final LiveCatalog catalog;
    private final Pipelines pipelines;
    private final ForegroundRun foreground;

    private final PipelineSamples samples;

    PipelineRunner(LiveCatalog catalog, Pipelines pipelines, QueryRunner queries, PipelineSamples samples) {
        this.catalog = requireNonNull(catalog, "catalog");
        this.pipelines = requireNonNull(pipelines, "pipelines");
        this.samples = requireNonNull(samples, "samples");
        this.foreground = new ForegroundRun(catalog, pipelines, queries);
    }

    void create(CreatePipeline create, Session session) {
        Position source = create.source().at().position();
        unlessStale(view -> {
            Checker checker = Names.checker(view, session);
            Checked<PipelineSpec> checked = checker.createPipeline(create);
            session.warn(checked.warnings());
            checked.spec()
                    .ifPresent(spec -> placed(source, () -> {
                        Pipelines.Definition definition = create.transform()
                                .map(transform -> fetched(
                                        definition(spec, checker.credentials(create)),
                                        transform.at().position()))
                                .orElseGet(() -> definition(spec, checker.credentials(create)));
                        if (spec.id() == 0) {
                            create(definition, session);
                        } else {
                            replace(view, definition, session);
                        }
                    }));
            return true;
        });
    }

    private void create(Pipelines.Definition definition, Session session) {
        if (pipelines.create(definition)) {
            warn(
                    session,
                    "a pipeline named '" + definition.spec().qualifiedName() + "' was dropped before: this one loads"
                            + " anew from the earliest offset; CREATE OR REPLACE PIPELINE keeps the place");
        }
    }

    private void replace(CatalogView view, Pipelines.Definition definition, Session session) {
        PipelineSpec spec = definition.spec();
        CatalogSnapshot.Pipeline known = view.status(spec);
        if (pipelines.replace(known, definition)) {
            warn(
                    session,
                    "pipeline '" + spec.qualifiedName() + "' reads another topic now: it loads from the earliest"
                            + " offset");
        }
    }

    private static void warn(Session session, String message) {
        session.warn(List.of(new Warning(Warning.Level.WARNING, SqlState.CURSOR_MISMATCH.number(), message)));
    }

    private static Pipelines.Definition definition(PipelineSpec spec, Credentials credentials) {
        return new Pipelines.Definition(spec, SpecPrinter.print(spec, credentials), credentials);
    }

    private static Pipelines.Definition fetched(Pipelines.Definition definition, Position transform) {
        try {
            return definition.fetched();
        } catch (StatementException e) {
            throw e.position().isPresent() ? e : e.at(transform);
        }
    }

    void alter(AlterPipeline alter, Session session) {
        unlessStale(view -> {
            CatalogSnapshot.Pipeline known = Names.pipeline(view, alter.name(), session);
            AlteredPipeline altered = Names.checker(view, session).alterPipeline(alter, known.credentials());
            session.warn(altered.warnings());
            placed(
                    altered.at().position(),
                    () -> pipelines.alter(
                            known,
                            fetched(
                                    definition(altered.spec(), altered.credentials()),
                                    alter.at().position()),
                            altered.offsets(),
                            List.copyOf(altered.forgotten()),
                            altered.orphans()));
            return true;
        });
    }

    /** Runs a step again with a fresh catalog while others change the same pipeline. */
    private <T> T unlessStale(Function<CatalogView, T> step) {
        for (int tries = 1; ; tries++) {
            try {
                return step.apply(catalog.refresh());
            } catch (RefusedException e) {
                if (e.refusal() != Refusal.PLAN_STALE || tries == STALE_MAX) {
                    throw e;
                }
            }
        }
    }

    private static void placed(Position position, Runnable step) {
        try {
            step.run();
        } catch (StatementException e) {
            throw OF_SOURCE.contains(e.state()) && e.position().isEmpty() ? e.at(position) : e;
        }
    }

    /** Answers rows for TEST and PROFILE, and how many were loaded or written where that is known. */
    Outcome control(PipelineControl control, Session session) {
        switch (control.verb()) {
            case START -> {
                if (!control.rest().isEmpty()) {
                    return new Outcome.Count(foreground.run(one(control, session), control, session));
                }
                pipelines.start(one(control, session), control.conditional(), 0);
            }
            case STOP ->
                pipelines.stop(
                        one(control, session),
                        control.conditional(),
                        control.rest().isEmpty() ? PipelineState.STOPPED : PipelineState.DETACHED);
            case DETACH -> tolerant(control, session, p -> pipelines.stop(p, true, PipelineState.DETACHED));
            case DROP -> tolerant(control, session, pipelines::drop);
            case START_ALL -> each(all(control, session, p -> !Pipelines.isRunning(p)), this::start);
            case START_FAILED -> each(all(control, session, p -> p.state() == PipelineState.ERROR), this::start);
            case STOP_ALL ->
                each(
                        all(control, session, p -> Pipelines.isRunning(p) || p.state() == PipelineState.ERROR),
                        p -> pipelines.stop(p, true, PipelineState.STOPPED));
            case CLEAR_ERRORS -> {
                if (control.name().isPresent()) {
                    pipelines.clearErrors(one(control, session));
                } else {
                    all(control, session, p -> true).forEach(pipelines::clearErrors);
                }
            }
            case TEST -> {
                return new Outcome.Rows(samples.test(one(control, session), control));
            }
            case EXTRACT -> {
                return new Outcome.Count(samples.extract(one(control, session), control));
            }
            case PROFILE -> {
                return new Outcome.Rows(
                        samples.profile(one(control, session), control.rest().equals("JSON")));
            }
            case SHOW_PROFILE, OPTIMIZE ->
                throw new StatementException(
                        SqlState.UNSUPPORTED,
                        control.verb().words() + " is not supported",
                        control.at().position());
        }
        return Outcome.DONE;
    }

    private void start(CatalogSnapshot.Pipeline pipeline) {
        pipelines.start(pipeline, true, 0);
    }

    /** Does it for all, and only then fails with the first error. */
    private static void each(List<CatalogSnapshot.Pipeline> all, Consumer<CatalogSnapshot.Pipeline> step) {
        Optional<StatementException> first = Optional.empty();
        for (CatalogSnapshot.Pipeline pipeline : all) {
            try {
                step.accept(pipeline);
            } catch (StatementException e) {
                first = first.or(() -> Optional.of(new StatementException(
                        e.state(), "Pipeline '" + pipeline.spec().qualifiedName() + "': " + e.getMessage(), e)));
            }
        }
        first.ifPresent(e -> {
            throw e;
        });
    }

    private CatalogSnapshot.Pipeline one(PipelineControl control, Session session) {
        return Names.pipeline(catalog.refresh(), control.name().orElseThrow(), session);
    }

    private void tolerant(PipelineControl control, Session session, Consumer<CatalogSnapshot.Pipeline> step) {
        try {
            step.accept(one(control, session));
        } catch (StatementException e) {
            Names.note(control.conditional() && e.state() == SqlState.UNKNOWN_PIPELINE, e, session);
        }
    }

    private List<CatalogSnapshot.Pipeline> all(
            PipelineControl control, Session session, Predicate<CatalogSnapshot.Pipeline> wanted) {
        CatalogView view = catalog.refresh();
        DatabaseSpec database = Names.checker(view, session)
                .databaseOf(new ObjectName(Optional.empty(), new Identifier("", control.at())));
        return view.snapshot().pipelines().stream()
                .filter(p -> p.spec().database().equalsIgnoreCase(database.name()))
                .filter(wanted)
                .toList();
    }
}
