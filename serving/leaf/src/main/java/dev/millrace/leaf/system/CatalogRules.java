package dev.millrace.leaf.system;

import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.store.InformationSchema;
import dev.millrace.store.Node;
import dev.millrace.store.PartitionMap;
import dev.millrace.store.PipelineError;
import dev.millrace.store.PipelineState;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.Refusal;
import java.util.List;
import java.util.Optional;

/** Nodes, databases and pipelines: who and what there is. */
final class CatalogRules {
    /** Aggregators' incarnations that may decide; each start of an aggregator makes one, the oldest are fenced. */
    static final int AGGREGATORS_MAX = 10_000;

    private final SystemRows rows;

    CatalogRules(SystemRows rows) {
        this.rows = rows;
    }

    Answer registerNode(SystemEntry.RegisterNode entry) {
        Optional<Node> known = rows.nodes.all().stream()
                .filter(row -> row.name().equals(entry.key()))
                .map(NodeRow::node)
                .findFirst();
        long id = known.map(Node::id).orElseGet(rows::nextNode);
        Node node = new Node(id, entry.host(), entry.port(), entry.raftPort());
        if (!known.equals(Optional.of(node))) {
            rows.nodes.put(new NodeRow(entry.key(), node));
            rows.nextCatalogVersion();
        }
        return Answer.number(id);
    }

    Answer registerWriter(SystemEntry.RegisterWriter entry) {
        long id = rows.nextId();
        List<WriterRow> aggregators =
                rows.writers.all().stream().filter(writer -> !writer.pipeline()).toList();
        if (aggregators.size() >= AGGREGATORS_MAX) {
            rows.gates.dropWriter(aggregators.get(0).id());
            rows.writers.remove(aggregators.get(0).id());
        }
        rows.writers.put(WriterRow.ofAggregator(id, entry.name()));
        return Answer.number(id);
    }

    Answer createDatabase(SystemEntry.CreateDatabase entry) {
        DatabaseSpec spec = entry.database();
        PartitionMap map = entry.map();
        DatabaseRow row = new DatabaseRow(spec, map);
        if (rows.databases.find(spec.id()).filter(row::equals).isPresent()) {
            return Answer.OK; // asked again
        }
        if (spec.name().equalsIgnoreCase(InformationSchema.NAME)
                || rows.databaseNamed(spec.name()).isPresent()
                || rows.databases.has(spec.id())) {
            return Answer.refused(Refusal.EXISTS, "database " + spec.name() + " (id " + spec.id() + ") exists");
        }
        if (spec.id() < 1 || map.database() != spec.id() || map.partitions() != spec.partitions()) {
            return Answer.refused(Refusal.MALFORMED, "database " + spec + " with the partition map " + map);
        }
        if (!map.replicas().stream()
                .allMatch(nodes -> !nodes.isEmpty() && nodes.stream().allMatch(rows.nodes::has))) {
            return Answer.refused(Refusal.UNKNOWN, "a partition of " + spec.name() + " is on no known node: " + map);
        }
        rows.reserveId(spec.id());
        rows.databases.put(row);
        rows.progress.put(ProgressRow.first(spec.id(), map.partitions()));
        rows.history.addDatabase(spec.id(), map.partitions());
        rows.nextCatalogVersion();
        return Answer.OK;
    }

    Answer dropDatabase(SystemEntry.DropDatabase entry) {
        long id = entry.id();
        if (!rows.databases.has(id)) {
            return Answer.refused(Refusal.UNKNOWN, "database " + id + " is not there");
        }
        List<PipelineRow> pipelines = rows.pipelinesOf(id);
        if (!pipelines.isEmpty()) {
            return Answer.refused(
                    Refusal.IN_USE, "pipeline " + pipelines.get(0).spec().qualifiedName() + " is in it");
        }
        rows.gates.dropDatabase(id);
        rows.tables.all().stream()
                .filter(row -> row.database() == id)
                .map(row -> row.spec().id())
                .toList()
                .forEach(rows.tables::remove);
        rows.published.between(new PublishedRow.Key(id, 0), new PublishedRow.Key(id, Long.MAX_VALUE)).stream()
                .map(PublishedRow::key)
                .toList()
                .forEach(rows.published::remove);
        rows.history.dropDatabase(id);
        rows.progress.remove(id);
        rows.databases.remove(id);
        rows.nextCatalogVersion();
        return Answer.OK;
    }

    Answer createPipeline(SystemEntry.CreatePipeline entry) {
        long id = entry.pipeline().id();
        Optional<PipelineRow> same = rows.pipelines.find(id);
        if (same.filter(row -> row.spec().equals(entry.pipeline())).isPresent()) {
            return Answer.OK; // asked again
        }
        Optional<DatabaseRow> database = rows.databaseNamed(entry.pipeline().database());
        TableSpec wanted = entry.pipeline().table();
        Optional<TableSpec> table =
                database.flatMap(row -> rows.table(row.spec().id(), wanted.id()));
        if (table.filter(spec -> spec.version() == wanted.version()).isEmpty()) {
            return Answer.refused(
                    Refusal.TABLE_CHANGED,
                    "table " + wanted.name() + " in version " + wanted.version() + " is not there");
        }
        long databaseId = database.orElseThrow().spec().id();
        boolean taken = rows.pipelinesOf(databaseId).stream()
                .anyMatch(row ->
                        row.spec().name().equalsIgnoreCase(entry.pipeline().name()));
        if (taken || same.isPresent() || rows.writers.has(id)) {
            return Answer.refused(
                    Refusal.EXISTS, "pipeline " + entry.pipeline().qualifiedName() + " (id " + id + ") exists");
        }
        if (id < 1) {
            return Answer.refused(Refusal.MALFORMED, "a pipeline with the id " + id);
        }
        rows.reserveId(id);
        rows.pipelines.put(new PipelineRow(
                databaseId,
                entry.pipeline(),
                entry.sql(),
                PipelineState.STOPPED,
                0,
                "",
                "",
                0,
                entry.atMillis(),
                entry.atMillis()));
        rows.cursors.put(CursorRow.first(id));
        rows.writers.put(WriterRow.ofPipeline(id, entry.pipeline().qualifiedName()));
        rows.nextCatalogVersion();
        return Answer.OK;
    }

    Answer dropPipeline(SystemEntry.DropPipeline entry) {
        if (!rows.pipelines.has(entry.id())) {
            return Answer.OK;
        }
        // Its batches stay in the list until they are published everywhere; without it no view shows them.
        rows.gates.dropWriter(entry.id());
        rows.writers.remove(entry.id());
        rows.cursors.remove(entry.id());
        rows.pipelines.remove(entry.id());
        rows.record(new RowChange.Delete(SystemTable.ERROR, List.of(entry.id())));
        rows.nextCatalogVersion();
        return Answer.OK;
    }

    Answer newRun(SystemEntry.NewRun entry) {
        Optional<PipelineRow> pipeline = rows.pipelines.find(entry.pipeline());
        if (pipeline.isEmpty()) {
            return unknownPipeline(entry.pipeline());
        }
        PipelineRow row = pipeline.get();
        if (entry.submission() && row.state() == PipelineState.STOPPED) {
            return Answer.refused(Refusal.NOT_RUNNING, "pipeline " + row.spec().qualifiedName() + " is stopped");
        }
        WriterRow writer = rows.writers.find(row.id()).orElseThrow().withNextRun();
        rows.fence(writer, writer.current());
        rows.pipelines.put(row.withRun(writer.run(), entry.state(), entry.atMillis()));
        rows.nextCatalogVersion();
        return Answer.number(writer.run());
    }

    Answer setPipelineState(SystemEntry.SetPipelineState entry) {
        Optional<PipelineRow> current = rows.pipelines.find(entry.pipeline()).filter(row -> row.run() == entry.run());
        if (current.isEmpty()) {
            return Answer.bool(false);
        }
        PipelineRow row = current.get();
        if (row.state() != entry.state() || !row.message().equals(entry.message())) {
            rows.pipelines.put(row.withState(entry.state(), entry.message(), entry.atMillis()));
            rows.nextCatalogVersion();
        }
        return Answer.bool(true);
    }

    Answer recordErrors(SystemEntry.RecordErrors entry) {
        Optional<PipelineRow> pipeline = rows.pipelines.find(entry.pipeline());
        if (pipeline.isEmpty()) {
            return unknownPipeline(entry.pipeline());
        }
        long newest =
                entry.errors().stream().mapToLong(PipelineError::atMillis).max().orElse(0);
        ErrorRows.add(rows, pipeline.get(), entry.run(), 0, entry.errors(), newest);
        return Answer.OK;
    }

    Answer reportPublished(SystemEntry.ReportPublished entry) {
        Optional<ProgressRow> progress = rows.progress.find(entry.database());
        if (progress.isEmpty() || !rows.nodes.has(entry.node())) {
            return Answer.OK; // the database was dropped meanwhile
        }
        long csn = Math.min(entry.csn(), progress.get().csn());
        PublishedRow report = new PublishedRow(entry.database(), entry.node(), csn);
        long before = rows.published.find(report.key()).map(PublishedRow::csn).orElse(0L);
        if (csn > before) {
            rows.published.put(report);
            rows.raiseFloors(report);
        }
        return Answer.OK;
    }

    private static Answer unknownPipeline(long id) {
        return Answer.refused(Refusal.UNKNOWN, "pipeline " + id + " is not there");
    }
}
