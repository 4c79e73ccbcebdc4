package dev.millrace.aggregator.execute;

import static java.util.Objects.requireNonNull;

import dev.millrace.aggregator.catalog.CatalogView;
import dev.millrace.aggregator.catalog.LiveCatalog;
import dev.millrace.aggregator.pipeline.Pipelines;
import dev.millrace.ddl.CreatePipeline;
import dev.millrace.ddl.ObjectName;
import dev.millrace.ddl.PipelineControl;
import dev.millrace.ddl.Warning;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.CatalogSnapshot;
import dev.millrace.store.PipelineState;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Statements on pipelines: names resolved here, the rest is the pipeline room's. */
final class PipelineRunner {
    private final LiveCatalog catalog;
    private final SpecChecks checks;
    private final Pipelines pipelines;

    PipelineRunner(LiveCatalog catalog, SpecChecks checks, Pipelines pipelines) {
        this.catalog = requireNonNull(catalog, "catalog");
        this.checks = requireNonNull(checks, "checks");
        this.pipelines = requireNonNull(pipelines, "pipelines");
    }

    void create(CreatePipeline create, Session session) {
        CatalogView view = catalog.refresh();
        String database = Names.database(create.name(), session);
        String name = create.name().name().text();
        if (view.pipeline(database, name).isPresent()) {
            StatementException exists = new StatementException(
                    SqlState.PIPELINE_EXISTS,
                    "Pipeline '" + database + "." + name + "' already exists",
                    create.name().at().position());
            if (!create.form().ifNotExists()) {
                throw exists;
            }
            session.warn(List.of(new Warning(Warning.Level.NOTE, exists.state().number(), exists.getMessage())));
            return;
        }
        PipelineSpec spec = checks.pipeline(create, view, session);
        pipelines.create(spec, checks.text(create));
    }

    void control(PipelineControl control, Session session) {
        switch (control.verb()) {
            case START -> {
                refuseRest(control);
                pipelines.start(one(control, session), control.conditional());
            }
            case STOP -> {
                refuseRest(control);
                pipelines.stop(one(control, session), control.conditional());
            }
            case DROP -> drop(control, session);
            case START_ALL ->
                all(control, session, p -> p.state() == PipelineState.STOPPED || p.state() == PipelineState.ERROR)
                        .forEach(p -> pipelines.start(p, true));
            case START_FAILED ->
                all(control, session, p -> p.state() == PipelineState.ERROR).forEach(p -> pipelines.start(p, true));
            case STOP_ALL ->
                all(control, session, p -> p.state() != PipelineState.STOPPED).forEach(p -> pipelines.stop(p, true));
            case DETACH, TEST, EXTRACT, PROFILE, SHOW_PROFILE, OPTIMIZE, CLEAR_ERRORS ->
                throw unsupported(control, control.verb().words());
        }
    }

    private static void refuseRest(PipelineControl control) {
        if (!control.rest().isEmpty()) {
            throw unsupported(control, control.verb().words() + " … " + control.rest());
        }
    }

    private static StatementException unsupported(PipelineControl control, String what) {
        return new StatementException(
                SqlState.UNSUPPORTED, what + " is not supported", control.at().position());
    }

    private CatalogSnapshot.Pipeline one(PipelineControl control, Session session) {
        return Names.pipeline(catalog.refresh(), control.name().orElseThrow(), session);
    }

    private void drop(PipelineControl control, Session session) {
        ObjectName name = control.name().orElseThrow();
        CatalogView view = catalog.refresh();
        String database = Names.database(name, session);
        Optional<CatalogSnapshot.Pipeline> pipeline =
                view.pipelineStatus(database, name.name().text());
        if (pipeline.isEmpty() && control.conditional()) {
            session.warn(List.of(new Warning(
                    Warning.Level.NOTE,
                    SqlState.UNKNOWN_PIPELINE.number(),
                    "Pipeline '" + database + "." + name.name().text() + "' doesn't exist")));
            return;
        }
        pipelines.drop(Names.pipeline(view, name, session));
    }

    private List<CatalogSnapshot.Pipeline> all(
            PipelineControl control, Session session, Predicate<CatalogSnapshot.Pipeline> wanted) {
        CatalogView view = catalog.refresh();
        String current = session.database()
                .orElseThrow(() -> new StatementException(
                        SqlState.NO_DATABASE_SELECTED,
                        "No database selected",
                        control.at().position()));
        Optional<DatabaseSpec> database = view.database(current);
        return view.snapshot().pipelines().stream()
                .filter(p -> p.spec().database().equalsIgnoreCase(current) && database.isPresent())
                .filter(wanted)
                .toList();
    }
}
