package dev.millrace.transform.load;

import static dev.millrace.spec.type.SqlType.Kind.BIGINT;
import static dev.millrace.spec.type.SqlType.Kind.BLOB;
import static dev.millrace.spec.type.SqlType.Kind.DATETIME;
import static dev.millrace.spec.type.SqlType.Kind.INT;
import static dev.millrace.spec.type.SqlType.Kind.TEXT;
import static dev.millrace.spec.type.SqlType.Kind.VARCHAR;
import static dev.millrace.transform.load.Loads.column;
import static dev.millrace.transform.load.Loads.csv;
import static dev.millrace.transform.load.Loads.json;
import static dev.millrace.transform.load.Loads.mapping;
import static dev.millrace.transform.load.Loads.mappingOr;
import static dev.millrace.transform.load.Loads.notNull;
import static dev.millrace.transform.load.Loads.pipeline;
import static dev.millrace.transform.load.Loads.withDefault;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.type.SqlType;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Defaults, errors and memory of whole batches. */
class LoaderTest {
    private final Loads loads = new Loads();

    @AfterEach
    void nothingIsLeft() {
        loads.close();
    }

    private static List<String> row(String... values) {
        return Arrays.asList(values);
    }

    private static PipelineSpec onlyFirst(ColumnSpec... columns) {
        return pipeline(new FormatSpec.Csv(",", "", false, "\\", "\n", "", List.of(columns[0].name())), columns);
    }

    private void refused(PipelineSpec spec, SqlState state, String... words) {
        assertThatThrownBy(() -> new Loader(spec, loads.allocator, loads.engine))
                .isInstanceOfSatisfying(StatementException.class, e -> {
                    assertThat(e.state()).isEqualTo(state);
                    assertThat(e.getMessage()).contains(words);
                });
    }

    @Test
    void unmappedColumnsTakeTheirDefaults() {
        PipelineSpec spec = onlyFirst(
                column("id", BIGINT),
                withDefault(column("n", INT), "-3.5"),
                withDefault(column("s", SqlType.of(VARCHAR, 4)), "'a''b'"),
                withDefault(notNull("flag", SqlType.Kind.BOOL), "true"),
                withDefault(column("e", INT), "1 + 1"),
                withDefault(column("bin", BLOB), "'\\xFF\\x00'::BLOB"),
                withDefault(column("day", SqlType.Kind.DATE), "DATE '2024-02-29'"),
                withDefault(column("none", INT), "NULL"),
                column("nothing", TEXT));
        List<String> rest = row("-4", "a'b", "true", "2", "ff00", "2024-02-29", null, null);
        assertThat(loads.rows(spec, "1\n2"))
                .hasSize(2)
                .allSatisfy(row -> assertThat(row.subList(1, 9)).isEqualTo(rest));
    }

    @Test
    void expressionsAreEvaluatedForEachRow() {
        PipelineSpec spec = onlyFirst(
                column("id", INT),
                withDefault(column("u", TEXT), "uuid()"),
                withDefault(column("at", SqlType.of(DATETIME, 6)), "CAST(now() AS TIMESTAMP)"));
        LocalDateTime before = LocalDateTime.now(ZoneOffset.UTC).minusSeconds(1);
        List<List<String>> rows = loads.rows(spec, "1\n".repeat(3000));
        assertThat(new HashSet<>(rows.stream().map(each -> each.get(1)).toList()))
                .hasSize(3000);
        assertThat(rows)
                .allSatisfy(row -> assertThat(LocalDateTime.parse(row.get(2)))
                        .isBetween(before, LocalDateTime.now(ZoneOffset.UTC).plusSeconds(1)));
    }

    @Test
    void mappingDefaultMayBeAnExpression() {
        PipelineSpec spec = pipeline(
                new FormatSpec.Json(List.of(mapping("id", "id"), mappingOr("s", "upper('x') || 'y'", "s"))),
                column("id", INT),
                column("s", TEXT));
        assertThat(loads.rows(spec, "{\"id\":1}", "{\"id\":2,\"s\":\"z\"}", "{\"id\":3}"))
                .containsExactly(row("1", "Xy"), row("2", "z"), row("3", "Xy"));
    }

    @Test
    void impossibleColumnsAreRefusedBeforeAnyRecord() {
        refused(onlyFirst(column("id", INT), notNull("x", INT)), SqlState.NO_DEFAULT, "'x'");
        refused(onlyFirst(column("id", INT), withDefault(column("x", INT), "'abc'")), SqlState.INVALID_DEFAULT, "'x'");
        refused(onlyFirst(column("id", INT), withDefault(notNull("x", INT), "NULL")), SqlState.INVALID_DEFAULT, "'x'");
        refused(
                onlyFirst(column("id", INT), withDefault(column("x", INT), "no_such_function(1)")),
                SqlState.INVALID_DEFAULT,
                "no_such_function");
        refused(
                onlyFirst(
                        column("id", INT),
                        withDefault(column("x", TEXT), "(SELECT content FROM read_text('/etc/hosts'))")),
                SqlState.INVALID_DEFAULT,
                "disabled by configuration");
        refused(
                pipeline(new FormatSpec.Json(List.of(mapping("y", "y"))), column("x", INT)),
                SqlState.UNKNOWN_COLUMN,
                "'y'");
        refused(
                pipeline(new FormatSpec.Json(List.of(mapping("x", "x"), mapping("X", "y"))), column("x", INT)),
                SqlState.DUPLICATE_COLUMN,
                "'X'");
    }

    @Test
    void literalDefaultsStartNoDatabase() {
        ExpressionEngine closed = new ExpressionEngine(1, 1, java.nio.file.Path.of("/nowhere"));
        closed.close();
        PipelineSpec spec = onlyFirst(column("id", INT), withDefault(column("x", INT), "12"));
        try (Loader loader = new Loader(spec, loads.allocator, closed);
                LoadResult result = loader.load(RecordBatch.of(0, Loads.bytes("1")))) {
            assertThat(Loads.rows(result)).containsExactly(row("1", "12"));
        }
    }

    @Test
    void nullInANotNullColumnNamesIt() {
        RecordError csv = loads.error(csv(column("a", INT), notNull("b", INT)), "1,2\n3,\\N");
        assertThat(csv.kind()).isEqualTo(RecordError.Kind.NOT_NULL);
        assertThat(csv.kind().state()).isEqualTo(SqlState.NOT_NULL_VIOLATION);
        assertThat(csv.column()).contains("b");
        assertThat(csv.line()).isEqualTo(2);
        assertThat(loads.error(json(notNull("b", INT)), "{\"b\":null}").kind()).isEqualTo(RecordError.Kind.NOT_NULL);
    }

    @Test
    void offsetsMayHaveGapsAndBytesMayLieAnywhere() {
        byte[] bytes = "--2,bad;;1,5".getBytes(StandardCharsets.UTF_8);
        RecordBatch batch = new RecordBatch(
                bytes,
                new int[] {9, 0, 2, 0},
                new int[] {3, RecordBatch.NULL_VALUE, 5, 7},
                new long[] {7, 8, 4000, 4001},
                3);
        try (Loader loader = new Loader(csv(column("a", INT), column("b", INT)), loads.allocator, loads.engine);
                LoadResult result = loader.load(batch)) {
            assertThat(result.isRefused()).isTrue();
            assertThat(result.errors().get(0).offset()).isEqualTo(4000);
            assertThat(result.errors().get(0).position()).isEqualTo(2);
            assertThat(result.errors().get(0).excerpt()).isEqualTo("2,bad".getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void loaderGoesOnAfterARefusedBatch() {
        try (Loader loader = new Loader(csv(column("a", INT), column("b", TEXT)), loads.allocator, loads.engine)) {
            for (int i = 0; i < 3; i++) {
                try (LoadResult bad = loader.load(RecordBatch.of(0, Loads.bytes("1,x", "2,\\N", "z,3")))) {
                    assertThat(bad.isRefused()).isTrue();
                }
                try (LoadResult good = loader.load(RecordBatch.of(3, Loads.bytes("4,\\N", "5,y")))) {
                    assertThat(Loads.rows(good)).containsExactly(row("4", null), row("5", "y"));
                }
                try (LoadResult none = loader.load(RecordBatch.of(5, List.of()))) {
                    assertThat(Loads.rows(none)).isEmpty();
                    assertThat(none.rows().getSchema())
                            .isEqualTo(Loader.schema(
                                    csv(column("a", INT), column("b", TEXT)).table()));
                }
            }
        }
    }

    @Test
    void excerptOfALongRecordSurroundsTheFault() {
        String record = "{\"z\":\"" + "é".repeat(2000) + "\",\"a\":\"bad\",\"y\":\"" + "x".repeat(3000) + "\"}";
        RecordError error = loads.error(json(column("a", INT)), record);
        assertThat(error.excerpt()).hasSize(RecordError.EXCERPT_BYTES_MAX);
        assertThat(new String(error.excerpt(), StandardCharsets.UTF_8)).contains("\"a\":\"bad\"");
        assertThat(error.position() - error.excerptStart()).isEqualTo(RecordError.EXCERPT_BYTES_MAX / 2);
        assertThat(error.length()).isEqualTo(record.getBytes(StandardCharsets.UTF_8).length);
    }

    @Test
    void recordOf64MegabytesLoads() {
        byte[] record = new byte[64 << 20];
        Arrays.fill(record, (byte) 'x');
        record[0] = '1';
        record[1] = ',';
        try (Loader loader = new Loader(csv(column("a", INT), column("b", TEXT)), loads.allocator, loads.engine);
                LoadResult result = loader.load(RecordBatch.of(0, List.of(record)))) {
            assertThat(result.rows().getRowCount()).isEqualTo(1);
            assertThat(result.rows().getVector(1).getBufferSize()).isGreaterThan(record.length - 3);
        }
        byte[] head = "{\"a\":1,\"b\":\"\\n".getBytes(StandardCharsets.UTF_8);
        System.arraycopy(head, 0, record, 0, head.length);
        record[record.length - 2] = '"';
        record[record.length - 1] = '}';
        try (Loader loader = new Loader(json(column("a", INT), column("b", TEXT)), loads.allocator, loads.engine);
                LoadResult result = loader.load(RecordBatch.of(0, List.of(record)))) {
            assertThat(result.rows().getRowCount()).isEqualTo(1);
        }
        assertThat(loads.error(csv(column("a", INT), column("b", INT)), List.of(record))
                        .excerpt())
                .hasSize(RecordError.EXCERPT_BYTES_MAX);
    }

    @Test
    void allocatorThatIsTooSmallKeepsNothing() {
        try (BufferAllocator small = loads.allocator.newChildAllocator("small", 0, 20_000);
                Loader loader = new Loader(csv(column("a", BIGINT), column("b", TEXT)), small, loads.engine)) {
            RecordBatch batch = RecordBatch.of(0, Loads.bytes("1,some text here\n".repeat(1900)));
            assertThatThrownBy(() -> loader.load(batch)).isInstanceOf(OutOfMemoryException.class);
            assertThat(small.getAllocatedMemory()).isZero();
            try (LoadResult result = loader.load(RecordBatch.of(0, Loads.bytes("1,x")))) {
                assertThat(Loads.rows(result)).containsExactly(row("1", "x"));
            }
        }
    }

    @Test
    void everyBatchOfNullsAndValuesKeepsItsOrder() {
        try (Loader loader = new Loader(
                csv(column("a", INT), column("b", TEXT), column("c", SqlType.Kind.BOOL)),
                loads.allocator,
                loads.engine)) {
            for (int rows : new int[] {1, 63, 64, 65, 127, 128, 1023, 1024, 1025, 5000}) {
                StringBuilder text = new StringBuilder();
                for (int i = 0; i < rows; i++) {
                    text.append(i % 3 == 0 ? "\\N" : i).append(',').append(i % 5 == 0 ? "\\N" : "t" + i);
                    text.append(',').append(i % 7 == 0 ? "\\N" : i & 1).append('\n');
                }
                try (LoadResult result = loader.load(RecordBatch.of(0, Loads.bytes(text.toString())))) {
                    List<List<String>> loaded = Loads.rows(result);
                    assertThat(loaded).hasSize(rows);
                    for (int i = 0; i < rows; i++) {
                        assertThat(loaded.get(i))
                                .containsExactly(
                                        i % 3 == 0 ? null : Integer.toString(i),
                                        i % 5 == 0 ? null : "t" + i,
                                        i % 7 == 0 ? null : Boolean.toString((i & 1) == 1));
                    }
                }
            }
        }
    }

    @Test
    void errorSpeaksAsOneSentence() {
        RecordError error = loads.error(csv(column("a", INT)), "9999999999");
        assertThat(error.describe())
                .isEqualTo(
                        "record at offset 100, line 1, byte 0, column a: value '9999999999' is out of range for INT");
        assertThat(error.column()).isEqualTo(Optional.of("a"));
    }
}
