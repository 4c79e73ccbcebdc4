package dev.millrace.leaf.engine;

import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** The bytes of a buffer as a channel. */
final class BufferChannel implements ReadableByteChannel {
    private final ByteBuffer bytes;

    BufferChannel(ByteBuffer bytes) {
        this.bytes = bytes.slice();
    }

    @Override
    public int read(ByteBuffer target) {
        if (!bytes.hasRemaining()) {
            return -1;
        }
        int count = Math.min(bytes.remaining(), target.remaining());
        target.put(bytes.slice(bytes.position(), count));
        bytes.position(bytes.position() + count);
        return count;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
