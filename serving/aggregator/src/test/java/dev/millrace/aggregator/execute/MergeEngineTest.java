package dev.millrace.aggregator.execute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.aggregator.plan.ResultColumn;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.type.SqlType;
import dev.millrace.spec.type.SqlType.Kind;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MergeEngineTest {
    @TempDir
    Path spill;

    private RootAllocator allocator;
    private MergeEngine engine;

    @BeforeEach
    void open() {
        allocator = new RootAllocator(512 << 20);
        engine = new MergeEngine(allocator, 256 << 20, 2, spill.resolve("spill"));
    }

    @AfterEach
    void close() {
        engine.close();
        assertThat(allocator.getAllocatedMemory()).isZero();
        allocator.close();
    }

    private RowCursor run(String sql, SqlType... types) {
        return run(true, sql, types);
    }

    private RowCursor run(boolean stream, String sql, SqlType... types) {
        List<ResultColumn> columns = java.util.Arrays.stream(types)
                .map(type -> new ResultColumn("c", type, true, Optional.empty()))
                .toList();
        return new ArrowCursor(columns, engine.query(sql, Map.of(), stream)).primed();
    }

    @Test
    void valuesOfEveryTypeComeBack() {
        try (RowCursor cursor = run(
                """
                SELECT true, 1::TINYINT, -2::SMALLINT, 3::INTEGER, 4::BIGINT, 1.5::FLOAT, 2.5::DOUBLE,
                    12.345::DECIMAL(20,3), 'ä', '\\x01\\xFF'::BLOB, DATE '1969-12-31',
                    TIMESTAMP '1969-12-31 23:59:59.999999', NULL::INTEGER, 7::HUGEINT::DECIMAL(38,0)
                """,
                SqlType.of(Kind.BOOL),
                SqlType.of(Kind.TINYINT),
                SqlType.of(Kind.SMALLINT),
                SqlType.of(Kind.INT),
                SqlType.of(Kind.BIGINT),
                SqlType.of(Kind.FLOAT),
                SqlType.of(Kind.DOUBLE),
                SqlType.decimal(20, 3),
                SqlType.of(Kind.TEXT),
                SqlType.of(Kind.BLOB),
                SqlType.of(Kind.DATE),
                SqlType.of(Kind.DATETIME, 6),
                SqlType.of(Kind.INT),
                SqlType.of(Kind.BIGINT))) {
            assertThat(cursor.next()).isTrue();
            Object[] row = new Object[14];
            for (int i = 0; i < row.length; i++) {
                row[i] = cursor.value(i);
            }
            assertThat(row)
                    .containsExactly(
                            true,
                            1L,
                            -2L,
                            3L,
                            4L,
                            1.5,
                            2.5,
                            new BigDecimal("12.345"),
                            "ä",
                            new byte[] {1, -1},
                            -1L,
                            -1L,
                            null,
                            7L);
            assertThat(cursor.next()).isFalse();
            assertThat(cursor.next()).isFalse();
        }
    }

    @Test
    void manyRowsStreamThroughLittleMemory() {
        try (RowCursor cursor = run(
                "SELECT range, 'row ' || range FROM range(1000000)", SqlType.of(Kind.BIGINT), SqlType.of(Kind.TEXT))) {
            long sum = 0;
            long rows = 0;
            while (cursor.next()) {
                sum += (Long) cursor.value(0);
                rows++;
                if (rows == 10) {
                    assertThat(allocator.getAllocatedMemory()).isLessThan(16 << 20);
                }
            }
            assertThat(rows).isEqualTo(1_000_000);
            assertThat(sum).isEqualTo(499_999_500_000L);
        }
    }

    @Test
    void resultLeftHalfwayLetsEverythingGo() {
        RowCursor cursor = run("SELECT range FROM range(1000000)", SqlType.of(Kind.BIGINT));
        assertThat(cursor.next()).isTrue();
        cursor.close();
        try (RowCursor next = run("SELECT 1", SqlType.of(Kind.INT))) {
            assertThat(next.next()).isTrue();
        }
    }

    @Test
    void cancelledQueryEndsWithItsReason() {
        RowCursor cursor = run("SELECT range FROM range(100000000)", SqlType.of(Kind.BIGINT));
        cursor.cancel("time-out of 1 ms");
        assertThatThrownBy(() -> {
                    while (cursor.next()) {
                        // to the end of the batch at hand
                    }
                })
                .isInstanceOfSatisfying(
                        StatementException.class, e -> assertThat(e.state()).isEqualTo(SqlState.QUERY_TIMEOUT));
        cursor.close();
    }

    @Test
    void streamedQueryThatFailsHasItsReasonWhenRunWhole() {
        String sql = "SELECT 9223372036854775807 + range::BIGINT FROM range(2)";
        assertThatThrownBy(() -> run(true, sql, SqlType.of(Kind.BIGINT)))
                .isInstanceOf(MergeEngine.UnknownReasonException.class);
        assertThatThrownBy(() -> run(false, sql, SqlType.of(Kind.BIGINT)))
                .isInstanceOfSatisfying(
                        StatementException.class, e -> assertThat(e.state()).isEqualTo(SqlState.NUMERIC_OVERFLOW));
    }

    @Test
    void filesOfThisMachineAreOutOfReach() {
        assertThatThrownBy(() -> run("SELECT * FROM read_csv('/etc/passwd')", SqlType.of(Kind.TEXT)))
                .isInstanceOf(StatementException.class);
    }

    @Test
    void defaultsAreEvaluatedAsConstants() {
        assertThat(engine.evaluate("1 + 1")).isEqualTo(2);
        assertThat(engine.evaluate("'a'")).isEqualTo("a");
        assertThat(engine.evaluate("NULL")).isNull();
    }
}
