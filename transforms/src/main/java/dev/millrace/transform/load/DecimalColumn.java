package dev.millrace.transform.load;

import dev.millrace.spec.ColumnSpec;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** DECIMAL(p,s). Digits behind the scale round half away from zero; MySQL notes that, and so need not we. */
final class DecimalColumn extends FixedColumn {
    private static final byte[] ZERO = {'0'};
    private static final byte[] ONE = {'1'};

    private final int scale;
    private final BigInteger wideEnd;
    /* Bounds of what a long holds of the range. */
    private final long narrowMax;
    private final long narrowMin;
    private final DecimalText decimal = new DecimalText();
    /* The upper halves; empty as long as every value is its lower half's sign. */
    private long[] high = {};

    DecimalColumn(ColumnSpec spec) {
        super(spec);
        int precision = spec.type().length();
        scale = spec.type().scale();
        wideEnd = DecimalText.bigPower(precision);
        boolean narrow = precision <= DecimalText.LONG_DIGITS;
        narrowMax = narrow ? DecimalText.power(precision) - 1 : Long.MAX_VALUE;
        narrowMin = narrow ? -narrowMax : Long.MIN_VALUE;
    }

    @Override
    void text(byte[] bytes, int from, int to) {
        if (!decimal.read(bytes, from, to)) {
            throw incorrect(bytes, from, to);
        }
        if (decimal.round(scale)) {
            long value = decimal.narrow();
            if (value > narrowMax || value < narrowMin) {
                throw outOfRange(bytes, from, to);
            }
            put(value);
            return;
        }
        BigInteger value = decimal.wide();
        if (value.abs().compareTo(wideEnd) >= 0) {
            throw outOfRange(bytes, from, to);
        }
        if (high.length <= rows) {
            int known = Math.min(high.length, rows);
            high = Arrays.copyOf(high, grown(high.length, rows + 1));
            for (int i = known; i < rows; i++) {
                high[i] = value(i) >> 63;
            }
        }
        high[rows] = value.shiftRight(Long.SIZE).longValue();
        append(value.longValue());
    }

    private void put(long value) {
        if (rows < high.length) {
            high[rows] = value >> 63;
        }
        append(value);
    }

    @Override
    boolean isNumeric() {
        return true;
    }

    @Override
    void placeholder() {
        put(0);
    }

    @Override
    void bool(boolean value) {
        text(value ? ONE : ZERO, 0, 1);
    }

    @Override
    void move(int[] kept) {
        for (int i = 0; i < Math.min(kept.length, high.length); i++) {
            high[i] = kept[i] < high.length ? high[kept[i]] : value(kept[i]) >> 63;
        }
        super.move(kept);
    }

    @Override
    void clear() {
        super.clear();
        high = new long[0];
    }

    @Override
    void values(BufferList buffers) {
        ByteBuffer out = buffers.add(rows * 16L);
        for (int i = 0; i < rows; i++) {
            long value = value(i);
            out.putLong(i * 16, value);
            out.putLong(i * 16 + 8, i < high.length ? high[i] : value >> 63);
        }
    }
}
