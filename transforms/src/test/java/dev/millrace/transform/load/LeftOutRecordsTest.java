package dev.millrace.transform.load;

import static dev.millrace.transform.load.Loads.NULL;
import static dev.millrace.transform.load.Loads.column;
import static dev.millrace.transform.load.Loads.csv;
import static dev.millrace.transform.load.Loads.json;
import static dev.millrace.transform.load.Loads.notNull;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.ErrorMode;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.LoadSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.type.SqlType;
import dev.millrace.spec.type.SqlType.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The error modes: a bad record, line or document is left out alone, in CSV and in JSON alike. */
class LeftOutRecordsTest {
    private final Loads loads = new Loads();

    private List<List<String>> rows = List.of();
    private List<RecordError> errors = List.of();
    private LoadResult.Unlisted unlisted = LoadResult.Unlisted.NONE;
    private boolean refused;

    @AfterEach
    void close() {
        loads.close();
    }

    private static PipelineSpec mode(PipelineSpec pipeline, ErrorMode mode) {
        return pipeline.withLoad(new LoadSpec(mode, true, List.of(), Optional.empty()));
    }

    private static PipelineSpec goOn(PipelineSpec pipeline) {
        return pipeline.withLoad(new LoadSpec(ErrorMode.FAIL, false, List.of(), Optional.empty()));
    }

    private void load(PipelineSpec pipeline, String... records) {
        load(pipeline, Loads.bytes(records));
    }

    private void load(PipelineSpec pipeline, List<byte[]> records) {
        try (Loader loader = new Loader(pipeline, loads.allocator, loads.engine);
                LoadResult result = loader.load(RecordBatch.of(100, records))) {
            rows = Loads.rows(result);
            errors = result.errors();
            unlisted = result.unlisted();
            refused = result.isRefused();
        }
    }

    private static List<String> row(String... values) {
        return Arrays.asList(values);
    }

    private List<Long> offsets() {
        return errors.stream().map(RecordError::offset).toList();
    }

    @Test
    void badCsvRecordsAreLeftOutAndTheOthersLoad() {
        PipelineSpec spec = csv(notNull("a", Kind.INT), column("b", SqlType.of(Kind.VARCHAR, 3)));
        load(
                mode(spec, ErrorMode.SKIP_ALL),
                "1,a",
                "x,b",
                "2",
                "3,\\N",
                "\\N,c",
                "4,long",
                "99999999999,d",
                "5,a,b",
                "6,f");
        assertThat(rows).containsExactly(row("1", "a"), row("3", NULL), row("6", "f"));
        assertThat(refused).isFalse();
        assertThat(offsets()).containsExactly(101L, 102L, 104L, 105L, 106L, 107L);
        assertThat(errors)
                .extracting(RecordError::kind)
                .containsExactly(
                        RecordError.Kind.INCORRECT_VALUE,
                        RecordError.Kind.FIELD_COUNT,
                        RecordError.Kind.NOT_NULL,
                        RecordError.Kind.TOO_LONG,
                        RecordError.Kind.OUT_OF_RANGE,
                        RecordError.Kind.FIELD_COUNT);
        assertThat(new String(errors.get(3).excerpt(), UTF_8)).isEqualTo("4,long");
    }

    @Test
    void badJsonRecordsAreLeftOutAndTheOthersLoad() {
        PipelineSpec spec = json(notNull("a", Kind.INT), column("b", SqlType.of(Kind.VARCHAR, 3)));
        load(
                mode(spec, ErrorMode.SKIP_ALL),
                "{\"a\":1,\"b\":\"a\"}",
                "{\"a\":1,\"b\":",
                "{\"a\":\"x\",\"b\":\"b\"}",
                "{\"b\":\"b\"}",
                "{\"a\":null,\"b\":\"b\"}",
                "{\"b\":\"long\",\"a\":4}",
                "not json",
                "{\"a\":[1],\"b\":\"b\"}",
                "{\"a\":2,\"b\":null}");
        assertThat(rows).containsExactly(row("1", "a"), row("2", NULL));
        assertThat(offsets()).containsExactly(101L, 102L, 103L, 104L, 105L, 106L, 107L);
        assertThat(errors.get(0).kind()).isEqualTo(RecordError.Kind.MALFORMED);
        assertThat(errors.get(2).kind()).isEqualTo(RecordError.Kind.MISSING_PATH);
    }

    @Test
    void aBadLineTakesNoOtherLineWithIt() {
        PipelineSpec spec = mode(csv(column("a", Kind.INT), column("b", Kind.TEXT)), ErrorMode.SKIP_ALL);
        load(spec, "1,a\nx,b\n2,c\n3\n4,d", "y,z", "5,e\n");
        assertThat(rows).containsExactly(row("1", "a"), row("2", "c"), row("4", "d"), row("5", "e"));
        assertThat(offsets()).containsExactly(100L, 100L, 101L);
        assertThat(errors).extracting(RecordError::line).containsExactly(2, 4, 1);
        assertThat(errors).extracting(RecordError::position).containsExactly(4, 12, 0);
    }

    @Test
    void aQuoteWithoutEndTakesTheRestOfItsRecord() {
        PipelineSpec spec = csv(",", "\"", "\\", "\n", "", column("a", Kind.INT), column("b", Kind.TEXT));
        load(mode(spec, ErrorMode.SKIP_ALL), "1,\"a\"\n2,\"b\n3,c\n", "x,\"quoted\nline\"\n4,d");
        assertThat(rows).containsExactly(row("1", "a"), row("4", "d"));
        assertThat(offsets()).containsExactly(100L, 101L);
        assertThat(errors.get(0).kind()).isEqualTo(RecordError.Kind.MALFORMED);
    }

    @Test
    void aBadDocumentTakesNoOtherDocumentWithIt() {
        PipelineSpec spec = mode(json(column("a", Kind.INT)), ErrorMode.SKIP_ALL);
        load(spec, "{\"a\":1} {\"a\":\"x\"} {\"b\":0} {\"a\":2}{\"a\":3", "{\"a\":4}\n5\n{\"a\":6}");
        assertThat(rows).containsExactly(row("1"), row("2"), row("4"), row("6"));
        assertThat(offsets()).containsExactly(100L, 100L, 100L, 101L);
        assertThat(errors)
                .extracting(RecordError::kind)
                .containsExactly(
                        RecordError.Kind.INCORRECT_VALUE,
                        RecordError.Kind.MISSING_PATH,
                        RecordError.Kind.MALFORMED,
                        RecordError.Kind.MISSING_PATH);
    }

    @Test
    void eachModeCoversItsOwnErrors() {
        PipelineSpec spec = csv(column("a", Kind.INT), column("b", Kind.INT));
        load(mode(spec, ErrorMode.SKIP_PARSER), "1,2", "3", "4,5");
        assertThat(rows).hasSize(2);
        load(mode(spec, ErrorMode.SKIP_PARSER), "1,2", "3", "4,x");
        assertThat(refused).isTrue();
        assertThat(rows).isEmpty();
        assertThat(offsets()).containsExactly(102L);
        load(mode(spec, ErrorMode.SKIP_CONSTRAINT), "1,2", "3,x", "4,5");
        assertThat(rows).hasSize(2);
        load(mode(spec, ErrorMode.SKIP_CONSTRAINT), "1,2", "3");
        assertThat(refused).isTrue();
        load(mode(spec, ErrorMode.SKIP_DUPLICATE_KEY), "1,x");
        assertThat(refused).isTrue();
        load(mode(spec, ErrorMode.REPLACE), "1,x");
        assertThat(refused).isTrue();
        load(mode(spec, ErrorMode.IGNORE), "1,x", "2", "3,4");
        assertThat(rows).containsExactly(row("3", "4"));
        load(goOn(spec), "1,x", "2", "3,4");
        assertThat(rows).containsExactly(row("3", "4"));
        assertThat(offsets()).containsExactly(100L, 101L);
    }

    @Test
    void errorsBeyondTheBoundAreCounted() {
        List<byte[]> records = new ArrayList<>();
        for (int i = 0; i < LoadResult.ERRORS_MAX + 10; i++) {
            records.add(("bad" + i).getBytes(UTF_8));
            records.add("1".getBytes(UTF_8));
        }
        load(mode(csv(column("a", Kind.INT)), ErrorMode.SKIP_ALL), records);
        assertThat(rows).hasSize(LoadResult.ERRORS_MAX + 10);
        assertThat(errors).hasSize(LoadResult.ERRORS_MAX);
        long first = 100 + 2L * LoadResult.ERRORS_MAX;
        assertThat(unlisted).isEqualTo(new LoadResult.Unlisted(10, first, first + 18));
    }

    @Test
    void nullsBeforeAndBehindABadRecordStayWhereTheyAre() {
        PipelineSpec spec = mode(csv(column("a", Kind.TEXT), column("b", Kind.INT)), ErrorMode.SKIP_ALL);
        List<byte[]> records = new ArrayList<>();
        List<List<String>> expected = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            String a = i % 3 == 0 ? NULL : "t" + i;
            String b = i % 5 == 0 ? NULL : i % 7 == 0 ? "bad" : "" + i;
            records.add(((a == null ? "\\N" : a) + "," + (b == null ? "\\N" : b)).getBytes(UTF_8));
            if (!"bad".equals(b)) {
                expected.add(row(a, b));
            }
        }
        load(spec, records);
        assertThat(rows).isEqualTo(expected);
        assertThat(errors).hasSize(500 - expected.size());
    }

    @Test
    void aRowThatTheStoreCannotHoldIsLeftOut() {
        PipelineSpec spec = csv(column("a", Kind.INT), column("b", Kind.TEXT));
        String large = "2," + "x".repeat(Loader.ROW_BYTES_MAX);
        load(mode(spec, ErrorMode.SKIP_ALL), "1,a", large, "3,b");
        assertThat(rows).containsExactly(row("1", "a"), row("3", "b"));
        assertThat(errors).singleElement().satisfies(error -> {
            assertThat(error.offset()).isEqualTo(101);
            assertThat(error.kind()).isEqualTo(RecordError.Kind.TOO_LONG);
            assertThat(error.excerpt()).hasSize(RecordError.EXCERPT_BYTES_MAX);
        });
        // A long record with short rows is as good as any.
        load(mode(spec, ErrorMode.SKIP_ALL), "4,x\n".repeat(Loader.ROW_BYTES_MAX / 4 + 1));
        assertThat(errors).isEmpty();
    }

    @Test
    void aRowThatIsLargerThanItsRecordIsLeftOutToo() {
        PipelineSpec spec = json(column("a", Kind.TEXT), column("b", Kind.TEXT))
                .withFormat(new FormatSpec.Json(List.of(
                        new FormatSpec.Mapping("a", List.of("x"), Optional.empty()),
                        new FormatSpec.Mapping("b", List.of("x"), Optional.empty()))));
        String large = "x".repeat(Loader.ROW_BYTES_MAX * 2 / 3);
        load(mode(spec, ErrorMode.SKIP_ALL), "{\"x\":\"1\"}", "{\"x\":\"" + large + "\"}", "{\"x\":\"2\"}");
        assertThat(rows).containsExactly(row("1", "1"), row("2", "2"));
        assertThat(errors).extracting(RecordError::kind).containsExactly(RecordError.Kind.TOO_LONG);
    }

    @Test
    void nullDefinedByMakesNulls() {
        PipelineSpec spec = nulls("NA", false, false, column("a", Kind.INT), column("b", Kind.TEXT));
        assertThat(loads.rows(spec, "NA,NA", "1,\"NA\"", "\\N,NAN"))
                .containsExactly(row(NULL, NULL), row("1", "NA"), row(NULL, "NAN"));
        PipelineSpec enclosed = nulls("", true, false, column("a", Kind.INT), column("b", Kind.TEXT));
        assertThat(loads.rows(enclosed, ",\"\"", "2,x\\,y")).containsExactly(row(NULL, NULL), row("2", "x,y"));
    }

    @Test
    void trailingNullcolsFillALine() {
        PipelineSpec spec =
                nulls("-", false, true, column("a", Kind.INT), column("b", Kind.TEXT), column("c", Kind.INT));
        assertThat(loads.rows(spec, "1\n2,x\n3,-,4\n"))
                .containsExactly(row("1", NULL, NULL), row("2", "x", NULL), row("3", NULL, "4"));
        assertThat(loads.error(spec, "1,2,3,4").kind()).isEqualTo(RecordError.Kind.FIELD_COUNT);
        PipelineSpec needed = nulls("-", false, true, column("a", Kind.INT), notNull("b", Kind.INT));
        assertThat(loads.error(needed, "1").kind()).isEqualTo(RecordError.Kind.NOT_NULL);
    }

    private static PipelineSpec nulls(String marker, boolean enclosed, boolean trailing, ColumnSpec... columns) {
        return Loads.pipeline(
                new FormatSpec.Csv(
                        ",",
                        "\"",
                        true,
                        "\\",
                        "\n",
                        "",
                        Arrays.stream(columns).map(ColumnSpec::name).toList(),
                        new FormatSpec.CsvNulls(Optional.of(marker), enclosed, trailing),
                        0),
                columns);
    }
}
