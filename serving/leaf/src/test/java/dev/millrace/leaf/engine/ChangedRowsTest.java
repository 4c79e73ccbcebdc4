package dev.millrace.leaf.engine;

import static dev.millrace.leaf.engine.DrivenPartition.batch;
import static dev.millrace.leaf.engine.DrivenPartition.change;
import static dev.millrace.leaf.engine.DrivenPartition.decided;
import static dev.millrace.leaf.engine.DrivenPartition.insert;
import static dev.millrace.leaf.engine.DrivenPartition.ref;
import static dev.millrace.leaf.engine.DrivenPartition.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.spec.ColumnChange;
import dev.millrace.spec.KeySpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.store.RowChange;
import dev.millrace.store.TableChange;
import dev.millrace.store.TaskChunks;
import dev.millrace.store.WriteMode;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.Refusal;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes of rows that are there: what a seal says of them, and what their publication does. */
class ChangedRowsTest {
    private static final TableSpec KEYED = Rows.table(1001, new KeySpec(KeySpec.PRIMARY, List.of("id")));
    private static final String NAME = "r.\"na\"\"me\"";
    private static final TaskChunks ONE = new TaskChunks(0, 1);

    @TempDir
    Path folder;

    private DrivenPartition p;

    @BeforeEach
    void open() {
        p = new DrivenPartition(folder);
        p.apply(change(1, TableChange.Kind.CREATE, KEYED));
        p.apply(insert(1, 0, KEYED, WriteMode.INSERT, "1:a", "2:b", "3:"));
    }

    @AfterEach
    void close() {
        p.close();
    }

    @Test
    void updateIsCountedByTheSealAndDoneOnceByThePublicationOverARestart() {
        LogEntry.Seal seal = staged(2, where("r.\"id\" >= 2", assigned(NAME + " || '!'")));
        assertThat(p.apply(seal).orThrow().number()).as("NULL stays NULL").isEqualTo(1);
        assertThat(p.rows(KEYED)).containsExactly("1:a", "2:b", "3:");
        assertThat(refusal(p.apply(insert(3, 0, KEYED, WriteMode.REPLACE, "9:z"))))
                .isEqualTo(Refusal.BUSY);
        p.reopen();
        assertThat(p.apply(seal).orThrow().number()).as("asked again").isEqualTo(1);
        p.apply(published(2, 2));
        p.reopen();
        p.apply(published(2, 2));
        assertThat(p.rows(KEYED)).containsExactly("1:a", "2:b!", "3:");
    }

    @Test
    void deleteThatIsNeverDecidedLeavesNothing() {
        LogEntry.Seal seal = staged(2, where("r.\"id\" >= 2"));
        assertThat(p.apply(seal).orThrow().number()).isEqualTo(2);
        p.apply(new LogEntry.Unseal(7, 1, List.of(KEYED.id())));
        assertThat(p.partition.open()).isEmpty();
        assertThat(p.rows(KEYED)).containsExactly("1:a", "2:b", "3:");
        p.apply(insert(3, 0, KEYED, WriteMode.INSERT, "4:d"));
        assertThat(p.rows(KEYED)).hasSize(4);
    }

    @Test
    void whatFailsForARowIsAnAnswerAlsoWhereExpressionsShareAPart() {
        String sum = "9223372036854775805 + r.\"id\"";
        String shared = "CASE WHEN " + sum + " > 0 OR " + sum + " < 5 THEN CAST(" + sum + " AS VARCHAR) END";
        Answer ofValue = p.apply(staged(2, where("r.\"id\" > 0", assigned(shared))));
        assertThat(refusal(ofValue)).isEqualTo(Refusal.NO_VALUE);
        RowChange guarded = new RowChange(
                Optional.of("(r.\"id\" > 0)"), Optional.of("(" + sum + " > 5 OR " + sum + " < 5)"), List.of());
        assertThat(refusal(p.apply(staged(3, guarded)))).isEqualTo(Refusal.NO_VALUE);
        RowChange some = new RowChange(Optional.of("(r.\"id\" < 3)"), guarded.guarded(), List.of());
        assertThat(p.apply(staged(4, some)).orThrow().number()).isEqualTo(2);
        p.apply(published(2, 4));
        assertThat(p.rows(KEYED)).containsExactly("3:");
    }

    @Test
    void rowsOfOneKeyAreFoldedInTheirOrder() {
        ColumnChange joined = assigned(NAME + " || v.\"na\"\"me\"");
        p.apply(merge(2, 1, joined, "5:y", "1:d", "5:z"));
        p.apply(merge(2, 0, joined, "1:b", "5:x", "1:c", "2:", "6:"));
        LogEntry.Seal seal = new LogEntry.Seal(batch(2), 5, 1, List.of(new TaskChunks(0, 2)));
        // 1 changes three times, 5 comes and changes twice, 2 becomes NULL, 6 comes.
        assertThat(p.apply(seal).orThrow().number()).isEqualTo(6 + 1 + 4 + 2 + 1);
        p.apply(new LogEntry.Publish(1, 2, List.of(decided(2, batch(2), 5, new TaskChunks(0, 2)))));
        assertThat(p.rows(KEYED)).containsExactly("1:abcd", "2:", "3:", "5:xyz", "6:");
    }

    @Test
    void sqlThatDoesNotBindIsRefusedBeforeItGoesIntoTheLog() {
        List<RowChange> unsound = List.of(
                where("r.\"nope\" > 0"),
                where("r.\"id\" >"),
                where("r.\"id\" > 0", assigned("nope(1)")),
                new RowChange(Optional.empty(), Optional.of("r.\"id\" + DATE '2020-01-01'"), List.of()));
        for (RowChange change : unsound) {
            assertThat(proposed(change))
                    .hasValueSatisfying(answer -> assertThat(refusal(answer)).isEqualTo(Refusal.MALFORMED));
        }
        assertThat(proposed(where("r.\"id\" > 0", assigned("CAST(1 / (r.\"id\" - 1) AS VARCHAR)"))))
                .isEmpty();
        assertThat(proposed(RowChange.onDuplicateKey(List.of(assigned("v.\"na\"\"me\" || 'x'")))))
                .isEmpty();
    }

    @Test
    void failureThatNothingForesawIsARefusalAndTheReplicaGoesOn() {
        // DuckDB's TRY does not catch it.
        RowChange bad = where("r.\"id\" = 1", assigned("CASE WHEN " + NAME + " LIKE 'a!' ESCAPE '!' THEN 'x' END"));
        LogEntry.Seal seal = staged(2, bad);
        assertThat(refusal(p.apply(seal))).isEqualTo(Refusal.NO_VALUE);
        assertThat(refusal(p.apply(seal))).as("asked again").isEqualTo(Refusal.NO_VALUE);
        p.reopen();
        p.apply(insert(3, 0, KEYED, WriteMode.INSERT, "4:d"));
        assertThat(p.rows(KEYED)).containsExactly("1:a", "2:b", "3:", "4:d");
    }

    private Optional<Answer> proposed(RowChange change) {
        byte[] bytes = LogEntry.Stage.change(batch(2), ref(KEYED), change).toBytes();
        return p.partition.beforePropose(ByteBuffer.wrap(bytes), Duration.ZERO);
    }

    private static RowChange where(String plain, ColumnChange... columns) {
        return new RowChange(Optional.of(plain), Optional.empty(), List.of(columns));
    }

    private static ColumnChange assigned(String sql) {
        return new ColumnChange("na\"me", sql, sql, SqlState.DATA_TOO_LONG);
    }

    private LogEntry.Seal staged(long number, RowChange change) {
        p.apply(LogEntry.Stage.change(batch(number), ref(KEYED), change));
        return new LogEntry.Seal(batch(number), 5 + number, 1, List.of(ONE));
    }

    private static LogEntry.Publish published(long csn, long number) {
        return new LogEntry.Publish(csn - 1, csn, List.of(decided(csn, batch(number), 5 + number, ONE)));
    }

    private static LogEntry.Stage merge(long number, int seq, ColumnChange column, String... rows) {
        return new LogEntry.Stage(
                batch(number),
                0,
                seq,
                ref(KEYED),
                WriteMode.MERGE,
                Optional.of(RowChange.onDuplicateKey(List.of(column))),
                rows.length,
                ByteBuffer.wrap(Rows.ipc(KEYED, rows)));
    }
}
