package dev.millrace.aggregator.plan;

import dev.millrace.ddl.check.Catalog;
import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.KeySpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A catalog in memory. */
final class TestCatalog implements Catalog {
    private final List<DatabaseSpec> databases = new ArrayList<>();
    private final List<TableSpec> tables = new ArrayList<>();

    TestCatalog database(String name, int partitions) {
        databases.add(new DatabaseSpec(databases.size() + 1, name, partitions, 1));
        return this;
    }

    TestCatalog table(TableSpec spec) {
        tables.add(spec.withIdentity(1000 + tables.size(), 1));
        return this;
    }

    /** Gives a table another version. */
    void change(String name, long version) {
        tables.replaceAll(table -> table.name().equals(name) ? table.withIdentity(table.id(), version) : table);
    }

    static TableSpec table(String database, String name, String shardKey, boolean reference, ColumnSpec... columns) {
        List<String> key = shardKey.isEmpty() ? List.of() : List.of(shardKey.split(","));
        return new TableSpec(0, 0, database, name, reference, List.of(columns), List.of(), key);
    }

    static TableSpec keyed(TableSpec table, String... key) {
        List<KeySpec> keys = List.of(new KeySpec(KeySpec.PRIMARY, List.of(key)));
        return new TableSpec(
                0, 0, table.database(), table.name(), table.reference(), table.columns(), keys, table.shardKey());
    }

    static ColumnSpec column(String name, SqlType type) {
        return new ColumnSpec(name, type, true, Optional.empty());
    }

    static ColumnSpec notNull(String name, SqlType type) {
        return new ColumnSpec(name, type, false, Optional.empty());
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
        return Optional.empty();
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
        return List.of();
    }
}
