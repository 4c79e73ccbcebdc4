package dev.millrace.leaf.system;

import static dev.millrace.leaf.system.SystemFixture.decide;
import static dev.millrace.leaf.system.SystemFixture.move;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.spec.Credentials;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.store.Attempt;
import dev.millrace.store.CatalogSnapshot;
import dev.millrace.store.Cursor;
import dev.millrace.store.PipelineState;
import dev.millrace.store.TableChange;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.OpenAnswer;
import dev.millrace.store.wire.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs that take over from each other while batches are decided. */
class PipelineRunsTest {
    private static final long SHOP = 1;
    private static final long FEED = 1100;
    private static final TableSpec CLICKS = SystemFixture.table(1050, "shop", "clicks");
    private static final PipelineSpec PIPELINE = SystemFixture.pipeline(FEED, "feed", CLICKS);
    private static final PipelineSpec OTHER = PIPELINE.withBatchInterval(Duration.ofSeconds(3));
    private static final Attempt FIRST = new Attempt(2, 0);

    private final SystemState state = new SystemState();

    /** Run 1 is START's, run 2 the job's, with a cursor at 0. */
    @BeforeEach
    void aFeedWhoseJobRuns() {
        ok(SystemFixture.node(1));
        ok(SystemFixture.database(SHOP, "shop", 4));
        long aggregator = ok(new SystemEntry.RegisterWriter("agg", 0)).number();
        ok(decide(SHOP, aggregator, new Attempt(1, 0), 1)
                .change(TableChange.Kind.CREATE, CLICKS)
                .entry());
        ok(create());
        start(0);
        assertThat(submit(1)).isEqualTo(2);
        open(FIRST);
        ok(new SystemEntry.AddCursors(FEED, FIRST, List.of(new Cursor(SystemFixture.TOPIC, "0", 0))));
    }

    @Test
    void theOldRunDecidesUntilTheNewOneOpens() {
        batch(FIRST, 1, 0, 10);
        assertThat(replace(2, OTHER)).isEqualTo(3);
        assertThat(feed().altered()).isTrue();
        assertThat(feed().spec()).isEqualTo(OTHER);
        batch(FIRST, 2, 10, 20);

        assertThat(submit(3)).isEqualTo(4);
        assertThat(feed().altered()).isFalse();
        batch(FIRST, 3, 20, 30);

        assertThat(open(new Attempt(4, 0)).cursors()).containsExactly(new Cursor(SystemFixture.TOPIC, "0", 30));
        refused(feedBatch(FIRST, 4, 30, 40), Refusal.FENCED);
        batch(new Attempt(4, 0), 1, 30, 40);
    }

    @Test
    void aJobThatReadTheDefinitionBeforeItChangedGetsNoRun() {
        replace(2, OTHER);
        refused(new SystemEntry.NewRun(FEED, PipelineState.RUNNING, true, 2, 0, 1), Refusal.PLAN_STALE);
    }

    @Test
    void twoChangesAtOnceDoNotOverwriteEachOther() {
        replace(2, OTHER);
        assertThat(replace(2, OTHER)).as("sent again").isEqualTo(3);
        refused(change(2, PIPELINE, List.of()), Refusal.PLAN_STALE);
    }

    @Test
    void newOffsetsFenceAtOnceAndOthersStay() {
        ok(new SystemEntry.AddCursors(FEED, FIRST, List.of(new Cursor(SystemFixture.TOPIC, "1", 5))));
        ok(change(2, PIPELINE, List.of(new Cursor("another", "0", 7))));

        refused(feedBatch(FIRST, 1, 0, 10), Refusal.FENCED);
        assertThat(submit(3)).isEqualTo(4);
        assertThat(open(new Attempt(4, 0)).cursors())
                .containsExactly(new Cursor("another", "0", 7), new Cursor(SystemFixture.TOPIC, "1", 5));
    }

    @Test
    void aPipelineStartedForTwoBatchesStopsWithTheSecond() {
        ok(new SystemEntry.NewRun(FEED, PipelineState.STOPPED, false, 1));
        long started = start(2);
        Attempt attempt = new Attempt(submit(started), 0);
        open(attempt);
        batch(attempt, 1, 0, 10);
        assertThat(feed().state()).isEqualTo(PipelineState.RUNNING);
        batch(attempt, 2, 10, 20);
        assertThat(feed().state()).isEqualTo(PipelineState.STOPPED);
        refused(feedBatch(attempt, 3, 20, 30), Refusal.FENCED);
    }

    @Test
    void aDroppedNameIsRememberedAndItsCredentialsAreNot() {
        ok(new SystemEntry.ReplacePipeline(
                2, PIPELINE, "…", new Credentials(Map.of("sasl.password", "hunter2")), List.of(), List.of(), 1));
        ok(new SystemEntry.DropPipeline(FEED));
        assertThat(ok(new SystemEntry.CreatePipeline(SystemFixture.pipeline(FEED + 1, "FEED", CLICKS), "…", 5))
                        .bool())
                .isTrue();
        assertThat(ok(new SystemEntry.CreatePipeline(SystemFixture.pipeline(FEED + 2, "new", CLICKS), "…", 5))
                        .bool())
                .isFalse();
        assertThat(state.toString()).doesNotContain("hunter2");
    }

    private SystemEntry create() {
        return new SystemEntry.CreatePipeline(PIPELINE, "CREATE PIPELINE feed …", 5);
    }

    private long start(long batches) {
        return ok(new SystemEntry.NewRun(FEED, PipelineState.RUNNING, false, Long.MAX_VALUE, batches, 1))
                .number();
    }

    private long submit(long seen) {
        return ok(new SystemEntry.NewRun(FEED, PipelineState.RUNNING, true, seen, 0, 1))
                .number();
    }

    private long replace(long seen, PipelineSpec spec) {
        return ok(change(seen, spec, List.of())).number();
    }

    private static SystemEntry change(long seen, PipelineSpec spec, List<Cursor> cursors) {
        return new SystemEntry.ReplacePipeline(seen, spec, "…", Credentials.NONE, cursors, List.of(), 1);
    }

    private OpenAnswer open(Attempt attempt) {
        return OpenAnswer.read(ok(new SystemEntry.Open(FEED, attempt, "job " + attempt)));
    }

    private void batch(Attempt attempt, long number, long from, long to) {
        ok(feedBatch(attempt, number, from, to));
    }

    private static SystemEntry feedBatch(Attempt attempt, long number, long from, long to) {
        return decide(SHOP, FEED, attempt, number)
                .rows(CLICKS, 1)
                .moves(move("0", from, to))
                .entry();
    }

    private CatalogSnapshot.Pipeline feed() {
        return state.catalog().pipeline("shop", "feed").orElseThrow();
    }

    private dev.millrace.store.wire.WireReader ok(SystemEntry entry) {
        return state.apply(entry).answer().orThrow();
    }

    private void refused(SystemEntry entry, Refusal refusal) {
        Answer.Refused answer = (Answer.Refused) state.apply(entry).answer();
        assertThat(answer.refusal()).as(answer.message()).isEqualTo(refusal);
    }
}
