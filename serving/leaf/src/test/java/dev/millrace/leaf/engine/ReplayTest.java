package dev.millrace.leaf.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.leaf.replica.LoggedEntry;
import dev.millrace.spec.TableSpec;
import dev.millrace.store.wire.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Replicas that crash at any entry, and apply in groups of any size, end with the same rows and give the same answers. */
class ReplayTest {
    private static final int LENGTH = 120;
    private static final int CRASHES = 12;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void crashedReplicaEndsLikeOneThatNeverCrashed(long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        RandomLog log;
        List<List<String>> rows;
        try (DrivenPartition reference = new DrivenPartition(folder.resolve("reference"))) {
            log = new RandomLog(reference, seed);
            log.make(LENGTH);
            rows = rows(reference);
        }
        assertThat(rows.get(0)).doesNotHaveDuplicates();
        for (int crash = 0; crash < CRASHES; crash++) {
            Path copy = folder.resolve("crash" + crash);
            crashAndRecover(log, 1 + random.nextInt(log.entries.size() - 1), random.split(), copy, rows);
        }
    }

    private void crashAndRecover(
            RandomLog log, int crashAt, SplittableRandom random, Path copy, List<List<String>> rows)
            throws IOException {
        Path before = folder.resolve("before");
        try (DrivenPartition doomed = new DrivenPartition(before)) {
            apply(doomed, log, 0, crashAt, random);
            copyTree(before, copy); // what kill -9 leaves behind
        }
        deleteTree(before);
        try (DrivenPartition recovered = new DrivenPartition(copy)) {
            long snapshot = recovered.partition.snapshotIndex();
            int from = 0;
            while (from < log.entries.size() && log.entries.get(from).index() <= snapshot) {
                from++;
            }
            apply(recovered, log, from, log.entries.size(), random);
            assertThat(rows(recovered)).as("crash before entry " + crashAt).isEqualTo(rows);
        }
        deleteTree(copy);
    }

    private static void apply(DrivenPartition partition, RandomLog log, int from, int to, SplittableRandom random) {
        int at = from;
        while (at < to) {
            int end = Math.min(to, at + 1 + random.nextInt(6));
            List<LoggedEntry> group = log.entries.subList(at, end);
            long applied = partition.partition.appliedIndex();
            List<Answer> answers = partition.partition.apply(group);
            for (int i = 0; i < group.size(); i++) {
                if (group.get(i).index() > applied) {
                    assertThat(said(answers.get(i)))
                            .as("answer to entry " + (at + i))
                            .isEqualTo(said(log.answers.get(at + i)));
                }
            }
            at = end;
            if (random.nextInt(8) == 0) {
                LoggedEntry last = group.get(group.size() - 1);
                partition.partition.snapshot(last.term(), last.index());
            }
        }
    }

    private static String said(Answer answer) {
        return answer instanceof Answer.Done done ? Arrays.toString(done.payload()) : answer.toString();
    }

    private static List<List<String>> rows(DrivenPartition partition) {
        List<List<String>> rows = new ArrayList<>();
        for (TableSpec table : RandomLog.tables()) {
            rows.add(partition.rows(table));
        }
        return rows;
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }

    private static void deleteTree(Path tree) throws IOException {
        try (Stream<Path> paths = Files.walk(tree)) {
            paths.sorted((a, b) -> b.compareTo(a)).forEach(path -> path.toFile().delete());
        }
    }
}
