package dev.millrace.leaf.system;

import dev.millrace.spec.DatabaseSpec;
import dev.millrace.store.InformationSchema;
import dev.millrace.store.Node;
import dev.millrace.store.PartitionMap;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.Refusal;
import java.util.List;
import java.util.Optional;

/** Nodes and databases: who and what there is. Pipelines are {@link PipelineRules}'. */
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
        rows.dropped.between(new DroppedRow.Key(id, ""), new DroppedRow.Key(id + 1, "")).stream()
                .map(DroppedRow::key)
                .toList()
                .forEach(rows.dropped::remove);
        rows.history.dropDatabase(id);
        rows.progress.remove(id);
        rows.databases.remove(id);
        rows.nextCatalogVersion();
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
}
