package dev.millrace.transform.load;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;

/** A file's content as it is, for a program: each piece is one record. */
public final class RawPieces implements FileRecords {
    private final InputStream in;
    private final int pieceBytes;
    private long place;
    private boolean ended;

    /**
     * @param in the content from a place on; it is closed with this
     * @param place bytes of the content before it
     */
    public RawPieces(InputStream in, long place, int pieceBytes) {
        this.in = requireNonNull(in, "in");
        this.place = place;
        this.pieceBytes = pieceBytes;
    }

    @Override
    public RecordBatch next() throws IOException {
        byte[] bytes = in.readNBytes(pieceBytes);
        ended = bytes.length < pieceBytes;
        long from = place;
        place += bytes.length;
        int count = bytes.length == 0 ? 0 : 1;
        return new RecordBatch(bytes, new int[] {0}, new int[] {bytes.length}, new long[] {from}, count);
    }

    @Override
    public long place() {
        return place;
    }

    @Override
    public boolean hasEnded() {
        return ended;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
