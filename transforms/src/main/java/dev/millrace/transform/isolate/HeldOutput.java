package dev.millrace.transform.isolate;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.transform.load.OutputCutter;
import dev.millrace.transform.load.RecordBatch;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The output of a run, cut into rows, until it is known how the run ends: in memory at first, then in a file. What the
 * disk refuses is an {@link UncheckedIOException}.
 */
final class HeldOutput implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HeldOutput.class);

    /** Rows are loaded in pieces of about this size, as fetches are. */
    private static final int PIECE_BYTES = 4 << 20;

    private static final long MEMORY_BYTES_MAX = 16L << 20;

    /** Of a row, beside its bytes. */
    private static final int ROW_BYTES = Integer.BYTES + Integer.BYTES + Long.BYTES;

    private final OutputCutter cutter;
    private final Path file;
    private final Queue<RecordBatch> inMemory = new ArrayDeque<>();
    private long memoryBytes;
    private Optional<DataOutputStream> spilling = Optional.empty();
    private int spilled;

    /** @param file is made if it is needed, and removed by {@link #close} */
    HeldOutput(FormatSpec format, Path file) {
        this.cutter = OutputCutter.of(format);
        this.file = requireNonNull(file, "file");
    }

    /**
     * More output.
     *
     * @throws dev.millrace.spec.error.StatementException TRANSFORM_FAILED for a row without an end
     */
    void add(byte[] piece) {
        cutter.add(piece);
        refuseLost();
        if (cutter.size() >= PIECE_BYTES) {
            keep(cutter.take(false));
        }
    }

    private void keep(RecordBatch rows) {
        if (rows.count() == 0) {
            return;
        }
        int begin = rows.starts()[0];
        int end = rows.starts()[rows.count() - 1] + rows.lengths()[rows.count() - 1];
        try {
            if (spilling.isEmpty() && memoryBytes + end - begin <= MEMORY_BYTES_MAX) {
                inMemory.add(packed(Arrays.copyOfRange(rows.bytes(), begin, end), rows.lengths()));
                memoryBytes += end - begin + (long) ROW_BYTES * rows.count();
            } else {
                spill(rows, begin, end);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep a transform's output: " + e.getMessage(), e);
        }
    }

    private void spill(RecordBatch rows, int begin, int end) throws IOException {
        if (spilling.isEmpty()) {
            spilling = Optional.of(new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file))));
        }
        DataOutputStream out = spilling.get();
        out.writeInt(rows.count());
        for (int length : rows.lengths()) {
            out.writeInt(length);
        }
        out.writeInt(end - begin);
        out.write(rows.bytes(), begin, end - begin);
        spilled++;
    }

    /** Rows that follow each other without a gap; their numbers are given when they leave. */
    private static RecordBatch packed(byte[] bytes, int[] lengths) {
        int[] starts = new int[lengths.length];
        for (int i = 1; i < lengths.length; i++) {
            starts[i] = starts[i - 1] + lengths[i - 1];
        }
        return new RecordBatch(bytes, starts, lengths, new long[lengths.length], lengths.length);
    }

    /** The output has ended: what is left is a row, too. Throws as {@link #add} does. */
    void end() {
        RecordBatch rest = cutter.take(true);
        refuseLost();
        keep(rest);
    }

    /** Else all good rows behind a bad one would go with it; so it is the run's failure, and a search finds the record. */
    private void refuseLost() {
        if (cutter.isLost()) {
            throw new StatementException(
                    SqlState.TRANSFORM_FAILED,
                    "the transform's output is not Avro of the pipeline's schema, and where the next row begins is not known");
        }
    }

    /**
     * Hands all rows out, in order, and forgets them.
     *
     * @param before rows of the batch that came before
     * @return rows of the batch by now
     */
    long drain(long before, Consumer<RecordBatch> rows) throws IOException {
        long number = before;
        while (!inMemory.isEmpty()) {
            number = handOut(inMemory.remove(), number, rows);
        }
        if (spilling.isPresent()) {
            spilling.get().close();
            try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
                for (; spilled > 0; spilled--) {
                    int[] lengths = new int[in.readInt()];
                    for (int i = 0; i < lengths.length; i++) {
                        lengths[i] = in.readInt();
                    }
                    number = handOut(packed(in.readNBytes(in.readInt()), lengths), number, rows);
                }
            }
        }
        return number;
    }

    private static long handOut(RecordBatch piece, long before, Consumer<RecordBatch> rows) {
        for (int i = 0; i < piece.count(); i++) {
            piece.offsets()[i] = before + i + 1;
        }
        rows.accept(piece);
        return before + piece.count();
    }

    @Override
    public void close() {
        if (spilling.isPresent()) {
            try {
                spilling.get().close();
            } catch (IOException e) {
                LOG.debug("what {} was to hold is not needed any more", file, e);
            }
            spilling = Optional.empty();
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                LOG.warn("{} is not removed", file, e);
            }
        }
    }
}
