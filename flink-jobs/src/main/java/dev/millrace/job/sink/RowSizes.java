package dev.millrace.job.sink;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/** What each row of a batch takes in a chunk, in bytes, rounded up: values, offsets and validity. */
final class RowSizes {
    private RowSizes() {}

    static int[] of(VectorSchemaRoot rows) {
        int count = rows.getRowCount();
        int[] sizes = new int[count];
        int fixed = 0;
        for (FieldVector vector : rows.getFieldVectors()) {
            fixed++;
            if (vector instanceof BaseVariableWidthVector variable) {
                fixed += BaseVariableWidthVector.OFFSET_WIDTH;
                add(sizes, variable.getOffsetBuffer());
            } else if (vector instanceof BaseFixedWidthVector same && !(vector instanceof BitVector)) {
                fixed += same.getTypeWidth();
            }
        }
        for (int row = 0; row < count; row++) {
            sizes[row] = Math.addExact(sizes[row], fixed);
        }
        return sizes;
    }

    private static void add(int[] sizes, ArrowBuf offsets) {
        for (int row = 0; row < sizes.length; row++) {
            long at = (long) row * BaseVariableWidthVector.OFFSET_WIDTH;
            int length = offsets.getInt(at + BaseVariableWidthVector.OFFSET_WIDTH) - offsets.getInt(at);
            sizes[row] = Math.addExact(sizes[row], length);
        }
    }
}
