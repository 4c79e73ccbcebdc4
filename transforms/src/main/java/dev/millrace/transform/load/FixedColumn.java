package dev.millrace.transform.load;

import dev.millrace.spec.ColumnSpec;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A column of values that fit a long each; what width they have shows only in the Arrow buffer. */
abstract sealed class FixedColumn extends ColumnBuilder
        permits BoolColumn, IntegerColumn, FloatColumn, TimeColumn, DecimalColumn {
    /** Rows whose memory is kept for the next batch: 1 MB. */
    private static final int ROWS_KEPT_MAX = 1 << 17;

    private long[] values = {};

    FixedColumn(ColumnSpec spec) {
        super(spec);
    }

    final void append(long value) {
        if (rows == values.length) {
            values = Arrays.copyOf(values, grown(values.length, rows + 1));
        }
        values[rows++] = value;
    }

    final long value(int row) {
        return values[row];
    }

    @Override
    void placeholder() {
        append(0);
    }

    @Override
    void move(int[] kept) {
        for (int i = 0; i < kept.length; i++) {
            values[i] = values[kept[i]];
        }
    }

    @Override
    void clear() {
        super.clear();
        if (values.length > ROWS_KEPT_MAX) {
            values = new long[0];
        }
    }

    final void longs(BufferList buffers) {
        buffers.add(rows * 8L).asLongBuffer().put(values, 0, rows);
    }

    final void ints(BufferList buffers) {
        ByteBuffer out = buffers.add(rows * 4L);
        for (int i = 0; i < rows; i++) {
            out.putInt(i * 4, (int) values[i]);
        }
    }

    final void shorts(BufferList buffers) {
        ByteBuffer out = buffers.add(rows * 2L);
        for (int i = 0; i < rows; i++) {
            out.putShort(i * 2, (short) values[i]);
        }
    }

    final void bytes(BufferList buffers) {
        ByteBuffer out = buffers.add(rows);
        for (int i = 0; i < rows; i++) {
            out.put(i, (byte) values[i]);
        }
    }

    final void bits(BufferList buffers) {
        int words = (rows + 63) >> 6;
        ByteBuffer out = buffers.add(words * 8L);
        for (int w = 0; w < words; w++) {
            long word = 0;
            for (int i = w << 6; i < Math.min(rows, (w + 1) << 6); i++) {
                word |= values[i] << i;
            }
            out.putLong(word);
        }
    }
}
