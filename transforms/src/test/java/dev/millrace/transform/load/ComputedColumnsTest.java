package dev.millrace.transform.load;

import static dev.millrace.transform.load.Loads.NULL;
import static dev.millrace.transform.load.Loads.column;
import static dev.millrace.transform.load.Loads.notNull;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.ErrorMode;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.LoadSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.SqlExpression;
import dev.millrace.spec.type.SqlType;
import dev.millrace.spec.type.SqlType.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** SET, WHERE and variables: DuckDB computes, columns read what it answers, and each error is its record's. */
class ComputedColumnsTest {
    private final Loads loads = new Loads();

    private List<RecordError> errors = List.of();
    private boolean refused;

    @AfterEach
    void close() {
        loads.close();
    }

    private static PipelineSpec csv(
            List<String> fields, ErrorMode mode, String where, List<LoadSpec.Computed> set, ColumnSpec... columns) {
        FormatSpec format = new FormatSpec.Csv(",", "", false, "\\", "\n", "", fields);
        return Loads.pipeline(format, columns)
                .withLoad(new LoadSpec(
                        mode, true, set, where.isEmpty() ? Optional.empty() : Optional.of(expression(where))));
    }

    private static LoadSpec.Computed set(String column, String duckdb) {
        return new LoadSpec.Computed(column, expression(duckdb));
    }

    private static SqlExpression expression(String duckdb) {
        return new SqlExpression(duckdb, duckdb);
    }

    private List<List<String>> load(PipelineSpec pipeline, String... records) {
        return load(pipeline, Loads.bytes(records));
    }

    private List<List<String>> load(PipelineSpec pipeline, List<byte[]> records) {
        try (Loader loader = new Loader(pipeline, loads.allocator, loads.engine);
                LoadResult result = loader.load(RecordBatch.of(100, records))) {
            errors = result.errors();
            refused = result.isRefused();
            return Loads.rows(result);
        }
    }

    private static List<String> row(String... values) {
        return Arrays.asList(values);
    }

    @Test
    void variablesAreComputedIntoColumns() {
        PipelineSpec spec = csv(
                List.of("@a", "b", "@unused"),
                ErrorMode.FAIL,
                "",
                List.of(set("c", "CAST(CAST(\"@a\" AS INTEGER) * 2 AS VARCHAR)"), set("d", "upper(\"@a\" || \"b\")")),
                column("b", Kind.TEXT),
                column("c", Kind.INT),
                column("d", Kind.TEXT),
                Loads.withDefault(column("e", Kind.INT), "7"));
        assertThat(load(spec, "1,x,?", "\\N,y,?\n3,\\N,?"))
                .containsExactly(row("x", "2", "1X", "7"), row("y", NULL, NULL, "7"), row(NULL, "6", NULL, "7"));
    }

    @Test
    void whereDropsRowsOfEveryType() {
        List<ColumnSpec> columns = List.of(
                column("i", Kind.INT),
                column("t", Kind.TEXT),
                column("n", SqlType.decimal(30, 2)),
                column("d", Kind.DATE),
                column("s", SqlType.of(Kind.DATETIME, 6)),
                column("f", Kind.DOUBLE),
                column("b", Kind.BOOL),
                column("x", SqlType.of(Kind.VARBINARY, 9)));
        PipelineSpec spec = csv(
                columns.stream().map(ColumnSpec::name).toList(),
                ErrorMode.FAIL,
                "\"i\" % 3 = 0 AND \"n\" IS NOT NULL AND \"d\" >= DATE '2020-01-01'"
                        + " AND \"s\" > TIMESTAMP '2020-01-01 00:00:00'"
                        + " AND \"f\" > 0 AND \"b\" AND octet_length(\"x\") = 1 AND \"t\" <> ''",
                List.of(),
                columns.toArray(ColumnSpec[]::new));
        List<byte[]> records = new ArrayList<>();
        List<List<String>> expected = new ArrayList<>();
        for (int i = 1; i <= 300; i++) {
            String wide = i % 2 == 0 ? "1234567890123456789012345678." : "-5.";
            String n = i % 9 == 0 ? "\\N" : wide + "25";
            String x = i % 6 == 0 ? "y" : "yz";
            records.add((i + ",t" + i + "," + n + ",2021-01-02,2021-01-02 03:04:05.5,0.5,1," + x).getBytes(UTF_8));
            if (i % 3 == 0 && i % 9 != 0 && i % 6 == 0) {
                expected.add(row(
                        "" + i, "t" + i, wide + "25", "2021-01-02", "2021-01-02T03:04:05.500", "0.5", "true", "79"));
            }
        }
        assertThat(load(spec, records)).isEqualTo(expected);
        assertThat(expected).hasSizeGreaterThan(30);
    }

    @Test
    void whatCannotBeEvaluatedIsItsRecordsErrorAlone() {
        PipelineSpec spec = csv(
                List.of("a", "@v"),
                ErrorMode.SKIP_ALL,
                "",
                List.of(set("c", "CAST(CAST(\"@v\" AS INTEGER) AS VARCHAR)")),
                column("a", Kind.INT),
                column("c", Kind.TINYINT));
        List<byte[]> records = new ArrayList<>();
        List<Long> bad = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            String v = i % 97 == 5 ? "no number" : i % 89 == 7 ? "1000" : "" + i % 100;
            records.add((i % 83 == 11 ? "x," + v : i + "," + v).getBytes(UTF_8));
            if (i % 97 == 5 || i % 89 == 7 || i % 83 == 11) {
                bad.add(100L + i);
            }
        }
        List<List<String>> rows = load(spec, records);
        assertThat(rows)
                .hasSize(1000 - bad.size())
                .allSatisfy(row -> assertThat(row.get(1)).isEqualTo("" + Integer.parseInt(row.get(0)) % 100));
        assertThat(errors).extracting(RecordError::offset).containsExactlyElementsOf(bad);
        assertThat(errors)
                .extracting(RecordError::kind)
                .contains(RecordError.Kind.EXPRESSION, RecordError.Kind.OUT_OF_RANGE, RecordError.Kind.INCORRECT_VALUE);
        RecordError first = errors.get(0);
        assertThat(first.describe()).startsWith("record at offset 105: SET or WHERE cannot be evaluated: ");
        assertThat(new String(first.excerpt(), UTF_8)).isEqualTo("5,no number");
    }

    @Test
    void withoutASkipModeTheFirstRecordThatCannotBeEvaluatedRefusesTheBatch() {
        PipelineSpec spec = csv(
                List.of("@v"),
                ErrorMode.FAIL,
                "",
                List.of(set("c", "CAST(\"@v\" AS VARCHAR)")),
                notNull("c", Kind.INT));
        assertThat(load(spec, "1", "\\N", "x")).isEmpty();
        assertThat(refused).isTrue();
        assertThat(errors).hasSize(1);
        assertThat(errors.get(0).offset()).isEqualTo(101);
        assertThat(errors.get(0).kind()).isEqualTo(RecordError.Kind.NOT_NULL);
        assertThat(errors.get(0).column()).contains("c");
        assertThat(load(spec, "1", "2")).containsExactly(row("1"), row("2"));
        assertThat(load(spec)).isEmpty();
    }

    @Test
    void jsonFillsVariables() {
        FormatSpec format = new FormatSpec.Json(List.of(
                Loads.mapping("@ts", "time", "unix"),
                Loads.mappingOr("@gone", "NULL", "gone"),
                Loads.mapping("@all"),
                Loads.mapping("id", "id")));
        PipelineSpec spec = Loads.pipeline(
                        format, column("id", Kind.INT), column("t", Kind.DATETIME), column("j", Kind.JSON))
                .withLoad(new LoadSpec(
                        ErrorMode.FAIL,
                        true,
                        List.of(
                                set("t", "CAST(make_timestamp(CAST(\"@ts\" AS BIGINT) * 1000000) AS VARCHAR)"),
                                set("j", "\"@all\"")),
                        Optional.of(expression("\"@gone\" IS NULL AND \"id\" > 1"))));
        assertThat(load(
                        spec,
                        "{\"id\":1,\"time\":{\"unix\":5}}",
                        "{\"id\":2,\"time\":{\"unix\":86400}}",
                        "{\"id\":3,\"time\":{\"unix\":1},\"gone\":true}"))
                .containsExactly(row("2", "1970-01-02T00:00", "{\"id\":2,\"time\":{\"unix\":86400}}"));
    }
}
