package dev.millrace.aggregator.execute;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.ddl.CreatePipeline;
import dev.millrace.ddl.CreateTable;
import dev.millrace.ddl.DdlCompiler;
import dev.millrace.ddl.Statement;
import dev.millrace.ddl.check.Catalog;
import dev.millrace.ddl.check.Checker;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.transform.load.ExpressionEngine;
import dev.millrace.transform.load.LoadResult;
import dev.millrace.transform.load.Loader;
import dev.millrace.transform.load.RecordBatch;
import dev.millrace.transform.load.RecordError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** SET and WHERE from their text to the rows that load: the functions of queries, and MySQL's conversions. */
class LoadExpressionsTest {
    @TempDir
    static Path folder;

    private static BufferAllocator allocator;
    private static ExpressionEngine engine;

    private List<RecordError> errors = List.of();

    /** One database with one table. */
    private static final class OneTable implements Catalog {
        private Optional<TableSpec> table = Optional.empty();

        @Override
        public Optional<DatabaseSpec> database(String name) {
            return Optional.of(new DatabaseSpec(1, name, 1, 1));
        }

        @Override
        public Optional<TableSpec> table(String database, String name) {
            return table.filter(there -> there.name().equals(name));
        }

        @Override
        public Optional<PipelineSpec> pipeline(String database, String name) {
            return Optional.empty();
        }

        @Override
        public List<DatabaseSpec> databases() {
            return List.of();
        }

        @Override
        public List<TableSpec> tables(String database) {
            return table.stream().toList();
        }

        @Override
        public List<PipelineSpec> pipelines(String database) {
            return List.of();
        }
    }

    @BeforeAll
    static void open() {
        allocator = new RootAllocator();
        engine = new ExpressionEngine(ExpressionEngine.MEMORY_BYTES_DEFAULT, 1, folder.resolve("expressions"));
    }

    @AfterAll
    static void close() {
        engine.close();
        allocator.close();
    }

    private static PipelineSpec compile(String clauses) {
        OneTable catalog = new OneTable();
        Checker checker = new Checker(catalog, "db");
        catalog.table = checker.createTable((CreateTable) statement("CREATE TABLE t (a INT, b VARCHAR(20), c DATETIME,"
                        + " d DECIMAL(10,2), e VARBINARY(4), f BOOL, g DOUBLE)"))
                .spec();
        return checker.createPipeline((CreatePipeline)
                        statement("CREATE PIPELINE p AS LOAD DATA KAFKA 'h/t' SKIP ALL ERRORS INTO TABLE t " + clauses))
                .spec()
                .orElseThrow();
    }

    private static Statement statement(String sql) {
        return new DdlCompiler().parseOne(sql).statement();
    }

    private List<String> column(String name, String clauses, String... records) {
        try (Loader loader = new Loader(compile(clauses), allocator, engine);
                LoadResult result = loader.load(RecordBatch.of(
                        0,
                        Arrays.stream(records)
                                .map(record -> record.getBytes(UTF_8))
                                .toList()))) {
            errors = result.errors();
            List<String> values = new ArrayList<>();
            for (int row = 0; row < result.rows().getRowCount(); row++) {
                Object value = result.rows().getVector(name).getObject(row);
                values.add(value instanceof byte[] bytes ? Arrays.toString(bytes) : String.valueOf(value));
            }
            return values;
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a | @x * 2 + 1 | 4 | 9",
                "a | @x + 0 | 12abc | 12",
                "a | CASE WHEN @x = 'none' THEN NULL ELSE @x END | none | null",
                "a | length(@x) | four | 4",
                "a | 7 DIV @x | 2 | 3",
                "b | concat(@x, '-', upper(@x)) | ab | ab-AB",
                "b | coalesce(nullif(@x, '?'), 'unknown') | ? | unknown",
                "b | @x > 3 | 4 | 1",
                "b | @x * 1.5 | 2 | 3",
                "c | from_unixtime(@x) | 86400 | 1970-01-02T00:00",
                "c | date_add(CAST(@x AS DATETIME), INTERVAL 1 DAY) | 2024-02-28 10:00:00 | 2024-02-29T10:00",
                "c | date(@x) | 2024-02-28 10:00:00 | 2024-02-28T00:00",
                "d | @x / 3 | 10 | 3.33",
                "e | x'0102' | any | [1, 2]",
                "e | @x | hi | [104, 105]",
                "f | @x = 'yes' | yes | true",
                "f | @x = 'yes' | no | false",
                "g | sqrt(@x) | 2.25 | 1.5",
                "g | @x | 1e300 | 1.0E300",
            })
    void setComputesAsQueriesDo(String column, String expression, String field, String expected) {
        assertThat(column(column, "(@x) SET " + column + " = " + expression, field))
                .containsExactly(expected);
        assertThat(errors).isEmpty();
    }

    @Test
    void valueThatDoesNotFitItsColumnIsItsRecordsError() {
        assertThat(column("a", "(@x) SET a = @x", "1", "abc", "99999999999", "\\N"))
                .containsExactly("1", "null");
        assertThat(errors).extracting(RecordError::offset).containsExactly(1L, 2L);
        assertThat(column("a", "(@x) SET a = @x * 1000000000", "1", "3", "2"))
                .containsExactly("1000000000", "2000000000");
        assertThat(errors).extracting(RecordError::offset).containsExactly(1L);
        assertThat(column("b", "(@x) SET b = repeat('x', @x)", "2", "21")).containsExactly("xx");
        assertThat(errors).extracting(RecordError::column).containsExactly(Optional.of("b"));
    }

    @Test
    void whereSeesFieldsAndVariables() {
        String clauses = "FIELDS TERMINATED BY ',' (a, @x, b) SET d = @x WHERE a % 2 = 0 AND @x BETWEEN 1 AND 5";
        assertThat(column("a", clauses, "1,2,x", "2,3,y", "4,9,z", "6,\\N,z", "8,5,z"))
                .containsExactly("2", "8");
        assertThat(column("d", clauses, "2,3,y", "8,5,z")).containsExactly("3.00", "5.00");
        assertThat(column("a", "(a) WHERE a", "0", "1", "\\N")).containsExactly("1");
        assertThat(column(
                        "b",
                        "FORMAT JSON (b <- b, @k <- k DEFAULT 'none') WHERE lower(@k) <> 'none'",
                        "{\"b\":1}",
                        "{\"b\":2,\"k\":\"x\"}"))
                .containsExactly("2");
    }
}
