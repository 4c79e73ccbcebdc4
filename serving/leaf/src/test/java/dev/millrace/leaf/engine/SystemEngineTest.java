package dev.millrace.leaf.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.leaf.replica.LoggedEntry;
import dev.millrace.leaf.system.RandomEntries;
import dev.millrace.leaf.system.SystemFixture;
import dev.millrace.leaf.system.SystemState;
import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.FileSettings;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.CatalogSnapshot;
import dev.millrace.store.Cursor;
import dev.millrace.store.CursorMove;
import dev.millrace.store.FilePlace;
import dev.millrace.store.InformationSchema;
import dev.millrace.store.PipelineError;
import dev.millrace.store.PipelineState;
import dev.millrace.store.SourceOffsets;
import dev.millrace.store.TableChange;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.FollowAnswer;
import dev.millrace.store.wire.FollowRequest;
import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.RefusedException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemEngineTest {
    private static final TableSpec CLICKS = SystemFixture.table(1001, "shop", "clicks");

    @TempDir
    private Path folder;

    private LeafDatabase database;
    private SystemEngine engine;
    private long index;

    @BeforeEach
    void open() {
        database = leafDatabase();
        engine = new SystemEngine(database, path());
    }

    @AfterEach
    void close() {
        engine.close();
        database.close();
    }

    @Test
    void whatWasAppliedIsThereAfterReopening() {
        long writer = shopWithClicks();
        SystemEntry.Decide rows = SystemFixture.decide(1, writer, new Attempt(1, 0), 2)
                .rows(CLICKS, 0, 3)
                .entry();
        assertThat(apply(rows).orThrow().number()).isEqualTo(2);
        var catalog = engine.catalog(0, Duration.ZERO);
        var batches = engine.follow(new FollowRequest(List.of(new FollowRequest.Known(1, 0)), 0));
        close();
        open();
        assertThat(engine.appliedIndex()).isEqualTo(index);
        assertThat(engine.catalog(0, Duration.ZERO)).isEqualTo(catalog);
        assertThat(engine.follow(new FollowRequest(List.of(new FollowRequest.Known(1, 0)), 0)))
                .isEqualTo(batches);
        assertThat(batches.batches()).hasSize(2);
        assertThat(apply(rows).orThrow().number()).isEqualTo(2);
    }

    @Test
    void filesOfTransformsAreReadFromTheFile() {
        shopWithClicks();
        byte[] whole = new byte[SystemEntry.StoreProgram.PART_BYTES + 3];
        new Random(1).nextBytes(whole);
        byte[] first = Arrays.copyOf(whole, SystemEntry.StoreProgram.PART_BYTES);
        byte[] second = Arrays.copyOfRange(whole, SystemEntry.StoreProgram.PART_BYTES, whole.length);
        apply(new SystemEntry.StoreProgram("f", whole.length, 0, first)).orThrow();
        apply(new SystemEntry.StoreProgram("f", whole.length, 1, second)).orThrow();
        apply(new SystemEntry.CreatePipeline(
                        SystemFixture.pipeline(2001, "p", CLICKS).withTransform(SystemFixture.transform("f")), "…", 5))
                .orThrow();
        close();
        open();
        assertThat(engine.program("f", 0)).isEqualTo(first);
        assertThat(engine.program("f", 1)).isEqualTo(second);
        assertThatThrownBy(() -> engine.program("f", 2)).hasMessageContaining("no part 2 of the file f");
        apply(new SystemEntry.DropPipeline(2001)).orThrow();
        assertThatThrownBy(() -> engine.program("f", 0)).isInstanceOf(RefusedException.class);
    }

    @Test
    void everyTableOfInformationSchemaHasItsColumnsInOrderWithTheirTypes() throws SQLException {
        for (TableSpec table : InformationSchema.tables()) {
            List<String> columns = new ArrayList<>();
            try (Connection connection = database.connect();
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT * FROM d0_p0.t" + table.id())) {
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    columns.add(rows.getMetaData().getColumnName(i) + " "
                            + rows.getMetaData().getColumnTypeName(i));
                }
            }
            assertThat(columns)
                    .as(table.name())
                    .isEqualTo(table.columns().stream()
                            .map(column -> column.name() + " " + column.type().duckdb())
                            .toList());
        }
    }

    @Test
    void everyTableOfInformationSchemaHasRowsAndNullsOnlyWhereItSaysSo() throws SQLException {
        busyShop();
        pipelineOfFiles();
        for (TableSpec table : InformationSchema.tables()) {
            assertThat(query("SELECT count(*) FROM d0_p0.t" + table.id()))
                    .as(table.name())
                    .doesNotContain("0");
            for (ColumnSpec column : table.columns()) {
                if (!column.nullable()) {
                    assertThat(query("SELECT count(*) FROM d0_p0.t" + table.id() + " WHERE " + column.name()
                                    + " IS NULL"))
                            .as(table.name() + "." + column.name())
                            .containsExactly("0");
                }
            }
        }
    }

    @Test
    void pipelinesShowTheirBatchesCursorsAndErrors() throws SQLException {
        busyShop();
        assertThat(query("SELECT DATABASE_NAME || '.' || PIPELINE_NAME || ' ' || STATE || ' ' || TABLE_NAME || ' '"
                        + " || RUN || ' ' || JOB_ID || ' ' || CREATE_TIME FROM d0_p0.t" + InformationSchema.PIPELINES))
                .containsExactly("shop.feed Running clicks 1 cafe 1970-01-01 00:00:00.005");
        assertThat(query("SELECT BATCH_SOURCE_PARTITION_ID || ': ' || BATCH_EARLIEST_OFFSET || '-'"
                        + " || BATCH_LATEST_OFFSET || ' csn ' || CSN || ' rows ' || BATCH_ROWS_WRITTEN || ' in '"
                        + " || BATCH_TIME FROM d0_p0.t" + InformationSchema.PIPELINES_BATCHES))
                .containsExactly("0: 0-10 csn 2 rows 2 in 1.0", "1: 5-7 csn 2 rows 2 in 1.0");
        assertThat(query("SELECT START_TIME || ' ' || NUM_PARTITIONS || ' ' || ROWS_STREAMED || ' ' || ROWS_PER_SEC"
                        + " FROM d0_p0.t" + InformationSchema.PIPELINES_BATCHES_SUMMARY))
                .containsExactly("1970-01-01 00:00:01 2 2 2.0");
        assertThat(query("SELECT SOURCE_TYPE || ' ' || SOURCE_PARTITION_ID || ' ' || CURSOR_OFFSET FROM d0_p0.t"
                        + InformationSchema.PIPELINES_CURSORS))
                .containsExactly("KAFKA 0 10", "KAFKA 1 7");
        assertThat(query("SELECT ERROR_UNIX_TIMESTAMP || ' ' || ERROR_MESSAGE || ' ' || LOAD_DATA_LINE || ' '"
                        + " || LOAD_DATA_LINE_NUMBER || ' ' || COLUMN_NAME FROM d0_p0.t"
                        + InformationSchema.PIPELINES_ERRORS))
                .containsExactly("1.5 not a number x\ty 1 id", "1.5 not a number \\xFF 1 id");
    }

    @Test
    void errorsOfABatchNameItAndThoseTooOldGo() throws SQLException {
        busyShop();
        Attempt attempt = new Attempt(1, 0);
        List<PipelineError> errors = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            byte[] record = ("record " + i).getBytes(StandardCharsets.UTF_8);
            errors.add(new PipelineError(2_000, "Load", 1366, "m" + i, "clicks", "1", i, 2, "", record));
        }
        apply(SystemFixture.decide(1, 1100, attempt, 2).entry(errors)).orThrow();
        String table = "d0_p0.t" + InformationSchema.PIPELINES_ERRORS;
        assertThat(query("SELECT BATCH_ID || ' ' || count(*) || ' ' || min(SOURCE_OFFSET) || '-' || max(SOURCE_OFFSET)"
                        + " || ' ' || count(DISTINCT ERROR_ID) || ' ' || any_value(TOPIC || ERROR_TYPE) FROM " + table
                        + " WHERE BATCH_ID IS NOT NULL GROUP BY BATCH_ID"))
                .containsExactly("3 120 0-119 120 clicksWarning");
        assertThat(query("SELECT decode(RECORD) FROM " + table + " WHERE SOURCE_OFFSET = 119"))
                .containsExactly("record 119");
        long later = Duration.ofDays(31).toMillis();
        apply(new SystemEntry.RecordErrors(
                1100, 1, List.of(new PipelineError(later, "Load", 1366, "new", "0", 3, 1, "id", new byte[0]))));
        assertThat(query("SELECT ERROR_MESSAGE FROM " + table)).containsExactly("new");
    }

    @Test
    void columnsAndKeysReadAsInMySql() throws SQLException {
        shopWithClicks();
        assertThat(query("SELECT COLUMN_NAME || ' ' || COLUMN_TYPE || ' ' || IS_NULLABLE || ' ' || COLUMN_KEY || ' '"
                        + " || coalesce(COLUMN_DEFAULT, 'NULL') FROM d0_p0.t" + InformationSchema.COLUMNS
                        + " WHERE TABLE_SCHEMA = 'shop' ORDER BY ORDINAL_POSITION"))
                .containsExactly("id bigint NO PRI NULL", "page varchar(20) YES  it's");
        assertThat(query("SELECT INDEX_NAME || ' ' || SEQ_IN_INDEX || ' ' || COLUMN_NAME || ' ' || NON_UNIQUE"
                        + " FROM d0_p0.t" + InformationSchema.STATISTICS))
                .containsExactlyInAnyOrder("PRIMARY 1 id 0", "__SHARDKEY 1 id 1");
        assertThat(query("SELECT DISTINCT TABLE_SCHEMA FROM d0_p0.t" + InformationSchema.TABLES))
                .containsExactlyInAnyOrder("shop", "information_schema");
    }

    @Test
    void entriesThatWaitTogetherShareATransactionAndReplayedOnesAreSkipped() {
        List<LoggedEntry> entries = List.of(
                new LoggedEntry(1, 3, bytes(SystemFixture.node(1))),
                new LoggedEntry(1, 4, bytes(new SystemEntry.AllocateId())),
                new LoggedEntry(1, 7, bytes(new SystemEntry.AllocateId())));
        assertThat(engine.apply(entries))
                .extracting(answer -> answer.orThrow().number())
                .containsExactly(1L, 1000L, 1001L);
        engine.apply(entries);
        assertThat(engine.appliedIndex()).isEqualTo(7);
        assertThat(engine.apply(List.of(new LoggedEntry(1, 8, bytes(new SystemEntry.AllocateId()))))
                        .get(0)
                        .orThrow()
                        .number())
                .isEqualTo(1002);
    }

    @Test
    void snapshotKeepsItsIndexAcrossReopening() {
        shopWithClicks();
        engine.snapshot(3, index + 2);
        close();
        open();
        assertThat(engine.snapshotTerm()).isEqualTo(3);
        assertThat(engine.snapshotIndex()).isEqualTo(index + 2);
        assertThat(engine.appliedIndex()).isEqualTo(index + 2);
    }

    @Test
    void snapshotWaitsForNoOtherTransaction() throws SQLException {
        shopWithClicks();
        try (Connection other = database.connect();
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN TRANSACTION");
            statement.execute("CREATE TABLE d0_p0.main.other (x INT)");
            engine.snapshot(3, index);
            statement.execute("ROLLBACK");
        }
        close();
        open();
        assertThat(engine.snapshotIndex()).isEqualTo(index);
        assertThat(engine.appliedIndex()).isEqualTo(index);
    }

    @Test
    void bytesThatAreNoEntryAreRefusedAndTheReplicaGoesOn() {
        index++;
        ByteBuffer junk = ByteBuffer.wrap(new byte[] {99, 1, 2});
        assertThat(engine.beforePropose(junk, Duration.ZERO)).isPresent();
        assertThat(engine.apply(List.of(new LoggedEntry(1, index, junk))).get(0))
                .isInstanceOfSatisfying(
                        Answer.Refused.class,
                        refused -> assertThat(refused.refusal()).isEqualTo(Refusal.MALFORMED));
        assertThat(apply(new SystemEntry.AllocateId()).orThrow().number()).isEqualTo(1000);
    }

    @Test
    void followAndCatalogAnswerAsSoonAsThereIsSomethingNew() throws Exception {
        apply(SystemFixture.node(1));
        apply(SystemFixture.database(1, "shop", 4));
        long version = engine.catalog(0, Duration.ZERO).version();
        CompletableFuture<CatalogSnapshot> catalog =
                CompletableFuture.supplyAsync(() -> engine.catalog(version, Duration.ofSeconds(20)));
        CompletableFuture<FollowAnswer> batches = CompletableFuture.supplyAsync(
                () -> engine.follow(new FollowRequest(List.of(new FollowRequest.Known(1, 0)), 20_000)));
        createClicks();
        assertThat(catalog.get(60, TimeUnit.SECONDS).tables()).hasSize(1);
        assertThat(batches.get(60, TimeUnit.SECONDS).batches()).hasSize(1);
    }

    @Test
    void waitsForGatesAreSpentOutsideTheLog() throws Exception {
        long writer = shopWithClicks();
        BatchId holder = new BatchId(writer, new Attempt(1, 0), 10);
        apply(new SystemEntry.TakeGate(holder, 1, List.of(CLICKS.id())));
        SystemEntry waiting = SystemFixture.decide(1, writer, new Attempt(1, 0), 11)
                .rows(CLICKS, 0)
                .entry();
        assertThat(engine.beforePropose(bytes(waiting), Duration.ZERO)).isEmpty();
        assertThat(apply(waiting))
                .isInstanceOfSatisfying(
                        Answer.Refused.class,
                        refused -> assertThat(refused.refusal()).isEqualTo(Refusal.BUSY));
        assertThat(engine.beforePropose(bytes(waiting), Duration.ofMillis(10))).isPresent();
        CompletableFuture<Optional<Answer>> later =
                CompletableFuture.supplyAsync(() -> engine.beforePropose(bytes(waiting), Duration.ofSeconds(20)));
        apply(new SystemEntry.ReleaseGate(holder));
        assertThat(later.get(60, TimeUnit.SECONDS)).isEmpty();
        assertThat(apply(waiting).orThrow().number()).isEqualTo(2);
    }

    @Test
    void fileHoldsTheWholeStateAtWhateverIndexItIsOpenedAgain() {
        SplittableRandom random = new SplittableRandom(42);
        SystemState expected = new SystemState();
        RandomEntries entries = new RandomEntries(42, expected);
        for (int round = 0; round < 25; round++) {
            for (int group = 0; group < 10; group++) {
                List<LoggedEntry> together = new ArrayList<>();
                for (int i = 1 + random.nextInt(12); i > 0; i--) {
                    SystemEntry entry = entries.next();
                    expected.apply(entry);
                    index++;
                    together.add(new LoggedEntry(1, index, bytes(entry)));
                }
                engine.apply(together);
            }
            close();
            database = leafDatabase();
            SystemFile file = new SystemFile(database, path());
            SystemState loaded = new SystemState();
            file.load(loaded);
            assertThat(loaded).as("index " + index).isEqualTo(expected);
            assertThat(file.appliedIndex()).isEqualTo(index);
            file.close();
            database.close();
            open();
            if (round % 5 == 0) {
                engine.snapshot(1, index);
            }
        }
    }

    /** Something in every table. */
    private void busyShop() {
        long aggregator = shopWithClicks();
        Attempt attempt = new Attempt(1, 0);
        apply(new SystemEntry.CreatePipeline(SystemFixture.pipeline(1100, "feed", CLICKS), "CREATE PIPELINE …", 5));
        apply(new SystemEntry.NewRun(1100, PipelineState.RUNNING, false, 6));
        apply(new SystemEntry.Open(1100, attempt, "cafe"));
        apply(new SystemEntry.AddCursors(
                1100,
                attempt,
                List.of(
                        SystemFixture.move("0", 0, 0).from(),
                        SystemFixture.move("1", 5, 5).from())));
        Answer decided = apply(SystemFixture.decide(1, 1100, attempt, 1)
                .rows(CLICKS, 0, 1)
                .moves(SystemFixture.move("0", 0, 10), SystemFixture.move("1", 5, 7))
                .entry());
        assertThat(decided.orThrow().number()).isEqualTo(2);
        apply(new SystemEntry.RecordErrors(
                1100, 1, List.of(error(new byte[] {'x', '\t', 'y'}), error(new byte[] {-1}))));
        apply(new SystemEntry.TakeGate(new BatchId(aggregator, attempt, 3), 1, List.of(CLICKS.id())));
    }

    /** One that is loaded, one in the middle, one left out, one that only was seen. */
    private void pipelineOfFiles() {
        Attempt attempt = new Attempt(1, 0);
        apply(new SystemEntry.CreatePipeline(
                SystemFixture.pipeline(1200, "files", CLICKS)
                        .withSource(new SourceSpec.Files("/in/*", FileSettings.DEFAULT)),
                "CREATE PIPELINE …",
                5));
        apply(new SystemEntry.NewRun(1200, PipelineState.RUNNING, false, 6));
        apply(new SystemEntry.Open(1200, attempt, "cafe"));
        Answer decided = apply(SystemFixture.decide(1, 1200, attempt, 1)
                .moves(
                        file("loaded", new FilePlace(20, FilePlace.State.LOADED)),
                        file("loading", new FilePlace(5, FilePlace.State.LOADING)),
                        file("torn", new FilePlace(3, FilePlace.State.SKIPPED)))
                .entry());
        assertThat(decided.orThrow().number()).isZero();
        apply(new SystemEntry.ReportOffsets(
                1200,
                List.of(
                        // Packed, it has less bytes than what of it is loaded.
                        new SourceOffsets("/in/loading", 0, 4, 2_000), new SourceOffsets("/in/new", 0, 9, 1_000)),
                4_000));
    }

    private static CursorMove file(String name, FilePlace to) {
        return new CursorMove(new Cursor("7@1700000000000", "/in/" + name, 0), to.offset());
    }

    @Test
    void filesShowTheirStates() throws SQLException {
        busyShop();
        pipelineOfFiles();
        assertThat(query(
                        "SELECT FILE_NAME || ' ' || FILE_SIZE || ' ' || FILE_STATE || ' ' || coalesce(LOADED_BYTES, -1)"
                                + " || ' ' || epoch_ms(FILE_TIME) FROM d0_p0.t" + InformationSchema.PIPELINES_FILES
                                + " ORDER BY 1"))
                .containsExactly(
                        "/in/loaded 7 Loaded 20 1700000000000",
                        "/in/loading 4 Loading 5 2000",
                        "/in/new 9 Unloaded -1 1000",
                        "/in/torn 7 Skipped 3 1700000000000");
        assertThat(query("SELECT LAG_SECONDS FROM d0_p0.t" + InformationSchema.PIPELINES_OFFSETS
                        + " WHERE SOURCE_TYPE = 'FS' AND LAG_RECORDS IS NULL ORDER BY SOURCE_PARTITION_ID"))
                .containsExactly("0.0", "2.0", "3.0", "0.0");
        assertThat(query("SELECT BATCH_LATEST_OFFSET FROM d0_p0.t" + InformationSchema.PIPELINES_BATCHES
                        + " WHERE PIPELINE_NAME = 'files' ORDER BY BATCH_SOURCE_PARTITION_ID"))
                .containsExactly("20", "5", "3");
    }

    private static PipelineError error(byte[] record) {
        return new PipelineError(1_500, "Load", 1366, "not a number", "0", 3, 1, "id", record);
    }

    private LeafDatabase leafDatabase() {
        return new LeafDatabase(new LeafDatabase.Limits(256L << 20, 2, folder.resolve("tmp"), folder.resolve("files")));
    }

    private Path path() {
        return folder.resolve("files").resolve("d0_p0.duckdb");
    }

    private long shopWithClicks() {
        apply(SystemFixture.node(1));
        apply(SystemFixture.database(1, "shop", 4));
        long writer = apply(new SystemEntry.RegisterWriter("agg", 0)).orThrow().number();
        createClicks();
        return writer;
    }

    private void createClicks() {
        long writer = apply(new SystemEntry.RegisterWriter("ddl", 0)).orThrow().number();
        Answer created = apply(SystemFixture.decide(1, writer, new Attempt(1, 0), 1)
                .change(TableChange.Kind.CREATE, CLICKS)
                .entry());
        assertThat(created.orThrow().number()).isEqualTo(1);
    }

    private List<String> query(String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                rows.add(row.getString(1));
            }
        }
        return rows;
    }

    private static ByteBuffer bytes(SystemEntry entry) {
        return ByteBuffer.wrap(entry.toBytes());
    }

    private Answer apply(SystemEntry entry) {
        index++;
        return engine.apply(List.of(new LoggedEntry(1, index, bytes(entry)))).get(0);
    }
}
