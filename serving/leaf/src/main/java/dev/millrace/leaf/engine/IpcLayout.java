package dev.millrace.leaf.engine;

import com.google.common.base.Utf8;
import dev.millrace.spec.ColumnSpec;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.vector.types.pojo.ArrowType;

/**
 * Whether the body of an Arrow batch is what its head says: DuckDB trusts lengths, offsets, UTF-8 and the digits of
 * decimals, and reads anywhere if they lie. Every chunk goes through here, so it reads the bytes where they are and
 * makes no object for a value. Arrow's own validation makes several, and misses a character that is cut off.
 */
final class IpcLayout {
    private static final int OFFSET_BYTES = 4;
    private static final int DECIMAL_BYTES = 16;
    private static final long ASCII_MASK = 0x8080808080808080L;

    private final RecordBatch batch;
    private final ByteBuffer body;
    private final int rows;
    private int nextBuffer;

    /** @param body the bytes behind the head; an array is behind it */
    private IpcLayout(RecordBatch batch, ByteBuffer body) {
        this.batch = batch;
        this.body = body;
        this.rows = Math.toIntExact(batch.length());
    }

    /**
     * What is wrong with a batch; empty if nothing is.
     *
     * @param batch whose buffers are inside the body, with one node for each column
     */
    static Optional<String> check(RecordBatch batch, ByteBuffer body, List<ColumnSpec> columns) {
        IpcLayout layout = new IpcLayout(batch, body.slice().order(ByteOrder.LITTLE_ENDIAN));
        for (int i = 0; i < columns.size(); i++) {
            Optional<String> problem = layout.column(columns.get(i), batch.nodes(i));
            if (problem.isPresent()) {
                return problem;
            }
        }
        return layout.nextBuffer == batch.buffersLength()
                ? Optional.empty()
                : Optional.of("an Arrow batch with " + batch.buffersLength() + " buffers");
    }

    private Optional<String> column(ColumnSpec column, FieldNode node) {
        ArrowType type = column.type().arrow();
        boolean text = type instanceof ArrowType.Utf8;
        boolean variable = text || type instanceof ArrowType.Binary;
        if (nextBuffer + (variable ? 3 : 2) > batch.buffersLength()) {
            return Optional.of("an Arrow batch with " + batch.buffersLength() + " buffers");
        }
        ByteBuffer validity = buffer();
        long nulls = node.nullCount();
        // Without NULLs, or with nothing else, a reader makes its own.
        if (nulls < 0 || nulls > rows || (nulls > 0 && nulls < rows && validity.capacity() < bitBytes())) {
            return problem(column, "has a bitmap of " + validity.capacity() + " bytes and " + nulls + " NULLs");
        }
        if (variable) {
            return variable(column, buffer(), buffer(), text);
        }
        ByteBuffer data = buffer();
        long wanted = type instanceof ArrowType.Bool ? bitBytes() : (long) rows * width(type);
        if (data.capacity() < wanted) {
            return problem(column, "has " + data.capacity() + " bytes of values for " + rows + " rows");
        }
        return type instanceof ArrowType.Decimal decimal && nulls < rows
                ? decimals(column, decimal, data, nulls == 0 ? null : validity)
                : Optional.empty();
    }

    private ByteBuffer buffer() {
        org.apache.arrow.flatbuf.Buffer place = batch.buffers(nextBuffer++);
        return body.slice(Math.toIntExact(place.offset()), Math.toIntExact(place.length()))
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    private int bitBytes() {
        return (rows + 7) / 8;
    }

    private static int width(ArrowType type) {
        if (type instanceof ArrowType.Int number) {
            return number.getBitWidth() / 8;
        }
        if (type instanceof ArrowType.FloatingPoint number) {
            return switch (number.getPrecision()) {
                case HALF -> 2;
                case SINGLE -> 4;
                case DOUBLE -> 8;
            };
        }
        if (type instanceof ArrowType.Decimal decimal && decimal.getBitWidth() == DECIMAL_BYTES * 8) {
            return DECIMAL_BYTES;
        }
        if (type instanceof ArrowType.Date date) {
            return switch (date.getUnit()) {
                case DAY -> 4;
                case MILLISECOND -> 8;
            };
        }
        if (type instanceof ArrowType.Time time) {
            return time.getBitWidth() / 8;
        }
        if (type instanceof ArrowType.Timestamp) {
            return 8;
        }
        throw new IllegalArgumentException("values of " + type);
    }

    private Optional<String> variable(ColumnSpec column, ByteBuffer offsets, ByteBuffer data, boolean text) {
        if (rows == 0) {
            return Optional.empty();
        }
        if (offsets.capacity() < (rows + 1L) * OFFSET_BYTES) {
            return problem(column, "has " + offsets.capacity() + " bytes of offsets for " + rows + " rows");
        }
        int first = offsets.getInt(0);
        int end = first;
        for (int row = 1; row <= rows; row++) {
            int next = offsets.getInt(row * OFFSET_BYTES);
            if (next < end) {
                return problem(column, "has an offset " + next + " behind " + end);
            }
            end = next;
        }
        if (first < 0 || end > data.capacity()) {
            return problem(column, "has offsets " + first + " to " + end + " in " + data.capacity() + " bytes");
        }
        return text && !isAscii(data, first, end) ? utf8(column, offsets, data) : Optional.empty();
    }

    private static boolean isAscii(ByteBuffer data, int begin, int end) {
        int at = begin;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            if ((data.getLong(at) & ASCII_MASK) != 0) {
                return false;
            }
        }
        for (; at < end; at++) {
            if (data.get(at) < 0) {
                return false;
            }
        }
        return true;
    }

    /** Each value for itself: the text of two may be sound together and not apart. */
    private Optional<String> utf8(ColumnSpec column, ByteBuffer offsets, ByteBuffer data) {
        for (int row = 0; row < rows; row++) {
            int begin = offsets.getInt(row * OFFSET_BYTES);
            int end = offsets.getInt((row + 1) * OFFSET_BYTES);
            if (!Utf8.isWellFormed(data.array(), data.arrayOffset() + begin, end - begin)) {
                return problem(column, "has text that is not UTF-8 in row " + row);
            }
        }
        return Optional.empty();
    }

    private Optional<String> decimals(
            ColumnSpec column, ArrowType.Decimal type, ByteBuffer data, ByteBuffer validityOrNull) {
        Int128 bound = Int128.powerOfTen(type.getPrecision());
        for (int row = 0; row < rows; row++) {
            if (!bound.isAbove(data.getLong(row * DECIMAL_BYTES + 8), data.getLong(row * DECIMAL_BYTES))
                    && !isNull(validityOrNull, row)) {
                return problem(column, "has a value of more than " + type.getPrecision() + " digits in row " + row);
            }
        }
        return Optional.empty();
    }

    private static boolean isNull(ByteBuffer validityOrNull, int row) {
        return validityOrNull != null
                && row / 8 < validityOrNull.capacity()
                && (validityOrNull.get(row / 8) >> (row % 8) & 1) == 0;
    }

    /** A bound of numbers of 128 bits: ten to a power. */
    private record Int128(long high, long low) {
        static Int128 powerOfTen(int power) {
            BigInteger value = BigInteger.TEN.pow(power);
            return new Int128(value.shiftRight(64).longValueExact(), value.longValue());
        }

        /** Whether the number, in two's complement, is below the bound and above its negative. */
        boolean isAbove(long numberHigh, long numberLow) {
            long h = numberHigh;
            long l = numberLow;
            if (h < 0) {
                l = -l;
                h = ~h + (l == 0 ? 1 : 0);
            }
            return h >= 0 && (h < high || (h == high && Long.compareUnsigned(l, low) < 0));
        }
    }

    private static Optional<String> problem(ColumnSpec column, String what) {
        return Optional.of("column " + column.name() + " " + what);
    }
}
