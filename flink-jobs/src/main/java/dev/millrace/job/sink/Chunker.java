package dev.millrace.job.sink;

import static java.util.Objects.requireNonNull;

import dev.millrace.job.run.JobRun;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.BatchId;
import dev.millrace.store.Participant;
import dev.millrace.store.RowChange;
import dev.millrace.store.ShardHash;
import dev.millrace.store.TableRef;
import dev.millrace.store.TaskChunks;
import dev.millrace.store.WriteMode;
import dev.millrace.store.log.LogEntry;
import dev.millrace.transform.load.Loader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * Routes rows to their partitions and cuts them into chunks. Rows of one source partition keep their order in (task,
 * seq). A table without a shard key has one buffer, whose chunks go round the partitions: at low rates an interval is
 * one chunk, not one for each partition. A reference table's chunks go to all partitions.
 */
final class Chunker implements AutoCloseable {
    /** Large enough to make headers and round trips cheap, small enough to fill the window with several. */
    static final int CHUNK_BYTES_MAX = 1 << 20;

    /** A row is never split; with headers it must fit an entry of the log. */
    static final int ROW_BYTES_MAX = LogEntry.BYTES_MAX - (64 << 10);

    /** With very many partitions the largest buffers leave before they are full. */
    private static final long BUFFERED_BYTES_MAX = 64L << 20;

    private final TableSpec table;
    private final TableRef reference;
    private final WriteMode mode;
    private final Optional<RowChange> change;
    private final JobRun run;
    private final int task;
    private final StageWindow window;
    private final RowBuffer[] buffers;
    private final int[] chunks;
    private final OriginBuffer origins;
    private String sourcePartition = "";
    private long[] rowOffsets = {};
    private int[] identity = new int[0];
    private int next;

    /** @param task number of the subtask */
    Chunker(JobRun run, int task, StageWindow window, BufferAllocator allocator) {
        this.run = requireNonNull(run, "run");
        this.task = task;
        this.window = requireNonNull(window, "window");
        this.table = run.pipeline().table();
        this.reference = run.table();
        this.mode = run.mode();
        this.change = run.change();
        this.buffers = new RowBuffer[isSharded() ? run.partitions() : 1];
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = new RowBuffer(Loader.schema(table), allocator);
        }
        this.chunks = new int[run.partitions()];
        this.origins = new OriginBuffer(task, buffers.length);
        this.next = task % run.partitions();
    }

    /**
     * Takes a copy of the rows.
     *
     * @throws StatementException PACKET_TOO_LARGE for a row that no entry of the log can hold
     */
    void add(BatchId batch, VectorSchemaRoot rows) throws IOException, InterruptedException {
        int[] sizes = RowSizes.of(rows);
        if (isSharded()) {
            long[] hashes = ShardHash.ofRows(rows, table);
            int[] ends = new int[run.partitions()];
            int[] selection = byHome(hashes, ends);
            for (int home = 0, begin = 0; home < ends.length; begin = ends[home], home++) {
                append(batch, home, rows, new Selection(selection, begin, ends[home]), sizes);
            }
        } else {
            append(batch, 0, rows, new Selection(identity(sizes.length), 0, sizes.length), sizes);
        }
        boundBuffers(batch);
    }

    /** The same with where each row came from. */
    void add(BatchId batch, VectorSchemaRoot rows, String partition, long[] offsets)
            throws IOException, InterruptedException {
        sourcePartition = partition;
        rowOffsets = offsets;
        add(batch, rows);
    }

    /** Where the rows came from, chunk by chunk since the last time, as far as it was told. */
    List<ChunkOrigins> origins() {
        return origins.take();
    }

    /** Sends what is left, and answers how many chunks each partition got since the last time. */
    List<Participant> finish(BatchId batch) throws IOException, InterruptedException {
        for (int i = 0; i < buffers.length; i++) {
            stage(batch, i);
        }
        List<Participant> participants = IntStream.range(0, chunks.length)
                .filter(ordinal -> chunks[ordinal] > 0)
                .mapToObj(ordinal -> new Participant(ordinal, List.of(new TaskChunks(task, chunks[ordinal]))))
                .toList();
        Arrays.fill(chunks, 0);
        return participants;
    }

    @Override
    public void close() {
        for (RowBuffer buffer : buffers) {
            if (buffer != null) {
                buffer.close();
            }
        }
    }

    private boolean isSharded() {
        return !table.reference() && !table.shardKey().isEmpty();
    }

    /** Row numbers grouped by home, in order within each; {@code ends} becomes where each home's group ends. */
    private int[] byHome(long[] hashes, int[] ends) {
        int[] homes = new int[hashes.length];
        for (int row = 0; row < homes.length; row++) {
            homes[row] = ShardHash.partition(hashes[row], ends.length);
            ends[homes[row]]++;
        }
        int begin = 0;
        for (int home = 0; home < ends.length; home++) {
            int count = ends[home];
            ends[home] = begin;
            begin += count;
        }
        int[] selection = new int[hashes.length];
        for (int row = 0; row < homes.length; row++) {
            selection[ends[homes[row]]++] = row;
        }
        return selection;
    }

    private void append(BatchId batch, int index, VectorSchemaRoot rows, Selection selection, int[] sizes)
            throws IOException, InterruptedException {
        RowBuffer buffer = buffers[index];
        int begin = selection.begin();
        long size = 0;
        for (int i = begin; i < selection.end(); i++) {
            int row = sizes[selection.rows()[i]];
            if (row > ROW_BYTES_MAX) {
                throw new StatementException(
                        SqlState.PACKET_TOO_LARGE, "a row takes " + row + " bytes; the limit is " + ROW_BYTES_MAX);
            }
            if (buffer.bytes() + size + row > CHUNK_BYTES_MAX && buffer.rows() + i - begin > 0) {
                buffer.append(rows, selection.rows(), begin, i, size);
                origins.append(index, sourcePartition, rowOffsets, selection.rows(), begin, i);
                stage(batch, index);
                begin = i;
                size = 0;
            }
            size += row;
        }
        if (begin < selection.end()) {
            buffer.append(rows, selection.rows(), begin, selection.end(), size);
            origins.append(index, sourcePartition, rowOffsets, selection.rows(), begin, selection.end());
        }
    }

    private void stage(BatchId batch, int index) throws IOException, InterruptedException {
        RowBuffer buffer = buffers[index];
        if (buffer.rows() == 0) {
            return;
        }
        int rows = buffer.rows();
        byte[] ipc = buffer.take();
        if (table.reference()) {
            for (int ordinal = 0; ordinal < chunks.length; ordinal++) {
                send(batch, ordinal, rows, ipc);
            }
        } else if (isSharded()) {
            origins.staged(index, index, chunks[index]);
            send(batch, index, rows, ipc);
        } else {
            send(batch, next, rows, ipc);
            next = (next + 1) % chunks.length;
        }
    }

    private void send(BatchId batch, int ordinal, int rows, byte[] ipc) throws IOException, InterruptedException {
        window.send(
                run.partition(ordinal),
                new LogEntry.Stage(batch, task, chunks[ordinal], reference, mode, change, rows, ByteBuffer.wrap(ipc)));
        chunks[ordinal]++;
    }

    private void boundBuffers(BatchId batch) throws IOException, InterruptedException {
        long total = 0;
        for (RowBuffer buffer : buffers) {
            total += buffer.bytes();
        }
        while (total > BUFFERED_BYTES_MAX) {
            int largest = 0;
            for (int i = 1; i < buffers.length; i++) {
                largest = buffers[i].bytes() > buffers[largest].bytes() ? i : largest;
            }
            total -= buffers[largest].bytes();
            stage(batch, largest);
        }
    }

    private int[] identity(int length) {
        if (identity.length < length) {
            identity = IntStream.range(0, length).toArray();
        }
        return identity;
    }

    /** Row numbers at {@code begin} to {@code end}. */
    private record Selection(int[] rows, int begin, int end) {}
}
