package dev.millrace.store.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.function.BiConsumer;

/** Appends values in the wire form to a growing array. */
public final class WireWriter {
    private byte[] bytes;
    private int size;

    public WireWriter() {
        this(new byte[256], 0);
    }

    private WireWriter(byte[] bytes, int size) {
        this.bytes = bytes;
        this.size = size;
    }

    /** A writer that has written the bytes already; they are not copied unless more follows. */
    public static WireWriter of(byte[] written) {
        return new WireWriter(written, written.length);
    }

    public WireWriter u8(int value) {
        room(1);
        bytes[size++] = (byte) value;
        return this;
    }

    public WireWriter bool(boolean value) {
        return u8(value ? 1 : 0);
    }

    public WireWriter number(long value) {
        room(10);
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7FL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
        return this;
    }

    public WireWriter text(String value) {
        return bytes(value.getBytes(UTF_8));
    }

    public WireWriter bytes(byte[] value) {
        return bytes(value, 0, value.length);
    }

    public WireWriter bytes(byte[] value, int offset, int length) {
        number(length);
        room(length);
        System.arraycopy(value, offset, bytes, size, length);
        size += length;
        return this;
    }

    public <T> WireWriter list(Collection<T> values, BiConsumer<WireWriter, T> item) {
        number(values.size());
        values.forEach(value -> item.accept(this, value));
        return this;
    }

    public byte[] toBytes() {
        return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    }

    /** What was written and a last value, which may be large and is copied once. */
    public byte[] toBytes(ByteBuffer last) {
        int length = last.remaining();
        number(length);
        byte[] all = Arrays.copyOf(bytes, Math.addExact(size, length));
        last.get(last.position(), all, size, length);
        return all;
    }

    /** The same with an array. */
    public byte[] toBytes(byte[] last) {
        return toBytes(ByteBuffer.wrap(last));
    }

    private void room(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, more), bytes.length * 2));
        }
    }
}
