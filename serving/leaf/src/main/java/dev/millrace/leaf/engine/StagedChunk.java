package dev.millrace.leaf.engine;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.RowChange;
import dev.millrace.store.TableRef;
import dev.millrace.store.WriteMode;
import dev.millrace.store.log.LogEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Optional;

/** A chunk of an open batch: what it is for, and where its rows stand, which is on the heap or in a stage file. */
final class StagedChunk {
    private final long index;
    private final int task;
    private final int seq;
    private final int rowCount;
    private final TableRef table;
    private final WriteMode mode;
    private final Optional<RowChange> change;
    private final int entryBytes;
    private final int rowBytes;
    private ByteBuffer memory;
    private StageFile file;
    private long offset;

    private StagedChunk(long index, LogEntry.Stage entry, int entryBytes) {
        this.index = index;
        this.task = entry.task();
        this.seq = entry.seq();
        this.rowCount = entry.rows();
        this.table = entry.table();
        this.mode = entry.mode();
        this.change = entry.change();
        this.entryBytes = entryBytes;
        this.rowBytes = entry.ipc().remaining();
    }

    /**
     * A chunk on the heap.
     *
     * @param index of its entry in the log: entries before it do not see it
     * @param bytes the entry's bytes, which end with the rows
     */
    static StagedChunk inMemory(long index, LogEntry.Stage entry, ByteBuffer bytes) {
        StagedChunk chunk = new StagedChunk(index, entry, bytes.remaining());
        chunk.memory = bytes.slice();
        return chunk;
    }

    /** A chunk whose entry's bytes stand in a file at an offset. */
    static StagedChunk inFile(long index, LogEntry.Stage entry, int entryBytes, StageFile file, long offset) {
        StagedChunk chunk = new StagedChunk(index, entry, entryBytes);
        chunk.file = requireNonNull(file, "file");
        chunk.offset = offset;
        file.opened();
        return chunk;
    }

    long index() {
        return index;
    }

    int task() {
        return task;
    }

    int seq() {
        return seq;
    }

    int rowCount() {
        return rowCount;
    }

    TableRef table() {
        return table;
    }

    WriteMode mode() {
        return mode;
    }

    /** What it does to rows that are there, where its mode has something to do. */
    Optional<RowChange> change() {
        return change;
    }

    /** Bytes of its entry. */
    int entryBytes() {
        return entryBytes;
    }

    boolean isInMemory() {
        return memory != null;
    }

    /** The file it is in; null while it is on the heap. */
    StageFile file() {
        return file;
    }

    /** Moves it from the heap into a file. */
    void moveTo(StageFile target) throws IOException {
        offset = target.append(index, memory);
        file = target;
        file.opened();
        memory = null;
    }

    /** Its rows, as an Arrow IPC stream. */
    ReadableByteChannel rows() {
        int begin = entryBytes - rowBytes;
        return memory == null
                ? file.region(offset + begin, rowBytes)
                : new BufferChannel(memory.slice(begin, rowBytes));
    }
}
