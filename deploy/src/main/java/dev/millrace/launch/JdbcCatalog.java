package dev.millrace.launch;

import dev.millrace.ddl.CreatePipeline;
import dev.millrace.ddl.CreateTable;
import dev.millrace.ddl.DdlCompiler;
import dev.millrace.ddl.Statement;
import dev.millrace.ddl.check.Catalog;
import dev.millrace.ddl.check.Checker;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The catalog of a running Millrace as any client sees it: SHOW lists the names, SHOW CREATE gives statements that are
 * compiled again. So specs from here carry no ids.
 */
final class JdbcCatalog implements Catalog {
    private final SqlConnection connection;

    JdbcCatalog(SqlConnection connection) {
        this.connection = connection;
    }

    @Override
    public Optional<DatabaseSpec> database(String name) {
        return databases().stream()
                .filter(database -> database.name().equalsIgnoreCase(name))
                .findFirst();
    }

    @Override
    public Optional<TableSpec> table(String database, String name) {
        return shown("SHOW TABLES FROM " + SqlConnection.quoted(database), 1).stream()
                .filter(name::equalsIgnoreCase)
                .findFirst()
                .map(known -> readTable(database, known));
    }

    @Override
    public Optional<PipelineSpec> pipeline(String database, String name) {
        return shown("SHOW PIPELINES FROM " + SqlConnection.quoted(database), 1).stream()
                .filter(name::equalsIgnoreCase)
                .findFirst()
                .map(known -> readPipeline(database, known));
    }

    @Override
    public List<DatabaseSpec> databases() {
        return shown("SHOW DATABASES", 1).stream()
                .map(name -> new DatabaseSpec(0, name, DatabaseSpec.PARTITIONS_DEFAULT, 1))
                .toList();
    }

    @Override
    public List<TableSpec> tables(String database) {
        return shown("SHOW TABLES FROM " + SqlConnection.quoted(database), 1).stream()
                .map(name -> readTable(database, name))
                .toList();
    }

    @Override
    public List<PipelineSpec> pipelines(String database) {
        return shown("SHOW PIPELINES FROM " + SqlConnection.quoted(database), 1).stream()
                .map(name -> readPipeline(database, name))
                .toList();
    }

    private TableSpec readTable(String database, String name) {
        CreateTable create = (CreateTable) shownStatement("TABLE", database, name);
        return new Checker(withoutTables(database), database)
                .createTable(create)
                .spec()
                .orElseThrow();
    }

    private PipelineSpec readPipeline(String database, String name) {
        CreatePipeline create = (CreatePipeline) shownStatement("PIPELINE", database, name);
        ScriptCatalog tables = withoutTables(database);
        tables(database).forEach(tables::add);
        return new Checker(tables, database).createPipeline(create).spec().orElseThrow();
    }

    private Statement shownStatement(String kind, String database, String name) {
        String sql = "SHOW CREATE " + kind + " " + SqlConnection.quoted(database) + "." + SqlConnection.quoted(name);
        return new DdlCompiler().parseOne(shown(sql, 2).get(0)).statement();
    }

    /** What exists must not be in the way of compiling it again. */
    private static ScriptCatalog withoutTables(String database) {
        ScriptCatalog catalog = new ScriptCatalog(new NothingThere());
        catalog.add(new DatabaseSpec(0, database, DatabaseSpec.PARTITIONS_DEFAULT, 1));
        return catalog;
    }

    private List<String> shown(String sql, int column) {
        try (java.sql.Statement statement = connection.jdbc().createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(column));
            }
            return values;
        } catch (SQLException e) {
            throw new StatementException(SqlState.STORE_UNREACHABLE, SqlErrors.line(e), e);
        }
    }
}
