package dev.millrace.job.sink;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;
import java.util.List;

/**
 * Which records the rows of a chunk came from: known only where a seal may leave rows out because their key is taken.
 *
 * @param ordinal the partition it was staged on
 * @param runs in the order of the rows
 */
record ChunkOrigins(int ordinal, int task, int seq, List<Run> runs) {
    ChunkOrigins {
        runs = List.copyOf(runs);
    }

    /** Rows of one source partition; a shared array that nobody writes. */
    record Run(String partition, long[] offsets) {
        Run {
            requireNonNull(partition, "partition");
            requireNonNull(offsets, "offsets");
        }

        /** Neighbours are near each other: a byte or two each. */
        private void write(WireWriter out) {
            out.text(partition).number(offsets.length);
            long before = 0;
            for (long offset : offsets) {
                out.number(offset - before);
                before = offset;
            }
        }

        private static Run read(WireReader in) {
            String partition = in.text();
            int count = in.integer();
            if (count < 0 || count > ROWS_MAX) {
                throw new IllegalArgumentException(count + " rows of a chunk");
            }
            long[] offsets = new long[count];
            long before = 0;
            for (int i = 0; i < count; i++) {
                before += in.number();
                offsets[i] = before;
            }
            return new Run(partition, offsets);
        }
    }

    /** A row takes at least a bit in each buffer of its chunk. */
    private static final int ROWS_MAX = 8 * Chunker.CHUNK_BYTES_MAX;

    /** A record. */
    record Origin(String partition, long offset) {}

    /** Where a row of the chunk came from. */
    Origin of(int row) {
        int before = 0;
        for (Run run : runs) {
            if (row - before < run.offsets().length) {
                return new Origin(run.partition(), run.offsets()[row - before]);
            }
            before += run.offsets().length;
        }
        throw new IllegalStateException("row " + row + " of a chunk of " + before);
    }

    void write(WireWriter out) {
        out.number(ordinal).number(task).number(seq).list(runs, (o, run) -> run.write(o));
    }

    static ChunkOrigins read(WireReader in) {
        return new ChunkOrigins(in.integer(), in.integer(), in.integer(), in.list(Run::read));
    }
}
