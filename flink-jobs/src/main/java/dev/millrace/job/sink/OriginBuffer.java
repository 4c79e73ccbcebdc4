package dev.millrace.job.sink;

import java.util.ArrayList;
import java.util.List;

/** Gathers the origins of rows beside the buffers that gather the rows; does nothing where nobody asks for them. */
final class OriginBuffer {
    private final int task;
    private final List<List<ChunkOrigins.Run>> waiting = new ArrayList<>();
    private List<ChunkOrigins> chunks = new ArrayList<>();

    /** @param buffers number of row buffers */
    OriginBuffer(int task, int buffers) {
        this.task = task;
        for (int i = 0; i < buffers; i++) {
            waiting.add(new ArrayList<>());
        }
    }

    /**
     * Rows went into a buffer.
     *
     * @param rows their numbers, from {@code begin} to {@code end} − 1
     * @param offsets of all rows of the fetch; empty where nobody asks
     */
    void append(int buffer, String partition, long[] offsets, int[] rows, int begin, int end) {
        if (offsets.length > 0 && begin < end) {
            long[] run = new long[end - begin];
            for (int i = begin; i < end; i++) {
                run[i - begin] = offsets[rows[i]];
            }
            waiting.get(buffer).add(new ChunkOrigins.Run(partition, run));
        }
    }

    /** What is in a buffer became a chunk. */
    void staged(int buffer, int ordinal, int seq) {
        List<ChunkOrigins.Run> runs = waiting.get(buffer);
        if (!runs.isEmpty()) {
            chunks.add(new ChunkOrigins(ordinal, task, seq, runs));
            runs.clear();
        }
    }

    /** The chunks since the last call. */
    List<ChunkOrigins> take() {
        List<ChunkOrigins> taken = chunks;
        chunks = new ArrayList<>();
        return taken;
    }
}
