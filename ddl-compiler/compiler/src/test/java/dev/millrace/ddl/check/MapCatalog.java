package dev.millrace.ddl.check;

import dev.millrace.ddl.CreatePipeline;
import dev.millrace.ddl.CreateTable;
import dev.millrace.ddl.DdlCompiler;
import dev.millrace.ddl.ParsedStatement;
import dev.millrace.ddl.Statement;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.TableSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A catalog in lists, filled by statements. */
final class MapCatalog implements Catalog {
    private final List<DatabaseSpec> databases =
            new ArrayList<>(List.of(new DatabaseSpec(0, "information_schema", 1, 1)));
    private final List<TableSpec> tables = new ArrayList<>();
    private final List<PipelineSpec> pipelines = new ArrayList<>();

    /** Carries out CREATE statements in the database {@code db}. */
    MapCatalog with(String sql) {
        Checker checker = new Checker(this, "db");
        for (ParsedStatement parsed : new DdlCompiler().parse(sql)) {
            if (parsed.statement() instanceof Statement.CreateDatabase create) {
                checker.createDatabase(create).spec().ifPresent(databases::add);
            } else if (parsed.statement() instanceof CreateTable create) {
                checker.createTable(create).spec().ifPresent(tables::add);
            } else if (parsed.statement() instanceof CreatePipeline create) {
                checker.createPipeline(create).spec().ifPresent(pipelines::add);
            } else {
                throw new IllegalArgumentException(parsed.sql());
            }
        }
        return this;
    }

    @Override
    public Optional<DatabaseSpec> database(String name) {
        return databases.stream()
                .filter(database -> database.name().equalsIgnoreCase(name))
                .findFirst();
    }

    @Override
    public Optional<TableSpec> table(String database, String name) {
        return tables(database).stream()
                .filter(table -> table.name().equalsIgnoreCase(name))
                .findFirst();
    }

    @Override
    public Optional<PipelineSpec> pipeline(String database, String name) {
        return pipelines(database).stream()
                .filter(pipeline -> pipeline.name().equalsIgnoreCase(name))
                .findFirst();
    }

    @Override
    public List<DatabaseSpec> databases() {
        return databases;
    }

    @Override
    public List<TableSpec> tables(String database) {
        return tables.stream()
                .filter(table -> table.database().equalsIgnoreCase(database))
                .toList();
    }

    @Override
    public List<PipelineSpec> pipelines(String database) {
        return pipelines.stream()
                .filter(pipeline -> pipeline.database().equalsIgnoreCase(database))
                .toList();
    }
}
