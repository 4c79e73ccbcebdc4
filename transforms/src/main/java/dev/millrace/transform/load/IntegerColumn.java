package dev.millrace.transform.load;

import dev.millrace.spec.ColumnSpec;

/** TINYINT to BIGINT. Fractions round half away from zero, as MySQL does without a murmur. */
final class IntegerColumn extends FixedColumn {
    private final int bits;
    private final long max;
    private final DecimalText decimal = new DecimalText();

    IntegerColumn(ColumnSpec spec, int bits) {
        super(spec);
        this.bits = bits;
        max = -1L >>> Long.SIZE - bits + 1;
    }

    @Override
    void text(byte[] bytes, int from, int to) {
        int at = from < to && bytes[from] == '-' ? from + 1 : from;
        int length = to - at;
        if (length == 0 || length > DecimalText.LONG_DIGITS) {
            unusual(bytes, from, to);
            return;
        }
        boolean negative = at > from;
        long value = 0;
        for (; at < to; at++) {
            int digit = bytes[at] - '0';
            if (digit < 0 || digit > 9) {
                unusual(bytes, from, to);
                return;
            }
            value = value * 10 + digit;
        }
        put(negative ? -value : value, bytes, from, to);
    }

    private void unusual(byte[] bytes, int from, int to) {
        if (!decimal.read(bytes, from, to)) {
            throw incorrect(bytes, from, to);
        }
        if (!decimal.round(0)) {
            throw outOfRange(bytes, from, to);
        }
        put(decimal.narrow(), bytes, from, to);
    }

    @Override
    void integer(long value) {
        if (value > max || value < ~max) {
            super.integer(value);
        } else {
            append(value);
        }
    }

    @Override
    boolean isNumeric() {
        return true;
    }

    private void put(long value, byte[] bytes, int from, int to) {
        if (value > max || value < ~max) {
            throw outOfRange(bytes, from, to);
        }
        append(value);
    }

    @Override
    void bool(boolean value) {
        append(value ? 1 : 0);
    }

    @Override
    void values(BufferList buffers) {
        switch (bits) {
            case Byte.SIZE -> bytes(buffers);
            case Short.SIZE -> shorts(buffers);
            case Integer.SIZE -> ints(buffers);
            default -> longs(buffers);
        }
    }
}
