package dev.millrace.transform.load;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.avro.Schema;

/**
 * Avro values as JSON text: records and maps are objects, a union is the value that is there, bytes are strings of the
 * characters 0 to 255 as in Avro's own JSON, decimals are numbers, dates and times and UUIDs are strings. Numbers that
 * JSON has no word for are strings, too.
 */
final class AvroJson {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    /** What is kept for the next value. */
    private static final int BYTES_KEPT_MAX = 1 << 20;

    private final AvroBytes in;
    private byte[] text = new byte[256];
    private int size;
    private int sizeMax;

    AvroJson(AvroBytes in) {
        this.in = in;
    }

    /** Writes the value that {@code in} stands before; answers its length in {@link #text}. At most so many bytes. */
    int write(Schema schema, int bytesMax) {
        size = 0;
        sizeMax = bytesMax;
        value(schema);
        return size;
    }

    /** What was written, until the next call. */
    byte[] text() {
        return text;
    }

    private void value(Schema schema) {
        switch (schema.getType()) {
            case NULL -> ascii("null");
            case BOOLEAN -> ascii(in.bool() ? "true" : "false");
            case INT, LONG -> whole(AvroMeaning.of(schema), in.number());
            case FLOAT -> {
                float value = in.single();
                real(Float.isFinite(value), Float.toString(value));
            }
            case DOUBLE -> {
                double value = in.real();
                real(Double.isFinite(value), Double.toString(value));
            }
            case STRING -> {
                int length = in.size();
                string(in.bytes, in.skip(length), length);
            }
            case ENUM -> {
                byte[] symbol = in.symbol(schema);
                string(symbol, 0, symbol.length);
            }
            case BYTES -> binary(schema, in.size());
            case FIXED -> binary(schema, schema.getFixedSize());
            case UNION -> value(in.branch(schema));
            case RECORD -> record(schema);
            case ARRAY, MAP -> items(schema);
        }
    }

    private void record(Schema schema) {
        put('{');
        boolean first = true;
        for (Schema.Field field : schema.getFields()) {
            comma(first);
            first = false;
            byte[] name = field.name().getBytes(StandardCharsets.UTF_8);
            string(name, 0, name.length);
            put(':');
            value(field.schema());
        }
        put('}');
    }

    private void items(Schema schema) {
        boolean map = schema.getType() == Schema.Type.MAP;
        put(map ? '{' : '[');
        boolean first = true;
        for (long left = in.block(); left > 0; left = in.block()) {
            for (long i = 0; i < left; i++) {
                comma(first);
                first = false;
                if (map) {
                    int length = in.size();
                    string(in.bytes, in.skip(length), length);
                    put(':');
                    value(schema.getValueType());
                } else {
                    value(schema.getElementType());
                }
            }
        }
        put(map ? '}' : ']');
    }

    private void comma(boolean first) {
        if (!first) {
            put(',');
        }
    }

    private void whole(AvroMeaning meaning, long value) {
        if (meaning.isPointInTime()) {
            quoted(TimeText.write(meaning.micros(value), meaning == AvroMeaning.DATE));
        } else if (meaning.isTimeOfDay()) {
            quoted(TimeText.writeClock(meaning.micros(value)));
        } else {
            ascii(Long.toString(value));
        }
    }

    private void real(boolean finite, String value) {
        if (finite) {
            ascii(value);
        } else {
            quoted(value);
        }
    }

    private void binary(Schema schema, int length) {
        int from = in.skip(length);
        switch (AvroMeaning.of(schema)) {
            case DECIMAL -> {
                AvroReader.checkDecimal(schema, length, "");
                ascii(AvroMeaning.decimal(schema, in.bytes, from, length));
            }
            case UUID -> quoted(AvroMeaning.uuid(in.bytes, from));
            default -> {
                put('"');
                for (int i = from; i < from + length; i++) {
                    int octet = in.bytes[i] & 0xff;
                    if (octet < 0x80) {
                        character((byte) octet);
                    } else {
                        room(2);
                        size = Utf8.write(text, size, octet);
                    }
                }
                put('"');
            }
        }
    }

    private void string(byte[] bytes, int from, int length) {
        int invalid = Utf8.firstInvalid(bytes, from, from + length);
        if (invalid >= 0) {
            throw BadValue.at(invalid, RecordError.Kind.ENCODING, "a string that is not UTF-8");
        }
        put('"');
        for (int i = from; i < from + length; i++) {
            character(bytes[i]);
        }
        put('"');
    }

    private void character(byte b) {
        if (b == '"' || b == '\\') {
            put('\\');
            put((char) b);
        } else if (b >= 0 && b < ' ') {
            ascii("\\u00");
            put((char) HEX[b >> 4]);
            put((char) HEX[b & 15]);
        } else {
            room(1);
            text[size++] = b;
        }
    }

    private void quoted(String ascii) {
        put('"');
        ascii(ascii);
        put('"');
    }

    private void ascii(String ascii) {
        for (int i = 0; i < ascii.length(); i++) {
            put(ascii.charAt(i));
        }
    }

    private void put(char ascii) {
        room(1);
        text[size++] = (byte) ascii;
    }

    private void room(int more) {
        if (size + more > sizeMax) {
            throw BadValue.of(
                    RecordError.Kind.TOO_LONG, "as JSON a row takes more than " + Loader.ROW_BYTES_MAX + " bytes", "");
        }
        if (size + more > text.length) {
            text = Arrays.copyOf(text, 2 * text.length);
        }
    }

    void release() {
        if (text.length > BYTES_KEPT_MAX) {
            text = new byte[256];
        }
    }
}
