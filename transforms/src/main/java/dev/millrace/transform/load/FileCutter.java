package dev.millrace.transform.load;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.FormatSpec;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Cuts a file's content into records, a CSV line or a JSON value each, by the rules of the reader of that format: so a
 * file need not be in memory, a bad record is told apart from the others, and each has its place: its offset is the
 * number of bytes before it. A piece is handed over with its memory.
 */
public final class FileCutter implements FileRecords {
    /** A piece is hardly larger, so that load needs memory for one of them. */
    public static final int PIECE_BYTES_MAX = 4 << 20;

    private static final int PIECE_BYTES_MIN = 64 << 10;

    private final InputStream in;
    private final OutputCutter.Scan scan;
    private final int pieceBytes;
    private byte[] bytes;
    private int size;
    private int scanned;
    private int[] ends = new int[256];
    private int count;
    private long place;
    private int linesToIgnore;
    private boolean ended;

    /**
     * @param in the content from a place on; it is closed with this
     * @param place where a record begins, or the beginning
     * @param pieceBytes size of a piece whose records are shorter
     */
    public FileCutter(FormatSpec format, InputStream in, long place, int pieceBytes) {
        this(OutputCutter.scan(format), place == 0 ? ignored(format) : 0, in, place, pieceBytes);
    }

    private FileCutter(OutputCutter.Scan scan, int linesToIgnore, InputStream in, long place, int pieceBytes) {
        this.scan = scan;
        this.linesToIgnore = linesToIgnore;
        this.in = requireNonNull(in, "in");
        this.place = place;
        this.pieceBytes = Math.max(PIECE_BYTES_MIN, pieceBytes);
        bytes = new byte[PIECE_BYTES_MIN];
    }

    /** Cuts into JSON values, whatever the pipeline makes of them. */
    public static FileCutter ofDocuments(InputStream in, long place, int pieceBytes) {
        return new FileCutter(new JsonScan(), 0, in, place, pieceBytes);
    }

    private static int ignored(FormatSpec format) {
        return format instanceof FormatSpec.Csv csv ? csv.ignoreLines() : 0;
    }

    /** How many bytes of the content were handed out; a record begins there. */
    @Override
    public long place() {
        return place;
    }

    @Override
    public boolean hasEnded() {
        return ended;
    }

    /**
     * The next records, none perhaps at the end.
     *
     * @throws IOException of the content; one that says so for a record without an end
     */
    @Override
    public RecordBatch next() throws IOException {
        do {
            fill();
            cut();
            if (!ended && count > 0 && count <= linesToIgnore) {
                dropIgnored();
            }
        } while (count == 0 && !ended);
        int behind = count == 0 ? size : ends[count - 1];
        RecordBatch records = records();
        byte[] left = new byte[Math.max(ended ? 0 : pieceBytes, 2 * (size - behind))];
        System.arraycopy(bytes, behind, left, 0, size - behind);
        bytes = left;
        size -= behind;
        scanned -= behind;
        place += behind;
        count = 0;
        return records;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /** The first place that is handed out is behind all lines to ignore: who goes on from there ignores none. */
    private void dropIgnored() {
        int behind = ends[count - 1];
        System.arraycopy(bytes, behind, bytes, 0, size - behind);
        size -= behind;
        scanned -= behind;
        place += behind;
        linesToIgnore -= count;
        count = 0;
    }

    private void fill() throws IOException {
        if (size == bytes.length) {
            if (size >= OutputCutter.RECORD_BYTES_MAX) {
                throw new IOException("the record at byte " + place + " has more than " + OutputCutter.RECORD_BYTES_MAX
                        + " bytes: does the file have the pipeline's format?");
            }
            bytes = Arrays.copyOf(bytes, 2 * bytes.length);
        }
        int read = in.readNBytes(bytes, size, bytes.length - size);
        size += read;
        ended = size < bytes.length;
    }

    private void cut() {
        while (true) {
            int end = scan.end(bytes, scanned, size, ended);
            if (end < 0) {
                scanned = scan.stoppedAt();
                break;
            }
            scanned = end;
            note(end);
        }
        if (ended && size > (count == 0 ? 0 : ends[count - 1])) {
            scanned = size;
            note(size);
        }
    }

    private void note(int end) {
        if (count == ends.length) {
            ends = Arrays.copyOf(ends, 2 * count);
        }
        ends[count++] = end;
    }

    private RecordBatch records() {
        int ignored = Math.min(linesToIgnore, count);
        linesToIgnore -= ignored;
        int[] starts = new int[count - ignored];
        int[] lengths = new int[starts.length];
        long[] offsets = new long[starts.length];
        for (int i = 0; i < starts.length; i++) {
            int end = ignored + i;
            starts[i] = end == 0 ? 0 : ends[end - 1];
            lengths[i] = ends[end] - starts[i];
            offsets[i] = place + starts[i];
        }
        return new RecordBatch(bytes, starts, lengths, offsets, starts.length);
    }
}
