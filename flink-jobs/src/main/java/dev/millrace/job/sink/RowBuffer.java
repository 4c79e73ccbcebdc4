package dev.millrace.job.sink;

import java.io.IOException;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.BitVectorHelper;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Rows of one destination, until they make a chunk. Columns are gathered one by one, straight from buffer to buffer:
 * value by value through Arrow's vectors this would be the dearest step of the job.
 */
final class RowBuffer implements AutoCloseable {
    private static final int ROWS_MIN = 256;

    /** Room for the schema's and the batch's headers. */
    private static final int HEADER_BYTES = 4 << 10;

    private final VectorSchemaRoot root;
    private int rows;
    private long bytes;

    RowBuffer(Schema schema, BufferAllocator allocator) {
        root = VectorSchemaRoot.create(schema, allocator);
        for (FieldVector vector : root.getFieldVectors()) {
            vector.setInitialCapacity(ROWS_MIN);
            vector.allocateNew();
        }
    }

    int rows() {
        return rows;
    }

    /** Bytes of the values, as counted by {@link RowSizes}. */
    long bytes() {
        return bytes;
    }

    /**
     * Appends rows.
     *
     * @param source the same columns
     * @param selection row numbers in {@code source}
     * @param begin first index into the selection
     * @param end index behind the last
     * @param size what the rows take, as counted by {@link RowSizes}
     */
    void append(VectorSchemaRoot source, int[] selection, int begin, int end, long size) {
        List<FieldVector> columns = root.getFieldVectors();
        for (int i = 0; i < columns.size(); i++) {
            FieldVector from = source.getVector(i);
            FieldVector to = columns.get(i);
            if (to instanceof BitVector bits) {
                bits(bits, (BitVector) from, selection, begin, end);
            } else if (to instanceof BaseFixedWidthVector fixed) {
                fixed(fixed, (BaseFixedWidthVector) from, selection, begin, end);
            } else if (to instanceof BaseVariableWidthVector variable) {
                variable(variable, (BaseVariableWidthVector) from, selection, begin, end);
            } else {
                throw new IllegalArgumentException("a column of " + to.getField());
            }
        }
        rows += end - begin;
        bytes += size;
    }

    /** The rows as an Arrow IPC stream of one batch; the buffer is empty afterwards. */
    byte[] take() throws IOException {
        for (FieldVector vector : root.getFieldVectors()) {
            if (vector instanceof BaseVariableWidthVector variable) {
                variable.setLastSet(rows - 1);
            }
        }
        root.setRowCount(rows);
        ByteChannel channel = new ByteChannel(Math.toIntExact(bytes + HEADER_BYTES));
        try (ArrowStreamWriter writer = new ArrowStreamWriter(root, null, channel)) {
            writer.start();
            writer.writeBatch();
            writer.end();
        }
        for (FieldVector vector : root.getFieldVectors()) {
            vector.reset();
        }
        rows = 0;
        bytes = 0;
        return channel.toBytes();
    }

    @Override
    public void close() {
        root.close();
    }

    private void bits(BitVector to, BitVector from, int[] selection, int begin, int end) {
        grow(to, end - begin);
        validity(to, from, selection, begin, end);
        ArrowBuf target = to.getDataBuffer();
        ArrowBuf source = from.getDataBuffer();
        for (int i = begin; i < end; i++) {
            BitVectorHelper.setValidityBit(target, rows + i - begin, BitVectorHelper.get(source, selection[i]));
        }
    }

    private void fixed(BaseFixedWidthVector to, BaseFixedWidthVector from, int[] selection, int begin, int end) {
        grow(to, end - begin);
        validity(to, from, selection, begin, end);
        ArrowBuf target = to.getDataBuffer();
        ArrowBuf source = from.getDataBuffer();
        int width = to.getTypeWidth();
        for (int i = begin; i < end; i++) {
            long at = (long) (rows + i - begin) * width;
            long of = (long) selection[i] * width;
            switch (width) {
                case 1 -> target.setByte(at, source.getByte(of));
                case 2 -> target.setShort(at, source.getShort(of));
                case 4 -> target.setInt(at, source.getInt(of));
                case 8 -> target.setLong(at, source.getLong(of));
                default -> target.setBytes(at, source, of, width);
            }
        }
    }

    private void variable(
            BaseVariableWidthVector to, BaseVariableWidthVector from, int[] selection, int begin, int end) {
        while (to.getValueCapacity() <= rows + end - begin) {
            to.reallocValidityAndOffsetBuffers();
        }
        validity(to, from, selection, begin, end);
        ArrowBuf fromOffsets = from.getOffsetBuffer();
        ArrowBuf toOffsets = to.getOffsetBuffer();
        int width = BaseVariableWidthVector.OFFSET_WIDTH;
        int first = toOffsets.getInt((long) rows * width);
        long size = first;
        for (int i = begin; i < end; i++) {
            long of = (long) selection[i] * width;
            size += fromOffsets.getInt(of + width) - fromOffsets.getInt(of);
            toOffsets.setInt((long) (rows + i - begin + 1) * width, Math.toIntExact(size));
        }
        if (to.getDataBuffer().capacity() < size) {
            to.reallocDataBuffer(size);
        }
        ArrowBuf source = from.getDataBuffer();
        ArrowBuf target = to.getDataBuffer();
        long at = first;
        for (int i = begin; i < end; i++) {
            long of = (long) selection[i] * width;
            int start = fromOffsets.getInt(of);
            int length = fromOffsets.getInt(of + width) - start;
            if (length > 0) {
                target.setBytes(at, source, start, length);
                at += length;
            }
        }
    }

    private void validity(FieldVector to, FieldVector from, int[] selection, int begin, int end) {
        ArrowBuf target = to.getValidityBuffer();
        ArrowBuf source = from.getValidityBuffer();
        boolean noNulls = from.getNullCount() == 0;
        for (int i = begin; i < end; i++) {
            if (noNulls || BitVectorHelper.get(source, selection[i]) == 1) {
                BitVectorHelper.setBit(target, rows + i - begin);
            }
        }
    }

    private void grow(BaseFixedWidthVector vector, int more) {
        while (vector.getValueCapacity() < rows + more) {
            vector.reAlloc();
        }
    }
}
