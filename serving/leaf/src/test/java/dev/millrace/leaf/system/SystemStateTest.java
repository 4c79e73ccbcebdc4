package dev.millrace.leaf.system;

import static dev.millrace.leaf.system.SystemFixture.decide;
import static dev.millrace.leaf.system.SystemFixture.move;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.spec.TableSpec;
import dev.millrace.store.Attempt;
import dev.millrace.store.CatalogSnapshot;
import dev.millrace.store.Cursor;
import dev.millrace.store.DecidedBatch;
import dev.millrace.store.Node;
import dev.millrace.store.PartitionMap;
import dev.millrace.store.PipelineError;
import dev.millrace.store.PipelineState;
import dev.millrace.store.TableChange;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.FollowRequest;
import dev.millrace.store.wire.OpenAnswer;
import dev.millrace.store.wire.Refusal;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SystemStateTest {
    private static final long SHOP = 1;
    private static final long FEED = 1100;
    private static final TableSpec CLICKS = SystemFixture.table(1050, "shop", "clicks");
    private static final Attempt FIRST = new Attempt(1, 0);

    private final SystemState state = new SystemState();
    private long aggregator;

    @BeforeEach
    void shopWithClicksAndAFeed() {
        number(SystemFixture.node(1));
        done(SystemFixture.database(SHOP, "shop", 4));
        aggregator = number(new SystemEntry.RegisterWriter("agg", 0));
        number(decide(SHOP, aggregator, FIRST, 1)
                .change(TableChange.Kind.CREATE, CLICKS)
                .entry());
        assertThat(bool(new SystemEntry.CreatePipeline(
                        SystemFixture.pipeline(FEED, "feed", CLICKS), "CREATE PIPELINE feed …", 5)))
                .isFalse();
    }

    // Catalog

    @Test
    void idsAreGivenOnceAndNeverOneThatSomebodyChose() {
        assertThat(number(new SystemEntry.AllocateId())).isEqualTo(FEED + 1);
        done(SystemFixture.database(2_000, "other", 1));
        assertThat(number(new SystemEntry.AllocateId())).isEqualTo(2_001);
        assertThat(number(new SystemEntry.RegisterWriter("agg", 0))).isEqualTo(2_002);
    }

    @Test
    void nodeKeepsItsIdUnderANewAddress() {
        assertThat(number(SystemFixture.node(2))).isEqualTo(2);
        long version = state.catalogVersion();
        assertThat(number(SystemFixture.node(2))).isEqualTo(2);
        assertThat(state.catalogVersion()).isEqualTo(version);
        assertThat(number(new SystemEntry.RegisterNode("leaf-2", "other", 1, 2)))
                .isEqualTo(2);
        assertThat(state.catalog().node(2)).contains(new Node(2, "other", 1, 2));
        assertThat(state.catalogVersion()).isEqualTo(version + 1);
    }

    @Test
    void databaseIsMadeOnceUnderOneNameWhateverItsCase() {
        done(SystemFixture.database(SHOP, "shop", 4));
        refused(SystemFixture.database(2, "SHOP", 4), Refusal.EXISTS);
        refused(SystemFixture.database(SHOP, "other", 4), Refusal.EXISTS);
        refused(SystemFixture.database(2, "Information_Schema", 4), Refusal.EXISTS);
    }

    @Test
    void databaseOnAnUnknownNodeIsRefused() {
        SystemEntry.CreateDatabase entry = SystemFixture.database(2, "other", 1);
        refused(
                new SystemEntry.CreateDatabase(entry.database(), new PartitionMap(2, 1, List.of(List.of(9L)))),
                Refusal.UNKNOWN);
    }

    @Test
    void databaseIsDroppedWithItsTablesButNotUnderAPipeline() {
        refused(new SystemEntry.DropDatabase(SHOP), Refusal.IN_USE);
        done(new SystemEntry.DropPipeline(FEED));
        done(new SystemEntry.DropDatabase(SHOP));
        CatalogSnapshot catalog = state.catalog();
        assertThat(catalog.databases()).isEmpty();
        assertThat(catalog.tables()).isEmpty();
        assertThat(after(0)).isEmpty();
        refused(new SystemEntry.DropDatabase(SHOP), Refusal.UNKNOWN);
        refused(rows(2, 0), Refusal.TABLE_CHANGED);
    }

    @Test
    void createdTableIsInTheCatalogWithItsCsnAndEveryPartitionTakesPart() {
        assertThat(state.catalog().tables()).containsExactly(new CatalogSnapshot.Table(CLICKS, 1));
        assertThat(after(0)).singleElement().satisfies(batch -> {
            assertThat(batch.csn()).isEqualTo(1);
            assertThat(batch.participants()).hasSize(4);
            assertThat(batch.change()).contains(new TableChange(TableChange.Kind.CREATE, CLICKS));
        });
    }

    @Test
    void secondTableOfANameIsRefusedWhateverItsCase() {
        TableSpec again = SystemFixture.table(1060, "shop", "CLICKS");
        refused(
                decide(SHOP, aggregator, FIRST, 2)
                        .change(TableChange.Kind.CREATE, again)
                        .entry(),
                Refusal.EXISTS);
    }

    @Test
    void tableIsDroppedButNotUnderAPipeline() {
        refused(drop(2), Refusal.IN_USE);
        done(new SystemEntry.DropPipeline(FEED));
        assertThat(number(drop(3))).isEqualTo(2);
        assertThat(state.catalog().tables()).isEmpty();
        refused(drop(4), Refusal.UNKNOWN);
        refused(rows(5, 0), Refusal.TABLE_CHANGED);
    }

    @Test
    void truncatedTableKeepsItsForm() {
        long version = state.catalogVersion();
        SystemEntry truncate = decide(SHOP, aggregator, FIRST, 2)
                .change(TableChange.Kind.TRUNCATE, CLICKS)
                .entry();
        assertThat(number(truncate)).isEqualTo(2);
        assertThat(state.catalogVersion()).isEqualTo(version);
        assertThat(after(1))
                .singleElement()
                .satisfies(batch -> assertThat(batch.participants()).hasSize(4));
    }

    // Pipelines

    @Test
    void pipelineNeedsItsTableAsItWasCompiledFor() {
        refused(
                new SystemEntry.CreatePipeline(
                        SystemFixture.pipeline(1101, "other", CLICKS.withIdentity(CLICKS.id(), 2)), "", 0),
                Refusal.TABLE_CHANGED);
        refused(new SystemEntry.CreatePipeline(SystemFixture.pipeline(1101, "FEED", CLICKS), "", 0), Refusal.EXISTS);
        assertThat(bool(new SystemEntry.CreatePipeline(
                        SystemFixture.pipeline(FEED, "feed", CLICKS), "CREATE PIPELINE feed …", 5)))
                .isFalse();
    }

    @Test
    void stoppedPipelineGivesNoRunToAJob() {
        refused(new SystemEntry.NewRun(FEED, PipelineState.RUNNING, true, 1), Refusal.NOT_RUNNING);
        assertThat(start()).isEqualTo(1);
        assertThat(number(new SystemEntry.NewRun(FEED, PipelineState.RUNNING, true, 1)))
                .isEqualTo(2);
        refused(new SystemEntry.NewRun(77, PipelineState.RUNNING, false, 1), Refusal.UNKNOWN);
    }

    @Test
    void stateIsSetByTheNewestRunAlone() {
        start();
        assertThat(bool(new SystemEntry.SetPipelineState(FEED, 1, PipelineState.ERROR, "UNKNOWN_TOPIC", "broken", 7)))
                .isTrue();
        assertThat(feed().state()).isEqualTo(PipelineState.ERROR);
        assertThat(feed().message()).isEqualTo("broken");
        start();
        assertThat(feed().message()).isEmpty();
        assertThat(bool(new SystemEntry.SetPipelineState(FEED, 1, PipelineState.ERROR, "", "late", 8)))
                .isFalse();
        assertThat(feed().state()).isEqualTo(PipelineState.RUNNING);
    }

    @Test
    void onlyTheNewestErrorsAreKept() {
        List<PipelineError> errors = List.of(new PipelineError(1, "Load", 1, "m", "0", 1, 1, "", new byte[0]));
        RowChange.DeleteRange last = null;
        for (int i = 0; i < ErrorRows.KEPT + 5; i++) {
            List<RowChange> changes =
                    state.apply(new SystemEntry.RecordErrors(FEED, 1, errors)).changes();
            last = changes.stream()
                    .filter(RowChange.DeleteRange.class::isInstance)
                    .map(RowChange.DeleteRange.class::cast)
                    .findFirst()
                    .orElse(null);
        }
        assertThat(last).isEqualTo(new RowChange.DeleteRange(SystemTable.ERROR, FEED, 0, 5));
        refused(new SystemEntry.RecordErrors(77, 1, errors), Refusal.UNKNOWN);
    }

    // Files of transforms

    private static SystemEntry.CreatePipeline transformed(long id, String sha256) {
        return new SystemEntry.CreatePipeline(
                SystemFixture.pipeline(id, "p" + id, CLICKS).withTransform(SystemFixture.transform(sha256)), "…", 5);
    }

    @Test
    void partsOfAFileComeInOrderAndOnce() {
        int size = SystemEntry.StoreProgram.PART_BYTES;
        byte[] first = new byte[size];
        byte[] second = new byte[7];
        assertThat(number(new SystemEntry.StoreProgram("f", size + 7L, 1, second)))
                .isZero();
        assertThat(number(new SystemEntry.StoreProgram("f", size + 7L, 0, first)))
                .isEqualTo(1);
        assertThat(number(new SystemEntry.StoreProgram("f", size + 7L, 0, first)))
                .isEqualTo(1);
        refused(transformed(2001, "f"), Refusal.PROGRAM_MISSING);
        refused(new SystemEntry.StoreProgram("f", size + 7L, 1, first), Refusal.MALFORMED);
        refused(new SystemEntry.StoreProgram("f", size + 8L, 1, second), Refusal.MALFORMED);
        refused(new SystemEntry.StoreProgram("g", 1L << 40, 0, first), Refusal.TOO_LARGE);
        assertThat(number(new SystemEntry.StoreProgram("f", size + 7L, 1, second)))
                .isEqualTo(2);
        bool(transformed(2001, "f"));
        bool(transformed(2001, "f"));
    }

    @Test
    void fileIsKeptWhileAPipelineNeedsIt() {
        byte[] bytes = {1, 2};
        number(new SystemEntry.StoreProgram("f", 2, 0, bytes));
        bool(transformed(2001, "f"));
        number(new SystemEntry.StoreProgram("unused", 2, 0, bytes));
        bool(transformed(2002, "f"));
        assertThat(number(new SystemEntry.StoreProgram("unused", 2, 1, bytes)))
                .as("the next part")
                .isZero();
        done(new SystemEntry.DropPipeline(2001));
        assertThat(number(new SystemEntry.StoreProgram("f", 2, 0, bytes))).isEqualTo(1);
        assertThat(state.apply(new SystemEntry.DropPipeline(2002)).changes())
                .filteredOn(change -> change.table() == SystemTable.PROGRAM_PART)
                .hasSize(1)
                .allMatch(RowChange.Delete.class::isInstance);
        refused(transformed(2003, "f"), Refusal.PROGRAM_MISSING);
    }

    @Test
    void errorsAreRecordedWithTheirBatchOnceOrNotAtAll() {
        start();
        open(0, "");
        List<PipelineError> errors = List.of(
                new PipelineError(1, "Load", 1, "m", "clicks", "0", 1, 1, "", new byte[0]),
                new PipelineError(1, "Load", 1, "n", "clicks", "0", 2, 1, "", new byte[0]));
        SystemEntry.Decide refused =
                decide(SHOP, FEED, new Attempt(9, 0), 1).rows(CLICKS, 0).entry(errors);
        assertThat(recorded(refused)).isEmpty();
        SystemEntry.Decide entry = decide(SHOP, FEED, FIRST, 1).rows(CLICKS, 0).entry(errors);
        assertThat(recorded(entry)).hasSize(2);
        assertThat(recorded(entry)).as("sent again").isEmpty();
        assertThat(state.rows().pipelines.find(FEED).orElseThrow().errors()).isEqualTo(2);
        // Without a row it has no CSN, but it is a batch.
        SystemEntry.Decide onlyErrors = decide(SHOP, FEED, FIRST, 2).entry(errors);
        List<RowChange.Insert> rows = recorded(onlyErrors);
        assertThat(rows).extracting(row -> row.row().get(1)).containsExactly(3L, 4L);
        assertThat(rows).extracting(row -> row.row().get(3)).containsOnly(seqOfNewestBatch());
        open(1, "");
        assertThat(recorded(onlyErrors)).as("after a restart").isEmpty();
    }

    private List<RowChange.Insert> recorded(SystemEntry entry) {
        return state.apply(entry).changes().stream()
                .filter(RowChange.Insert.class::isInstance)
                .map(RowChange.Insert.class::cast)
                .filter(insert -> insert.table() == SystemTable.ERROR)
                .toList();
    }

    private long seqOfNewestBatch() {
        return state.rows().progress.find(SHOP).orElseThrow().seq();
    }

    // Attempts

    @Test
    void newerAttemptFencesOlderOnesAndSaysWhichItIs() {
        start();
        open(0, "job");
        open(2, "job");
        assertThat(refused(new SystemEntry.Open(FEED, new Attempt(1, 1), "job"), Refusal.FENCED))
                .contains("run 1 attempt 2");
        assertThat(refused(feedRows(new Attempt(1, 0), 1, 0), Refusal.FENCED)).contains("run 1 attempt 2");
        start();
        assertThat(refused(feedRows(new Attempt(1, 2), 1, 0), Refusal.FENCED)).contains("run 2");
        assertThat(refused(new SystemEntry.Open(FEED, new Attempt(1, 3), "job"), Refusal.FENCED))
                .contains("run 2");
    }

    @Test
    void sameAttemptOpensAgainForEveryTaskOfItsJobAlone() {
        start();
        open(0, "job");
        long version = state.catalogVersion();
        open(0, "job");
        open(0, "");
        assertThat(state.catalogVersion()).isEqualTo(version);
        assertThat(feed().job()).isEqualTo("job");
        refused(new SystemEntry.Open(FEED, FIRST, "another job"), Refusal.FENCED);
    }

    @Test
    void runThatWasNeverGivenOutIsRefused() {
        refused(new SystemEntry.Open(FEED, FIRST, ""), Refusal.UNKNOWN);
        start();
        refused(new SystemEntry.Open(FEED, new Attempt(2, 0), ""), Refusal.UNKNOWN);
        refused(new SystemEntry.Open(77, FIRST, ""), Refusal.UNKNOWN);
    }

    @Test
    void attemptDecidesNothingBeforeItOpens() {
        start();
        refused(feedRows(FIRST, 1, 0), Refusal.UNKNOWN);
        refused(feedRows(new Attempt(1, WriterRow.UNOPENED), 1, 0), Refusal.UNKNOWN);
    }

    @Test
    void openAnswersCursorsAndTheLastCsnOfEachPartition() {
        start();
        open(0, "");
        addCursors(FIRST, new Cursor(SystemFixture.TOPIC, "1", 5), new Cursor(SystemFixture.TOPIC, "0", 3));
        number(rows(2, 0, 3));
        OpenAnswer answer = open(1, "");
        assertThat(answer.cursors())
                .containsExactly(new Cursor(SystemFixture.TOPIC, "0", 3), new Cursor(SystemFixture.TOPIC, "1", 5));
        assertThat(answer.lastTouched()).containsExactly(2L, 1L, 1L, 2L);
    }

    @Test
    void droppedPipelineIsFencedForGood() {
        start();
        open(0, "");
        SystemEntry decided = feedRows(FIRST, 1, 0);
        assertThat(number(decided)).isEqualTo(2);
        done(new SystemEntry.DropPipeline(FEED));
        assertThat(number(decided)).isEqualTo(2);
        refused(feedRows(FIRST, 2, 0), Refusal.FENCED);
        refused(new SystemEntry.Open(FEED, FIRST, ""), Refusal.UNKNOWN);
        assertThat(after(1)).hasSize(1);
        done(new SystemEntry.DropPipeline(FEED));
    }

    // Cursors

    @Test
    void cursorThatIsThereIsKept() {
        start();
        open(0, "");
        addCursors(FIRST, new Cursor(SystemFixture.TOPIC, "0", 3));
        assertThat(addCursors(FIRST, new Cursor(SystemFixture.TOPIC, "0", 9)).cursors())
                .containsExactly(new Cursor(SystemFixture.TOPIC, "0", 3));
        refused(
                new SystemEntry.AddCursors(FEED, FIRST, List.of(new Cursor("recreated", "0", 0))),
                Refusal.CURSOR_MISMATCH);
        open(1, "");
        refused(
                new SystemEntry.AddCursors(FEED, FIRST, List.of(new Cursor(SystemFixture.TOPIC, "1", 9))),
                Refusal.FENCED);
    }

    @Test
    void batchMovesCursorsFromWhereTheyAreOnly() {
        start();
        open(0, "");
        addCursors(FIRST, new Cursor(SystemFixture.TOPIC, "0", 0));
        number(decide(SHOP, FEED, FIRST, 1)
                .rows(CLICKS, 0)
                .moves(move("0", 0, 10))
                .entry());
        SystemEntry.Decide again = decide(SHOP, FEED, FIRST, 2)
                .rows(CLICKS, 0)
                .moves(move("0", 0, 20))
                .entry();
        assertThat(refused(again, Refusal.CURSOR_MISMATCH))
                .contains("partition 0")
                .contains("offset 0")
                .contains("at 10");
        assertThat(refused(
                        decide(SHOP, FEED, FIRST, 3)
                                .rows(CLICKS, 0)
                                .moves(move("7", 4, 5))
                                .entry(),
                        Refusal.CURSOR_MISMATCH))
                .contains("no cursor");
        assertThat(open(1, "").cursors()).containsExactly(new Cursor(SystemFixture.TOPIC, "0", 10));
    }

    // Decisions

    @Test
    void batchWithoutRowsMovesCursorsAndTakesNoCsn() {
        start();
        open(0, "");
        addCursors(FIRST, new Cursor(SystemFixture.TOPIC, "0", 0));
        SystemEntry moved = decide(SHOP, FEED, FIRST, 1).moves(move("0", 0, 10)).entry();
        assertThat(number(moved)).isZero();
        assertThat(number(moved)).isZero();
        assertThat(number(feedRows(FIRST, 2, 1))).isEqualTo(2);
        assertThat(open(1, "").lastTouched()).containsExactly(1L, 2L, 1L, 1L);
    }

    @Test
    void knownBatchGetsItsCsnAgainAlsoFromAFencedAttempt() {
        start();
        open(0, "");
        SystemEntry first = feedRows(FIRST, 1, 0);
        assertThat(number(first)).isEqualTo(2);
        number(feedRows(FIRST, 2, 0));
        open(1, "");
        assertThat(number(first)).isEqualTo(2);
        assertThat(after(0)).hasSize(3);
    }

    @Test
    void batchOfAnEarlierCheckpointIsNotDecidedLate() {
        start();
        open(0, "");
        number(feedRows(FIRST, 5, 0));
        refused(feedRows(FIRST, 4, 0), Refusal.FINISHED);
    }

    @Test
    void batchForAnotherFormOfATableOrMapIsRefused() {
        refused(
                decide(SHOP, aggregator, FIRST, 2)
                        .rows(CLICKS.withIdentity(CLICKS.id(), 2), 0)
                        .entry(),
                Refusal.TABLE_CHANGED);
        SystemEntry.Decide entry = rows(3, 0);
        refused(
                new SystemEntry.Decide(
                        entry.batch(),
                        SHOP,
                        2,
                        entry.tables(),
                        entry.mode(),
                        0,
                        List.of(),
                        entry.participants(),
                        Optional.empty(),
                        0,
                        0,
                        0,
                        0),
                Refusal.MAP_CHANGED);
        refused(rows(4, 4), Refusal.MALFORMED);
        refused(rows(5, 1, 1), Refusal.MALFORMED);
    }

    @Test
    void batchesAreFollowedInOrderBehindWhatIsKnown() {
        number(rows(2, 0));
        number(rows(3, 1, 2));
        assertThat(after(1)).extracting(DecidedBatch::csn).containsExactly(2L, 3L);
        assertThat(after(3)).isEmpty();
        assertThat(state.after(List.of(new FollowRequest.Known(99, 0)))).isEmpty();
    }

    // History

    @Test
    void publishedBatchesFallOutOfTheHistoryAndUnpublishedOnesStay() {
        number(rows(2, 0));
        long total = BatchList.KEPT + 2_000;
        for (long n = 3; n <= total; n++) {
            number(rows(n, 1));
        }
        assertThat(after(0)).extracting(DecidedBatch::csn).startsWith(1L, 2L, 3L);
        done(new SystemEntry.ReportPublished(1, SHOP, 1));
        for (long n = total + 1; n <= total + 1_000; n++) {
            number(rows(n, 1));
        }
        assertThat(after(0)).extracting(DecidedBatch::csn).startsWith(2L, 3L);
        done(new SystemEntry.ReportPublished(1, SHOP, total));
        for (long n = total + 1_001; n <= total + 2_000; n++) {
            number(rows(n, 1));
        }
        assertThat(after(0).get(0).csn()).isBetween(total + 1_000 - BatchList.KEPT, total + 2_000 - BatchList.KEPT + 1);
        refused(rows(2, 0), Refusal.FINISHED);
    }

    @Test
    void nodeThatIsGoneHoldsOnToBatchesOfItsOwnPartitionsOnly() {
        number(SystemFixture.node(2));
        done(new SystemEntry.CreateDatabase(
                SystemFixture.database(2, "two", 2).database(),
                new PartitionMap(2, 1, List.of(List.of(1L), List.of(2L)))));
        TableSpec table = SystemFixture.table(1070, "two", "t");
        number(decide(2, aggregator, FIRST, 2)
                .change(TableChange.Kind.CREATE, table)
                .entry());
        long total = BatchList.KEPT + 1_100;
        for (long n = 3; n < total; n++) {
            if (n % 500 == 0) {
                done(new SystemEntry.ReportPublished(1, 2, n - 2));
            }
            number(decide(2, aggregator, FIRST, n).rows(table, 0).entry());
        }
        List<DecidedBatch> left = state.after(List.of(new FollowRequest.Known(2, 0)));
        assertThat(left.get(0).csn()).isEqualTo(1);
        assertThat(left.get(1).csn()).isGreaterThan(500);
    }

    @Test
    void partitionThatOwesTooManyBatchesTakesNoMore() {
        for (long n = 2; n < 2 + BatchList.UNPUBLISHED_MAX - 1; n++) {
            number(rows(n, 0));
        }
        refused(rows(500_000, 0), Refusal.BEHIND);
        number(rows(500_001, 1));
        done(new SystemEntry.ReportPublished(1, SHOP, 100));
        number(rows(500_002, 0));
    }

    // Doors to the state

    private SystemEntry.Decide rows(long number, int... ordinals) {
        return decide(SHOP, aggregator, FIRST, number).rows(CLICKS, ordinals).entry();
    }

    private SystemEntry.Decide feedRows(Attempt attempt, long number, int... ordinals) {
        return decide(SHOP, FEED, attempt, number).rows(CLICKS, ordinals).entry();
    }

    private SystemEntry.Decide drop(long number) {
        return decide(SHOP, aggregator, FIRST, number)
                .change(TableChange.Kind.DROP, CLICKS)
                .entry();
    }

    private long start() {
        return number(new SystemEntry.NewRun(FEED, PipelineState.RUNNING, false, 1));
    }

    private OpenAnswer open(int number, String job) {
        return OpenAnswer.read(
                apply(new SystemEntry.Open(FEED, new Attempt(1, number), job)).orThrow());
    }

    private OpenAnswer addCursors(Attempt attempt, Cursor... cursors) {
        return OpenAnswer.read(apply(new SystemEntry.AddCursors(FEED, attempt, List.of(cursors)))
                .orThrow());
    }

    private CatalogSnapshot.Pipeline feed() {
        return state.catalog().pipeline("shop", "feed").orElseThrow();
    }

    private List<DecidedBatch> after(long csn) {
        return state.after(List.of(new FollowRequest.Known(SHOP, csn)));
    }

    private Answer apply(SystemEntry entry) {
        return state.apply(entry).answer();
    }

    private void done(SystemEntry entry) {
        assertThat(apply(entry)).isEqualTo(Answer.OK);
    }

    private long number(SystemEntry entry) {
        return apply(entry).orThrow().number();
    }

    private boolean bool(SystemEntry entry) {
        return apply(entry).orThrow().bool();
    }

    private String refused(SystemEntry entry, Refusal refusal) {
        Answer.Refused answer = (Answer.Refused) apply(entry);
        assertThat(answer.refusal()).as(answer.message()).isEqualTo(refusal);
        return answer.message();
    }
}
