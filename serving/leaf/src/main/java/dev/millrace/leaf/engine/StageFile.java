package dev.millrace.leaf.engine;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * A file of staged chunks of one writer: records one behind the other, each
 * {@code magic (4) · length of the entry (4) · CRC-32C of what follows (4) · log index (8) · the Stage entry's bytes},
 * big-endian. It only grows, and it is deleted when none of its chunks is open.
 */
final class StageFile implements AutoCloseable {
    private static final int MAGIC = 0x4D525347; // MRSG
    private static final int HEADER_BYTES = 20;

    private final Path path;
    private final FileChannel channel;
    private long size;
    private int open;
    private boolean synced = true;

    /** Takes a record of a file that is read again. */
    interface Records {
        /** @param offset of the entry's bytes in the file */
        void record(long index, byte[] entry, long offset);
    }

    StageFile(Path path) throws IOException {
        this.path = path;
        channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    Path path() {
        return path;
    }

    long size() {
        return size;
    }

    /** Number of open chunks in it. */
    int open() {
        return open;
    }

    void opened() {
        open++;
    }

    void closed() {
        open--;
    }

    boolean synced() {
        return synced;
    }

    /** Appends a record; answers the offset of the entry's bytes. */
    long append(long index, ByteBuffer entry) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        header.putInt(MAGIC).putInt(entry.remaining()).putInt(0).putLong(index);
        header.putInt(8, checksum(header, entry)).flip();
        long at = size + HEADER_BYTES;
        channel.position(size);
        ByteBuffer[] parts = {header, entry.duplicate()};
        long left = header.remaining() + parts[1].remaining();
        while (left > 0) {
            left -= channel.write(parts);
        }
        size = channel.position();
        synced = false;
        return at;
    }

    /** Reads all records. What does not check is a torn end: it is cut off, and the log has it. */
    void replay(Records records) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        long end = channel.size();
        while (size + HEADER_BYTES <= end) {
            read(header.clear(), size);
            int length = header.getInt(4);
            if (header.getInt(0) != MAGIC || length < 0 || size + HEADER_BYTES + length > end) {
                break;
            }
            ByteBuffer entry = ByteBuffer.allocate(length);
            read(entry, size + HEADER_BYTES);
            if (checksum(header, entry) != header.getInt(8)) {
                break;
            }
            records.record(header.getLong(12), entry.array(), size + HEADER_BYTES);
            size += HEADER_BYTES + length;
        }
        if (size < end) {
            channel.truncate(size);
        }
        synced = false;
    }

    void sync() throws IOException {
        channel.force(false);
        synced = true;
    }

    /** The bytes of a region, as a channel that ends with it. */
    ReadableByteChannel region(long offset, int length) {
        return new ReadableByteChannel() {
            private long position = offset;

            @Override
            public int read(ByteBuffer target) throws IOException {
                long left = offset + length - position;
                if (left == 0) {
                    return -1;
                }
                ByteBuffer part = target.slice();
                part.limit((int) Math.min(left, part.limit()));
                int count = channel.read(part, position);
                if (count < 0) {
                    throw new EOFException(path + " ends inside a chunk");
                }
                target.position(target.position() + count);
                position += count;
                return count;
            }

            @Override
            public boolean isOpen() {
                return channel.isOpen();
            }

            @Override
            public void close() {}
        };
    }

    void delete() throws IOException {
        channel.close();
        Files.deleteIfExists(path);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void read(ByteBuffer target, long offset) throws IOException {
        while (target.hasRemaining()) {
            if (channel.read(target, offset + target.position()) < 0) {
                throw new EOFException(path + " ends inside a record");
            }
        }
        target.flip();
    }

    private static int checksum(ByteBuffer header, ByteBuffer entry) {
        CRC32C crc = new CRC32C();
        crc.update(header.array(), 12, 8);
        crc.update(entry.duplicate());
        return (int) crc.getValue();
    }
}
