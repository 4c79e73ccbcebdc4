package dev.millrace.aggregator.catalog;

import static java.util.Objects.requireNonNull;

import dev.millrace.ddl.check.Catalog;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.store.CatalogSnapshot;
import dev.millrace.store.InformationSchema;
import dev.millrace.store.Node;
import dev.millrace.store.PartitionMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One version of the catalog, indexed by folded names and ids. Immutable. */
public final class CatalogView implements Catalog {
    /** The database whose tables show the catalog. It has one partition: the system partition. */
    public static final DatabaseSpec INFORMATION_SCHEMA = InformationSchema.database();

    private final CatalogSnapshot snapshot;
    private final Map<String, DatabaseSpec> databases = new LinkedHashMap<>();
    private final Map<String, Map<String, TableSpec>> tables = new HashMap<>();
    private final Map<Long, CatalogSnapshot.Table> tablesById = new HashMap<>();
    private final Map<Long, PartitionMap> maps = new HashMap<>();
    private final Map<Long, Node> nodes = new HashMap<>();

    CatalogView(CatalogSnapshot snapshot) {
        this.snapshot = requireNonNull(snapshot, "snapshot");
        addDatabase(INFORMATION_SCHEMA);
        for (TableSpec table : InformationSchema.tables()) {
            addTable(INFORMATION_SCHEMA.name(), new CatalogSnapshot.Table(table, 0));
        }
        for (CatalogSnapshot.Database database : snapshot.databases()) {
            if (database.spec().id() != INFORMATION_SCHEMA.id()) {
                addDatabase(database.spec());
                maps.put(database.spec().id(), database.map());
            }
        }
        snapshot.tables().forEach(table -> addTable(table.spec().database(), table));
        snapshot.nodes().forEach(node -> nodes.put(node.id(), node));
        // The system partition lives on the first leaf that made itself known.
        snapshot.nodes().stream()
                .min(Comparator.comparingLong(Node::id))
                .ifPresent(first ->
                        maps.put(INFORMATION_SCHEMA.id(), new PartitionMap(0, 0, List.of(List.of(first.id())))));
    }

    private void addDatabase(DatabaseSpec database) {
        databases.put(TableSpec.fold(database.name()), database);
        tables.put(TableSpec.fold(database.name()), new LinkedHashMap<>());
    }

    private void addTable(String database, CatalogSnapshot.Table table) {
        Map<String, TableSpec> byName = tables.get(TableSpec.fold(database));
        if (byName != null) {
            byName.put(TableSpec.fold(table.spec().name()), table.spec());
            tablesById.put(table.spec().id(), table);
        }
    }

    public long version() {
        return snapshot.version();
    }

    public CatalogSnapshot snapshot() {
        return snapshot;
    }

    /** Where a database's partitions are; empty if the database is gone. */
    public Optional<PartitionMap> map(long database) {
        return Optional.ofNullable(maps.get(database));
    }

    public Optional<Node> node(long id) {
        return Optional.ofNullable(nodes.get(id));
    }

    public List<Node> nodes() {
        return snapshot.nodes();
    }

    /** CSN of the table's last change of form; 0 if the table is gone or was always there. */
    public long tableCsn(long table) {
        CatalogSnapshot.Table known = tablesById.get(table);
        return known == null ? 0 : known.csn();
    }

    /** How a pipeline of this catalog fares. */
    public CatalogSnapshot.Pipeline status(PipelineSpec pipeline) {
        return snapshot.pipeline(pipeline.database(), pipeline.name()).orElseThrow();
    }

    @Override
    public Optional<DatabaseSpec> database(String name) {
        return Optional.ofNullable(databases.get(TableSpec.fold(name)));
    }

    @Override
    public Optional<TableSpec> table(String database, String name) {
        return Optional.ofNullable(
                tables.getOrDefault(TableSpec.fold(database), Map.of()).get(TableSpec.fold(name)));
    }

    @Override
    public Optional<PipelineSpec> pipeline(String database, String name) {
        return snapshot.pipeline(database, name).map(CatalogSnapshot.Pipeline::spec);
    }

    @Override
    public List<DatabaseSpec> databases() {
        return databases.values().stream()
                .sorted(Comparator.comparing(DatabaseSpec::name, String.CASE_INSENSITIVE_ORDER))
                .toList();
    }

    @Override
    public List<TableSpec> tables(String database) {
        List<TableSpec> found = new ArrayList<>(
                tables.getOrDefault(TableSpec.fold(database), Map.of()).values());
        found.sort(Comparator.comparing(TableSpec::name, String.CASE_INSENSITIVE_ORDER));
        return found;
    }

    @Override
    public List<PipelineSpec> pipelines(String database) {
        return snapshot.pipelines().stream()
                .map(CatalogSnapshot.Pipeline::spec)
                .filter(pipeline -> pipeline.database().equalsIgnoreCase(database))
                .sorted(Comparator.comparing(PipelineSpec::name, String.CASE_INSENSITIVE_ORDER))
                .toList();
    }
}
