package dev.millrace.aggregator.execute;

import static java.util.Objects.requireNonNull;

import dev.millrace.aggregator.catalog.CatalogView;
import dev.millrace.aggregator.catalog.LiveCatalog;
import dev.millrace.aggregator.pipeline.Pipelines;
import dev.millrace.ddl.CreatePipeline;
import dev.millrace.ddl.Identifier;
import dev.millrace.ddl.ObjectName;
import dev.millrace.ddl.PipelineControl;
import dev.millrace.ddl.check.Checked;
import dev.millrace.ddl.print.SpecPrinter;
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
    private final Pipelines pipelines;
    private final PipelineTrial trial;

    PipelineRunner(LiveCatalog catalog, Pipelines pipelines, PipelineTrial trial) {
        this.trial = requireNonNull(trial, "trial");
        this.catalog = requireNonNull(catalog, "catalog");
        this.pipelines = requireNonNull(pipelines, "pipelines");
    }

    void create(CreatePipeline create, Session session) {
        Checked<PipelineSpec> checked =
                Names.checker(catalog.refresh(), session).createPipeline(create);
        session.warn(checked.warnings());
        if (checked.spec().isPresent()) {
            PipelineSpec spec = checked.spec().get();
            try {
                pipelines.create(spec, SpecPrinter.print(spec));
            } catch (StatementException e) {
                boolean source = e.state() == SqlState.SOURCE_UNREACHABLE || e.state() == SqlState.UNKNOWN_TOPIC;
                if (source && e.position().isEmpty()) {
                    throw e.at(create.source().at().position());
                }
                boolean transform = e.state() == SqlState.TRANSFORM_UNAVAILABLE
                        || e.state() == SqlState.WRONG_CONFIG
                        || e.state() == SqlState.UNSUPPORTED;
                throw transform && e.position().isEmpty() && create.transform().isPresent()
                        ? e.at(create.transform().get().at().position())
                        : e;
            }
        }
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
            case STOP_ALL ->
                all(control, session, p -> p.state() != PipelineState.STOPPED).forEach(p -> pipelines.stop(p, true));
            case START_FAILED, DETACH, TEST, EXTRACT, PROFILE, SHOW_PROFILE, OPTIMIZE, CLEAR_ERRORS ->
                throw unsupported(control, control.verb().words());
        }
    }

    /** TEST PIPELINE: rows. */
    Outcome test(PipelineControl control, Session session) {
        return trial.run(one(control, session).spec(), control);
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
        try {
            pipelines.drop(one(control, session));
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
