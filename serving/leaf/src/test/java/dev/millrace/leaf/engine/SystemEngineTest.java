package dev.millrace.leaf.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.leaf.replica.LoggedEntry;
import dev.millrace.leaf.system.SystemFixture;
import dev.millrace.spec.TableSpec;
import dev.millrace.store.Attempt;
import dev.millrace.store.TableChange;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.FollowRequest;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
        database = new LeafDatabase(
                new LeafDatabase.Limits(256L << 20, 2, folder.resolve("tmp"), folder.resolve("files")));
        engine = new SystemEngine(database, folder.resolve("files").resolve("d0_p0.duckdb"));
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

    private long shopWithClicks() {
        apply(SystemFixture.node(1));
        apply(SystemFixture.database(1, "shop", 4));
        long writer = apply(new SystemEntry.RegisterWriter("agg", 0)).orThrow().number();
        Answer created = apply(SystemFixture.decide(1, writer, new Attempt(1, 0), 1)
                .change(TableChange.Kind.CREATE, CLICKS)
                .entry());
        assertThat(created.orThrow().number()).isEqualTo(1);
        return writer;
    }

    private Answer apply(SystemEntry entry) {
        index++;
        return engine.apply(List.of(new LoggedEntry(1, index, ByteBuffer.wrap(entry.toBytes()))))
                .get(0);
    }
}
