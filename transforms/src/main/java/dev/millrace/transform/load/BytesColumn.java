package dev.millrace.transform.load;

import dev.millrace.spec.ColumnSpec;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A column of values of any length, one behind the other. */
abstract sealed class BytesColumn extends ColumnBuilder permits TextColumn, BinaryColumn, JsonColumn {
    /** Memory kept for the next batch. */
    private static final int BYTES_KEPT_MAX = 4 << 20;

    private static final int ROWS_KEPT_MAX = 1 << 17;

    /** What a Java array and an Arrow offset can count. */
    private static final long BYTES_MAX = Integer.MAX_VALUE - 8L;

    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);

    private byte[] data = {};
    /* Where each row ends in data. */
    private int[] ends = {};
    private int size;

    BytesColumn(ColumnSpec spec) {
        super(spec);
    }

    @Override
    void bool(boolean value) {
        byte[] word = value ? TRUE : FALSE;
        text(word, 0, word.length);
    }

    @Override
    void placeholder() {
        if (rows == ends.length) {
            ends = Arrays.copyOf(ends, grown(ends.length, rows + 1));
        }
        ends[rows++] = size;
    }

    /** Appends the bytes, and then zeroes. */
    final void append(byte[] bytes, int from, int to, int zeroes) {
        int length = to - from;
        if (data.length - size < length + zeroes) {
            grow((long) size + length + zeroes);
        }
        System.arraycopy(bytes, from, data, size, length);
        if (zeroes > 0) {
            Arrays.fill(data, size + length, size + length + zeroes, (byte) 0);
        }
        size += length + zeroes;
        placeholder();
    }

    private void grow(long atLeast) {
        if (atLeast > BYTES_MAX) {
            throw new IllegalStateException(
                    "column " + spec.name() + " holds more than " + BYTES_MAX + " bytes in a batch");
        }
        data = Arrays.copyOf(data, (int) Math.min(BYTES_MAX, Math.max(atLeast, data.length * 2L)));
    }

    @Override
    int sizeBytes(int row) {
        return ends[row] - (row == 0 ? 0 : ends[row - 1]);
    }

    @Override
    void truncate(int mark) {
        super.truncate(mark);
        size = mark == 0 ? 0 : ends[mark - 1];
    }

    @Override
    void move(int[] kept) {
        size = 0;
        for (int i = 0; i < kept.length; i++) {
            int from = kept[i] == 0 ? 0 : ends[kept[i] - 1];
            int length = ends[kept[i]] - from;
            System.arraycopy(data, from, data, size, length);
            size += length;
            ends[i] = size;
        }
    }

    @Override
    void clear() {
        super.clear();
        size = 0;
        if (data.length > BYTES_KEPT_MAX) {
            data = new byte[0];
        }
        if (ends.length > ROWS_KEPT_MAX) {
            ends = new int[0];
        }
    }

    @Override
    void values(BufferList buffers) {
        buffers.add((rows + 1) * 4L).putInt(0).asIntBuffer().put(ends, 0, rows);
        buffers.add(size).put(data, 0, size);
    }
}
