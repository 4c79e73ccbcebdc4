package dev.millrace.aggregator.execute;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.type.SqlType;
import dev.millrace.spec.type.SqlType.Kind;
import dev.millrace.transform.load.ExpressionEngine;
import dev.millrace.transform.load.LoadResult;
import dev.millrace.transform.load.Loader;
import dev.millrace.transform.load.RecordBatch;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TimeStampVector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same text becomes the same value, whether a statement inserts it or a pipeline loads it. */
class InsertAndLoadTest {
    private static final String REFUSED = "refused";

    private static final List<String> WORDS = List.of(
            "",
            " ",
            "a",
            "a ",
            " a",
            "ab ",
            "abc",
            "abc ",
            "abc   ",
            "abcd",
            "   d",
            "é漢🙂",
            "é漢🙂 ",
            "é漢🙂x",
            "é漢",
            "a\u00a0",
            "a\u0000",
            "ab\u0000\u0000",
            "NULL",
            "'",
            "\\",
            "0");

    private static final List<String> NUMBERS = List.of(
            "0",
            "-0",
            "1",
            "-1",
            "+1",
            " 12 ",
            "1.4",
            "1.5",
            "-1.5",
            "2.5",
            "1e2",
            "1E2",
            ".5",
            "5.",
            "127",
            "127.5",
            "128",
            "-128.4",
            "999.994",
            "999.995",
            "2147483648",
            "9223372036854775807",
            "9223372036854775808",
            "1e40",
            "1e400",
            "0.001",
            "12x",
            "x",
            "",
            " ",
            "-",
            ".",
            "1e",
            "0x10",
            "NaN",
            "Infinity",
            "1d",
            "1,000",
            "٣",
            "true",
            "TRUE",
            "false",
            "2020-01-01");

    /** A load wants years of four digits and dashes; a statement takes a little more. */
    private static final List<String> MOMENTS = List.of(
            "2020-02-29",
            "2021-02-29",
            "2020-2-9",
            "20200209",
            "2020-02-09 01:02:03",
            "2020-02-09T01:02:03",
            "2020-02-09 01:02:03.5",
            "2020-02-09 01:02:03.4999999",
            "2020-02-09 1:2:3",
            "2020-02-09 01:02",
            "2020-02-09 23:59:59.5",
            "2020-02-09 23:59:59.499999",
            "2020-02-09 24:00:00",
            "20200209010203",
            "2020-02-09 01:02:03Z",
            " 2020-02-09 ",
            "1000-01-01",
            "9999-12-31 23:59:59.999999",
            "0000-00-00",
            "2020-00-01",
            "2020-13-01",
            "now",
            "",
            "1",
            "2020");

    private static final Map<List<String>, List<SqlType>> TEXTS = Map.of(
            WORDS,
            List.of(
                    SqlType.of(Kind.CHAR, 3),
                    SqlType.of(Kind.VARCHAR, 3),
                    SqlType.of(Kind.TEXT),
                    SqlType.of(Kind.BINARY, 3),
                    SqlType.of(Kind.VARBINARY, 3),
                    SqlType.of(Kind.BLOB)),
            NUMBERS,
            List.of(
                    SqlType.of(Kind.TINYINT),
                    SqlType.of(Kind.BIGINT),
                    SqlType.decimal(5, 2),
                    SqlType.of(Kind.FLOAT),
                    SqlType.of(Kind.DOUBLE)),
            MOMENTS,
            List.of(SqlType.of(Kind.DATE), SqlType.of(Kind.DATETIME), SqlType.of(Kind.DATETIME, 6)));

    /** Of an empty record nothing is loaded, so each has a value before the one that is looked at. */
    private static final ColumnSpec KEY = new ColumnSpec("k", SqlType.of(Kind.TEXT), true, Optional.empty());

    @TempDir
    static Path folder;

    private static final BufferAllocator ALLOCATOR = new RootAllocator();

    @AfterAll
    static void closeAllocator() {
        ALLOCATOR.close();
    }

    @Test
    void makeTheSameOfText() {
        try (ExpressionEngine engine =
                new ExpressionEngine(ExpressionEngine.MEMORY_BYTES_DEFAULT, 1, folder.resolve("expressions"))) {
            TEXTS.forEach((texts, types) -> types.forEach(type -> texts.forEach(text -> {
                ColumnSpec column = new ColumnSpec("c", type, true, Optional.empty());
                assertThat(loaded(column, text, engine))
                        .as("%s into %s", text, type.sql())
                        .isEqualTo(inserted(column, text));
            })));
        }
    }

    private static String inserted(ColumnSpec column, String text) {
        try {
            return shown(Coercion.coerce(column, text, 1));
        } catch (StatementException e) {
            return REFUSED;
        }
    }

    private static String loaded(ColumnSpec column, String text, ExpressionEngine engine) {
        TableSpec table = new TableSpec(1000, 1, "d", "t", false, List.of(KEY, column), List.of(), List.of());
        PipelineSpec pipeline = new PipelineSpec(
                1,
                "d",
                "p",
                new SourceSpec.Kafka(List.of("127.0.0.1:9092"), "t"),
                new FormatSpec.Csv("\t", "", false, "", "\n", "", List.of("k", "c")),
                table,
                Duration.ofMillis(500),
                OptionalInt.empty());
        try (Loader loader = new Loader(pipeline, ALLOCATOR, engine);
                LoadResult result = loader.load(RecordBatch.of(0, List.of(("k\t" + text).getBytes(UTF_8))))) {
            if (!result.errors().isEmpty()) {
                return REFUSED;
            }
            FieldVector vector = result.rows().getVector(1);
            return shown(vector instanceof TimeStampVector times ? times.get(0) : vector.getObject(0));
        }
    }

    private static String shown(Object value) {
        if (value instanceof byte[] bytes) {
            return HexFormat.of().formatHex(bytes);
        }
        if (value instanceof BigDecimal decimal) {
            return decimal.toPlainString();
        }
        if (value instanceof Float number) {
            return String.valueOf((double) number);
        }
        return String.valueOf(value);
    }
}
