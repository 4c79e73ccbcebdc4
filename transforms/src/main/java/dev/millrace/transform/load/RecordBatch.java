package dev.millrace.transform.load;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Records of one source partition, packed: the hot path has no object per record. The arrays are shared, not copied;
 * nobody writes into them while a loader reads.
 *
 * @param bytes values of all records, in any arrangement; other bytes may lie between them
 * @param starts where each value begins in {@code bytes}
 * @param lengths bytes of each value; {@link #NULL_VALUE} for a record without one (Kafka's tombstone)
 * @param offsets each record's offset in its source partition, ascending, with gaps where the source has them
 * @param count records; the arrays may be longer
 * @param properties what else is known of the records; there if the pipeline asks for it
 */
public record RecordBatch(
        byte[] bytes, int[] starts, int[] lengths, long[] offsets, int count, Optional<RecordProperties> properties) {
    /** The length of a value that is not there. An empty value has length 0. */
    public static final int NULL_VALUE = -1;

    /** Records of which nothing else is asked. */
    public RecordBatch(byte[] bytes, int[] starts, int[] lengths, long[] offsets, int count) {
        this(bytes, starts, lengths, offsets, count, Optional.empty());
    }

    public RecordBatch {
        requireNonNull(properties, "properties");
        requireNonNull(bytes, "bytes");
        if (count < 0 || count > starts.length || count > lengths.length || count > offsets.length) {
            throw new IllegalArgumentException(count + " records in arrays of " + starts.length + ", " + lengths.length
                    + " and " + offsets.length);
        }
    }

    /** The same records, of which this is known. */
    public RecordBatch with(RecordProperties known) {
        return new RecordBatch(bytes, starts, lengths, offsets, count, Optional.of(known));
    }

    /** Those with greater offsets than this. */
    public RecordBatch above(long offset) {
        int first = 0;
        while (first < count && offsets[first] <= offset) {
            first++;
        }
        return first == 0
                ? this
                : new RecordBatch(
                        bytes,
                        Arrays.copyOfRange(starts, first, count),
                        Arrays.copyOfRange(lengths, first, count),
                        Arrays.copyOfRange(offsets, first, count),
                        count - first,
                        properties);
    }

    /** Records with consecutive offsets. A null element is a record without a value. */
    public static RecordBatch of(long firstOffset, List<byte[]> values) {
        int size = 0;
        for (byte[] value : values) {
            size = Math.addExact(size, value == null ? 0 : value.length);
        }
        byte[] bytes = new byte[size];
        int[] starts = new int[values.size()];
        int[] lengths = new int[values.size()];
        long[] offsets = new long[values.size()];
        int end = 0;
        for (int i = 0; i < starts.length; i++) {
            byte[] value = values.get(i);
            starts[i] = end;
            offsets[i] = firstOffset + i;
            lengths[i] = value == null ? NULL_VALUE : value.length;
            if (value != null) {
                System.arraycopy(value, 0, bytes, end, value.length);
                end += value.length;
            }
        }
        return new RecordBatch(bytes, starts, lengths, offsets, starts.length);
    }
}
