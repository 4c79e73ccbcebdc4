package dev.millrace.launch;

import dev.millrace.ddl.check.Catalog;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.TableSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the statements of a file have created so far, before what existed already. */
final class ScriptCatalog implements Catalog {
    private final Catalog behind;
    private final Map<String, DatabaseSpec> databases = new LinkedHashMap<>();
    private final Map<String, TableSpec> tables = new LinkedHashMap<>();
    private final Map<String, PipelineSpec> pipelines = new LinkedHashMap<>();

    /** Databases, tables and pipelines that the file has dropped, by kind and key: what is behind no longer counts. */
    private final Set<String> dropped = new HashSet<>();

    ScriptCatalog(Catalog behind) {
        this.behind = behind;
    }

    void add(DatabaseSpec database) {
        databases.put(TableSpec.fold(database.name()), database);
    }

    void add(TableSpec table) {
        tables.put(key(table.database(), table.name()), table);
    }

    void add(PipelineSpec pipeline) {
        pipelines.put(key(pipeline.database(), pipeline.name()), pipeline);
    }

    void dropDatabase(String name) {
        String prefix = key(name, "");
        databases.remove(TableSpec.fold(name));
        tables.keySet().removeIf(key -> key.startsWith(prefix));
        pipelines.keySet().removeIf(key -> key.startsWith(prefix));
        dropped.add(prefix);
    }

    void dropTable(String database, String name) {
        tables.remove(key(database, name));
        dropped.add("table " + key(database, name));
    }

    void dropPipeline(String database, String name) {
        pipelines.remove(key(database, name));
        dropped.add("pipeline " + key(database, name));
    }

    @Override
    public Optional<DatabaseSpec> database(String name) {
        DatabaseSpec own = databases.get(TableSpec.fold(name));
        return own != null ? Optional.of(own) : isGone(name) ? Optional.empty() : behind.database(name);
    }

    @Override
    public Optional<TableSpec> table(String database, String name) {
        TableSpec own = tables.get(key(database, name));
        if (own != null) {
            return Optional.of(own);
        }
        boolean gone = isGone(database) || dropped.contains("table " + key(database, name));
        return gone ? Optional.empty() : behind.table(database, name);
    }

    @Override
    public Optional<PipelineSpec> pipeline(String database, String name) {
        PipelineSpec own = pipelines.get(key(database, name));
        if (own != null) {
            return Optional.of(own);
        }
        boolean gone = isGone(database) || dropped.contains("pipeline " + key(database, name));
        return gone ? Optional.empty() : behind.pipeline(database, name);
    }

    @Override
    public List<DatabaseSpec> databases() {
        List<DatabaseSpec> all = new ArrayList<>(databases.values());
        behind.databases().stream()
                .filter(database -> !databases.containsKey(TableSpec.fold(database.name())))
                .filter(database -> !isGone(database.name()))
                .forEach(all::add);
        return all;
    }

    @Override
    public List<TableSpec> tables(String database) {
        List<TableSpec> all = new ArrayList<>(tables.values());
        all.removeIf(table -> !table.database().equalsIgnoreCase(database));
        behind.tables(database).stream()
                .filter(table -> !tables.containsKey(key(database, table.name())))
                .filter(table -> table(database, table.name()).isPresent())
                .forEach(all::add);
        return all;
    }

    @Override
    public List<PipelineSpec> pipelines(String database) {
        List<PipelineSpec> all = new ArrayList<>(pipelines.values());
        all.removeIf(pipeline -> !pipeline.database().equalsIgnoreCase(database));
        behind.pipelines(database).stream()
                .filter(pipeline -> !pipelines.containsKey(key(database, pipeline.name())))
                .filter(pipeline -> pipeline(database, pipeline.name()).isPresent())
                .forEach(all::add);
        return all;
    }

    private boolean isGone(String database) {
        return dropped.contains(key(database, ""));
    }

    private static String key(String database, String name) {
        return TableSpec.fold(database) + "\0" + TableSpec.fold(name);
    }
}
