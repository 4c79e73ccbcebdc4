package dev.millrace.ddl.check;

import dev.millrace.ddl.AlterPipeline;
import dev.millrace.ddl.CreatePipeline;
import dev.millrace.ddl.CreateTable;
import dev.millrace.ddl.Insert;
import dev.millrace.ddl.LoadData;
import dev.millrace.ddl.PipelineControl;
import dev.millrace.ddl.Place;
import dev.millrace.ddl.Show;
import dev.millrace.ddl.SqlText;
import dev.millrace.ddl.Statement;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.Optional;

/** Refuses, by name, the statements that are read and come later. Passes all others. */
final class Later implements Statement.Cases<Boolean> {
    static StatementException unsupported(String what, Place at) {
        return new StatementException(SqlState.UNSUPPORTED, what + " is not supported", at.position());
    }

    @Override
    public Boolean query(Statement.Query query) {
        return false;
    }

    @Override
    public Boolean explain(Statement.Explain explain) {
        return explain.statement().match(this);
    }

    @Override
    public Boolean insert(Insert insert) {
        return false;
    }

    @Override
    public Boolean update(Statement.Update update) {
        return refuse("UPDATE", update.orderBy(), update.limit());
    }

    @Override
    public Boolean delete(Statement.Delete delete) {
        return refuse("DELETE", delete.orderBy(), delete.limit());
    }

    private static boolean refuse(String words, Optional<SqlText> orderBy, Optional<SqlText> limit) {
        orderBy.ifPresent(text -> {
            throw unsupported("ORDER BY of " + words, text.at());
        });
        limit.ifPresent(text -> {
            throw unsupported("LIMIT of " + words, text.at());
        });
        return false;
    }

    @Override
    public Boolean createDatabase(Statement.CreateDatabase create) {
        return false;
    }

    @Override
    public Boolean dropDatabase(Statement.DropDatabase drop) {
        return false;
    }

    @Override
    public Boolean use(Statement.Use use) {
        return false;
    }

    @Override
    public Boolean createTable(CreateTable create) {
        return false;
    }

    @Override
    public Boolean dropTable(Statement.DropTable drop) {
        return false;
    }

    @Override
    public Boolean kill(Statement.Kill kill) {
        return false;
    }

    @Override
    public Boolean truncate(Statement.Truncate truncate) {
        return false;
    }

    @Override
    public Boolean createPipeline(CreatePipeline create) {
        return false;
    }

    @Override
    public Boolean loadData(LoadData load) {
        if (load.local()) {
            throw unsupported("LOAD DATA LOCAL (the protocol takes no files of clients)", load.at());
        }
        return false;
    }

    @Override
    public Boolean alterPipeline(AlterPipeline alter) {
        PipelineAlteration.refuseLater(alter);
        return false;
    }

    @Override
    public Boolean pipelineControl(PipelineControl control) {
        return switch (control.verb()) {
            case START, START_ALL, START_FAILED, STOP, STOP_ALL, DETACH, DROP, CLEAR_ERRORS, TEST, EXTRACT, PROFILE ->
                false;
            case SHOW_PROFILE, OPTIMIZE -> throw unsupported(control.verb().words(), control.at());
        };
    }

    @Override
    public Boolean show(Show show) {
        return switch (show.what()) {
            case DATABASES,
                    TABLES,
                    COLUMNS,
                    INDEX,
                    CREATE_TABLE,
                    CREATE_DATABASE,
                    CREATE_PIPELINE,
                    PIPELINES,
                    WARNINGS,
                    ERRORS,
                    VARIABLES,
                    PROCESSLIST,
                    STATUS,
                    TABLE_STATUS,
                    ENGINES,
                    CHARACTER_SET,
                    COLLATION,
                    LEAVES,
                    PARTITIONS -> false;
            case AGGREGATORS -> throw unsupported("SHOW " + show.what().words(), show.at());
        };
    }

    @Override
    public Boolean setVariables(Statement.SetVariables set) {
        return false;
    }

    @Override
    public Boolean transaction(Statement.Transaction transaction) {
        return switch (transaction.kind()) {
            case COMMIT, ROLLBACK -> false;
            case BEGIN -> throw unsupported("BEGIN", transaction.at());
        };
    }

    @Override
    public Boolean other(Statement.Other other) {
        throw unsupported(other.name(), other.text().at());
    }
}
