package dev.millrace.transform.load;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.type.SqlType;

/** DATE, DATETIME and TIMESTAMP, in UTC. More digits of a second than the column has round, into a DATE too. */
final class TimeColumn extends FixedColumn {
    private final boolean date;
    private final int fractionDigits;
    private final TimeText time = new TimeText();

    TimeColumn(ColumnSpec spec) {
        super(spec);
        date = spec.type().kind() == SqlType.Kind.DATE;
        fractionDigits = spec.type().length();
    }

    @Override
    void text(byte[] bytes, int from, int to) {
        if (!time.read(bytes, from, to)) {
            throw incorrect(bytes, from, to);
        }
        long micros = time.micros(fractionDigits);
        if (!TimeText.isRepresentable(micros)) {
            throw outOfRange(bytes, from, to);
        }
        put(micros);
    }

    private void put(long micros) {
        append(date ? Math.floorDiv(micros, TimeText.DAY_MICROS) : micros);
    }

    @Override
    void moment(long micros, boolean dateOnly) {
        // What cannot be written is out of range here, too.
        long rounded = TimeText.isRepresentable(micros) ? TimeText.rounded(micros, fractionDigits) : micros;
        if (TimeText.isRepresentable(rounded)) {
            put(rounded);
        } else {
            super.moment(micros, dateOnly);
        }
    }

    /* Seconds or milliseconds since 1970 look like dates of MySQL's shorter forms; only the full ones are read. */
    @Override
    void number(byte[] bytes, int from, int to) {
        if (to - from != 8 && to - from != 14) {
            throw BadValue.of(
                    RecordError.Kind.INCORRECT_VALUE,
                    "number " + BadValue.quote(bytes, from, to) + " is no "
                            + spec.type().sql() + ": only YYYYMMDD and YYYYMMDDhhmmss are",
                    spec.name());
        }
        text(bytes, from, to);
    }

    @Override
    void bool(boolean value) {
        throw BadValue.of(
                RecordError.Kind.INCORRECT_VALUE, "incorrect " + spec.type().sql() + " value " + value, spec.name());
    }

    @Override
    void values(BufferList buffers) {
        if (date) {
            ints(buffers);
        } else {
            longs(buffers);
        }
    }
}
