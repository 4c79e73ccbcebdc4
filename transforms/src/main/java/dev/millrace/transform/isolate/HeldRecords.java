package dev.millrace.transform.isolate;

import dev.millrace.transform.frame.RecordFrame;
import dev.millrace.transform.load.RecordBatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Records that were given to a program, to be given again. Those without a value are not among them. */
final class HeldRecords {
    /** Records of one source partition, whose bytes are ours. */
    private record Segment(String partition, RecordBatch records) {}

    private final List<Segment> segments = new ArrayList<>();
    private long bytes;
    private int count;

    long bytes() {
        return bytes;
    }

    int count() {
        return count;
    }

    /** Copies them. */
    void add(String partition, RecordBatch records) {
        int[] starts = new int[records.count()];
        int[] lengths = new int[records.count()];
        long[] offsets = new long[records.count()];
        int kept = 0;
        int size = 0;
        for (int i = 0; i < records.count(); i++) {
            int length = records.lengths()[i];
            if (length != RecordBatch.NULL_VALUE) {
                starts[kept] = size;
                lengths[kept] = length;
                offsets[kept] = records.offsets()[i];
                size = Math.addExact(size, length);
                kept++;
            }
        }
        byte[] copy = new byte[size];
        for (int i = 0, at = 0; i < records.count(); i++) {
            int length = records.lengths()[i];
            if (length != RecordBatch.NULL_VALUE) {
                System.arraycopy(records.bytes(), records.starts()[i], copy, at, length);
                at += length;
            }
        }
        if (kept > 0) {
            segments.add(new Segment(partition, new RecordBatch(copy, starts, lengths, offsets, kept)));
        }
        bytes += size;
        count += kept;
    }

    /** Writes the records numbered {@code from} to {@code to} − 1. */
    void write(int from, int to, RecordFrame frame, RecordFrame.Target target)
            throws IOException, InterruptedException {
        int begin = 0;
        for (Segment segment : segments) {
            RecordBatch records = segment.records();
            int first = Math.max(0, from - begin);
            int end = Math.min(records.count(), to - begin);
            if (first < end) {
                frame.write(slice(records, first, end), target);
            }
            begin += records.count();
        }
    }

    private static RecordBatch slice(RecordBatch records, int first, int end) {
        if (first == 0 && end == records.count()) {
            return records;
        }
        return new RecordBatch(
                records.bytes(),
                Arrays.copyOfRange(records.starts(), first, end),
                Arrays.copyOfRange(records.lengths(), first, end),
                Arrays.copyOfRange(records.offsets(), first, end),
                end - first);
    }

    /** A record alone. */
    RefusedRecord refused(int index, String reason) {
        int begin = 0;
        for (Segment segment : segments) {
            RecordBatch records = segment.records();
            int i = index - begin;
            if (i < records.count()) {
                int start = records.starts()[i];
                int length = Math.min(records.lengths()[i], RefusedRecord.EXCERPT_BYTES_MAX);
                return new RefusedRecord(
                        segment.partition(),
                        records.offsets()[i],
                        Arrays.copyOfRange(records.bytes(), start, start + length),
                        reason);
            }
            begin += records.count();
        }
        throw new IllegalStateException("record " + index + " of " + count);
    }

    void clear() {
        segments.clear();
        bytes = 0;
        count = 0;
    }
}
