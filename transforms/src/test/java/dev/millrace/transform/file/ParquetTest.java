package dev.millrace.transform.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.FileSettings;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.SqlExpression;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.type.SqlType;
import dev.millrace.transform.load.ExpressionEngine;
import dev.millrace.transform.load.LoadResult;
import dev.millrace.transform.load.Loader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParquetTest {
    @TempDir
    Path folder;

    @Test
    void fieldsBecomeColumnsAndReadingGoesOnAtARow() throws Exception {
        FoundFile file = parquet("SELECT i AS id, {'w': 'word \"' || i || '\"'} AS s, [i, NULL] AS l,"
                + " 1234567890123456.78::DECIMAL(18,2) AS \"d d\", TIMESTAMP '2026-01-31 01:02:03.000004' AS t,"
                + " CASE WHEN i % 2 = 0 THEN i END AS n FROM range(120000) r(i)");
        PipelineSpec pipeline = pipeline(
                mapping("id", "id"),
                mapping("word", "s", "w"),
                mapping("list", "l"),
                mapping("price", "d d"),
                mapping("at", "t"),
                mapping("half", "n"),
                new FormatSpec.Mapping("none", List.of("no", "such"), Optional.of(new SqlExpression("7", "7"))));

        assertThat(rows(pipeline, file, 119_998))
                .containsExactly(
                        "119998|word \"119998\"|[119998,null]|1234567890123456.78|2026-01-31T01:02:03.000004|119998|7",
                        "119999|word \"119999\"|[119999,null]|1234567890123456.78|2026-01-31T01:02:03.000004|null|7");
        assertThat(rows(pipeline, file, 0)).hasSize(120_000).doesNotHaveDuplicates();
    }

    @Test
    void faultsAreNamed() throws Exception {
        FoundFile file = parquet("SELECT 1 AS id, 'x'::BLOB AS b");
        assertThat(catchThrowableOfType(StatementException.class, () -> rows(pipeline(mapping("word", "b")), file, 0)))
                .hasMessageContaining("field b holds bytes");
        assertThat(catchThrowableOfType(AssertionError.class, () -> rows(pipeline(mapping("id", "a", "b")), file, 0)))
                .hasMessageContaining("a::b");
        Path text = Files.writeString(folder.resolve("text.parquet"), "no parquet, but long enough to have a footer");
        StatementException e = catchThrowableOfType(
                StatementException.class,
                () -> rows(pipeline(mapping("id", "id")), FoundFile.at(text).orElseThrow(), 0));
        assertThat(e.state()).isEqualTo(SqlState.FILE_UNREADABLE);
    }

    private FoundFile parquet(String query) throws Exception {
        Path path = folder.resolve("it's.parquet");
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("COPY (" + query + ") TO '" + path.toString().replace("'", "''") + "' (FORMAT parquet)");
        } catch (SQLException e) {
            throw new IllegalStateException(query, e);
        }
        return FoundFile.at(path).orElseThrow();
    }

    private List<String> rows(PipelineSpec pipeline, FoundFile file, long from) throws Exception {
        List<String> rows = new ArrayList<>();
        try (RootAllocator allocator = new RootAllocator();
                ExpressionEngine expressions =
                        new ExpressionEngine(ExpressionEngine.MEMORY_BYTES_DEFAULT, 1, folder.resolve("temp"));
                Loader loader = new Loader(pipeline, allocator, expressions);
                FileContent content = FileContent.open(pipeline, file, from, 1 << 20)) {
            while (!content.hasEnded()) {
                try (LoadResult loaded = loader.load(content.next())) {
                    assertThat(loaded.errors()).isEmpty();
                    for (int row = 0; row < loaded.rows().getRowCount(); row++) {
                        List<String> values = new ArrayList<>();
                        for (var vector : loaded.rows().getFieldVectors()) {
                            values.add(String.valueOf(vector.getObject(row)));
                        }
                        rows.add(String.join("|", values));
                    }
                }
            }
            assertThat(content.place()).isEqualTo(from + rows.size());
        }
        return rows;
    }

    private static FormatSpec.Mapping mapping(String column, String... path) {
        return new FormatSpec.Mapping(column, List.of(path), Optional.empty());
    }

    private PipelineSpec pipeline(FormatSpec.Mapping... mappings) {
        List<ColumnSpec> columns = List.of(
                column("id", SqlType.of(SqlType.Kind.BIGINT)),
                column("word", SqlType.of(SqlType.Kind.VARCHAR, 40)),
                column("list", SqlType.of(SqlType.Kind.JSON)),
                column("price", new SqlType(SqlType.Kind.DECIMAL, 18, 2)),
                column("at", SqlType.of(SqlType.Kind.DATETIME, 6)),
                column("half", SqlType.of(SqlType.Kind.INT)),
                column("none", SqlType.of(SqlType.Kind.INT)));
        return new PipelineSpec(
                1,
                "db",
                "p",
                new SourceSpec.Files(folder + "/*", FileSettings.DEFAULT),
                new FormatSpec.Parquet(List.of(mappings)),
                new TableSpec(1, 1, "db", "t", false, columns, List.of(), List.of()),
                Duration.ofMillis(100),
                OptionalInt.empty());
    }

    private static ColumnSpec column(String name, SqlType type) {
        return new ColumnSpec(name, type, true, Optional.empty());
    }
}
