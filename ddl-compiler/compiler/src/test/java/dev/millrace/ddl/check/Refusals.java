package dev.millrace.ddl.check;

import dev.millrace.ddl.AlterPipeline;
import dev.millrace.ddl.CreatePipeline;
import dev.millrace.ddl.CreateTable;
import dev.millrace.ddl.DdlCompiler;
import dev.millrace.ddl.Insert;
import dev.millrace.ddl.LoadData;
import dev.millrace.ddl.ParsedStatement;
import dev.millrace.ddl.PipelineControl;
import dev.millrace.ddl.Show;
import dev.millrace.ddl.Statement;
import dev.millrace.spec.Credentials;

/** Does with a statement what an aggregator does before it carries it out. */
public final class Refusals implements Statement.Cases<Object> {
    private static final MapCatalog CATALOG = new MapCatalog()
            .with("CREATE DATABASE db;"
                    + "CREATE TABLE t (a INT NOT NULL, b VARCHAR(5), c DATETIME DEFAULT NOW(), PRIMARY KEY (a));"
                    + "CREATE REFERENCE TABLE r (a INT);"
                    + "CREATE PIPELINE p AS LOAD DATA KAFKA 'h/t' INTO TABLE t;");

    private final Checker checker;

    private Refusals(Checker checker) {
        this.checker = checker;
    }

    /** With {@code db} as the current database, and without one for statements that begin with a space. */
    public static void parseAndCheck(String sql) {
        Checker checker = new Checker(CATALOG, sql.startsWith(" ") ? "" : "db");
        for (ParsedStatement parsed : new DdlCompiler().parse(sql)) {
            checker.refuseLater(parsed.statement());
            parsed.statement().match(new Refusals(checker));
        }
    }

    @Override
    public Object query(Statement.Query query) {
        return query;
    }

    @Override
    public Object explain(Statement.Explain explain) {
        return explain.statement().match(this);
    }

    @Override
    public Object insert(Insert insert) {
        return checker.insert(insert);
    }

    @Override
    public Object update(Statement.Update update) {
        return checker.table(update.table());
    }

    @Override
    public Object delete(Statement.Delete delete) {
        return checker.table(delete.table());
    }

    @Override
    public Object createDatabase(Statement.CreateDatabase create) {
        return checker.createDatabase(create);
    }

    @Override
    public Object dropDatabase(Statement.DropDatabase drop) {
        return checker.database(drop.name());
    }

    @Override
    public Object use(Statement.Use use) {
        return checker.database(use.database());
    }

    @Override
    public Object createTable(CreateTable create) {
        return checker.createTable(create);
    }

    @Override
    public Object dropTable(Statement.DropTable drop) {
        return drop.tables().stream().map(checker::writableTable).toList();
    }

    @Override
    public Object kill(Statement.Kill kill) {
        return kill;
    }

    @Override
    public Object truncate(Statement.Truncate truncate) {
        return checker.writableTable(truncate.table());
    }

    @Override
    public Object createPipeline(CreatePipeline create) {
        return checker.createPipeline(create);
    }

    @Override
    public Object loadData(LoadData load) {
        return checker.loadData(load);
    }

    @Override
    public Object alterPipeline(AlterPipeline alter) {
        return checker.alterPipeline(alter, Credentials.NONE);
    }

    @Override
    public Object pipelineControl(PipelineControl control) {
        return control.name().map(checker::pipeline);
    }

    @Override
    public Object show(Show show) {
        boolean table = show.what() == Show.What.COLUMNS || show.what() == Show.What.CREATE_TABLE;
        return table ? checker.table(show.subject().orElseThrow()) : show;
    }

    @Override
    public Object setVariables(Statement.SetVariables set) {
        return checker.set(set);
    }

    @Override
    public Object transaction(Statement.Transaction transaction) {
        return transaction;
    }

    @Override
    public Object other(Statement.Other other) {
        return other;
    }
}
