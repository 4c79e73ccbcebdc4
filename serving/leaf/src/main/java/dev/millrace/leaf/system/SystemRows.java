package dev.millrace.leaf.system;

import dev.millrace.spec.TableSpec;
import dev.millrace.store.Attempt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The system partition's tables in memory, and the changes that the entry under way has made to them. */
final class SystemRows {
    private final List<RowChange> changes = new ArrayList<>();
    private final Consumer<RowChange> recorder = changes::add;

    private final Rows<Long, CounterRow> counters = new Rows<>(SystemTable.COUNTERS, row -> 1L, recorder);
    final Rows<Long, NodeRow> nodes =
            new Rows<>(SystemTable.NODE, row -> row.node().id(), recorder);
    final Rows<Long, DatabaseRow> databases =
            new Rows<>(SystemTable.DATABASE, row -> row.spec().id(), recorder);
    final Rows<Long, ProgressRow> progress = new Rows<>(SystemTable.PROGRESS, ProgressRow::database, recorder);
    final Rows<PublishedRow.Key, PublishedRow> published =
            new Rows<>(SystemTable.PUBLISHED, PublishedRow::key, recorder);
    final Rows<Long, TableRow> tables =
            new Rows<>(SystemTable.TABLES, row -> row.spec().id(), recorder);
    final Rows<Long, PipelineRow> pipelines = new Rows<>(SystemTable.PIPELINE, PipelineRow::id, recorder);
    final Rows<Long, CursorRow> cursors = new Rows<>(SystemTable.CURSOR, CursorRow::pipeline, recorder);
    final Rows<Long, WriterRow> writers = new Rows<>(SystemTable.WRITER, WriterRow::id, recorder);
    final Rows<Long, GateRow> gateRows = new Rows<>(SystemTable.GATE, GateRow::place, recorder);
    final Rows<Long, ProgramRow> programs = new Rows<>(SystemTable.PROGRAM, ProgramRow::id, recorder);
    final Rows<DroppedRow.Key, DroppedRow> dropped = new Rows<>(SystemTable.DROPPED, DroppedRow::key, recorder);
    final Rows<FileRow.Key, FileRow> files = new Rows<>(SystemTable.FILE, FileRow::key, recorder);
    final Rows<Long, OffsetsRow> offsets = new Rows<>(SystemTable.OFFSETS, OffsetsRow::pipeline, recorder);
    final History history = new History(recorder);
    final Gates gates = new Gates(this);
    final Cursors sourceCursors = new Cursors(this);

    CounterRow counters() {
        return counters.find(1L).orElse(CounterRow.FIRST);
    }

    long nextId() {
        CounterRow now = counters();
        counters.put(now.withNextId(now.nextId() + 1));
        return now.nextId();
    }

    /** Keeps an id that was chosen elsewhere from being given out. */
    void reserveId(long id) {
        CounterRow now = counters();
        if (id >= now.nextId()) {
            counters.put(now.withNextId(id + 1));
        }
    }

    long nextNode() {
        CounterRow now = counters();
        counters.put(now.withNextNode(now.nextNode() + 1));
        return now.nextNode();
    }

    long nextGate() {
        CounterRow now = counters();
        counters.put(now.withNextGate(now.nextGate() + 1));
        return now.nextGate();
    }

    long nextPlace() {
        CounterRow now = counters();
        counters.put(now.withNextPlace(now.nextPlace() + 1));
        return now.nextPlace();
    }

    void nextCatalogVersion() {
        CounterRow now = counters();
        counters.put(now.withCatalogVersion(now.catalogVersion() + 1));
    }

    Optional<TableRow> tableNamed(long database, String name) {
        return tables.all().stream()
                .filter(row -> row.database() == database && row.spec().name().equalsIgnoreCase(name))
                .findFirst();
    }

    Optional<TableSpec> table(long database, long id) {
        return tables.find(id).filter(row -> row.database() == database).map(TableRow::spec);
    }

    Optional<DatabaseRow> databaseNamed(String name) {
        return databases.all().stream()
                .filter(row -> row.spec().name().equalsIgnoreCase(name))
                .findFirst();
    }

    List<PipelineRow> pipelinesOf(long database) {
        return pipelines.all().stream()
                .filter(row -> row.database() == database)
                .toList();
    }

    /** Makes an attempt the writer's current one: what older ones hold or wait for is given up. */
    void fence(WriterRow writer, Attempt current) {
        writers.put(writer.withCurrent(current));
        gates.dropOlder(writer.id(), current);
    }

    void record(RowChange change) {
        recorder.accept(change);
    }

    /** What was done since the last call. */
    List<RowChange> takeChanges() {
        List<RowChange> taken = List.copyOf(changes);
        changes.clear();
        return taken;
    }

    /** Puts back a row of the file. Databases come before what belongs to them. */
    void load(SystemTable table, List<Object> row) {
        switch (table) {
            case COUNTERS -> counters.load(CounterRow.of(row));
            case NODE -> nodes.load(NodeRow.of(row));
            case DATABASE -> {
                DatabaseRow database = DatabaseRow.of(row);
                databases.load(database);
                history.addDatabase(database.spec().id(), database.map().partitions());
            }
            case PROGRESS -> progress.load(ProgressRow.of(row));
            case PUBLISHED -> {
                PublishedRow report = PublishedRow.of(row);
                published.load(report);
                raiseFloors(report);
            }
            case TABLES -> tables.load(TableRow.of(row));
            case PIPELINE -> pipelines.load(PipelineRow.of(row));
            case CURSOR -> cursors.load(CursorRow.of(row));
            case WRITER -> writers.load(WriterRow.of(row));
            case BATCH -> history.load(BatchRow.of(row));
            case GATE -> gateRows.load(GateRow.of(row));
            case PROGRAM -> programs.load(ProgramRow.of(row));
            case DROPPED -> dropped.load(DroppedRow.of(row));
            case FILE -> files.load(FileRow.of(row));
            case OFFSETS -> offsets.load(OffsetsRow.of(row));
            case ERROR, PROGRAM_PART -> throw new IllegalStateException(table + " stays in the file");
        }
    }

    /** A partition has published what any of its replicas has. */
    void raiseFloors(PublishedRow report) {
        DatabaseRow database = databases.find(report.database()).orElseThrow();
        List<List<Long>> replicas = database.map().replicas();
        for (int ordinal = 0; ordinal < replicas.size(); ordinal++) {
            if (replicas.get(ordinal).contains(report.node())) {
                history.published(report.database(), ordinal, report.csn());
            }
        }
    }

    private List<Object> all() {
        return List.of(
                counters, nodes, databases, progress, published, tables, pipelines, cursors, writers, gateRows, dropped,
                offsets, programs, history);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SystemRows that && all().equals(that.all());
    }

    @Override
    public int hashCode() {
        return all().hashCode();
    }

    @Override
    public String toString() {
        return all().toString();
    }
}
