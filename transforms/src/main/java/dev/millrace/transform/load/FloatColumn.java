package dev.millrace.transform.load;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.type.SqlType;

/** FLOAT and DOUBLE. A FLOAT is the nearest to the double, as in MySQL. */
final class FloatColumn extends FixedColumn {
    private final boolean single;
    private final DecimalText decimal = new DecimalText();

    FloatColumn(ColumnSpec spec) {
        super(spec);
        single = spec.type().kind() == SqlType.Kind.FLOAT;
    }

    @Override
    void text(byte[] bytes, int from, int to) {
        if (!decimal.read(bytes, from, to)) {
            throw incorrect(bytes, from, to);
        }
        double value = decimal.toDouble(bytes, from, to);
        if (Double.isInfinite(value) || single && Float.isInfinite((float) value)) {
            throw outOfRange(bytes, from, to);
        }
        put(value);
    }

    private void put(double value) {
        append(single ? Float.floatToRawIntBits((float) value) : Double.doubleToRawLongBits(value));
    }

    @Override
    boolean isNumeric() {
        return true;
    }

    @Override
    void real(double value, String written) {
        if (!Double.isFinite(value) || single && Float.isInfinite((float) value)) {
            super.real(value, written);
        } else {
            put(value);
        }
    }

    @Override
    void integer(long value) {
        put(value);
    }

    @Override
    void bool(boolean value) {
        put(value ? 1 : 0);
    }

    @Override
    void values(BufferList buffers) {
        if (single) {
            ints(buffers);
        } else {
            longs(buffers);
        }
    }
}
