package dev.millrace.transform.load;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.type.SqlType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/**
 * The values of one column, and the one place that knows how text, a number, a boolean or a document becomes a value of
 * its type: as MySQL's strict mode does. Values gather on the heap, where a write is an array store and a failed batch
 * leaves nothing to release; {@link #finish} copies them into Arrow buffers of exactly their size.
 */
abstract sealed class ColumnBuilder permits FixedColumn, BytesColumn {
    /** A batch's rows; keeps every array index an int. */
    static final int ROWS_MAX = 1 << 27;

    private static final int ROWS_FIRST = 1024;

    final ColumnSpec spec;
    /* Rows so far. */
    int rows;
    /* One bit a row, set for NULL; words past the end are zero. */
    private long[] nulls = {};
    private int nullCount;

    ColumnBuilder(ColumnSpec spec) {
        this.spec = requireNonNull(spec, "spec");
    }

    static ColumnBuilder of(ColumnSpec spec) {
        return switch (spec.type().kind()) {
            case BOOL -> new BoolColumn(spec);
            case TINYINT -> new IntegerColumn(spec, Byte.SIZE);
            case SMALLINT -> new IntegerColumn(spec, Short.SIZE);
            case INT -> new IntegerColumn(spec, Integer.SIZE);
            case BIGINT -> new IntegerColumn(spec, Long.SIZE);
            case FLOAT, DOUBLE -> new FloatColumn(spec);
            case DECIMAL -> new DecimalColumn(spec);
            case DATE, DATETIME, TIMESTAMP -> new TimeColumn(spec);
            case CHAR, VARCHAR, TEXT -> new TextColumn(spec);
            case BINARY, VARBINARY, BLOB -> new BinaryColumn(spec);
            case JSON -> new JsonColumn(spec);
        };
    }

    /** Appends what the text means. */
    abstract void text(byte[] bytes, int from, int to);

    /** Appends a JSON number. */
    void number(byte[] bytes, int from, int to) {
        text(bytes, from, to);
    }

    /** Appends a whole number. */
    void integer(long value) {
        byte[] digits = Long.toString(value).getBytes(StandardCharsets.US_ASCII);
        number(digits, 0, digits.length);
    }

    /** Appends a number that may have a fraction, or be none, given also as it is written. */
    void real(double value, String written) {
        byte[] digits = written.getBytes(StandardCharsets.US_ASCII);
        if (!Double.isFinite(value) && isNumeric()) {
            throw incorrect(digits, 0, digits.length);
        }
        number(digits, 0, digits.length);
    }

    /** Appends a date, or a point in time, given in microseconds since 1970. */
    void moment(long micros, boolean dateOnly) {
        byte[] written = TimeText.write(micros, dateOnly).getBytes(StandardCharsets.US_ASCII);
        text(written, 0, written.length);
    }

    /** Whether it is a column of numbers. */
    boolean isNumeric() {
        return false;
    }

    /** Appends JSON's true or false. */
    abstract void bool(boolean value);

    /** Appends a JSON object or array, given as its text. */
    void document(byte[] bytes, int from, int to) {
        throw incorrect(bytes, from, to);
    }

    /** Whether every JSON value but null is to be given as {@link #document}. */
    boolean takesDocuments() {
        return false;
    }

    /** Appends NULL. */
    final void nul() {
        if (!spec.nullable()) {
            throw BadValue.of(RecordError.Kind.NOT_NULL, "column " + spec.name() + " cannot be NULL", spec.name());
        }
        int word = rows >> 6;
        if (word >= nulls.length) {
            nulls = Arrays.copyOf(nulls, Math.max(word + 1, nulls.length * 2));
        }
        nulls[word] |= 1L << rows;
        nullCount++;
        placeholder();
    }

    /** Appends a value nobody reads. */
    abstract void placeholder();

    /** About what a row's value takes. */
    int sizeBytes(int row) {
        return Long.BYTES;
    }

    /** Drops the rows from a number on: those of a record that turned out bad, so there are few. */
    void truncate(int mark) {
        for (int row = mark; row < rows; row++) {
            int word = row >> 6;
            if (word < nulls.length && (nulls[word] & 1L << row) != 0) {
                nulls[word] &= ~(1L << row);
                nullCount--;
            }
        }
        rows = mark;
    }

    /** Keeps the rows of these numbers, which ascend, and drops the others. */
    final void keep(int[] kept) {
        if (nullCount > 0) {
            long[] before = nulls;
            nulls = new long[before.length];
            nullCount = 0;
            for (int i = 0; i < kept.length; i++) {
                int word = kept[i] >> 6;
                if (word < before.length && (before[word] & 1L << kept[i]) != 0) {
                    nulls[i >> 6] |= 1L << i;
                    nullCount++;
                }
            }
        }
        move(kept);
        rows = kept.length;
    }

    /** Moves the values of these rows to the front. */
    abstract void move(int[] kept);

    /** Drops all rows. */
    void clear() {
        Arrays.fill(nulls, 0, Math.min(nulls.length, (rows + 63) >> 6), 0);
        nullCount = 0;
        rows = 0;
    }

    /** Moves all rows into a vector, which the caller closes. The builder is not cleared. */
    final FieldVector finish(BufferAllocator allocator) {
        Field field = new Field(spec.name(), FieldType.nullable(spec.type().arrow()), null);
        FieldVector vector = field.createVector(allocator);
        BufferList buffers = new BufferList(allocator);
        try (buffers) {
            validity(buffers);
            values(buffers);
            vector.loadFieldBuffers(new ArrowFieldNode(rows, nullCount), buffers.list());
            return vector;
        } catch (RuntimeException | Error e) {
            vector.close();
            throw e;
        }
    }

    private void validity(BufferList buffers) {
        // Without a NULL Arrow makes the bits itself.
        int words = nullCount == 0 ? 0 : (rows + 63) >> 6;
        ByteBuffer bits = buffers.add(words * 8L);
        for (int i = 0; i < words; i++) {
            bits.putLong(i < nulls.length ? ~nulls[i] : -1L);
        }
    }

    /** Adds the buffers that hold the values. */
    abstract void values(BufferList buffers);

    /* The room for one more row, given the room there is. */
    static int grown(int room, int atLeast) {
        if (atLeast > ROWS_MAX) {
            throw new IllegalStateException("more than " + ROWS_MAX + " rows in a batch");
        }
        return Math.max(Math.max(atLeast, ROWS_FIRST), (int) Math.min(ROWS_MAX, room * 2L));
    }

    final BadValue incorrect(byte[] bytes, int from, int to) {
        return BadValue.of(
                RecordError.Kind.INCORRECT_VALUE,
                "incorrect " + spec.type().sql() + " value " + BadValue.quote(bytes, from, to),
                spec.name());
    }

    final BadValue outOfRange(byte[] bytes, int from, int to) {
        return BadValue.of(
                RecordError.Kind.OUT_OF_RANGE,
                "value " + BadValue.quote(bytes, from, to) + " is out of range for "
                        + spec.type().sql(),
                spec.name());
    }

    final BadValue tooLong(byte[] bytes, int from, int to) {
        SqlType type = spec.type();
        return BadValue.of(
                RecordError.Kind.TOO_LONG,
                "value " + BadValue.quote(bytes, from, to) + " is too long for " + type.sql(),
                spec.name());
    }

    /** Buffers on their way into a vector, released when closed: a vector holds its own references by then. */
    static final class BufferList implements AutoCloseable {
        private final BufferAllocator allocator;
        private final List<ArrowBuf> buffers = new ArrayList<>();

        BufferList(BufferAllocator allocator) {
            this.allocator = allocator;
        }

        /** A new buffer of that size, to be filled at once. */
        ByteBuffer add(long size) {
            ArrowBuf buffer = allocator.buffer(size);
            buffers.add(buffer);
            buffer.writerIndex(size);
            return size == 0
                    ? ByteBuffer.allocate(0)
                    : buffer.nioBuffer(0, Math.toIntExact(size)).order(ByteOrder.LITTLE_ENDIAN);
        }

        List<ArrowBuf> list() {
            return buffers;
        }

        @Override
        public void close() {
            buffers.forEach(ArrowBuf::close);
        }
    }
}
