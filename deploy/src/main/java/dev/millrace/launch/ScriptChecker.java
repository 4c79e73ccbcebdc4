package dev.millrace.launch;

import dev.millrace.ddl.AlterPipeline;
import dev.millrace.ddl.CreatePipeline;
import dev.millrace.ddl.CreateTable;
import dev.millrace.ddl.Insert;
import dev.millrace.ddl.LoadData;
import dev.millrace.ddl.PipelineControl;
import dev.millrace.ddl.Show;
import dev.millrace.ddl.Statement;
import dev.millrace.ddl.check.Catalog;
import dev.millrace.ddl.check.Checker;
import dev.millrace.spec.Credentials;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.PipelineSpec;
import java.util.Optional;

/**
 * Checks the statements of a file one after another: each sees what the ones before it have created. Answers the
 * pipeline that a statement creates, if it does. Queries are only parsed: to plan one is the aggregator's.
 */
final class ScriptChecker implements Statement.Cases<Optional<PipelineSpec>> {
    private final ScriptCatalog catalog;
    private String database;

    private ScriptChecker(ScriptCatalog catalog, String database) {
        this.catalog = catalog;
        this.database = database;
    }

    /** Against what a running Millrace has. */
    static ScriptChecker over(Catalog existing) {
        return new ScriptChecker(new ScriptCatalog(existing), "");
    }

    /** Against nothing but the file itself; names without a database belong to one that is assumed. */
    static ScriptChecker alone(String assumedDatabase) {
        ScriptCatalog catalog = new ScriptCatalog(new NothingThere());
        catalog.add(new DatabaseSpec(0, assumedDatabase, DatabaseSpec.PARTITIONS_DEFAULT, 1));
        return new ScriptChecker(catalog, assumedDatabase);
    }

    Optional<PipelineSpec> check(Statement statement) {
        checker().refuseLater(statement);
        return statement.match(this);
    }

    /** Partitions of the database that a pipeline's target is in. */
    int partitions(PipelineSpec pipeline) {
        return catalog.database(pipeline.table().database()).orElseThrow().partitions();
    }

    private Checker checker() {
        return new Checker(catalog, database);
    }

    @Override
    public Optional<PipelineSpec> createDatabase(Statement.CreateDatabase create) {
        checker().createDatabase(create).spec().ifPresent(catalog::add);
        return Optional.empty();
    }

    @Override
    public Optional<PipelineSpec> createTable(CreateTable create) {
        checker().createTable(create).spec().ifPresent(catalog::add);
        return Optional.empty();
    }

    @Override
    public Optional<PipelineSpec> createPipeline(CreatePipeline create) {
        Optional<PipelineSpec> pipeline = checker().createPipeline(create).spec();
        pipeline.ifPresent(catalog::add);
        return pipeline;
    }

    @Override
    public Optional<PipelineSpec> loadData(LoadData load) {
        checker().loadData(load);
        return Optional.empty();
    }

    @Override
    public Optional<PipelineSpec> use(Statement.Use use) {
        database = checker().database(use.database()).name();
        return Optional.empty();
    }

    @Override
    public Optional<PipelineSpec> insert(Insert insert) {
        checker().insert(insert);
        return Optional.empty();
    }

    @Override
    public Optional<PipelineSpec> update(Statement.Update update) {
        checker().writableTable(update.table());
        return Optional.empty();
    }

    @Override
    public Optional<PipelineSpec> delete(Statement.Delete delete) {
        checker().writableTable(delete.table());
        return Optional.empty();
    }

    @Override
    public Optional<PipelineSpec> kill(Statement.Kill kill) {
        return Optional.empty();
    }

    @Override
    public Optional<PipelineSpec> truncate(Statement.Truncate truncate) {
        checker().writableTable(truncate.table());
        return Optional.empty();
    }

    @Override
    public Optional<PipelineSpec> dropDatabase(Statement.DropDatabase drop) {
        if (!drop.ifExists()) {
            checker().database(drop.name());
        }
        catalog.dropDatabase(drop.name().text());
        return Optional.empty();
    }

    @Override
    public Optional<PipelineSpec> dropTable(Statement.DropTable drop) {
        for (var table : drop.tables()) {
            String home = checker().writableDatabase(table).name();
            if (!drop.ifExists()) {
                checker().writableTable(table);
            }
            catalog.dropTable(home, table.name().text());
        }
        return Optional.empty();
    }

    @Override
    public Optional<PipelineSpec> pipelineControl(PipelineControl control) {
        if (control.name().isEmpty()) {
            return Optional.empty();
        }
        boolean drops = control.verb() == PipelineControl.Verb.DROP;
        String home = checker().databaseOf(control.name().get()).name();
        if (!drops || !control.conditional()) {
            checker().pipeline(control.name().get());
        }
        if (drops) {
            catalog.dropPipeline(home, control.name().get().name().text());
        }
        return Optional.empty();
    }

    @Override
    public Optional<PipelineSpec> alterPipeline(AlterPipeline alter) {
        checker().alterPipeline(alter, Credentials.NONE);
        return Optional.empty();
    }

    @Override
    public Optional<PipelineSpec> setVariables(Statement.SetVariables set) {
        checker().set(set);
        return Optional.empty();
    }

    @Override
    public Optional<PipelineSpec> explain(Statement.Explain explain) {
        return explain.statement().match(this);
    }

    @Override
    public Optional<PipelineSpec> query(Statement.Query query) {
        return Optional.empty();
    }

    @Override
    public Optional<PipelineSpec> show(Show show) {
        return Optional.empty();
    }

    @Override
    public Optional<PipelineSpec> transaction(Statement.Transaction transaction) {
        return Optional.empty();
    }

    @Override
    public Optional<PipelineSpec> other(Statement.Other other) {
        return Optional.empty();
    }
}
