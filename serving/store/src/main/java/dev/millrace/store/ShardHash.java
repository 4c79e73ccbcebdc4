package dev.millrace.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.spec.TableSpec;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * The hash that gives a row its home partition. It is part of the file format: rows written under it are looked up
 * under it, so it never changes. Golden values guard it.
 *
 * <p>A column's value becomes 64 bits: integers, booleans, days and microseconds by Murmur3's 64-bit finalizer,
 * doubles by their bits (−0.0 as 0.0, one NaN), decimals by their digits without trailing zeros, text and binary by
 * FNV-1a over the bytes and then the finalizer; NULL is a constant. Columns combine in the order of the shard key as
 * {@code mix(31 · h + value)} from {@code h = 0}.
 */
public final class ShardHash {
    private static final long NULL_HASH = 0x9E3779B97F4A7C15L;
    private static final long FNV_OFFSET = 0xCBF29CE484222325L;
    private static final long FNV_PRIME = 0x100000001B3L;

    private ShardHash() {}

    /** The home of a hash. */
    public static int partition(long hash, int partitions) {
        return Math.floorMod(hash, partitions);
    }

    /**
     * The hash of a shard key given as values: {@code Long} for integers, booleans (0, 1), days and microseconds,
     * {@code Double}, {@code BigDecimal}, {@code String}, {@code byte[]}, or null.
     */
    public static long of(List<?> key) {
        long hash = 0;
        for (Object value : key) {
            hash = combine(hash, value(value));
        }
        return hash;
    }

    /** Hashes of all rows of a batch that has the table's columns in the table's order. */
    public static long[] ofRows(VectorSchemaRoot rows, TableSpec table) {
        long[] hashes = new long[rows.getRowCount()];
        for (int column : table.shardKeyIndexes()) {
            FieldVector vector = rows.getVector(column);
            for (int row = 0; row < hashes.length; row++) {
                hashes[row] = combine(hashes[row], value(vector, row));
            }
        }
        return hashes;
    }

    private static long combine(long hash, long value) {
        return mix(31 * hash + value);
    }

    private static long value(Object value) {
        if (value == null) {
            return NULL_HASH;
        }
        if (value instanceof Long number) {
            return mix(number);
        }
        if (value instanceof Double number) {
            return ofDouble(number);
        }
        if (value instanceof BigDecimal number) {
            return ofDecimal(number);
        }
        if (value instanceof String text) {
            byte[] bytes = text.getBytes(UTF_8);
            return ofBytes(bytes, bytes.length);
        }
        if (value instanceof byte[] bytes) {
            return ofBytes(bytes, bytes.length);
        }
        throw new IllegalArgumentException("a shard key of " + value.getClass());
    }

    private static long value(FieldVector vector, int row) {
        if (vector.isNull(row)) {
            return NULL_HASH;
        }
        if (vector instanceof BaseIntVector integers) {
            return mix(integers.getValueAsLong(row));
        }
        if (vector instanceof VarCharVector text) {
            byte[] bytes = text.get(row);
            return ofBytes(bytes, bytes.length);
        }
        if (vector instanceof DecimalVector decimals) {
            return ofDecimal(decimals.getObject(row));
        }
        if (vector instanceof TimeStampMicroVector times) {
            return mix(times.get(row));
        }
        if (vector instanceof DateDayVector dates) {
            return mix(dates.get(row));
        }
        if (vector instanceof BitVector bits) {
            return mix(bits.get(row));
        }
        if (vector instanceof Float8Vector doubles) {
            return ofDouble(doubles.get(row));
        }
        if (vector instanceof Float4Vector floats) {
            return ofDouble(floats.get(row));
        }
        if (vector instanceof VarBinaryVector binary) {
            byte[] bytes = binary.get(row);
            return ofBytes(bytes, bytes.length);
        }
        throw new IllegalArgumentException("a shard key of " + vector.getField());
    }

    private static long ofDouble(double value) {
        return mix(Double.doubleToLongBits(value == 0 ? 0.0 : value));
    }

    private static long ofDecimal(BigDecimal value) {
        BigDecimal plain = value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros();
        byte[] digits = plain.unscaledValue().toByteArray();
        byte[] bytes = Arrays.copyOf(digits, digits.length + 1);
        bytes[digits.length] = (byte) plain.scale();
        return ofBytes(bytes, bytes.length);
    }

    private static long ofBytes(byte[] bytes, int length) {
        long hash = FNV_OFFSET;
        for (int i = 0; i < length; i++) {
            hash = (hash ^ (bytes[i] & 0xFF)) * FNV_PRIME;
        }
        return mix(hash);
    }

    private static long mix(long value) {
        long h = value;
        h ^= h >>> 33;
        h *= 0xFF51AFD7ED558CCDL;
        h ^= h >>> 33;
        h *= 0xC4CEB9FE1A85EC53L;
        h ^= h >>> 33;
        return h;
    }
}
