package dev.millrace.transform.load;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/** What a value means beside its type: Avro's logical types. One that Avro does not know, or not there, is PLAIN. */
enum AvroMeaning {
    PLAIN,
    DECIMAL,
    DATE,
    TIME_MILLIS,
    TIME_MICROS,
    TIMESTAMP_MILLIS,
    TIMESTAMP_MICROS,
    TIMESTAMP_NANOS,
    /** Sixteen bytes; a uuid in a string is text. */
    UUID;

    static AvroMeaning of(Schema schema) {
        LogicalType logical = schema.getLogicalType();
        if (logical == null) {
            return PLAIN;
        }
        return switch (logical.getName()) {
            case "decimal" -> DECIMAL;
            case "date" -> DATE;
            case "time-millis" -> TIME_MILLIS;
            case "time-micros" -> TIME_MICROS;
            case "timestamp-millis", "local-timestamp-millis" -> TIMESTAMP_MILLIS;
            case "timestamp-micros", "local-timestamp-micros" -> TIMESTAMP_MICROS;
            case "timestamp-nanos", "local-timestamp-nanos" -> TIMESTAMP_NANOS;
            case "uuid" -> schema.getType() == Schema.Type.FIXED ? UUID : PLAIN;
            default -> PLAIN;
        };
    }

    boolean isPointInTime() {
        return switch (this) {
            case DATE, TIMESTAMP_MILLIS, TIMESTAMP_MICROS, TIMESTAMP_NANOS -> true;
            case PLAIN, DECIMAL, TIME_MILLIS, TIME_MICROS, UUID -> false;
        };
    }

    boolean isTimeOfDay() {
        return this == TIME_MILLIS || this == TIME_MICROS;
    }

    /**
     * Microseconds since 1970, or since midnight. Nanoseconds round; beyond what counts in a long it is the largest or
     * smallest one, which no column takes.
     */
    long micros(long value) {
        return switch (this) {
            case DATE -> times(value, TimeText.DAY_MICROS);
            case TIME_MILLIS, TIMESTAMP_MILLIS -> times(value, 1_000);
            case TIMESTAMP_NANOS -> Math.floorDiv(value, 1_000) + (Math.floorMod(value, 1_000) >= 500 ? 1 : 0);
            case PLAIN, DECIMAL, TIME_MICROS, TIMESTAMP_MICROS, UUID -> value;
        };
    }

    private static long times(long value, long unit) {
        long high = Math.multiplyHigh(value, unit);
        long low = value * unit;
        if (high == low >> 63) {
            return low;
        }
        return value < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }

    /** The digits of a decimal. */
    static String decimal(Schema schema, byte[] bytes, int from, int size) {
        int scale = ((LogicalTypes.Decimal) schema.getLogicalType()).getScale();
        BigInteger unscaled =
                size == 0 ? BigInteger.ZERO : new BigInteger(Arrays.copyOfRange(bytes, from, from + size));
        return new BigDecimal(unscaled, scale).toPlainString();
    }

    /** As RFC 9562 writes it. */
    static String uuid(byte[] bytes, int from) {
        StringBuilder text = new StringBuilder(36);
        for (int i = 0; i < 16; i++) {
            text.append(i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "")
                    .append(Character.forDigit(bytes[from + i] >> 4 & 15, 16))
                    .append(Character.forDigit(bytes[from + i] & 15, 16));
        }
        return text.toString();
    }
}
