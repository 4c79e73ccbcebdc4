package dev.millrace.leaf.system;

import static dev.millrace.leaf.system.SystemFixture.decide;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.spec.Credentials;
import dev.millrace.spec.FileSettings;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.store.Attempt;
import dev.millrace.store.Cursor;
import dev.millrace.store.CursorMove;
import dev.millrace.store.FilePlace;
import dev.millrace.store.PipelineState;
import dev.millrace.store.SourceOffsets;
import dev.millrace.store.TableChange;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.OpenAnswer;
import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.WireReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Files as source partitions: how far each is loaded. */
class FileCursorsTest {
    private static final long SHOP = 1;
    private static final long FEED = 1100;
    private static final TableSpec CLICKS = SystemFixture.table(1050, "shop", "clicks");
    private static final PipelineSpec PIPELINE = SystemFixture.pipeline(FEED, "feed", CLICKS)
            .withSource(new SourceSpec.Files("/in/*", FileSettings.DEFAULT));
    private static final Attempt FIRST = new Attempt(1, 0);
    private static final String VERSION = "7@1700000000000";

    private final SystemState state = new SystemState();
    private final List<RowChange> changes = new ArrayList<>();
    private long batch;

    @BeforeEach
    void pipelineOfFiles() {
        done(SystemFixture.node(1));
        done(SystemFixture.database(SHOP, "shop", 1));
        long aggregator = done(new SystemEntry.RegisterWriter("agg", 0)).number();
        done(decide(SHOP, aggregator, FIRST, 1)
                .change(TableChange.Kind.CREATE, CLICKS)
                .entry());
        done(new SystemEntry.CreatePipeline(PIPELINE, "CREATE PIPELINE feed …", 5));
        done(new SystemEntry.NewRun(FEED, PipelineState.RUNNING, false, 6));
        done(new SystemEntry.Open(FEED, FIRST, ""));
    }

    /** What the file holds of them is what a restart finds. */
    @AfterEach
    void filesComeBack() {
        SystemRows loaded = new SystemRows();
        state.rows().files.all().forEach(row -> loaded.files.load(FileRow.of(row.values())));
        assertThat(loaded.files).isEqualTo(state.rows().files);
    }

    @Test
    void newFileBeginsAtItsBeginningAndGoesOnWhereItIsOnly() {
        refused(move("/in/a", 3, 5), Refusal.CURSOR_MISMATCH);
        done(move("/in/a", 0, 5));
        refused(move("/in/a", 0, 5), Refusal.CURSOR_MISMATCH);
        refused(
                decide(SHOP, FEED, FIRST, ++batch)
                        .moves(new CursorMove(new Cursor("8@1700000000000", "/in/a", 5), 8))
                        .entry(),
                Refusal.CURSOR_MISMATCH);
        done(move("/in/a", 5, new FilePlace(7, FilePlace.State.LOADED).offset()));
        refused(move("/in/a", 0, 5), Refusal.CURSOR_MISMATCH);

        assertThat(ask())
                .singleElement()
                .satisfies(cursor ->
                        assertThat(FilePlace.of(cursor.offset())).isEqualTo(new FilePlace(7, FilePlace.State.LOADED)));
    }

    @Test
    void batchWritesTheFilesThatItMoves() {
        for (int file = 0; file < 1_000; file++) {
            done(move("/in/" + file, 0, FilePlace.ENDED));
        }
        changes.clear();
        done(move("/in/a", 0, FilePlace.ENDED));
        assertThat(changes)
                .filteredOn(change -> change.table() == SystemTable.FILE)
                .hasSize(1);
        OpenAnswer named = OpenAnswer.read(done(new SystemEntry.ReportOffsets(
                FEED, List.of(new SourceOffsets("/in/7", 0, 7, 1), new SourceOffsets("/in/new", 0, 7, 1)), 9)));
        assertThat(named.cursors()).extracting(Cursor::partition).containsExactly("/in/7");
        assertThat(ask()).hasSize(1_001);
        assertThat(OpenAnswer.read(done(new SystemEntry.Open(FEED, new Attempt(1, 1), "")))
                        .cursors())
                .isEmpty();
    }

    @Test
    void filesAreForgottenByNameOrAllAndWithTheirPipeline() {
        done(move("/in/a", 0, FilePlace.ENDED));
        done(move("/in/b", 0, 3));
        Cursor given = new Cursor("0@0", "/in/c", FilePlace.ENDED);
        long run = replace(1, List.of(given), List.of("/in/a"));
        assertThat(ask()).extracting(Cursor::partition).containsExactly("/in/b", "/in/c");
        run = replace(run, List.of(), List.of(SystemEntry.ReplacePipeline.ALL_FILES));
        assertThat(ask()).isEmpty();
        replace(run, List.of(given), List.of());
        done(new SystemEntry.DropPipeline(FEED));
        assertThat(state.rows().files.all()).isEmpty();
    }

    @Test
    void fileIsNotReadOnFromAPlaceThatMeansSomethingElse() {
        done(move("/in/a", 0, FilePlace.ENDED));
        done(move("/in/b", 0, 3));
        PipelineSpec rows = PIPELINE.withFormat(
                new FormatSpec.Parquet(List.of(new FormatSpec.Mapping("id", List.of("id"), Optional.empty()))));
        PipelineSpec packed = PIPELINE.withSource(new SourceSpec.Files(
                "/in/*", FileSettings.DEFAULT.with("disable_gunzip", "true").orElseThrow()));
        for (PipelineSpec other : List.of(rows, packed)) {
            assertThat(other.hasPlacesOf(PIPELINE)).isFalse();
            refused(replacing(1, other, List.of(), List.of()), Refusal.PLACES_DIFFER);
            refused(replacing(1, other, List.of(), List.of("/in/a")), Refusal.PLACES_DIFFER);
        }

        // Another pattern counts the same, and the run of before goes on.
        long run = done(replacing(
                        1,
                        PIPELINE.withSource(new SourceSpec.Files("/in/b*", FileSettings.DEFAULT)),
                        List.of(),
                        List.of()))
                .number();
        done(move("/in/b", 3, 4));
        done(replacing(run, rows, List.of(), List.of("/in/b")));
        refused(move("/in/c", 0, 3), Refusal.FENCED);
        assertThat(ask()).extracting(Cursor::partition).containsExactly("/in/a");
    }

    private long replace(long seen, List<Cursor> cursors, List<String> forgotten) {
        return done(replacing(seen, PIPELINE, cursors, forgotten)).number();
    }

    private static SystemEntry replacing(
            long seen, PipelineSpec pipeline, List<Cursor> cursors, List<String> forgotten) {
        return new SystemEntry.ReplacePipeline(
                seen, pipeline, "CREATE PIPELINE feed …", Credentials.NONE, cursors, forgotten, 9);
    }

    private List<Cursor> ask() {
        return OpenAnswer.read(done(SystemEntry.ReportOffsets.ask(FEED))).cursors();
    }

    private SystemEntry move(String path, long from, long to) {
        return decide(SHOP, FEED, FIRST, ++batch)
                .moves(new CursorMove(new Cursor(VERSION, path, from), to))
                .entry();
    }

    private WireReader done(SystemEntry entry) {
        return apply(entry).orThrow();
    }

    private void refused(SystemEntry entry, Refusal refusal) {
        assertThat(apply(entry))
                .isInstanceOfSatisfying(
                        Answer.Refused.class,
                        answer -> assertThat(answer.refusal()).isEqualTo(refusal));
    }

    private Answer apply(SystemEntry entry) {
        SystemState.Outcome outcome = state.apply(SystemEntry.fromBytes(ByteBuffer.wrap(entry.toBytes())));
        changes.addAll(outcome.changes());
        return outcome.answer();
    }
}
