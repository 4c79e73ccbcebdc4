package dev.millrace.ddl.check;

import static java.util.Objects.requireNonNull;

import dev.millrace.ddl.AlterPipeline;
import dev.millrace.ddl.CreatePipeline;
import dev.millrace.ddl.CreateTable;
import dev.millrace.ddl.Identifier;
import dev.millrace.ddl.Insert;
import dev.millrace.ddl.LoadData;
import dev.millrace.ddl.ObjectName;
import dev.millrace.ddl.Statement;
import dev.millrace.ddl.Warning;
import dev.millrace.spec.Credentials;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Judges statements in the light of a catalog and of the session's current database. It decides nothing that could
 * change until the statement is carried out: whoever writes the catalog checks existence again.
 *
 * <p>Every refusal is a {@link StatementException} with the position of the offending name or clause.
 */
public final class Checker {
    /** MySQL's longest name, in characters. */
    private static final int NAME_LENGTH_MAX = 64;

    /** Its tables cannot be changed by statements. */
    static final String INFORMATION_SCHEMA = "information_schema";

    private final Catalog catalog;
    private final String currentDatabase;

    /** @param currentDatabase empty if none was chosen */
    public Checker(Catalog catalog, String currentDatabase) {
        this.catalog = requireNonNull(catalog, "catalog");
        this.currentDatabase = requireNonNull(currentDatabase, "currentDatabase");
    }

    /** Fails with UNSUPPORTED, by name, if the statement is one that comes later. Clauses are refused by the others. */
    public void refuseLater(Statement statement) {
        statement.match(new Later());
    }

    public Checked<DatabaseSpec> createDatabase(Statement.CreateDatabase create) {
        checkName(create.name());
        List<Warning> warnings = new ArrayList<>();
        TableOptions.check(create.options(), warnings);
        String name = create.name().text();
        int partitions = create.partitions().orElse(DatabaseSpec.PARTITIONS_DEFAULT);
        if (partitions < 1 || partitions > DatabaseSpec.PARTITIONS_MAX) {
            throw new StatementException(
                    SqlState.OUT_OF_RANGE,
                    "a database has 1 to " + DatabaseSpec.PARTITIONS_MAX + " partitions, not " + partitions,
                    create.name().at().position());
        }
        if (catalog.database(name).isPresent()) {
            StatementException exists = new StatementException(
                    SqlState.DATABASE_EXISTS,
                    "Can't create database '" + name + "'; database exists",
                    create.name().at().position());
            return existing(create.ifNotExists(), exists, warnings);
        }
        return new Checked<>(Optional.of(new DatabaseSpec(0, name, partitions, 1)), warnings);
    }

    public Checked<TableSpec> createTable(CreateTable create) {
        DatabaseSpec database = writableDatabase(create.table());
        checkName(create.table().name());
        List<Warning> warnings = new ArrayList<>();
        TableSpec spec = new TableChecker(create, database.name(), warnings).check();
        if (catalog.table(database.name(), spec.name()).isPresent()) {
            StatementException exists = new StatementException(
                    SqlState.TABLE_EXISTS,
                    "Table '" + spec.name() + "' already exists",
                    create.table().name().at().position());
            return existing(create.ifNotExists(), exists, warnings);
        }
        return new Checked<>(Optional.of(spec), warnings);
    }

    /** The spec has the id of the pipeline that OR REPLACE replaces, 0 if there is none. */
    public Checked<PipelineSpec> createPipeline(CreatePipeline create) {
        DatabaseSpec database = writableDatabase(create.name());
        checkName(create.name().name());
        List<Warning> warnings = new ArrayList<>();
        PipelineChecker checker = new PipelineChecker(create, warnings);
        checker.refuseLater();
        TableSpec table = target(create, database);
        if (table.reference()) {
            throw Later.unsupported(
                    "a pipeline into a reference table", create.target().at());
        }
        PipelineSpec spec = checker.check(database.name(), table);
        Optional<PipelineSpec> known = catalog.pipeline(database.name(), spec.name());
        if (known.isPresent() && create.form().orReplace()) {
            return new Checked<>(Optional.of(spec.withId(known.get().id())), warnings);
        }
        if (known.isPresent()) {
            StatementException exists = new StatementException(
                    SqlState.PIPELINE_EXISTS,
                    "Pipeline '" + spec.name() + "' already exists",
                    create.name().name().at().position());
            return existing(create.form().ifNotExists(), exists, warnings);
        }
        return new Checked<>(Optional.of(spec), warnings);
    }

    /** The pipeline that does what LOAD DATA does once. */
    public PipelineSpec loadData(LoadData statement) {
        CreatePipeline load = statement.load();
        PipelineChecker checker = new PipelineChecker(load, new ArrayList<>());
        checker.refuseLater();
        DatabaseSpec database = writableDatabase(load.target().name());
        return checker.check(database.name(), target(load, database));
    }

    private TableSpec target(CreatePipeline create, DatabaseSpec database) {
        ObjectName target = create.target().name();
        return writableTable(target.database().isPresent() ? target : ObjectName.of(database.name(), target));
    }

    /** What a pipeline proves itself with: CREDENTIALS, and what CONFIG has of the kind. */
    public Credentials credentials(CreatePipeline create) {
        return new PipelineChecker(create, new ArrayList<>()).credentials();
    }

    /**
     * What a pipeline becomes.
     *
     * @param credentials those that it has
     */
    public AlteredPipeline alterPipeline(AlterPipeline alter, Credentials credentials) {
        writableDatabase(alter.name());
        return new PipelineAlteration(pipeline(alter.name()), credentials, alter.at()).apply(alter);
    }

    /** The target and its columns; the rows of VALUES are counted, and NULL in a NOT NULL column is refused. */
    public CheckedInsert insert(Insert insert) {
        return InsertChecker.check(insert, writableTable(insert.table()));
    }

    /** Fails for variables that do not exist, and for values that would change what Millrace cannot change. */
    public List<Warning> set(Statement.SetVariables set) {
        return SessionVariables.check(set);
    }

    /** The database a name means: its own, or the current one. */
    public DatabaseSpec databaseOf(ObjectName name) {
        if (name.database().isPresent()) {
            return database(name.database().get());
        }
        if (currentDatabase.isEmpty()) {
            throw new StatementException(
                    SqlState.NO_DATABASE_SELECTED,
                    "No database selected",
                    name.at().position());
        }
        return database(new Identifier(currentDatabase, name.at()));
    }

    public DatabaseSpec database(Identifier name) {
        return catalog.database(name.text())
                .orElseThrow(() -> new StatementException(
                        SqlState.UNKNOWN_DATABASE,
                        "Unknown database '" + name.text() + "'",
                        name.at().position()));
    }

    public TableSpec table(ObjectName name) {
        DatabaseSpec database = databaseOf(name);
        return catalog.table(database.name(), name.name().text())
                .orElseThrow(() -> new StatementException(
                        SqlState.UNKNOWN_TABLE,
                        "Table '" + database.name() + "." + name.name().text() + "' doesn't exist",
                        name.name().at().position()));
    }

    public PipelineSpec pipeline(ObjectName name) {
        DatabaseSpec database = databaseOf(name);
        return catalog.pipeline(database.name(), name.name().text())
                .orElseThrow(() -> new StatementException(
                        SqlState.UNKNOWN_PIPELINE,
                        "Pipeline '" + database.name() + "." + name.name().text() + "' doesn't exist",
                        name.name().at().position()));
    }

    /** As {@link #table}, and not one of information_schema. */
    public TableSpec writableTable(ObjectName name) {
        writableDatabase(name);
        return table(name);
    }

    /** As {@link #databaseOf}, and not information_schema. */
    public DatabaseSpec writableDatabase(ObjectName name) {
        DatabaseSpec database = databaseOf(name);
        if (database.name().equalsIgnoreCase(INFORMATION_SCHEMA)) {
            throw new StatementException(
                    SqlState.READ_ONLY,
                    INFORMATION_SCHEMA + " cannot be changed",
                    name.at().position());
        }
        return database;
    }

    static void checkName(Identifier name) {
        if (name.text().codePointCount(0, name.text().length()) > NAME_LENGTH_MAX) {
            throw new StatementException(
                    SqlState.IDENTIFIER_TOO_LONG,
                    "Identifier name '" + name.text() + "' is too long",
                    name.at().position());
        }
        if (name.text().endsWith(" ") || name.text().indexOf('\0') >= 0) {
            throw new StatementException(
                    SqlState.SYNTAX_ERROR,
                    "a name ends with a space or holds a NUL: '" + name.text() + "'",
                    name.at().position());
        }
    }

    private static <T> Checked<T> existing(boolean ifNotExists, StatementException exists, List<Warning> warnings) {
        if (!ifNotExists) {
            throw exists;
        }
        warnings.add(new Warning(Warning.Level.NOTE, exists.state().number(), exists.getMessage()));
        return new Checked<>(Optional.empty(), warnings);
    }
}
