package dev.millrace.leaf.engine;

import static dev.millrace.leaf.engine.DrivenPartition.batch;
import static dev.millrace.leaf.engine.DrivenPartition.change;
import static dev.millrace.leaf.engine.DrivenPartition.decided;
import static dev.millrace.leaf.engine.DrivenPartition.insert;
import static dev.millrace.leaf.engine.DrivenPartition.publish;
import static dev.millrace.leaf.engine.DrivenPartition.ref;
import static dev.millrace.leaf.engine.DrivenPartition.refusal;
import static dev.millrace.leaf.engine.DrivenPartition.stage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.spec.KeySpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.store.Attempt;
import dev.millrace.store.TableChange;
import dev.millrace.store.TaskChunks;
import dev.millrace.store.WriteMode;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.ClashingRows;
import dev.millrace.store.wire.Refusal;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowPartitionTest {
    private static final TableSpec PLAIN = Rows.table(1001);
    private static final TableSpec KEYED = Rows.table(1002, new KeySpec(KeySpec.PRIMARY, List.of("id")));
    private static final TableSpec TWO_KEYS =
            Rows.table(1003, new KeySpec(KeySpec.PRIMARY, List.of("id")), new KeySpec("by_name", List.of("na\"me")));

    @TempDir
    Path folder;

    private DrivenPartition p;

    @BeforeEach
    void open() {
        p = new DrivenPartition(folder);
        p.apply(change(1, TableChange.Kind.CREATE, PLAIN));
        p.apply(change(2, TableChange.Kind.CREATE, KEYED));
        p.apply(change(3, TableChange.Kind.CREATE, TWO_KEYS));
    }

    @AfterEach
    void close() {
        p.close();
    }

    @Test
    void stagedRowsAreInvisibleUntilPublishedAndThenThereOnce() {
        assertThat(p.apply(stage(batch(1), 0, 0, PLAIN, WriteMode.INSERT, "1:a", "2:")))
                .isEqualTo(Answer.OK);
        assertThat(p.rows(PLAIN)).isEmpty();
        Answer published = p.apply(publish(4, batch(1), new TaskChunks(0, 1)));
        assertThat(published.orThrow().number()).isEqualTo(4);
        assertThat(p.apply(publish(4, batch(1), new TaskChunks(0, 1))).orThrow().number())
                .isEqualTo(4);
        assertThat(p.rows(PLAIN)).containsExactly("1:a", "2:");
        assertThat(p.partition.open()).isEmpty();
    }

    @Test
    void chunkThatComesTwiceIsKeptOnceAndLateOnesAreFinished() {
        LogEntry.Stage chunk = stage(batch(1), 0, 0, PLAIN, WriteMode.INSERT, "1:a");
        p.apply(chunk);
        p.apply(chunk);
        p.apply(publish(4, batch(1), new TaskChunks(0, 1)));
        assertThat(refusal(p.apply(chunk))).isEqualTo(Refusal.FINISHED);
        assertThat(p.rows(PLAIN)).containsExactly("1:a");
    }

    @Test
    void publishTakesExactlyTheNamedChunksAndHaltsWithoutThem() {
        p.apply(stage(batch(1), 1, 0, PLAIN, WriteMode.INSERT, "1:a"));
        p.apply(stage(batch(1), 2, 0, PLAIN, WriteMode.INSERT, "2:b"));
        p.apply(publish(4, batch(1), new TaskChunks(1, 1)));
        assertThat(p.rows(PLAIN)).containsExactly("1:a");
        p.apply(stage(batch(2), 1, 1, PLAIN, WriteMode.INSERT, "3:c"));
        assertThatThrownBy(() -> p.apply(publish(5, batch(2), new TaskChunks(1, 2))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("missing");
    }

    @Test
    void publishThatDoesNotFollowIsRefused() {
        p.apply(stage(batch(1), 0, 0, PLAIN, WriteMode.INSERT, "1:a"));
        assertThat(refusal(p.apply(publish(6, batch(1), new TaskChunks(0, 1))))).isEqualTo(Refusal.GAP);
    }

    @Test
    void endOfALaterStatementLeavesAnEarlierOpenOneAlone() {
        p.apply(stage(batch(8), 0, 0, PLAIN, WriteMode.INSERT, "8:a"));
        p.apply(stage(batch(9), 0, 0, PLAIN, WriteMode.INSERT, "9:a"));
        p.apply(publish(4, batch(9), new TaskChunks(0, 1)));
        p.reopen();
        assertThat(p.apply(stage(batch(8), 0, 1, PLAIN, WriteMode.INSERT, "8:b")))
                .isEqualTo(Answer.OK);
        p.apply(publish(5, batch(8), new TaskChunks(0, 2)));
        assertThat(p.rows(PLAIN)).containsExactly("8:a", "8:b", "9:a");
    }

    @Test
    void discardWaitsForWhatMayBeDecidedThenFencesOlderAttempts() {
        p.apply(stage(batch(1, 1), 0, 0, PLAIN, WriteMode.INSERT, "1:a"));
        p.apply(stage(batch(1, 2), 0, 0, PLAIN, WriteMode.INSERT, "2:a"));
        LogEntry.Discard discard = new LogEntry.Discard(DrivenPartition.WRITER, new Attempt(1, 2), 4);
        assertThat(refusal(p.apply(discard))).isEqualTo(Refusal.BEHIND);
        p.apply(publish(4, batch(1, 1), new TaskChunks(0, 1)));
        assertThat(p.apply(discard)).isEqualTo(Answer.OK);
        assertThat(p.partition.open()).isEmpty();
        assertThat(p.rows(PLAIN)).containsExactly("1:a");
        p.reopen();
        assertThat(refusal(p.apply(stage(batch(1, 3), 0, 0, PLAIN, WriteMode.INSERT, "3:a"))))
                .isEqualTo(Refusal.FENCED);
        assertThat(p.apply(stage(batch(2, 1), 0, 0, PLAIN, WriteMode.INSERT, "3:a")))
                .isEqualTo(Answer.OK);
    }

    @Test
    void publishOfANewerAttemptEndsTheOlderOnes() {
        p.apply(stage(batch(1, 1), 0, 0, PLAIN, WriteMode.INSERT, "1:a"));
        p.apply(stage(batch(2, 1), 0, 0, PLAIN, WriteMode.INSERT, "1:a"));
        p.apply(publish(4, batch(2, 1), new TaskChunks(0, 1)));
        assertThat(p.partition.open()).isEmpty();
        assertThat(refusal(p.apply(stage(batch(1, 2), 0, 0, PLAIN, WriteMode.INSERT, "1:a"))))
                .isEqualTo(Refusal.FENCED);
    }

    @Test
    void rowsOfAnotherFormAreRefused() {
        TableSpec other = PLAIN.withIdentity(1001, 2);
        assertThat(refusal(p.apply(stage(batch(1), 0, 0, other, WriteMode.INSERT, "1:a"))))
                .isEqualTo(Refusal.TABLE_CHANGED);
        assertThat(refusal(p.apply(
                        new LogEntry.Stage(batch(1), 0, 0, ref(PLAIN), WriteMode.INSERT, 2, Rows.ipc(PLAIN, "1:a")))))
                .isEqualTo(Refusal.MALFORMED);
        assertThat(refusal(p.apply(
                        new LogEntry.Stage(batch(1), 0, 0, ref(PLAIN), WriteMode.INSERT, 1, new byte[] {1, 2, 3}))))
                .isEqualTo(Refusal.MALFORMED);
        assertThat(p.partition.open()).isEmpty();
    }

    @Test
    void brokenOffsetsAreRefusedBeforeTheyAreProposed() {
        byte[] ipc = Rows.ipc(PLAIN, "1:abcdef", "2:ghi");
        LogEntry.Stage sound = new LogEntry.Stage(batch(1), 0, 0, ref(PLAIN), WriteMode.INSERT, 2, ipc);
        assertThat(p.partition.beforePropose(ByteBuffer.wrap(sound.toBytes()), Duration.ZERO))
                .isEmpty();
        int refused = 0;
        for (int at = 0; at < ipc.length; at++) {
            byte[] broken = ipc.clone();
            broken[at] ^= 0x40;
            LogEntry.Stage entry = new LogEntry.Stage(batch(1), 0, 0, ref(PLAIN), WriteMode.INSERT, 2, broken);
            if (p.partition
                    .beforePropose(ByteBuffer.wrap(entry.toBytes()), Duration.ZERO)
                    .isPresent()) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void replaceKeepsTheLastRowOfAKeyInTheOrderOfTasksAndChunks() {
        p.apply(insert(1, 0, KEYED, WriteMode.INSERT, "1:old", "2:old", "3:old"));
        p.apply(stage(batch(2), 1, 0, KEYED, WriteMode.REPLACE, "1:late"));
        p.apply(stage(batch(2), 0, 1, KEYED, WriteMode.REPLACE, "1:mid", "4:x"));
        p.apply(stage(batch(2), 0, 0, KEYED, WriteMode.REPLACE, "1:early", "2:new", "2:newer"));
        p.apply(publish(4, batch(2), new TaskChunks(0, 2), new TaskChunks(1, 1)));
        assertThat(p.rows(KEYED)).containsExactly("1:late", "2:newer", "3:old", "4:x");
    }

    @Test
    void ignoreKeepsTheFirstRowAndTheOneThatIsThere() {
        p.apply(insert(1, 0, KEYED, WriteMode.INSERT, "1:old"));
        Answer answer = p.apply(insert(2, 2, KEYED, WriteMode.IGNORE, "1:new", "2:first", "2:second"));
        assertThat(answer.orThrow().number()).isEqualTo(1);
        assertThat(p.rows(KEYED)).containsExactly("1:old", "2:first");
    }

    @Test
    void replaceOnTwoKeysRemovesEveryRowThatClashes() {
        p.apply(insert(1, 0, TWO_KEYS, WriteMode.INSERT, "1:a", "2:b", "3:", "4:"));
        Answer answer = p.apply(insert(2, 2, TWO_KEYS, WriteMode.REPLACE, "1:b", "5:c", "6:c", "4:"));
        // 1:b removes 1:a and 2:b, 6:c removes 5:c, 4: removes 4:
        assertThat(answer.orThrow().number()).isEqualTo(4 + 4);
        assertThat(p.rows(TWO_KEYS)).containsExactly("1:b", "3:", "4:", "6:c");
    }

    @Test
    void ignoreOnTwoKeysTakesARowWhoseRivalLost() {
        // 1:b loses to 1:a, so 2:b has no rival.
        Answer answer = p.apply(insert(1, 0, TWO_KEYS, WriteMode.IGNORE, "1:a", "1:b", "2:b", "3:", "4:"));
        assertThat(answer.orThrow().number()).isEqualTo(4);
        assertThat(p.rows(TWO_KEYS)).containsExactly("1:a", "2:b", "3:", "4:");
    }

    @Test
    void duplicateIsReportedAsMySqlDoesAndTheStatementLeavesNothing() {
        p.apply(insert(1, 0, TWO_KEYS, WriteMode.INSERT, "1:a"));
        Answer answer = p.apply(insert(2, 2, TWO_KEYS, WriteMode.INSERT, "5:x", "6:a", "5:y"));
        assertThat(answer)
                .isEqualTo(Answer.refused(Refusal.DUPLICATE_KEY, "Duplicate entry 'a' for key 't1003.by_name'"));
        assertThat(p.rows(TWO_KEYS)).containsExactly("1:a");
        Answer inside = p.apply(insert(3, 3, TWO_KEYS, WriteMode.INSERT, "5:x", "6:", "7:", "5:y"));
        assertThat(inside)
                .isEqualTo(Answer.refused(Refusal.DUPLICATE_KEY, "Duplicate entry '5' for key 't1003.PRIMARY'"));
    }

    @Test
    void repeatedStatementGetsItsFirstAnswerUntilTheWriterHasIt() {
        LogEntry.Insert first = insert(1, 1, PLAIN, WriteMode.INSERT, "1:a", "2:b");
        assertThat(p.apply(first).orThrow().number()).isEqualTo(2);
        p.reopen();
        assertThat(p.apply(first).orThrow().number()).isEqualTo(2);
        p.apply(insert(2, 2, PLAIN, WriteMode.INSERT, "3:c"));
        assertThat(refusal(p.apply(first))).isEqualTo(Refusal.FINISHED);
        assertThat(p.rows(PLAIN)).containsExactly("1:a", "2:b", "3:c");
    }

    @Test
    void entriesAppliedTogetherSeeEachOther() {
        List<Answer> answers = p.applyTogether(
                insert(1, 0, PLAIN, WriteMode.INSERT, "1:a"),
                insert(2, 0, PLAIN, WriteMode.INSERT, "2:a"),
                insert(3, 0, KEYED, WriteMode.INSERT, "1:a"),
                insert(4, 0, KEYED, WriteMode.INSERT, "1:b"),
                insert(1, 0, PLAIN, WriteMode.INSERT, "1:a"));
        assertThat(answers.get(0).orThrow().number()).isEqualTo(1);
        assertThat(refusal(answers.get(3))).isEqualTo(Refusal.DUPLICATE_KEY);
        assertThat(p.rows(PLAIN)).containsExactly("1:a", "2:a");
        assertThat(p.rows(KEYED)).containsExactly("1:a");
    }

    @Test
    void sealChecksKeepsOthersOutAndEndsWithThePublish() {
        p.apply(insert(1, 0, KEYED, WriteMode.INSERT, "1:old"));
        p.apply(stage(batch(2), 0, 0, KEYED, WriteMode.INSERT, "2:a", "3:a"));
        LogEntry.Seal seal = new LogEntry.Seal(batch(2), 5, 3, List.of(new TaskChunks(0, 1)));
        assertThat(refusal(p.apply(new LogEntry.Seal(batch(2), 5, 4, List.of(new TaskChunks(0, 1))))))
                .isEqualTo(Refusal.BEHIND);
        assertThat(refusal(p.apply(new LogEntry.Seal(batch(2), 5, 3, List.of(new TaskChunks(0, 2))))))
                .isEqualTo(Refusal.UNKNOWN);
        assertThat(p.apply(seal)).isEqualTo(Answer.OK);
        p.reopen();
        assertThat(p.apply(seal)).isEqualTo(Answer.OK);
        assertThat(refusal(p.apply(insert(3, 0, KEYED, WriteMode.INSERT, "2:b"))))
                .isEqualTo(Refusal.BUSY);
        assertThat(p.apply(insert(4, 0, PLAIN, WriteMode.INSERT, "2:b"))
                        .orThrow()
                        .number())
                .isEqualTo(1);
        p.apply(new LogEntry.Publish(3, 4, List.of(decided(4, batch(2), 5, new TaskChunks(0, 1)))));
        assertThat(p.rows(KEYED)).containsExactly("1:old", "2:a", "3:a");
        assertThat(refusal(p.apply(insert(3, 0, KEYED, WriteMode.INSERT, "2:b"))))
                .isEqualTo(Refusal.DUPLICATE_KEY);
    }

    @Test
    void refusedSealKeepsItsVerdictAndDropsTheBatch() {
        p.apply(insert(1, 0, KEYED, WriteMode.INSERT, "1:old"));
        p.apply(stage(batch(2), 0, 0, KEYED, WriteMode.INSERT, "2:a", "1:a"));
        LogEntry.Seal seal = new LogEntry.Seal(batch(2), 5, 3, List.of(new TaskChunks(0, 1)));
        Answer verdict = Answer.refused(Refusal.DUPLICATE_KEY, "Duplicate entry '1' for key 't1002.PRIMARY'");
        assertThat(p.apply(seal)).isEqualTo(verdict);
        p.reopen();
        assertThat(p.apply(seal)).isEqualTo(verdict);
        assertThat(p.partition.open()).isEmpty();
    }

    @Test
    void sealOfASkippingBatchTellsWhichRowsItsPublicationLeavesOut() {
        p.apply(insert(1, 0, TWO_KEYS, WriteMode.INSERT, "1:a"));
        // By id: 1 is taken, the second 3 comes late. By name: a is taken, b comes late. 6 clashes with a lost row
        // only.
        p.apply(stage(batch(2), 0, 0, TWO_KEYS, WriteMode.SKIP, "1:x", "2:a", "3:b"));
        p.apply(stage(batch(2), 0, 1, TWO_KEYS, WriteMode.SKIP, "4:b", "3:c", "5:", "6:x", "7:"));
        LogEntry.Seal seal = new LogEntry.Seal(batch(2), 5, 3, List.of(new TaskChunks(0, 2)));
        ClashingRows clashing = ClashingRows.read(p.apply(seal).orThrow());
        assertThat(clashing)
                .isEqualTo(new ClashingRows(
                        List.of(
                                new ClashingRows.Row(0, 0, 0, "Duplicate entry '1' for key 't1003.PRIMARY'"),
                                new ClashingRows.Row(0, 0, 1, "Duplicate entry 'a' for key 't1003.by_name'"),
                                new ClashingRows.Row(0, 1, 0, "Duplicate entry 'b' for key 't1003.by_name'"),
                                new ClashingRows.Row(0, 1, 1, "Duplicate entry '3' for key 't1003.PRIMARY'")),
                        4));
        assertThat(p.rows(TWO_KEYS)).containsExactly("1:a");
        assertThat(refusal(p.apply(insert(3, 0, TWO_KEYS, WriteMode.INSERT, "9:z"))))
                .isEqualTo(Refusal.BUSY);
        p.reopen();
        assertThat(ClashingRows.read(p.apply(seal).orThrow())).as("asked again").isEqualTo(clashing);
        p.apply(new LogEntry.Publish(3, 4, List.of(decided(4, batch(2), 5, new TaskChunks(0, 2)))));
        assertThat(p.rows(TWO_KEYS)).containsExactly("1:a", "3:b", "5:", "6:x", "7:");
    }

    @Test
    void sealOfASkippingBatchWithoutClashesSaysSo() {
        p.apply(stage(batch(2), 0, 0, KEYED, WriteMode.SKIP, "1:x", "2:a"));
        LogEntry.Seal seal = new LogEntry.Seal(batch(2), 5, 3, List.of(new TaskChunks(0, 1)));
        assertThat(ClashingRows.read(p.apply(seal).orThrow())).isEqualTo(ClashingRows.NONE);
        p.apply(stage(batch(3), 0, 0, KEYED, WriteMode.SKIP, "3:x"));
        assertThatThrownBy(() -> p.apply(publish(4, batch(3), new TaskChunks(0, 1))))
                .hasMessageContaining("not sealed");
    }

    @Test
    void higherGateSupersedesASealAndUnsealClearsIt() {
        p.apply(stage(batch(2), 0, 0, KEYED, WriteMode.INSERT, "2:a"));
        p.apply(stage(batch(3), 0, 0, KEYED, WriteMode.INSERT, "2:b"));
        List<TaskChunks> one = List.of(new TaskChunks(0, 1));
        p.apply(new LogEntry.Seal(batch(2), 5, 0, one));
        assertThat(p.apply(new LogEntry.Seal(batch(3), 6, 0, one))).isEqualTo(Answer.OK);
        assertThat(refusal(p.apply(new LogEntry.Seal(batch(2), 5, 0, one)))).isEqualTo(Refusal.FINISHED);
        assertThat(p.apply(new LogEntry.Unseal(6, 0, List.of(KEYED.id())))).isEqualTo(Answer.OK);
        assertThat(p.apply(insert(4, 0, KEYED, WriteMode.INSERT, "2:c"))
                        .orThrow()
                        .number())
                .isEqualTo(1);
        p.apply(stage(batch(5), 0, 0, KEYED, WriteMode.INSERT, "9:b"));
        assertThat(refusal(p.apply(new LogEntry.Seal(batch(5), 6, 0, one)))).isEqualTo(Refusal.GATE_LOST);
        assertThat(p.rows(KEYED)).containsExactly("2:c");
    }

    @Test
    void sealedBatchIsCheckedAgainUnderAHigherGate() {
        List<TaskChunks> one = List.of(new TaskChunks(0, 1));
        p.apply(stage(batch(2), 0, 0, KEYED, WriteMode.INSERT, "2:a"));
        assertThat(p.apply(new LogEntry.Seal(batch(2), 5, 3, one))).isEqualTo(Answer.OK);
        assertThat(p.apply(new LogEntry.Seal(batch(2), 6, 3, one))).isEqualTo(Answer.OK);
        // A late answer to who held gate 5 touches no seal of gate 6.
        p.apply(new LogEntry.Unseal(5, 3, List.of(KEYED.id())));
        assertThat(refusal(p.apply(insert(3, 0, KEYED, WriteMode.INSERT, "2:b"))))
                .isEqualTo(Refusal.BUSY);
        // A batch that needs no gate was decided while nobody held one.
        p.apply(stage(batch(4), 0, 0, KEYED, WriteMode.REPLACE, "2:c"));
        p.apply(publish(4, batch(4), new TaskChunks(0, 1)));
        assertThat(refusal(p.apply(new LogEntry.Seal(batch(2), 7, 4, one)))).isEqualTo(Refusal.DUPLICATE_KEY);
        assertThat(p.apply(insert(5, 0, KEYED, WriteMode.INSERT, "5:a"))).isNotInstanceOf(Answer.Refused.class);
        assertThat(p.rows(KEYED)).containsExactly("2:c", "5:a");
    }

    @Test
    void decidedInsertWithoutASealHaltsOnATableWithKeys() {
        p.apply(stage(batch(2), 0, 0, KEYED, WriteMode.INSERT, "2:a"));
        assertThatThrownBy(() -> p.apply(publish(4, batch(2), new TaskChunks(0, 1))))
                .hasMessageContaining("not sealed");
    }

    @Test
    void truncateAndDropComeInTheOrderOfCsns() {
        p.apply(stage(batch(1), 0, 0, PLAIN, WriteMode.INSERT, "1:a"));
        p.apply(stage(batch(2), 0, 0, PLAIN, WriteMode.INSERT, "2:a"));
        p.apply(new LogEntry.Publish(
                3,
                6,
                List.of(
                        decided(4, batch(1), 0, new TaskChunks(0, 1)),
                        change(5, TableChange.Kind.TRUNCATE, PLAIN).batches().get(0),
                        decided(6, batch(2), 0, new TaskChunks(0, 1)))));
        assertThat(p.rows(PLAIN)).containsExactly("2:a");
        p.apply(change(7, TableChange.Kind.DROP, PLAIN));
        p.reopen();
        assertThat(refusal(p.apply(insert(9, 0, PLAIN, WriteMode.INSERT, "1:a"))))
                .isEqualTo(Refusal.TABLE_CHANGED);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1 << 20})
    void replayRestoresOpenChunksAndChangesNothingElse(long stageBytes) {
        p.close();
        p = new DrivenPartition(folder, stageBytes);
        LogEntry.Stage open = stage(batch(2), 0, 0, PLAIN, WriteMode.INSERT, "2:a");
        LogEntry.Stage done = stage(batch(1), 0, 0, PLAIN, WriteMode.INSERT, "1:a");
        p.applyAt(20, open);
        p.applyAt(21, done);
        p.applyAt(22, publish(4, batch(1), new TaskChunks(0, 1)));
        p.close();
        java.io.File[] files = folder.resolve("partitions/d3_p0/stage").toFile().listFiles();
        assertThat(files).hasSize(stageBytes == 0 ? 1 : 0);
        for (java.io.File file : files) {
            assertThat(file.delete()).isTrue();
        }
        p = new DrivenPartition(folder);
        assertThat(p.partition.appliedIndex()).isEqualTo(22);
        assertThat(p.partition.snapshotIndex()).isEqualTo(-1);
        p.applyAt(20, open);
        p.applyAt(21, done);
        p.applyAt(22, publish(4, batch(1), new TaskChunks(0, 1)));
        assertThat(p.partition.open()).containsExactly(batch(2));
        p.applyAt(23, publish(5, batch(2), new TaskChunks(0, 1)));
        assertThat(p.rows(PLAIN)).containsExactly("1:a", "2:a");
    }

    @Test
    void snapshotKeepsOpenChunksAndTheIndex() {
        p.applyAt(20, stage(batch(2), 0, 0, PLAIN, WriteMode.INSERT, "2:a"));
        p.partition.snapshot(3, 25);
        p.reopen();
        assertThat(p.partition.snapshotIndex()).isEqualTo(25);
        assertThat(p.partition.snapshotTerm()).isEqualTo(3);
        assertThat(p.partition.appliedIndex()).isEqualTo(25);
        p.applyAt(26, publish(4, batch(2), new TaskChunks(0, 1)));
        assertThat(p.rows(PLAIN)).containsExactly("2:a");
    }

    @Test
    void manyBatchesLeaveFewFiles() {
        long csn = 3;
        for (int i = 0; i < 300; i++) {
            p.apply(stage(batch(10 + i), 0, 0, PLAIN, WriteMode.INSERT, i + ":a"));
            p.apply(publish(++csn, batch(10 + i), new TaskChunks(0, 1)));
        }
        assertThat(folder.resolve("partitions/d3_p0/stage").toFile().listFiles())
                .hasSizeLessThanOrEqualTo(1);
        p.partition.snapshot(1, p.index());
        assertThat(folder.resolve("partitions/d3_p0/stage").toFile().listFiles())
                .isEmpty();
        assertThat(p.rows(PLAIN)).hasSize(300);
    }
}
