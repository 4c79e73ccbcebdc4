package dev.millrace.transform.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;

/**
 * The values of an Avro object container file, a record each, not packed any more; places are numbers of them. Avro's own
 * reader would do, were it not that it takes whatever size a broken file says, and gives objects.
 *
 * @see <a href="https://avro.apache.org/docs/1.12.0/specification/#object-container-files">Object Container Files</a>
 */
public final class AvroContainer implements FileRecords {
    private static final byte[] MAGIC = {'O', 'b', 'j', 1};
    private static final int SYNC_BYTES = 16;

    /** A schema has some KB. */
    private static final int HEADER_BYTES_MAX = 16 << 20;

    /** A block is in memory as a whole; writers make them of some ten KB. */
    private static final int BLOCK_BYTES_MAX = OutputCutter.RECORD_BYTES_MAX;

    /** A piece of values of few bytes has no more of them: their rows take memory too. */
    private static final int PIECE_VALUES_MAX = 1 << 18;

    /** Longest form of a number. */
    private static final int NUMBER_BYTES_MAX = 10;

    private final InputStream in;
    private final int pieceBytes;
    private final Schema schema;
    private final String schemaText;
    private final boolean deflated;
    private final byte[] sync;
    private final AvroBytes values = new AvroBytes();

    /** Values of the block in hand that are still to come. */
    private long valuesLeft;

    private Optional<IOException> fault = Optional.empty();
    private long place;
    private long toSkip;
    private boolean ended;

    /**
     * Reads the header.
     *
     * @param in the content from its beginning; it is closed with this
     * @param value number of the first that is wanted
     * @param pieceBytes size of a piece whose blocks are smaller
     * @throws IOException of the content, also for what is no such file, or packed in another way
     */
    public AvroContainer(InputStream in, long value, int pieceBytes) throws IOException {
        this.in = new BufferedInputStream(requireNonNull(in, "in"));
        this.pieceBytes = pieceBytes;
        this.place = value;
        this.toSkip = value;
        if (!Arrays.equals(this.in.readNBytes(MAGIC.length), MAGIC)) {
            throw new IOException("it is no Avro container file: with SCHEMA, files are values without one");
        }
        Map<String, byte[]> header = header();
        schemaText = new String(header.getOrDefault("avro.schema", new byte[0]), UTF_8);
        String codec = new String(header.getOrDefault("avro.codec", "null".getBytes(UTF_8)), UTF_8);
        if (!codec.equals("null") && !codec.equals("deflate")) {
            throw new IOException("its codec '" + codec + "' is none of null and deflate");
        }
        deflated = codec.equals("deflate");
        try {
            schema = parsed(schemaText);
        } catch (SchemaParseException e) {
            throw new IOException("its schema is none: " + e.getMessage(), e);
        }
        sync = bytes(SYNC_BYTES);
    }

    /** Defaults play no part in reading what the schema wrote. */
    static Schema parsed(String text) {
        try {
            return new Schema.Parser().setValidateDefaults(false).parse(text);
        } catch (SchemaParseException e) {
            throw e;
        } catch (RuntimeException e) {
            // Avro's parser has exceptions of its own, and Java's for what it does not foresee.
            throw new SchemaParseException(e);
        }
    }

    private Map<String, byte[]> header() throws IOException {
        Map<String, byte[]> header = new HashMap<>();
        long left = HEADER_BYTES_MAX;
        for (long count = number(); count != 0; count = number()) {
            if (count < 0) {
                number();
            }
            for (long i = Math.abs(count); i > 0; i--) {
                byte[] key = bytes(size(left));
                byte[] value = bytes(size(left - key.length));
                left -= key.length + value.length + 1L;
                header.put(new String(key, UTF_8), value);
            }
        }
        return header;
    }

    private int size(long max) throws IOException {
        long size = number();
        if (size < 0 || size > max) {
            throw new IOException("it says that something has " + size + " bytes, which is not among 0 to " + max);
        }
        return (int) size;
    }

    private byte[] bytes(int size) throws IOException {
        byte[] bytes = in.readNBytes(size);
        if (bytes.length < size) {
            throw new EOFException("it ends inside a block");
        }
        return bytes;
    }

    private long number() throws IOException {
        return number(in.read());
    }

    private long number(int first) throws IOException {
        long raw = 0;
        int b = first;
        for (int i = 0; i < NUMBER_BYTES_MAX; i++) {
            if (b < 0) {
                throw new EOFException("it ends inside a block");
            }
            raw |= (long) (b & 0x7f) << 7 * i;
            if ((b & 0x80) == 0) {
                return raw >>> 1 ^ -(raw & 1);
            }
            b = in.read();
        }
        throw new IOException("a number has more than ten bytes");
    }

    @Override
    public Optional<String> schema() {
        return Optional.of(schemaText);
    }

    /** A block that cannot be read takes none of those before it with it: their values come first, then the error. */
    @Override
    public RecordBatch next() throws IOException {
        if (fault.isPresent()) {
            throw fault.get();
        }
        Piece piece = new Piece(place);
        try {
            fill(piece);
        } catch (IOException e) {
            fault = Optional.of(e);
            if (piece.count == 0) {
                throw e;
            }
        }
        place += piece.count;
        return piece.records();
    }

    private void fill(Piece piece) throws IOException {
        while (!ended && piece.size < pieceBytes && piece.count < PIECE_VALUES_MAX) {
            if (valuesLeft == 0) {
                int first = in.read();
                if (first < 0) {
                    ended = true;
                    return;
                }
                open(number(first));
            }
            takeBlock(piece);
        }
    }

    private void open(long count) throws IOException {
        int size = size(BLOCK_BYTES_MAX);
        if (count < 0) {
            throw new IOException("a block of " + count + " values");
        }
        byte[] packed = bytes(size);
        if (!Arrays.equals(bytes(SYNC_BYTES), sync)) {
            throw new IOException("a block is not followed by the file's marker");
        }
        if (count <= toSkip) {
            toSkip -= count;
            return;
        }
        byte[] block = deflated ? inflated(packed) : packed;
        // Values may have no bytes, but then their number is all that bounds them.
        if (count > (long) AvroBytes.EMPTY_MAX + block.length) {
            throw new IOException("a block of " + count + " values in " + block.length + " bytes");
        }
        values.start(block, 0, block.length);
        valuesLeft = count;
    }

    /** The block in hand, or as much of it as the piece takes. Where it is broken, nothing in it can be trusted. */
    private void takeBlock(Piece piece) throws IOException {
        int size = piece.size;
        int count = piece.count;
        try {
            while (valuesLeft > 0 && piece.count < PIECE_VALUES_MAX) {
                int from = values.at;
                values.skip(schema, 0);
                valuesLeft--;
                if (toSkip > 0) {
                    toSkip--;
                } else {
                    piece.add(values.bytes, from, values.at);
                }
            }
            if (valuesLeft == 0 && !values.isEnd()) {
                throw values.malformed(values.at, "the block has more bytes than its values");
            }
        } catch (BadValue bad) {
            piece.size = size;
            piece.count = count;
            throw new IOException("a block is " + bad.getMessage(), bad);
        }
    }

    private static byte[] inflated(byte[] packed) throws IOException {
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(packed);
            byte[] block = new byte[(int) Math.min(BLOCK_BYTES_MAX, Math.max(64, 4L * packed.length))];
            int size = 0;
            while (!inflater.finished()) {
                if (size == block.length) {
                    // One byte more: a block of just the limit may end there.
                    block = Arrays.copyOf(block, Math.min(2 * size, BLOCK_BYTES_MAX + 1));
                }
                int some = inflater.inflate(block, size, block.length - size);
                if (some == 0 && !inflater.finished()) {
                    throw new IOException("a block is not packed as the file says");
                }
                size += some;
                if (size > BLOCK_BYTES_MAX) {
                    throw new IOException("a block has more than " + BLOCK_BYTES_MAX + " bytes");
                }
            }
            return Arrays.copyOf(block, size);
        } catch (DataFormatException e) {
            throw new IOException("a block is not packed as the file says: " + e.getMessage(), e);
        } finally {
            inflater.end();
        }
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

    /** Values that leave together. */
    private static final class Piece {
        private final long first;
        private byte[] bytes = new byte[64 << 10];
        private int[] starts = new int[1_024];
        private int size;
        private int count;

        Piece(long first) {
            this.first = first;
        }

        void add(byte[] block, int from, int to) {
            if (bytes.length - size < to - from) {
                bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, Math.addExact(size, to - from)));
            }
            if (count == starts.length) {
                starts = Arrays.copyOf(starts, 2 * count);
            }
            System.arraycopy(block, from, bytes, size, to - from);
            starts[count++] = size;
            size += to - from;
        }

        RecordBatch records() {
            int[] lengths = new int[count];
            long[] offsets = new long[count];
            for (int i = 0; i < count; i++) {
                lengths[i] = (i + 1 < count ? starts[i + 1] : size) - starts[i];
                offsets[i] = first + i;
            }
            return new RecordBatch(bytes, starts, lengths, offsets, count);
        }
    }
}
