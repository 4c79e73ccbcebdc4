package dev.millrace.store.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Reads values in the wire form. Malformed input ends with an {@link IllegalArgumentException}, whatever the bytes are:
 * lengths are checked against what is left before anything is allocated.
 */
public final class WireReader {
    private final ByteBuffer buffer;

    public WireReader(byte[] bytes) {
        this(ByteBuffer.wrap(bytes));
    }

    public WireReader(ByteBuffer bytes) {
        buffer = bytes.slice();
    }

    public int u8() {
        need(1);
        return buffer.get() & 0xFF;
    }

    public boolean bool() {
        return u8() != 0;
    }

    public long number() {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            int part = u8();
            value |= (long) (part & 0x7F) << shift;
            if ((part & 0x80) == 0) {
                return (value >>> 1) ^ -(value & 1);
            }
        }
        throw new IllegalArgumentException("a number longer than ten bytes");
    }

    public int integer() {
        long value = number();
        if (value != (int) value) {
            throw new IllegalArgumentException("not an int: " + value);
        }
        return (int) value;
    }

    public String text() {
        return new String(bytes(), UTF_8);
    }

    public byte[] bytes() {
        int length = integer();
        need(length);
        byte[] value = new byte[length];
        buffer.get(value);
        return value;
    }

    /** The same without a copy: a view of the message's own bytes. */
    public ByteBuffer view() {
        int length = integer();
        need(length);
        ByteBuffer value = buffer.slice(buffer.position(), length);
        buffer.position(buffer.position() + length);
        return value;
    }

    public <T> List<T> list(Function<WireReader, T> item) {
        int count = integer();
        need(count); // an item takes at least one byte
        List<T> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            values.add(item.apply(this));
        }
        return values;
    }

    /** Checks the version byte of a message. */
    public WireReader version(int newest) {
        readVersion(newest);
        return this;
    }

    /** Reads and checks the version byte of a message that has several forms. */
    public int readVersion(int newest) {
        int version = u8();
        if (version < 1 || version > newest) {
            throw new IllegalArgumentException(
                    "a message of version " + version + "; this Millrace reads 1 to " + newest);
        }
        return version;
    }

    /** Checks that the message ends here. */
    public void end() {
        if (buffer.hasRemaining()) {
            throw new IllegalArgumentException(buffer.remaining() + " bytes behind the end of a message");
        }
    }

    private void need(int length) {
        if (length < 0 || length > buffer.remaining()) {
            throw new IllegalArgumentException("a length of " + length + " with " + buffer.remaining() + " bytes left");
        }
    }
}
