package dev.millrace.leaf.engine;

import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.TaskChunks;
import dev.millrace.store.log.LogEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * The open batches of a partition and their chunks. A chunk stays on the heap while the leaf's {@link StageMemory} has
 * room, for most are published before anybody would read them from a disk; otherwise, and at the latest at
 * {@link #sync}, it goes into a stage file. A writer has files of its own, so that one with long batches does not keep
 * the files of one with short ones; a file is left behind for the next at {@link #FILE_BYTES}, and goes when its last
 * chunk does.
 *
 * <p>What the heap or the page cache loses, the log has, because it is only let go behind {@link #sync}. Used by the
 * apply thread, but for {@link #bytes}.
 */
final class StagedBatches implements AutoCloseable {
    /** Large enough to be rare at full load, small enough that an old open chunk holds little. */
    private static final long FILE_BYTES = 32L << 20;

    private static final String SUFFIX = ".stage";

    private final Path folder;
    private final StageMemory memory;
    private final Map<BatchId, Open> batches = new ConcurrentHashMap<>();
    private final Set<StageFile> files = new HashSet<>();
    private final Map<Long, StageFile> current = new HashMap<>();
    private long lastFile;
    private boolean folderSynced = true;

    private static final class Open {
        private final TreeMap<ChunkName, StagedChunk> chunks = new TreeMap<>();
        private volatile long bytes;
    }

    private record ChunkName(int task, int seq) implements Comparable<ChunkName> {
        @Override
        public int compareTo(ChunkName other) {
            return task != other.task ? Integer.compare(task, other.task) : Integer.compare(seq, other.seq);
        }
    }

    /**
     * Reads the stage files of a partition.
     *
     * @param isFinished batches whose chunks are not wanted any more
     */
    StagedBatches(Path folder, StageMemory memory, Predicate<BatchId> isFinished) {
        this.folder = folder;
        this.memory = memory;
        try {
            Files.createDirectories(folder);
            List<Path> found = new ArrayList<>();
            try (DirectoryStream<Path> paths = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
                paths.forEach(found::add);
            }
            for (Path path : found) {
                replay(path, isFinished);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("stage files in " + folder, e);
        }
    }

    private void replay(Path path, Predicate<BatchId> isFinished) throws IOException {
        String name = path.getFileName().toString();
        lastFile = Math.max(
                lastFile, Long.parseLong(name.substring(name.lastIndexOf('-') + 1, name.length() - SUFFIX.length())));
        StageFile file = new StageFile(path);
        files.add(file);
        file.replay((index, bytes, offset) -> {
            LogEntry.Stage entry = (LogEntry.Stage) LogEntry.fromBytes(ByteBuffer.wrap(bytes));
            if (!isFinished.test(entry.batch())) {
                put(entry, StagedChunk.inFile(index, entry, bytes.length, file, offset));
            }
        });
        if (file.open() == 0) {
            remove(file);
        }
    }

    /** Keeps a chunk; a second copy is not kept. */
    void stage(long index, LogEntry.Stage entry, ByteBuffer bytes) {
        if (chunk(entry.batch(), entry.task(), entry.seq(), index + 1).isPresent()) {
            return;
        }
        try {
            if (memory.take(bytes.remaining())) {
                put(entry, StagedChunk.inMemory(index, entry, bytes));
            } else {
                StageFile file = file(entry.batch().writer());
                long offset = file.append(index, bytes);
                put(entry, StagedChunk.inFile(index, entry, bytes.remaining(), file, offset));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("staging in " + folder, e);
        }
    }

    /** The file that takes a writer's next chunk. */
    private StageFile file(long writer) throws IOException {
        StageFile file = current.get(writer);
        if (file == null || file.size() >= FILE_BYTES) {
            file = new StageFile(folder.resolve(writer + "-" + ++lastFile + SUFFIX));
            files.add(file);
            StageFile full = current.put(writer, file);
            if (full != null && full.open() == 0) {
                remove(full);
            }
            folderSynced = false;
        }
        return file;
    }

    /** Of two copies of a chunk, which one file or two may hold, the one of the lower index stays. */
    private void put(LogEntry.Stage entry, StagedChunk chunk) {
        Open open = batches.computeIfAbsent(entry.batch(), key -> new Open());
        ChunkName name = new ChunkName(entry.task(), entry.seq());
        StagedChunk older = open.chunks.get(name);
        if (older == null) {
            open.chunks.put(name, chunk);
            open.bytes += chunk.entryBytes();
        } else if (older.index() <= chunk.index()) {
            close(chunk);
        } else {
            open.chunks.put(name, chunk);
            close(older);
        }
    }

    private void close(StagedChunk chunk) {
        if (chunk.isInMemory()) {
            memory.give(chunk.entryBytes());
        } else {
            chunk.file().closed();
        }
    }

    /** A chunk that was staged before an index of the log. */
    Optional<StagedChunk> chunk(BatchId batch, int task, int seq, long before) {
        Open open = batches.get(batch);
        return Optional.ofNullable(open == null ? null : open.chunks.get(new ChunkName(task, seq)))
                .filter(chunk -> chunk.index() < before);
    }

    /**
     * The chunks of a batch in the order (task, seq), as they were before an index of the log.
     *
     * @return empty if one of them is missing
     */
    Optional<List<StagedChunk>> chunks(BatchId batch, List<TaskChunks> names, long before) {
        List<StagedChunk> found = new ArrayList<>();
        for (TaskChunks name : names.stream()
                .sorted((a, b) -> Integer.compare(a.task(), b.task()))
                .toList()) {
            for (int seq = 0; seq < name.count(); seq++) {
                Optional<StagedChunk> chunk = chunk(batch, name.task(), seq, before);
                if (chunk.isEmpty()) {
                    return Optional.empty();
                }
                found.add(chunk.get());
            }
        }
        return Optional.of(found);
    }

    /** Bytes staged for a batch so far. Safe from any thread. */
    long bytes(BatchId batch) {
        Open open = batches.get(batch);
        return open == null ? 0 : open.bytes;
    }

    /** Names of all open batches. */
    List<BatchId> open() {
        return List.copyOf(batches.keySet());
    }

    /** Lowest number of a writer's attempt that is open; {@link Long#MAX_VALUE} if none is. */
    long lowestOpen(long writer, Attempt attempt) {
        return batches.keySet().stream()
                .filter(batch -> batch.writer() == writer && batch.attempt().equals(attempt))
                .mapToLong(BatchId::number)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /** Names of the open batches of a writer in attempts below one. */
    List<BatchId> olderThan(long writer, Attempt below) {
        return batches.keySet().stream()
                .filter(batch -> batch.writer() == writer && batch.attempt().isOlderThan(below))
                .toList();
    }

    /** Forgets a batch; its bytes go when nothing else in their files is open. */
    void drop(BatchId batch) {
        Open open = batches.remove(batch);
        if (open == null) {
            return;
        }
        try {
            for (StagedChunk chunk : open.chunks.values()) {
                close(chunk);
                StageFile file = chunk.file();
                if (file != null
                        && file.open() == 0
                        && (file.size() >= FILE_BYTES || current.get(batch.writer()) != file)) {
                    remove(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("dropping " + batch + " in " + folder, e);
        }
    }

    private void remove(StageFile file) throws IOException {
        file.delete();
        files.remove(file);
        current.values().remove(file);
    }

    /** Makes all open chunks durable, and lets files go that have none. */
    void sync() {
        try {
            for (Map.Entry<BatchId, Open> batch : batches.entrySet()) {
                moveToFile(batch.getKey().writer(), batch.getValue());
            }
            for (StageFile file : List.copyOf(files)) {
                if (file.open() == 0) {
                    remove(file);
                } else if (!file.synced()) {
                    file.sync();
                }
            }
            if (!folderSynced) {
                try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                    channel.force(true);
                }
                folderSynced = true;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("syncing stage files in " + folder, e);
        }
    }

    private void moveToFile(long writer, Open batch) throws IOException {
        for (StagedChunk chunk : batch.chunks.values()) {
            if (chunk.isInMemory()) {
                chunk.moveTo(file(writer));
                memory.give(chunk.entryBytes());
            }
        }
    }

    @Override
    public void close() {
        for (Open batch : batches.values()) {
            batch.chunks.values().stream()
                    .filter(StagedChunk::isInMemory)
                    .forEach(chunk -> memory.give(chunk.entryBytes()));
        }
        for (StageFile file : files) {
            try {
                file.close();
            } catch (IOException e) {
                throw new UncheckedIOException("closing " + file.path(), e);
            }
        }
    }
}
