package dev.millrace.job.source;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Appends each value to one growing buffer and answers where it starts: no array per record. Its length is the record's
 * serialized value size. Used by the consumer's thread alone.
 */
final class PackingDeserializer implements Deserializer<Integer> {
    private byte[] bytes = new byte[0];
    private int size;

    /** Starts over in a buffer; it may be replaced by a larger one. */
    void begin(byte[] buffer) {
        bytes = buffer;
        size = 0;
    }

    /** The values since {@link #begin}. */
    byte[] bytes() {
        return bytes;
    }

    @Override
    public Integer deserialize(String topic, Headers headers, ByteBuffer value) {
        int start = room(value.remaining());
        value.get(value.position(), bytes, start, value.remaining());
        return start;
    }

    @Override
    public Integer deserialize(String topic, byte[] value) {
        int start = room(value.length);
        System.arraycopy(value, 0, bytes, start, value.length);
        return start;
    }

    private int room(int more) {
        int start = size;
        size = Math.addExact(size, more);
        if (size > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(size, 2L * bytes.length)));
        }
        return start;
    }
}
