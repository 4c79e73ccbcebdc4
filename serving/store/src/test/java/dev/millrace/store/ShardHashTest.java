package dev.millrace.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.type.SqlType;
import dev.millrace.spec.type.SqlType.Kind;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.Test;

/** Rows were written under these hashes and are looked up under them: the golden values never change. */
class ShardHashTest {
    @Test
    void hashesStayWhatTheyAre() {
        assertThat(Stream.of(
                                key(0L),
                                key(1L),
                                key(-1L),
                                key(Long.MAX_VALUE),
                                key((Object) null),
                                key(""),
                                key("clicks"),
                                key("ключ"),
                                key(1.5),
                                key(new BigDecimal("12.50")),
                                key(new BigDecimal("0")),
                                key((Object) new byte[] {1, 2, -1}),
                                key(7L, "home"),
                                key("home", 7L))
                        .map(key -> Long.toHexString(ShardHash.of(key))))
                .containsExactly(
                        "0",
                        "7d6e4ac38b2b1be2",
                        "fa605f44aea3667d",
                        "e72306068b6e596a",
                        "9ca066f1a4ab2eea",
                        "c70b7d317e33bf45",
                        "de0d5aeec60a0121",
                        "9ab804eccdaadaaa",
                        "a7366bfc19abe2c7",
                        "8aa27736bb02ab3e",
                        "a0de0d1eca9f37bb",
                        "2ebccf02e2fdbad9",
                        "666ef3ddcc7f9cbf",
                        "6d617a2ea7366cb0");
    }

    @Test
    void rowsOfABatchHaveTheHashOfTheirValues() {
        try (BufferAllocator allocator = new RootAllocator()) {
            for (Kind kind : Kind.values()) {
                SqlType type = kind == Kind.DECIMAL
                        ? SqlType.decimal(10, 4)
                        : new SqlType(kind, kind == Kind.VARCHAR || kind == Kind.VARBINARY ? 20 : 0, 0);
                TableSpec table = new TableSpec(
                        1,
                        1,
                        "d",
                        "t",
                        false,
                        List.of(new ColumnSpec("k", type, true, Optional.empty())),
                        List.of(),
                        List.of("k"));
                Field field = new Field("k", FieldType.nullable(type.arrow()), List.of());
                try (FieldVector vector = field.createVector(allocator)) {
                    vector.setInitialCapacity(2);
                    vector.allocateNew();
                    Object value = fill(vector);
                    vector.setNull(1);
                    vector.setValueCount(2);
                    assertThat(ShardHash.ofRows(new VectorSchemaRoot(List.of(field), List.of(vector), 2), table))
                            .as(type.sql())
                            .containsExactly(ShardHash.of(key(value)), ShardHash.of(key((Object) null)));
                }
            }
        }
    }

    @Test
    void equalValuesOfDifferentFormsHaveOneHash() {
        assertThat(ShardHash.of(key(0.0))).isEqualTo(ShardHash.of(key(-0.0)));
        assertThat(ShardHash.of(key(new BigDecimal("1.10")))).isEqualTo(ShardHash.of(key(new BigDecimal("1.1"))));
        assertThat(ShardHash.of(key(new BigDecimal("0.000")))).isEqualTo(ShardHash.of(key(new BigDecimal("0"))));
        assertThat(ShardHash.of(key(Double.longBitsToDouble(0x7FF8000000000001L))))
                .isEqualTo(ShardHash.of(key(Double.NaN)));
    }

    @Test
    void homesAreSpreadEvenly() {
        int partitions = 8;
        int[] counts = new int[partitions];
        for (long id = 0; id < 80_000; id++) {
            counts[ShardHash.partition(ShardHash.of(key(id)), partitions)]++;
        }
        assertThat(Arrays.stream(counts)).allMatch(count -> count > 9_500 && count < 10_500);
    }

    private static Object fill(FieldVector vector) {
        if (vector instanceof BigIntVector v) {
            v.set(0, -5);
            return -5L;
        } else if (vector instanceof IntVector v) {
            v.set(0, -5);
            return -5L;
        } else if (vector instanceof SmallIntVector v) {
            v.set(0, -5);
            return -5L;
        } else if (vector instanceof TinyIntVector v) {
            v.set(0, -5);
            return -5L;
        } else if (vector instanceof BitVector v) {
            v.set(0, 1);
            return 1L;
        } else if (vector instanceof DateDayVector v) {
            v.set(0, 19_000);
            return 19_000L;
        } else if (vector instanceof TimeStampMicroVector v) {
            v.set(0, 1_700_000_000_000_000L);
            return 1_700_000_000_000_000L;
        } else if (vector instanceof Float8Vector v) {
            v.set(0, 1.5);
            return 1.5;
        } else if (vector instanceof Float4Vector v) {
            v.set(0, 1.5f);
            return 1.5;
        } else if (vector instanceof DecimalVector v) {
            v.set(0, new BigDecimal("12.5000"));
            return new BigDecimal("12.5");
        } else if (vector instanceof VarCharVector v) {
            v.setSafe(0, "ключ".getBytes(UTF_8));
            return "ключ";
        }
        ((VarBinaryVector) vector).setSafe(0, new byte[] {1, 2, -1});
        return new byte[] {1, 2, -1};
    }

    private static List<Object> key(Object... values) {
        return Arrays.asList(values);
    }
}
