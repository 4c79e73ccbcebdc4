package dev.millrace.transform.load;

import java.nio.charset.StandardCharsets;
import org.apache.avro.Schema;

/**
 * Avro's binary encoding over bytes: reads the parts of values and finds where values end. Whatever no writer can have
 * written is refused. Avro's own decoder would do, were it not that it knows no place in the bytes and copies each text.
 */
final class AvroBytes {
    /** Values inside each other. */
    private static final int DEPTH_MAX = JsonScanner.DEPTH_MAX;

    /** What a record may hold of records and items without bytes. */
    static final int EMPTY_MAX = 1 << 20;

    /** Records in records in arrays around a value of one byte. */
    private static final long VALUES_PER_BYTE_MAX = 16;

    byte[] bytes = {};
    int at;
    private int end;
    private long emptyLeft;

    /** Takes a record in hand: what may be without bytes counts anew. */
    void start(byte[] record, int from, int to) {
        bytes = record;
        at = from;
        end = to;
        emptyLeft = EMPTY_MAX + VALUES_PER_BYTE_MAX * (end - at);
    }

    boolean isEnd() {
        return at == end;
    }

    int end() {
        return end;
    }

    BadValue malformed(int position, String reason) {
        return BadValue.at(position, RecordError.Kind.MALFORMED, "not Avro of the schema: " + reason);
    }

    private BadValue ends() {
        return malformed(end, "the record ends inside a value");
    }

    byte octet() {
        if (at == end) {
            throw ends();
        }
        return bytes[at++];
    }

    boolean bool() {
        int value = octet();
        if (value != 0 && value != 1) {
            throw malformed(at - 1, "byte " + (value & 0xff) + " is no boolean");
        }
        return value == 1;
    }

    /** A long: base 128, the lowest seven bits first, the sign lowest of all. */
    long number() {
        int from = at;
        long raw = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte b = octet();
            raw |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return raw >>> 1 ^ -(raw & 1);
            }
        }
        throw malformed(from, "a number has more than ten bytes");
    }

    int integer() {
        int from = at;
        long value = number();
        if (value != (int) value) {
            throw malformed(from, value + " is no int");
        }
        return (int) value;
    }

    float single() {
        return Float.intBitsToFloat((int) fixed(Float.BYTES));
    }

    double real() {
        return Double.longBitsToDouble(fixed(Double.BYTES));
    }

    private long fixed(int size) {
        int from = skip(size);
        long value = 0;
        for (int i = size - 1; i >= 0; i--) {
            value = value << 8 | bytes[from + i] & 0xff;
        }
        return value;
    }

    /** Goes over so many bytes; answers where they begin. */
    int skip(long size) {
        if (size < 0 || size > end - at) {
            throw ends();
        }
        int from = at;
        at += (int) size;
        return from;
    }

    /** The size of a string or of bytes, which are there. */
    int size() {
        int from = at;
        long size = number();
        if (size < 0) {
            throw malformed(from, "a size of " + size);
        }
        if (size > end - at) {
            throw malformed(end, "a value of " + size + " bytes in a record with " + (end - at) + " left");
        }
        return (int) size;
    }

    /** Index of a symbol or a branch, of so many. */
    int index(int count) {
        int from = at;
        long index = number();
        if (index < 0 || index >= count) {
            throw malformed(from, "number " + index + " of " + count + " in an enum or union");
        }
        return (int) index;
    }

    /** Items in the next block of an array or a map; 0 is its end. Sizes of blocks are for those who jump. */
    long block() {
        int from = at;
        long count = number();
        if (count >= 0) {
            return count;
        }
        number();
        if (count == Long.MIN_VALUE) {
            throw malformed(from, "a block of " + count + " items");
        }
        return -count;
    }

    /** Counts what may take no bytes, so that a short record cannot keep a task for ever. */
    void enter(int depth) {
        if (depth > DEPTH_MAX) {
            throw malformed(at, "values nested more than " + DEPTH_MAX + " deep");
        }
        if (--emptyLeft < 0) {
            throw malformed(at, "more values without bytes than " + EMPTY_MAX);
        }
    }

    /** Goes over a value, inside so many others. */
    void skip(Schema schema, int depth) {
        switch (schema.getType()) {
            case NULL -> {}
            case BOOLEAN -> bool();
            case INT -> integer();
            case LONG -> number();
            case FLOAT -> skip(Float.BYTES);
            case DOUBLE -> skip(Double.BYTES);
            case STRING, BYTES -> skip(size());
            case FIXED -> skip(schema.getFixedSize());
            case ENUM -> index(schema.getEnumSymbols().size());
            case UNION -> skip(branch(schema), depth);
            case RECORD -> {
                enter(depth);
                for (Schema.Field field : schema.getFields()) {
                    skip(field.schema(), depth + 1);
                }
            }
            case ARRAY -> {
                for (long left = block(); left > 0; left = block()) {
                    for (long i = 0; i < left; i++) {
                        enter(depth);
                        skip(schema.getElementType(), depth + 1);
                    }
                }
            }
            case MAP -> {
                for (long left = block(); left > 0; left = block()) {
                    for (long i = 0; i < left; i++) {
                        enter(depth);
                        skip(size());
                        skip(schema.getValueType(), depth + 1);
                    }
                }
            }
        }
    }

    /** The schema of what follows in a union. */
    Schema branch(Schema union) {
        return union.getTypes().get(index(union.getTypes().size()));
    }

    /** A symbol's text. */
    byte[] symbol(Schema schema) {
        return schema.getEnumSymbols()
                .get(index(schema.getEnumSymbols().size()))
                .getBytes(StandardCharsets.UTF_8);
    }

    void release() {
        bytes = new byte[0];
    }
}
