package dev.millrace.transform.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.SqlExpression;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.type.SqlType;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.pojo.ArrowType;

/** Loads texts and shows what came of them as strings; closing it checks that no Arrow memory is left. */
final class Loads implements AutoCloseable {
    static final String NULL = null;

    final BufferAllocator allocator = new RootAllocator();
    final ExpressionEngine engine = new ExpressionEngine(
            ExpressionEngine.MEMORY_BYTES_DEFAULT, 1, Path.of(System.getProperty("java.io.tmpdir"), "expressions"));

    static ColumnSpec column(String name, SqlType type) {
        return new ColumnSpec(name, type, true, Optional.empty());
    }

    static ColumnSpec column(String name, SqlType.Kind kind) {
        return column(name, SqlType.of(kind));
    }

    static ColumnSpec notNull(String name, SqlType.Kind kind) {
        return new ColumnSpec(name, SqlType.of(kind), false, Optional.empty());
    }

    static ColumnSpec withDefault(ColumnSpec column, String duckdb) {
        return new ColumnSpec(
                column.name(), column.type(), column.nullable(), Optional.of(new SqlExpression(duckdb, duckdb)));
    }

    /** Comma, no enclosure, back-slash, line feed; all columns. */
    static PipelineSpec csv(ColumnSpec... columns) {
        return csv(",", "", "\\", "\n", "", columns);
    }

    static PipelineSpec csv(
            String fields, String enclosed, String escaped, String lines, String starting, ColumnSpec... columns) {
        List<String> names = Arrays.stream(columns).map(ColumnSpec::name).toList();
        return pipeline(new FormatSpec.Csv(fields, enclosed, true, escaped, lines, starting, names), columns);
    }

    /** Each column from the key of its name. */
    static PipelineSpec json(ColumnSpec... columns) {
        return pipeline(
                new FormatSpec.Json(Arrays.stream(columns)
                        .map(column -> mapping(column.name(), column.name()))
                        .toList()),
                columns);
    }

    static FormatSpec.Mapping mapping(String column, String... path) {
        return new FormatSpec.Mapping(column, List.of(path), Optional.empty());
    }

    static FormatSpec.Mapping mappingOr(String column, String duckdb, String... path) {
        return new FormatSpec.Mapping(column, List.of(path), Optional.of(new SqlExpression(duckdb, duckdb)));
    }

    static PipelineSpec pipeline(FormatSpec format, ColumnSpec... columns) {
        return new PipelineSpec(
                1,
                "shop",
                "p",
                new SourceSpec.Kafka(List.of("127.0.0.1:9092"), "t"),
                format,
                new TableSpec(1000, 1, "shop", "t", false, List.of(columns), List.of(), List.of()),
                Duration.ofMillis(500),
                OptionalInt.empty());
    }

    /** The rows of all records, which must load. */
    List<List<String>> rows(PipelineSpec pipeline, String... records) {
        return rows(pipeline, bytes(records));
    }

    List<List<String>> rows(PipelineSpec pipeline, List<byte[]> records) {
        try (Loader loader = new Loader(pipeline, allocator, engine);
                LoadResult result = loader.load(RecordBatch.of(100, records))) {
            assertThat(result.errors()).extracting(RecordError::describe).isEmpty();
            return rows(result);
        }
    }

    /** Why the records, of which the first has offset 100, cannot be loaded. */
    RecordError error(PipelineSpec pipeline, String... records) {
        return error(pipeline, bytes(records));
    }

    RecordError error(PipelineSpec pipeline, List<byte[]> records) {
        try (Loader loader = new Loader(pipeline, allocator, engine);
                LoadResult result = loader.load(RecordBatch.of(100, records))) {
            assertThat(result.errors()).as("errors; rows %s", rows(result)).hasSize(1);
            assertThat(result.rows().getRowCount()).isZero();
            return result.errors().get(0);
        }
    }

    static List<byte[]> bytes(String... records) {
        return Arrays.stream(records).map(record -> record.getBytes(UTF_8)).toList();
    }

    static List<List<String>> rows(LoadResult result) {
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < result.rows().getRowCount(); i++) {
            List<String> row = new ArrayList<>();
            for (FieldVector vector : result.rows().getFieldVectors()) {
                assertThat(vector.getValueCount()).isEqualTo(result.rows().getRowCount());
                row.add(show(vector, i));
            }
            rows.add(row);
        }
        return rows;
    }

    private static String show(FieldVector vector, int row) {
        Object value = vector.getObject(row);
        if (value == null) {
            return NULL;
        }
        if (value instanceof byte[] bytes) {
            return HexFormat.of().formatHex(bytes);
        }
        if (value instanceof BigDecimal decimal) {
            return decimal.toPlainString();
        }
        if (vector.getField().getType() instanceof ArrowType.Date) {
            return LocalDate.ofEpochDay((Integer) value).toString();
        }
        return value.toString();
    }

    @Override
    public void close() {
        engine.close();
        assertThat(allocator.getAllocatedMemory()).as("Arrow memory left").isZero();
        allocator.close();
    }
}
