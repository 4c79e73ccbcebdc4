package dev.millrace.job.sink;

import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;

/** Collects what is written in one array; unlike the JDK's streams it takes direct buffers in one copy. */
final class ByteChannel implements WritableByteChannel {
    private byte[] bytes;
    private int size;

    ByteChannel(int capacity) {
        bytes = new byte[capacity];
    }

    @Override
    public int write(ByteBuffer source) {
        int more = source.remaining();
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, more), bytes.length + bytes.length / 2));
        }
        source.get(bytes, size, more);
        size += more;
        return more;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
