package dev.millrace.transform.load;

import static dev.millrace.transform.load.Loads.column;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.type.SqlType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is cut into records says the same as what is not. {@code -Dseed=} repeats a run. */
class OutputCutterTest {
    private static final int ROUNDS = 20_000;

    private final RandomText texts = new RandomText();

    private static List<String> records(PipelineSpec pipeline, String... pieces) {
        return cut(
                        pipeline,
                        Arrays.stream(pieces)
                                .map(piece -> piece.getBytes(UTF_8))
                                .toList())
                .stream()
                .map(record -> new String(record, UTF_8))
                .toList();
    }

    private static List<byte[]> cut(PipelineSpec pipeline, List<byte[]> pieces) {
        OutputCutter cutter = OutputCutter.of(pipeline.format());
        List<byte[]> records = new ArrayList<>();
        for (int i = 0; i < pieces.size(); i++) {
            cutter.add(pieces.get(i));
            if (i % 2 == 0) {
                add(records, cutter.take(false));
            }
        }
        add(records, cutter.take(true));
        assertThat(cutter.size()).isZero();
        return records;
    }

    private static void add(List<byte[]> records, RecordBatch batch) {
        for (int i = 0; i < batch.count(); i++) {
            assertThat(batch.offsets()[i]).isEqualTo(records.size() + 1);
            int start = batch.starts()[i];
            records.add(Arrays.copyOfRange(batch.bytes(), start, start + batch.lengths()[i]));
        }
    }

    @Test
    void csvIsCutBehindLines() {
        PipelineSpec plain = Loads.csv(column("a", SqlType.Kind.TEXT), column("b", SqlType.Kind.TEXT));
        assertThat(records(plain, "1,x\n2", ",y\n", "3,z")).containsExactly("1,x\n", "2,y\n", "3,z");
        assertThat(records(plain, "1,x\\", "\ny\n2,\\\\\n")).containsExactly("1,x\\\ny\n", "2,\\\\\n");
        assertThat(records(plain, "")).isEmpty();

        PipelineSpec quoted = Loads.csv(";", "\"", "\"", "\r\n", ">>", column("a", SqlType.Kind.TEXT));
        assertThat(records(quoted, "no\r\n>>\"a\r", "\n\"\"b\"\r\n", ">>c\r", "\n"))
                .containsExactly("no\r\n>>\"a\r\n\"\"b\"\r\n", ">>c\r\n");
    }

    @Test
    void jsonIsCutBehindValues() {
        PipelineSpec json = Loads.json(column("a", SqlType.Kind.TEXT));
        assertThat(records(json, "{\"a\":\"}{", "\\\"\"}[1,", "[2]]\n\"s\" 1", "2 tr", "ue"))
                .containsExactly("{\"a\":\"}{\\\"\"}", "[1,[2]]", "\n\"s\"", " 12 ", "true");
    }

    @Test
    void documentOnSeveralLinesWithATornStringGivesNoneOfItsPartsAsRecords() {
        PipelineSpec json = Loads.json(column("a", SqlType.Kind.TEXT));
        String torn = "{\n \"a\": \"torn,\n \"b\": {\"c\": 1},\n \"d\": {\"a\": \"x\"}\n}\n";
        String whole = "{\n \"a\": [\n1]\n}";
        String text = whole + torn + "{\"a\":\"ok\"}\n[\"torn\n\"s\" " + torn;
        String[] records = {whole, torn, "{\"a\":\"ok\"}", "\n[\"torn\n", "\"s\"", " " + torn};
        for (int at = 0; at <= text.length(); at++) {
            assertThat(records(json, text.substring(0, at), text.substring(at)))
                    .as("cut at %d", at)
                    .containsExactly(records);
        }
    }

    @Test
    void garbageWithoutAnEndIsRefused() {
        OutputCutter cutter =
                OutputCutter.of(Loads.json(column("a", SqlType.Kind.TEXT)).format());
        byte[] piece = "{\"a\": 1, ".repeat(1 << 20).getBytes(UTF_8);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 10; i++) {
                        cutter.add(piece);
                    }
                })
                .isInstanceOfSatisfying(
                        StatementException.class, e -> assertThat(e.state()).isEqualTo(SqlState.TRANSFORM_FAILED));
    }

    @Test
    void cutCsvHasTheSameRowsOrIsRefusedLikeTheWhole() {
        for (int round = 0; round < ROUNDS; round++) {
            PipelineSpec pipeline = Loads.csv(
                    texts.any(List.of(",", "|", "ab", "\t")),
                    texts.any(List.of("", "\"", "'")),
                    texts.any(List.of("", "\\", "\"")),
                    texts.any(List.of("\n", "\r\n", "x", "xxa")),
                    texts.any(List.of("", "", "", "b", "x0")),
                    column("a", SqlType.Kind.TEXT),
                    column("b", SqlType.Kind.TEXT));
            same(pipeline, texts.word(60));
        }
    }

    @Test
    void cutJsonHasTheSameRowsOrIsRefusedLikeTheWhole() {
        PipelineSpec pipeline = Loads.pipeline(
                new dev.millrace.spec.FormatSpec.Json(List.of(Loads.mapping("a"))), column("a", SqlType.Kind.JSON));
        for (int round = 0; round < ROUNDS; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = texts.random.nextInt(8); i > 0; i--) {
                text.append(texts.any(
                                List.of("{\"k\":[1,{}]}", "[]", "\"a\\\"{\"", "12", "null", "[\"]\", 3]", "\"\"")))
                        .append(texts.any(List.of(" ", "\n", "\r\n\t")));
            }
            same(pipeline, text.toString());
        }
    }

    /** A bad line makes all of the whole bad; cut, its own record alone. So only good ones are compared row by row. */
    private void same(PipelineSpec pipeline, String text) {
        byte[] bytes = text.getBytes(UTF_8);
        List<byte[]> pieces = new ArrayList<>();
        for (int at = 0; at < bytes.length; ) {
            int end = Math.min(bytes.length, at + 1 + texts.random.nextInt(9));
            pieces.add(Arrays.copyOfRange(bytes, at, end));
            at = end;
        }
        List<byte[]> records = cut(pipeline, pieces);
        String said = "seed " + texts.seed + ": " + pipeline.format() + " of <" + text + ">";
        try (Loader loader = new Loader(pipeline, loads.allocator, loads.engine);
                LoadResult whole = loader.load(RecordBatch.of(1, List.of(bytes)));
                LoadResult cut = loader.load(RecordBatch.of(1, records))) {
            assertThat(cut.isRefused()).as(said).isEqualTo(whole.isRefused());
            assertThat(Loads.rows(cut)).as(said).isEqualTo(Loads.rows(whole));
        }
    }

    private final Loads loads = new Loads();

    @org.junit.jupiter.api.AfterEach
    void nothingIsLeft() {
        loads.close();
    }
}
