package dev.millrace.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.job.run.Faults;
import dev.millrace.spec.ErrorMode;
import dev.millrace.spec.FileSettings;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.LoadSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.store.Cursor;
import dev.millrace.store.FilePlace;
import dev.millrace.store.PipelineState;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.OpenAnswer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

class FileJobTest {
    private static final LoadSpec SKIP_ALL = new LoadSpec(ErrorMode.SKIP_ALL, true, List.of(), Optional.empty());

    @TempDir
    static Path shared;

    private static Cluster cluster;

    @TempDir
    Path folder;

    private Path in;
    private EngineStore store;
    private TableSpec table;

    @BeforeAll
    static void start() throws Exception {
        cluster = new Cluster(shared.resolve("flink"));
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
    }

    @BeforeEach
    void open(TestInfo test) throws Exception {
        store = new EngineStore(test.getDisplayName(), folder.resolve("store"));
        table = store.create(PipelineJobTest.table(false, List.of(), List.of("id")));
        in = Files.createDirectories(folder.resolve("in"));
        FaultPlan.clear();
    }

    @AfterEach
    void close() throws Exception {
        for (var job : cluster.mini().listJobs().get()) {
            if (!job.getJobState().isGloballyTerminalState()) {
                cluster.cancel(job.getJobId());
            }
        }
        store.close();
    }

    @Test
    void eachFileIsLoadedOnceWhateverItsKindAndWhenItComes() throws Exception {
        put("plain.csv", lines("id,name\n", 0, 1_000).getBytes(UTF_8));
        put("packed.csv.gz", packed(lines("id,name\n", 1_000, 2_000), lines("", 2_000, 3_000)));
        put("other.txt", "1,of another pattern\n".getBytes(UTF_8));
        put(".hidden.csv", "h\n1,hidden\n".getBytes(UTF_8));
        put("empty.csv", new byte[0]);
        put("broken.csv", "id,name\n3000,good\nbad,line\n3001,\"two\nlines\"\n".getBytes(UTF_8));
        byte[] whole = packed(lines("id,name\n", 10_000, 30_000));
        put("torn.csv.gz", Arrays.copyOf(whole, whole.length - 10));
        PipelineSpec pipeline = store.create(pipeline("*.csv*").withLoad(SKIP_ALL));

        JobID job = cluster.submit(store.newRun(pipeline), Faults.NONE);

        awaitRows("id < 10000", 3_002);
        put("later/none.csv", "in a folder below\n".getBytes(UTF_8));
        put("later.csv", lines("id,name\n", 4_000, 4_100).getBytes(UTF_8));
        awaitRows("id < 10000", 3_102);
        Cluster.await("both errors", () -> store.errors().size() == 2);
        assertThat(store.errors())
                .anySatisfy(error -> {
                    assertThat(error.sourcePartition()).isEqualTo(path("broken.csv"));
                    assertThat(error.offset()).isEqualTo(18);
                    assertThat(error.message())
                            .startsWith("file '" + path("broken.csv")
                                    + "', record at offset 18, line 1, byte 0, column id");
                })
                .anySatisfy(error -> {
                    assertThat(error.number()).isEqualTo(SqlState.FILE_UNREADABLE.number());
                    assertThat(error.message()).contains("torn.csv.gz' is not complete");
                });
        Map<String, FilePlace.State> states = cursors(pipeline).stream()
                .collect(Collectors.toMap(
                        cursor -> in.relativize(Path.of(cursor.partition())).toString(),
                        cursor -> FilePlace.of(cursor.offset()).state()));
        assertThat(states)
                .hasSize(5)
                .containsEntry("plain.csv", FilePlace.State.LOADED)
                .containsEntry("later.csv", FilePlace.State.LOADED)
                .containsEntry("torn.csv.gz", FilePlace.State.SKIPPED);

        // What has grown, or is started anew, is not loaded again.
        put("plain.csv", lines("id,name\n", 0, 1_001).getBytes(UTF_8));
        cluster.cancel(job);
        cluster.submit(store.newRun(pipeline), Faults.NONE);
        put("last.csv", lines("id,name\n", 5_000, 5_010).getBytes(UTF_8));
        awaitRows("id < 10000", 3_112);
        assertThat(store.number(table, "count(DISTINCT id)")).isEqualTo(store.number(table, "count(*)"));
        assertThat(store.errors()).hasSize(2);
    }

    @Test
    void rowsOfLargeFilesAreThereOnceWhateverFails() throws Exception {
        int rows = 300_000;
        StringBuilder text = new StringBuilder();
        for (int id = 0; id < rows; id++) {
            text.append(id).append(",\"name of\n").append(id).append("\"\n");
        }
        String content = text.toString();
        int half = content.indexOf("\n150000,") + 1;
        put("large.csv", content.substring(0, half).getBytes(UTF_8));
        put("large.csv.gz", packed(content.substring(half)));
        FormatSpec quoted = new FormatSpec.Csv(",", "\"", true, "\\", "\n", "", List.of("id", "name"));
        PipelineSpec pipeline = store.create(pipeline(new SourceSpec.Files(in + "/*", FileSettings.DEFAULT), quoted));

        // A batch takes a part of a file.
        cluster.submit(store.newRun(pipeline), FaultPlan.faults(), 64 << 10, SavepointRestoreSettings.none());

        for (Faults.Point point : Faults.Point.values()) {
            FaultPlan.arm(point);
            Cluster.await("a fault at " + point, () -> !FaultPlan.isPending());
        }
        assertThat(cursors(pipeline))
                .anyMatch(cursor -> !FilePlace.of(cursor.offset()).hasEnded());
        cluster.mini().terminateTaskManager(0).get();
        cluster.mini().startTaskManager();
        awaitRows("true", rows);
        Cluster.await(
                "the files' ends",
                () -> cursors(pipeline).stream()
                                .filter(cursor -> FilePlace.of(cursor.offset()).hasEnded())
                                .count()
                        == 2);
        assertThat(store.number(table, "count(*)")).isEqualTo(rows);
        assertThat(store.number(table, "count(DISTINCT id)")).isEqualTo(rows);
    }

    @Test
    void filesGoThroughAProgramWholeAndOnceWhateverFails() throws Exception {
        int each = 15_000;
        put("a.csv", lines("id,name\n", 0, each).getBytes(UTF_8));
        put("b.csv.gz", packed(lines("id,name\n", each, 2 * each)));
        put("bad.csv", "id,name\nbad\n".getBytes(UTF_8));
        // Knows the first line, keeps all until the end of its input, and has a header of its own.
        String backwards =
                "exec awk '/^bad/ { print \"no such line\" > \"/dev/stderr\"; exit 3 } NR > 1 { all[NR] = $0 }"
                        + " END { print \"header\"; for (i = NR; i > 1; i--) print all[i] }'";
        PipelineSpec pipeline =
                store.create(Scripts.through(store, pipeline("*").withLoad(SKIP_ALL), backwards));

        // Barriers come while a file is under way.
        cluster.submit(store.newRun(pipeline), FaultPlan.faults(), 64 << 10, SavepointRestoreSettings.none());

        int files = 2;
        for (Faults.Point point : Faults.Point.values()) {
            FaultPlan.arm(point);
            put(
                    point + ".csv",
                    lines("id,name\n", files * each, (files + 1) * each).getBytes(UTF_8));
            files++;
            Cluster.await("a fault at " + point, () -> !FaultPlan.isPending());
        }
        cluster.mini().terminateTaskManager(0).get();
        cluster.mini().startTaskManager();
        awaitRows("true", files * each);
        Cluster.await("the error", () -> store.errors().size() == 1);
        assertThat(store.number(table, "count(DISTINCT id)")).isEqualTo(files * each);
        assertThat(store.errors().get(0).sourcePartition()).isEqualTo(path("bad.csv"));
        assertThat(store.errors().get(0).message())
                .startsWith("file '" + path("bad.csv") + "': transform")
                .contains("status 3", "no such line", "it is left out");
        assertThat(cursors(pipeline))
                .hasSize(files + 1)
                .allMatch(cursor -> FilePlace.of(cursor.offset()).hasEnded());
    }

    @Test
    void fileThatChangesBetweenTwoAttemptsStopsThePipeline() throws Exception {
        put("large.csv", lines("", 0, 500_000).getBytes(UTF_8));
        PipelineSpec pipeline = store.create(pipeline(
                new SourceSpec.Files(in + "/large.csv", FileSettings.DEFAULT),
                new FormatSpec.Csv(",", "", false, "\\", "\n", "", List.of("id", "name"))));
        JobID job = cluster.submit(store.newRun(pipeline), Faults.NONE, 64 << 10, SavepointRestoreSettings.none());
        Cluster.await("a part", () -> !cursors(pipeline).isEmpty());
        cluster.cancel(job);
        assertThat(FilePlace.of(cursors(pipeline).get(0).offset()).hasEnded()).isFalse();
        put("large.csv", "something else\n".getBytes(UTF_8));

        cluster.failure(cluster.submit(store.newRun(pipeline), Faults.NONE));

        assertThat(store.pipeline(pipeline).state()).isEqualTo(PipelineState.ERROR);
        assertThat(store.pipeline(pipeline).condition()).isEqualTo(SqlState.FILE_CHANGED.name());
        assertThat(store.pipeline(pipeline).message()).contains("large.csv", "DROP FILE");
    }

    @Test
    void fileWhoseFolderIsGoneForAWhileIsReadOnWhenItIsBack() throws Exception {
        put("large.csv", lines("", 0, 500_000).getBytes(UTF_8));
        PipelineSpec pipeline = store.create(pipeline(
                new SourceSpec.Files(in.toString(), FileSettings.DEFAULT),
                new FormatSpec.Csv(",", "", false, "\\", "\n", "", List.of("id", "name"))));
        JobID job = cluster.submit(store.newRun(pipeline), Faults.NONE, 64 << 10, SavepointRestoreSettings.none());
        Cluster.await("a part", () -> !cursors(pipeline).isEmpty());
        cluster.cancel(job);
        assertThat(FilePlace.of(cursors(pipeline).get(0).offset()).hasEnded()).isFalse();
        Path away = Files.move(in, folder.resolve("away"));

        String next = cluster.submit(store.newRun(pipeline), Faults.NONE).toHexString();

        Cluster.await("the job", () -> store.pipeline(pipeline).job().equals(next));
        Thread.sleep(1_500); // longer than it takes to look
        assertThat(store.pipeline(pipeline).state()).isEqualTo(PipelineState.RUNNING);
        Files.move(away, in);
        awaitRows("true", 500_000);
        assertThat(store.errors()).isEmpty();
    }

    private PipelineSpec pipeline(String pattern) {
        return pipeline(
                new SourceSpec.Files(in + "/" + pattern, FileSettings.DEFAULT),
                new FormatSpec.Csv(
                        ",", "\"", true, "\\", "\n", "", List.of("id", "name"), FormatSpec.CsvNulls.USUAL, 1));
    }

    private PipelineSpec pipeline(SourceSpec.Files files, FormatSpec format) {
        return new PipelineSpec(0, "db", "files", files, format, table, Duration.ofMillis(100), OptionalInt.empty());
    }

    private List<Cursor> cursors(PipelineSpec pipeline) {
        return OpenAnswer.read(store.system(SystemEntry.ReportOffsets.ask(pipeline.id())))
                .cursors();
    }

    private void awaitRows(String where, long rows) throws InterruptedException {
        Cluster.await(rows + " rows", () -> store.number(table, "count(*) FILTER (" + where + ")") >= rows);
        assertThat(store.number(table, "count(*) FILTER (" + where + ")")).isEqualTo(rows);
    }

    private String path(String name) {
        return in.resolve(name).toString();
    }

    /** Whole at once, as files should come, and some seconds old. */
    private void put(String name, byte[] content) throws IOException {
        Path made = Files.write(folder.resolve("made"), content);
        Files.setLastModifiedTime(made, FileTime.from(Instant.now().minusSeconds(5)));
        Files.createDirectories(in.resolve(name).getParent());
        Files.move(made, in.resolve(name), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    private static String lines(String header, int from, int to) {
        StringBuilder text = new StringBuilder(header);
        for (int id = from; id < to; id++) {
            text.append(id).append(",name-").append(id).append('\n');
        }
        return text.toString();
    }

    private static byte[] packed(String... members) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String member : members) {
            try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
                out.write(member.getBytes(UTF_8));
            }
        }
        return bytes.toByteArray();
    }
}
