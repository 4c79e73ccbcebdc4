package dev.millrace.aggregator.execute;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.TableSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
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
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Collects stored rows of one table for one partition and writes them as an Arrow IPC stream: all columns in table
 * order, types as {@code SqlType.arrow()}.
 */
final class RowsBuilder implements AutoCloseable {
    private final VectorSchemaRoot root;
    private final List<FieldVector> vectors;
    private int rows;
    private long bytes;

    RowsBuilder(TableSpec table, BufferAllocator allocator) {
        List<Field> fields = new ArrayList<>();
        for (ColumnSpec column : table.columns()) {
            fields.add(new Field(column.name(), FieldType.nullable(column.type().arrow()), null));
        }
        root = VectorSchemaRoot.create(new Schema(fields), allocator);
        vectors = root.getFieldVectors();
    }

    int rows() {
        return rows;
    }

    /** About what {@link #toIpc} will have, but for its header. */
    long bytes() {
        return bytes;
    }

    /** Adds a row of values as {@link Coercion} makes them. */
    void add(Object[] row) {
        for (int i = 0; i < row.length; i++) {
            bytes += set(vectors.get(i), rows, row[i]);
        }
        rows++;
    }

    /** The size of a row once added. */
    static long size(Object[] row) {
        long size = 0;
        for (Object value : row) {
            size += value instanceof String text ? text.length() * 3L : value instanceof byte[] b ? b.length : 16;
        }
        return size;
    }

    private static int set(FieldVector vector, int row, Object value) {
        if (value == null) {
            vector.setNull(row);
            return 8;
        }
        if (vector instanceof VarCharVector v) {
            byte[] text = ((String) value).getBytes(UTF_8);
            v.setSafe(row, text);
            return text.length + 5;
        } else if (vector instanceof VarBinaryVector v) {
            byte[] binary = (byte[]) value;
            v.setSafe(row, binary);
            return binary.length + 5;
        } else if (vector instanceof DecimalVector v) {
            v.setSafe(row, (BigDecimal) value);
            return 17;
        } else if (vector instanceof BitVector v) {
            v.setSafe(row, (Boolean) value ? 1 : 0);
            return 1;
        } else if (vector instanceof Float8Vector v) {
            v.setSafe(row, (Double) value);
        } else if (vector instanceof Float4Vector v) {
            v.setSafe(row, (float) (double) (Double) value);
        } else {
            whole(vector, row, (Long) value);
        }
        return 9;
    }

    private static void whole(FieldVector vector, int row, long value) {
        if (vector instanceof BigIntVector v) {
            v.setSafe(row, value);
        } else if (vector instanceof IntVector v) {
            v.setSafe(row, (int) value);
        } else if (vector instanceof SmallIntVector v) {
            v.setSafe(row, (short) value);
        } else if (vector instanceof TinyIntVector v) {
            v.setSafe(row, (byte) value);
        } else if (vector instanceof TimeStampMicroVector v) {
            v.setSafe(row, value);
        } else if (vector instanceof DateDayVector v) {
            v.setSafe(row, (int) value);
        } else {
            throw new IllegalStateException("a column of Arrow type " + vector.getField());
        }
    }

    /** The rows as an Arrow IPC stream; the builder is empty after it. */
    byte[] toIpc() {
        root.setRowCount(rows);
        ByteArrayOutputStream out = new ByteArrayOutputStream((int) Math.min(bytes + 4096, Integer.MAX_VALUE / 2));
        try (ArrowStreamWriter writer = new ArrowStreamWriter(root, null, Channels.newChannel(out))) {
            writer.start();
            writer.writeBatch();
            writer.end();
        } catch (IOException e) {
            throw new UncheckedIOException("writing rows to memory", e);
        }
        root.clear();
        rows = 0;
        bytes = 0;
        return out.toByteArray();
    }

    @Override
    public void close() {
        root.close();
    }
}
