package dev.millrace.leaf;

import dev.millrace.leaf.engine.Rows;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.KeySpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.CatalogSnapshot;
import dev.millrace.store.Endpoint;
import dev.millrace.store.Node;
import dev.millrace.store.Participant;
import dev.millrace.store.PartitionId;
import dev.millrace.store.PartitionMap;
import dev.millrace.store.TableChange;
import dev.millrace.store.TableRef;
import dev.millrace.store.TaskChunks;
import dev.millrace.store.WriteMode;
import dev.millrace.store.client.ArrowRows;
import dev.millrace.store.client.StoreClient;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.query.Fragment;
import dev.millrace.store.query.Pin;
import dev.millrace.store.query.PinRequest;
import dev.millrace.store.query.QueryRequest;
import dev.millrace.store.query.Relation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** What an aggregator does with the store, as far as tests of leaves need it. */
public final class TestStore implements AutoCloseable {
    public static final Attempt ATTEMPT = new Attempt(1, 0);

    public final StoreClient client;
    public final long writer;
    private final AtomicLong statements = new AtomicLong();

    public TestStore(Endpoint system) {
        client = new StoreClient(List.of(system), Rows.ALLOCATOR);
        writer = client.system(new SystemEntry.RegisterWriter("test", 0)).number();
        client.system(new SystemEntry.Open(writer, ATTEMPT, ""));
    }

    public BatchId nextStatement() {
        return new BatchId(writer, ATTEMPT, statements.incrementAndGet());
    }

    /** Partitions go round the nodes. */
    public CatalogSnapshot.Database createDatabase(String name, int partitions) {
        List<Node> nodes = client.catalog().nodes();
        long id = client.system(new SystemEntry.AllocateId()).number();
        List<List<Long>> replicas = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            Node node = nodes.get(i % nodes.size());
            client.createPartition(node, new PartitionId(id, i), List.of(node));
            replicas.add(List.of(node.id()));
        }
        client.system(new SystemEntry.CreateDatabase(
                new DatabaseSpec(id, name, partitions, 1), new PartitionMap(id, 1, replicas)));
        return client.catalog().database(id).orElseThrow();
    }

    /** A table in the form of {@link Rows#table}. */
    public TableSpec createTable(CatalogSnapshot.Database database, KeySpec... keys) {
        long id = client.system(new SystemEntry.AllocateId()).number();
        TableSpec shape = Rows.table(id, keys);
        TableSpec table = new TableSpec(
                id, 1, database.spec().name(), "t" + id, false, shape.columns(), shape.keys(), shape.shardKey());
        change(database, TableChange.Kind.CREATE, table);
        return table;
    }

    public long change(CatalogSnapshot.Database database, TableChange.Kind kind, TableSpec table) {
        return client.system(new SystemEntry.Decide(
                        nextStatement(),
                        database.spec().id(),
                        database.map().version(),
                        List.of(),
                        WriteMode.INSERT,
                        0,
                        List.of(),
                        List.of(),
                        Optional.of(new TableChange(kind, table)),
                        0,
                        0,
                        0,
                        0))
                .number();
    }

    /** Stages rows, given by ordinal, and decides; answers the CSN. */
    public long write(CatalogSnapshot.Database database, TableSpec table, Map<Integer, String[]> rows) {
        BatchId batch = nextStatement();
        stage(database, table, batch, rows);
        return decide(database, table, batch, rows);
    }

    public void stage(CatalogSnapshot.Database database, TableSpec table, BatchId batch, Map<Integer, String[]> rows) {
        rows.forEach((ordinal, values) -> client.submit(
                new PartitionId(database.spec().id(), ordinal),
                new LogEntry.Stage(batch, 0, 0, ref(table), WriteMode.INSERT, values.length, Rows.ipc(table, values))));
    }

    public long decide(CatalogSnapshot.Database database, TableSpec table, BatchId batch, Map<Integer, String[]> rows) {
        List<Participant> participants = new ArrayList<>();
        long count = 0;
        for (Map.Entry<Integer, String[]> entry : new TreeMap<>(rows).entrySet()) {
            participants.add(new Participant(entry.getKey(), List.of(new TaskChunks(0, 1))));
            count += entry.getValue().length;
        }
        return client.system(new SystemEntry.Decide(
                        batch,
                        database.spec().id(),
                        database.map().version(),
                        List.of(ref(table)),
                        WriteMode.INSERT,
                        0,
                        List.of(),
                        participants,
                        Optional.empty(),
                        count,
                        0,
                        0,
                        0))
                .number();
    }

    public static TableRef ref(TableSpec table) {
        return new TableRef(table.id(), table.version());
    }

    /** Ordinals of the partitions that a node leads. */
    public static List<Integer> ordinals(CatalogSnapshot.Database database, Node node) {
        List<Integer> ordinals = new ArrayList<>();
        for (int i = 0; i < database.map().partitions(); i++) {
            if (database.map().replicas().get(i).get(0) == node.id()) {
                ordinals.add(i);
            }
        }
        return ordinals;
    }

    public PinRequest pinRequest(
            CatalogSnapshot.Database database, Node node, long atLeast, int connections, TableSpec... tables) {
        List<TableRef> refs = new ArrayList<>();
        for (TableSpec table : tables) {
            refs.add(ref(table));
        }
        return new PinRequest(database.spec().id(), ordinals(database, node), atLeast, refs, connections, 30_000);
    }

    /** Rows of one long column. */
    public List<Long> query(CatalogSnapshot.Database database, Node node, Pin pin, String sql, TableSpec table) {
        return query(
                node, new QueryRequest(pin.id(), Optional.empty(), ordinals(database, node), fragment(sql, table)));
    }

    public static Fragment fragment(String sql, TableSpec table) {
        return new Fragment(sql, List.of(new Relation("r0", table.id(), table.version(), false)), false);
    }

    public List<Long> query(Node node, QueryRequest request) {
        List<Long> values = new ArrayList<>();
        try (ArrowRows rows = client.query(node, request)) {
            rows.schema();
            while (rows.next()) {
                for (int i = 0; i < rows.root().getRowCount(); i++) {
                    values.add(((Number) rows.root().getVector(0).getObject(i)).longValue());
                }
            }
        }
        return values;
    }

    /** Waits until every partition has published a CSN that touches all of them. */
    public void awaitPublished(CatalogSnapshot.Database database, long csn) {
        for (int i = 0; i < database.map().partitions(); i++) {
            PartitionId partition = new PartitionId(database.spec().id(), i);
            long reached = client.awaitPublished(partition, csn, Duration.ofSeconds(60));
            if (reached < csn) {
                throw new IllegalStateException(partition + " is at " + reached + " and not at " + csn);
            }
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
