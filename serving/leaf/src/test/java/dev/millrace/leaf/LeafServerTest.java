package dev.millrace.leaf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.leaf.engine.Rows;
import dev.millrace.spec.KeySpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.CatalogSnapshot;
import dev.millrace.store.Node;
import dev.millrace.store.PartitionId;
import dev.millrace.store.TableChange;
import dev.millrace.store.TaskChunks;
import dev.millrace.store.WriteMode;
import dev.millrace.store.client.LocalLeaves;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.query.Fragment;
import dev.millrace.store.query.Pin;
import dev.millrace.store.query.PinRequest;
import dev.millrace.store.query.QueryRequest;
import dev.millrace.store.query.Relation;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.GateAnswer;
import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.RefusedException;
import dev.millrace.store.wire.Verb;
import dev.millrace.store.wire.WireReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Two leaves for all tests; each has a database of its own, and starts again what it stops. */
class LeafServerTest {
    @TempDir
    static Path folder;

    private static LeafServer first;
    private static LeafServer second;

    private TestStore store;
    private String database;

    @BeforeAll
    static void start() {
        first = new LeafServer(config("one", List.of()), Rows.ALLOCATOR);
        first.awaitReady(Duration.ofSeconds(60));
        startSecond();
    }

    private static void startSecond() {
        second = new LeafServer(config("two", List.of(first.endpoint())), Rows.ALLOCATOR);
        second.awaitReady(Duration.ofSeconds(60));
    }

    @BeforeEach
    void open(TestInfo test) {
        store = new TestStore(first.endpoint());
        database = test.getTestMethod().orElseThrow().getName();
    }

    private static LeafConfig config(String name, List<dev.millrace.store.Endpoint> system) {
        return new LeafConfig(folder.resolve(name), "127.0.0.1", 0, 0, 256L << 20, 2, system);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @AfterAll
    static void stop() throws Exception {
        for (AutoCloseable part : new AutoCloseable[] {second, first}) {
            if (part != null) {
                part.close();
            }
        }
    }

    private Node node(int index) {
        return store.client.catalog().nodes().get(index);
    }

    private long sum(CatalogSnapshot.Database db, TableSpec table, long atLeast, String sql) {
        long sum = 0;
        for (Node node : store.client.catalog().nodes()) {
            Pin pin = store.client.pin(node, store.pinRequest(db, node, atLeast, 1, table));
            sum += store.query(db, node, pin, sql, table).get(0);
            store.client.unpin(node, pin.id());
        }
        return sum;
    }

    @Test
    void batchOverTwoLeavesIsPublishedAndRead() {
        CatalogSnapshot.Database db = store.createDatabase(database, 4);
        TableSpec table = store.createTable(db);
        long csn = store.write(
                db, table, Map.of(0, new String[] {"1:a", "2:b"}, 1, new String[] {"3:c"}, 3, new String[] {"4:d"}));
        store.awaitPublished(db, 1);
        assertThat(sum(db, table, csn, "SELECT count(*) FROM r0")).isEqualTo(4);
        assertThat(sum(db, table, csn, "WITH x AS (SELECT id FROM \"r0\") SELECT sum(id)::BIGINT FROM x"))
                .isEqualTo(10);
    }

    @Test
    void leavesOfThisProcessAreCalledWithoutAConnectionAndRefuseWhenTheyAreClosed() throws Exception {
        try (AutoCloseable one = LocalLeaves.register(first.endpoint(), first.calls());
                AutoCloseable other = LocalLeaves.register(second.endpoint(), second.calls())) {
            CatalogSnapshot.Database db = store.createDatabase(database, 4);
            TableSpec table = store.createTable(db);
            long csn = store.write(db, table, Map.of(0, new String[] {"1:a"}, 3, new String[] {"2:b", "3:c"}));
            store.awaitPublished(db, 1);
            assertThat(sum(db, table, csn, "SELECT count(*) FROM r0")).isEqualTo(3);
            PartitionId partition = new PartitionId(db.spec().id(), 0);
            assertThatThrownBy(() -> store.client.submit(
                            partition,
                            new LogEntry.Insert(
                                    store.nextStatement(), 0, TestStore.ref(table), WriteMode.INSERT, 1, new byte[9])))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("Arrow IPC stream without a schema");
            second.close();
            assertThat(second.calls()
                            .call(Verb.CATALOG, new WireReader(new byte[0]))
                            .get(10, TimeUnit.SECONDS))
                    .isInstanceOfSatisfying(
                            Answer.Refused.class,
                            refused -> assertThat(refused.refusal()).isEqualTo(Refusal.UNAVAILABLE));
        } finally {
            second.close();
            startSecond();
        }
    }

    @Test
    void statementOnOnePartitionIsReadAtOnceAndAfterARestart() {
        CatalogSnapshot.Database db = store.createDatabase(database, 2);
        TableSpec table = store.createTable(db);
        BatchId statement = store.nextStatement();
        LogEntry.Insert insert =
                new LogEntry.Insert(statement, 0, TestStore.ref(table), WriteMode.INSERT, 1, Rows.ipc(table, "7:x"));
        PartitionId partition = new PartitionId(db.spec().id(), 0);
        assertThat(store.client.submit(partition, insert).number()).isEqualTo(1);
        assertThat(sum(db, table, 1, "SELECT count(*) FROM r0")).isEqualTo(1);
        store.close();
        second.close();
        first.close();
        start();
        store = new TestStore(first.endpoint());
        assertThat(store.client.submit(partition, insert).number()).isEqualTo(1);
        assertThat(sum(db, table, 1, "SELECT count(*) FROM r0")).isEqualTo(1);
    }

    @Test
    void pinKeepsItsSnapshotForAllItsFragments() {
        CatalogSnapshot.Database db = store.createDatabase(database, 2);
        TableSpec table = store.createTable(db);
        long csn = store.write(db, table, Map.of(0, new String[] {"1:a"}, 1, new String[] {"2:a"}));
        Node node = node(0);
        Pin pin = store.client.pin(node, store.pinRequest(db, node, csn, 2, table));
        assertThat(pin.lowest()).isEqualTo(csn);
        assertThat(pin.highest()).isGreaterThanOrEqualTo(csn);
        long next = store.write(db, table, Map.of(0, new String[] {"3:a"}, 1, new String[] {"4:a"}));
        store.awaitPublished(db, next);
        assertThat(store.query(db, node, pin, "SELECT count(*) FROM r0", table)).containsExactly(1L);
        assertThat(store.query(db, node, pin, "SELECT id FROM r0", table)).containsExactly(1L);
        store.client.unpin(node, pin.id());
        assertThatThrownBy(() -> store.query(db, node, pin, "SELECT id FROM r0", table))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("is over");
        Pin later = store.client.pin(node, store.pinRequest(db, node, next, 1, table));
        assertThat(later.lowest()).isEqualTo(next);
        store.client.unpin(node, later.id());
    }

    @Test
    void fragmentForEachPartitionAndFreshPins() {
        CatalogSnapshot.Database db = store.createDatabase(database, 4);
        TableSpec table = store.createTable(db);
        store.write(
                db,
                table,
                Map.of(0, IntStream.range(0, 50).mapToObj(i -> i + ":a").toArray(String[]::new), 2, new String[] {"99:b"
                }));
        store.awaitPublished(db, 1);
        Node node = node(0);
        PinRequest pin = store.pinRequest(db, node, 2, 1, table);
        List<Integer> ordinals = TestStore.ordinals(db, node);
        List<Relation> relations = List.of(new Relation("r0", table.id(), 1, false));
        assertThat(store.query(
                        node,
                        new QueryRequest(
                                0,
                                Optional.of(pin),
                                ordinals,
                                new Fragment("SELECT count(*) FROM r0", relations, true))))
                .containsExactlyInAnyOrder(50L, 1L);
        assertThat(store.query(
                        node,
                        new QueryRequest(
                                0,
                                Optional.of(pin),
                                ordinals,
                                new Fragment("SELECT id FROM r0 ORDER BY id DESC LIMIT 2", relations, true))))
                .containsExactlyInAnyOrder(49L, 48L, 99L);
    }

    @Test
    void failedFragmentsSayWhyAndOtherVersionsAreStale() {
        CatalogSnapshot.Database db = store.createDatabase(database, 2);
        TableSpec table = store.createTable(db);
        store.write(db, table, Map.of(0, new String[] {"1:abc"}));
        Node node = node(0);
        Pin pin = store.client.pin(node, store.pinRequest(db, node, 2, 1, table));
        assertThatThrownBy(() -> store.query(db, node, pin, "SELECT CAST(\"na\"\"me\" AS INTEGER) FROM r0", table))
                .isInstanceOfSatisfying(RefusedException.class, e -> {
                    assertThat(e.refusal()).isEqualTo(Refusal.QUERY_FAILED);
                    assertThat(e.getMessage())
                            .contains("abc")
                            .doesNotContain("LINE")
                            .doesNotContain("\n");
                });
        assertThatThrownBy(() ->
                        store.client.pin(node, store.pinRequest(db, node, 0, 1, table.withIdentity(table.id(), 2))))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.PLAN_STALE));
        store.change(db, TableChange.Kind.DROP, table);
        store.awaitPublished(db, 3);
        assertThatThrownBy(() -> store.client.pin(node, store.pinRequest(db, node, 0, 1, table)))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.PLAN_STALE));
        assertThatThrownBy(() -> store.query(
                        node,
                        new QueryRequest(
                                0,
                                Optional.of(store.pinRequest(db, node, 0, 1)),
                                TestStore.ordinals(db, node),
                                new Fragment("DROP TABLE d1_p0._meta", List.of(), false))))
                .isInstanceOf(RefusedException.class);
    }

    @Test
    void informationSchemaIsReadFromTheSystemPartition() {
        store.createDatabase(database, 2);
        PinRequest pin = new PinRequest(0, List.of(0), 0, List.of(), 1, 1000);
        QueryRequest request = new QueryRequest(
                0, Optional.of(pin), List.of(0), new Fragment("SELECT count(*) FROM d0_p0.t1", List.of(), false));
        assertThat(store.query(node(0), request)).hasSize(1);
    }

    @Test
    void droppedDatabaseLosesItsPartitions() throws Exception {
        CatalogSnapshot.Database db = store.createDatabase(database, 2);
        store.createTable(db);
        store.awaitPublished(db, 1);
        Path file = folder.resolve("one/partitions/" + new PartitionId(db.spec().id(), 0).alias());
        assertThat(file).isDirectory();
        store.client.system(new SystemEntry.DropDatabase(db.spec().id()));
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (Files.exists(file) && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void folderInUseAndTakenPortAreNamed() {
        assertThatThrownBy(() -> new LeafServer(config("one", List.of()), Rows.ALLOCATOR))
                .isInstanceOf(StatementException.class)
                .hasMessageContaining("in use");
        LeafConfig taken = new LeafConfig(
                folder.resolve("three"), "127.0.0.1", first.endpoint().port(), 0, 256L << 20, 1, List.of());
        assertThatThrownBy(() -> new LeafServer(taken, Rows.ALLOCATOR))
                .isInstanceOf(StatementException.class)
                .hasMessageContaining(String.valueOf(first.endpoint().port()));
    }

    @Test
    void sealOfAFencedAttemptGoesAlsoWhereNoBatchComesNext() {
        CatalogSnapshot.Database db = store.createDatabase(database, 2);
        TableSpec table = store.createTable(db, new KeySpec(KeySpec.PRIMARY, List.of("id")));
        Map<Integer, String[]> rows = Map.of(0, new String[] {"1:a"}, 1, new String[] {"2:b"});
        BatchId sealed = store.nextStatement();
        store.stage(db, table, sealed, rows);
        GateAnswer gate = GateAnswer.read(
                store.client.system(new SystemEntry.TakeGate(sealed, db.spec().id(), List.of(table.id()))));
        for (int ordinal : rows.keySet()) {
            store.client.submit(
                    new PartitionId(db.spec().id(), ordinal),
                    new LogEntry.Seal(
                            sealed, gate.gate(), gate.lastTouched().get(ordinal), List.of(new TaskChunks(0, 1))));
        }
        Attempt next = new Attempt(1, 1);
        store.client.system(new SystemEntry.Open(store.writer, next, ""));
        assertThat(store.client.gates(db.spec().id()).held()).isEmpty();
        for (int ordinal : rows.keySet()) {
            // Refused as busy while the seal stands; the client is patient.
            LogEntry.Insert insert = new LogEntry.Insert(
                    new BatchId(store.writer, next, 100 + ordinal),
                    0,
                    TestStore.ref(table),
                    WriteMode.INSERT,
                    1,
                    Rows.ipc(table, "1:c"));
            assertThat(store.client
                            .submit(new PartitionId(db.spec().id(), ordinal), insert)
                            .number())
                    .isEqualTo(1);
        }
        assertThat(sum(db, table, 1, "SELECT count(*) FROM r0")).isEqualTo(2);
    }
}
