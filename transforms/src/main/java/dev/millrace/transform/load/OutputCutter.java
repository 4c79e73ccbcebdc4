package dev.millrace.transform.load;

import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.Arrays;

/**
 * Cuts a program's output, which comes in pieces, into records: a CSV line, a JSON value or an Avro value each, by the rules of the
 * reader of that format. So rows can be loaded before the output ends, and a bad one is told apart from the others.
 * Records are numbered from 1.
 */
public final class OutputCutter {
    /** A record is never split; nothing that loads is nearly as long. */
    static final int RECORD_BYTES_MAX = 64 << 20;

    /** Where records end. It keeps its state between calls. */
    sealed interface Scan permits CsvScan, JsonScan, AvroScan {
        /**
         * Goes on to the next end of a record.
         *
         * @param from where the last call stopped
         * @param to end of what there is
         * @param last whether nothing follows
         * @return index behind the record's end; −1 if it is not there yet
         */
        int end(byte[] bytes, int from, int to, boolean last);

        /** Where to go on after −1. */
        int stoppedAt();

        /** Whether no end can be found any more, so that one bad record has taken all behind it. */
        default boolean isLost() {
            return false;
        }
    }

    private final Scan scan;
    private byte[] bytes = new byte[64 << 10];
    private int size;
    private int scanned;
    private int handedOut;
    private int[] ends = new int[256];
    private int count;
    private long taken;

    private OutputCutter(Scan scan) {
        this.scan = scan;
    }

    public static OutputCutter of(FormatSpec format) {
        return new OutputCutter(scan(format));
    }

    /** Where records of a format end. */
    static Scan scan(FormatSpec format) {
        return format.match(new FormatSpec.Cases<>() {
            @Override
            public Scan json(FormatSpec.Json json) {
                return new JsonScan();
            }

            @Override
            public Scan parquet(FormatSpec.Parquet parquet) {
                throw new IllegalArgumentException("Parquet is no stream of records");
            }

            @Override
            public Scan csv(FormatSpec.Csv csv) {
                return new CsvScan(csv);
            }

            @Override
            public Scan avro(FormatSpec.Avro avro) {
                return new AvroScan(avro);
            }
        });
    }

    /** Whether ends of records cannot be found any more: the rest comes as one record, which no reader will take. */
    public boolean isLost() {
        return scan.isLost();
    }

    /** Bytes of output that were added and not yet taken. */
    public int size() {
        return size - handedOut;
    }

    /**
     * Adds a piece of output.
     *
     * @throws StatementException TRANSFORM_FAILED for a record without an end
     */
    public void add(byte[] piece) {
        dropTaken();
        if (bytes.length - size < piece.length) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, piece.length), 2 * bytes.length));
        }
        System.arraycopy(piece, 0, bytes, size, piece.length);
        size += piece.length;
        cut(false);
        int begin = count == 0 ? 0 : ends[count - 1];
        if (size - begin > RECORD_BYTES_MAX) {
            throw new StatementException(
                    SqlState.TRANSFORM_FAILED,
                    "row " + (taken + count + 1) + " of the transform's output has more than " + RECORD_BYTES_MAX
                            + " bytes: does it have the pipeline's format?");
        }
    }

    private void dropTaken() {
        System.arraycopy(bytes, handedOut, bytes, 0, size - handedOut);
        size -= handedOut;
        scanned -= handedOut;
        handedOut = 0;
    }

    private void cut(boolean last) {
        while (true) {
            int end = scan.end(bytes, scanned, size, last);
            if (end < 0) {
                scanned = scan.stoppedAt();
                return;
            }
            scanned = end;
            note(end);
        }
    }

    private void note(int end) {
        if (count == ends.length) {
            ends = Arrays.copyOf(ends, 2 * count);
        }
        ends[count++] = end;
    }

    /**
     * The records that are whole. They share the cutter's bytes: they are over when anything is added.
     *
     * @param last whether the output has ended: then what is left is a record too
     */
    public RecordBatch take(boolean last) {
        if (last) {
            cut(true);
            if (size > (count == 0 ? handedOut : ends[count - 1])) {
                note(size);
            }
        }
        int[] starts = new int[count];
        int[] lengths = new int[count];
        long[] offsets = new long[count];
        int begin = handedOut;
        for (int i = 0; i < count; i++) {
            starts[i] = begin;
            lengths[i] = ends[i] - begin;
            offsets[i] = ++taken;
            begin = ends[i];
        }
        handedOut = begin;
        count = 0;
        return new RecordBatch(bytes, starts, lengths, offsets, starts.length);
    }
}
