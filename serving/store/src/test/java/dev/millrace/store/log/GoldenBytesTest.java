package dev.millrace.store.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.spec.ColumnChange;
import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.Credentials;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.KeySpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.type.SqlType;
import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.Cursor;
import dev.millrace.store.CursorMove;
import dev.millrace.store.DecidedBatch;
import dev.millrace.store.Participant;
import dev.millrace.store.PartitionMap;
import dev.millrace.store.PipelineError;
import dev.millrace.store.PipelineState;
import dev.millrace.store.RowChange;
import dev.millrace.store.SourceOffsets;
import dev.millrace.store.TableChange;
import dev.millrace.store.TableRef;
import dev.millrace.store.TaskChunks;
import dev.millrace.store.WriteMode;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.Refusal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Bytes that stand in logs and travel between versions stay what they are. {@code -Dgolden.accept} writes the file of a
 * kind that has none; a file that is there is changed by nobody: a new form is a new version.
 */
class GoldenBytesTest {
    private static final Path FOLDER = Path.of("src", "test", "resources", "golden");
    private static final Attempt ATTEMPT = new Attempt(3, 1);
    private static final BatchId BATCH = new BatchId(1007, ATTEMPT, 42);
    private static final TableRef REF = new TableRef(1001, 2);
    private static final Cursor CURSOR = new Cursor("topic-uuid", "5", 100);
    private static final byte[] IPC = {1, 2, 3};
    private static final Participant PARTICIPANT =
            new Participant(2, List.of(new TaskChunks(0, 3), new TaskChunks(1, 1)));
    private static final TableSpec TABLE = new TableSpec(
            1001,
            2,
            "shop",
            "clicks",
            false,
            List.of(new ColumnSpec("id", SqlType.of(SqlType.Kind.BIGINT), false, Optional.empty())),
            List.of(new KeySpec(KeySpec.PRIMARY, List.of("id"))),
            List.of("id"));
    private static final PipelineSpec PIPELINE = new PipelineSpec(
            1007,
            "shop",
            "feed",
            new SourceSpec.Kafka(List.of("127.0.0.1:9092"), "clicks"),
            new FormatSpec.Csv("\t", "", false, "\\", "\n", "", List.of("id")),
            TABLE,
            Duration.ofMillis(500),
            OptionalInt.empty());
    private static final TableChange CHANGE = new TableChange(TableChange.Kind.CREATE, TABLE);

    private static final PipelineError ERROR =
            new PipelineError(1_700_000_000_000L, "Load", 1366, "not a number", "clicks", "5", 101, 1, "id", IPC);

    private static final List<SystemEntry> SYSTEM_ENTRIES = List.of(
            new SystemEntry.RegisterNode("leaf-a", "10.0.0.1", 7400, 7500),
            new SystemEntry.RegisterWriter("aggregator-a", 1_700_000_000_000L),
            new SystemEntry.AllocateId(),
            new SystemEntry.CreateDatabase(
                    new DatabaseSpec(7, "shop", 2, 1), new PartitionMap(7, 1, List.of(List.of(1L), List.of(2L, 3L)))),
            new SystemEntry.DropDatabase(7),
            new SystemEntry.CreatePipeline(
                    PIPELINE,
                    "CREATE PIPELINE feed …",
                    new Credentials(Map.of("sasl.password", "x")),
                    1_700_000_000_000L),
            new SystemEntry.DropPipeline(1007),
            new SystemEntry.NewRun(1007, PipelineState.RUNNING, true, 4, 5, 1_700_000_000_000L),
            new SystemEntry.SetPipelineState(
                    1007, 3, PipelineState.ERROR, "UNKNOWN_TOPIC", "broken", 1_700_000_000_000L),
            new SystemEntry.Open(1007, ATTEMPT, "cafe"),
            new SystemEntry.AddCursors(1007, ATTEMPT, List.of(CURSOR)),
            new SystemEntry.Decide(
                    BATCH,
                    7,
                    1,
                    List.of(REF),
                    WriteMode.IGNORE,
                    9,
                    List.of(new CursorMove(CURSOR, 200)),
                    List.of(PARTICIPANT),
                    Optional.of(CHANGE),
                    1_000,
                    -1,
                    1_700_000_000_000L,
                    1_700_000_000_500L,
                    List.of(ERROR)),
            new SystemEntry.TakeGate(BATCH, 7, List.of(1001L, 1002L)),
            new SystemEntry.ReleaseGate(BATCH),
            new SystemEntry.RevokeGate(BATCH),
            new SystemEntry.RecordErrors(1007, 3, List.of(ERROR)),
            new SystemEntry.ReportPublished(2, 7, 55),
            new SystemEntry.ReplacePipeline(
                    4,
                    PIPELINE,
                    "CREATE PIPELINE feed …",
                    Credentials.NONE,
                    List.of(CURSOR),
                    List.of("7"),
                    1_700_000_000_000L),
            new SystemEntry.ClearErrors(1007),
            new SystemEntry.ReportOffsets(
                    1007, List.of(new SourceOffsets("5", 10, 200, 1_700_000_000_000L)), 1_700_000_000_000L),
            new SystemEntry.StoreProgram("c0ffee", 1_048_579, 1, IPC));

    private static final List<LogEntry> LOG_ENTRIES = List.of(
            new LogEntry.Stage(BATCH, 1, 2, REF, WriteMode.REPLACE, 10, IPC),
            new LogEntry.Seal(BATCH, 9, 54, List.of(new TaskChunks(0, 3))),
            new LogEntry.Unseal(9, 54, List.of(1001L)),
            new LogEntry.Publish(
                    54, 55, List.of(new DecidedBatch(7, 55, BATCH, 9, List.of(PARTICIPANT), Optional.of(CHANGE)))),
            new LogEntry.Discard(1007, ATTEMPT, 54),
            new LogEntry.Insert(BATCH, 41, REF, WriteMode.IGNORE, 10, IPC));

    private static final List<Answer> ANSWERS = List.of(
            Answer.number(55),
            Answer.refused(Refusal.CURSOR_MISMATCH, "the cursor is at 200, the batch begins at 100"));

    @Test
    void systemEntriesKeepTheirBytes() throws IOException {
        assertKept(SystemEntry.class, SYSTEM_ENTRIES, SystemEntry::toBytes, SystemEntry::fromBytes);
    }

    @Test
    void entriesOfPartitionsKeepTheirBytes() throws IOException {
        assertKept(LogEntry.class, LOG_ENTRIES, LogEntry::toBytes, LogEntry::fromBytes);
    }

    @Test
    void changesOfRowsKeepTheirBytes() throws IOException {
        RowChange change = new RowChange(
                Optional.of("(r.\"id\" > 5)"),
                Optional.of("(r.\"n\" + 1 > 5)"),
                List.of(new ColumnChange("n", "r.\"n\" + 1", "CAST(r.\"n\" + 1 AS TINYINT)", SqlState.OUT_OF_RANGE)));
        LogEntry.Stage update = LogEntry.Stage.change(BATCH, REF, change);
        assertKept("LogEntry.Stage.Change", update, LogEntry::toBytes, LogEntry::fromBytes);
        LogEntry.Stage merge = new LogEntry.Stage(
                BATCH,
                1,
                2,
                REF,
                WriteMode.MERGE,
                Optional.of(RowChange.onDuplicateKey(change.columns())),
                10,
                ByteBuffer.wrap(IPC));
        assertKept("LogEntry.Stage.Merge", merge, LogEntry::toBytes, LogEntry::fromBytes);
    }

    @Test
    void answersKeepTheirBytes() throws IOException {
        assertKept(Answer.class, ANSWERS, Answer::toBytes, bytes -> Answer.fromBytes(bytes.array()));
    }

    @Test
    void earlierFormsOfADecisionAreRead() throws IOException {
        SystemEntry.Decide first = (SystemEntry.Decide) golden("SystemEntry.Decide.1.hex");
        assertThat(first.batch()).isEqualTo(BATCH);
        assertThat(first.mode()).isEqualTo(WriteMode.REPLACE);
        assertThat(first.gate()).isEqualTo(9);
        assertThat(first.atMillis()).isEqualTo(1_700_000_000_500L);
        SystemEntry.Decide second = (SystemEntry.Decide) golden("SystemEntry.Decide.2.hex");
        assertThat(second.batch()).isEqualTo(BATCH);
        assertThat(second.mode()).isEqualTo(WriteMode.IGNORE);
        assertThat(second.errors()).isEmpty();
    }

    @Test
    void firstFormOfErrorsIsRead() throws IOException {
        SystemEntry.RecordErrors first = (SystemEntry.RecordErrors) golden("SystemEntry.RecordErrors.1.hex");
        assertThat(first.errors().get(0).topic()).isEmpty();
        assertThat(first.errors().get(0).offset()).isEqualTo(101);
    }

    private static SystemEntry golden(String file) throws IOException {
        String golden = Files.readString(FOLDER.resolve(file), UTF_8).strip();
        return SystemEntry.fromBytes(ByteBuffer.wrap(HexFormat.of().parseHex(golden)));
    }

    @Test
    void firstFormsOfEntriesAboutPipelinesAreRead() throws IOException {
        assertThat(first("CreatePipeline"))
                .isEqualTo(new SystemEntry.CreatePipeline(PIPELINE, "CREATE PIPELINE feed …", 1_700_000_000_000L));
        assertThat(first("NewRun"))
                .isEqualTo(new SystemEntry.NewRun(1007, PipelineState.RUNNING, true, 1_700_000_000_000L));
        assertThat(first("SetPipelineState"))
                .isEqualTo(new SystemEntry.SetPipelineState(
                        1007, 3, PipelineState.ERROR, "", "broken", 1_700_000_000_000L));
    }

    private static SystemEntry first(String kind) throws IOException {
        String golden = Files.readString(FOLDER.resolve("SystemEntry." + kind + ".1.hex"), UTF_8);
        return SystemEntry.fromBytes(ByteBuffer.wrap(HexFormat.of().parseHex(golden.strip())));
    }

    @Test
    void refusalsKeepTheirPlaces() throws IOException {
        Path file = FOLDER.resolve("Refusal.txt");
        List<String> names = Stream.of(Refusal.values()).map(Refusal::name).toList();
        if (!Files.exists(file) && Boolean.getBoolean("golden.accept")) {
            Files.writeString(file, String.join("\n", names) + "\n", UTF_8);
        }
        assertThat(names).startsWith(Files.readAllLines(file, UTF_8).toArray(String[]::new));
    }

    private static <T> void assertKept(
            Class<T> kind, List<T> samples, Function<T, byte[]> write, Function<ByteBuffer, T> read)
            throws IOException {
        assertThat(samples)
                .as("one sample for each kind")
                .extracting(sample -> sample.getClass().getName())
                .containsExactlyInAnyOrderElementsOf(Stream.of(kind.getPermittedSubclasses())
                        .map(Class::getName)
                        .toList());
        for (T sample : samples) {
            assertKept(kind.getSimpleName() + "." + sample.getClass().getSimpleName(), sample, write, read);
        }
    }

    private static <T> void assertKept(String name, T sample, Function<T, byte[]> write, Function<ByteBuffer, T> read)
            throws IOException {
        byte[] bytes = write.apply(sample);
        Path file = FOLDER.resolve(name + ".hex");
        if (!Files.exists(file) && Boolean.getBoolean("golden.accept")) {
            Files.writeString(file, HexFormat.of().formatHex(bytes) + "\n", UTF_8);
        }
        assertThat(file).as("golden bytes of " + sample).exists();
        String golden = Files.readString(file, UTF_8).strip();
        assertThat(HexFormat.of().formatHex(bytes)).as(sample.toString()).isEqualTo(golden);
        T again = read.apply(ByteBuffer.wrap(HexFormat.of().parseHex(golden)));
        assertThat(write.apply(again)).as(sample.toString()).isEqualTo(bytes);
    }
}
