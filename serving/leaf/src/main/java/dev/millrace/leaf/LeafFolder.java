package dev.millrace.leaf;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.PartitionId;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A leaf's folder: {@code lock}, {@code node.properties} (its lasting name and its id), {@code raft/} (logs), {@code
 * partitions/dD_pO/} (files), {@code tmp/} (emptied at the start). Locked while it is open.
 */
final class LeafFolder implements AutoCloseable {
    private final Path root;
    private final FileChannel lock;
    private final Properties node = new Properties();

    LeafFolder(Path root) {
        this.root = root.toAbsolutePath();
        try {
            Files.createDirectories(root);
            lock = FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!isLocked()) {
                lock.close();
                throw new StatementException(SqlState.WRONG_CONFIG, "folder " + root + " is in use by another leaf");
            }
            deleteTree(temporary());
            if (Files.exists(nodeFile())) {
                try (InputStream in = Files.newInputStream(nodeFile())) {
                    node.load(in);
                }
            } else {
                node.setProperty("key", UUID.randomUUID().toString());
                save();
            }
        } catch (IOException e) {
            throw new StatementException(SqlState.WRONG_CONFIG, "folder " + root + " cannot be used: " + e, e);
        }
    }

    private boolean isLocked() throws IOException {
        try {
            return lock.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // another leaf of this process
        }
    }

    String key() {
        return node.getProperty("key");
    }

    /** The node's id; 0 before it is known. */
    long id() {
        return Long.parseLong(node.getProperty("id", "0"));
    }

    void id(long id) {
        if (id() != id) {
            node.setProperty("id", Long.toString(id));
            try {
                save();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    Path raft() {
        return root.resolve("raft");
    }

    Path temporary() {
        return root.resolve("tmp");
    }

    Path partitions() {
        return root.resolve("partitions");
    }

    Path partition(PartitionId partition) {
        return partitions().resolve(partition.alias());
    }

    void delete(PartitionId partition) {
        try {
            deleteTree(partition(partition));
        } catch (IOException e) {
            throw new UncheckedIOException("deleting partition " + partition, e);
        }
    }

    private Path nodeFile() {
        return root.resolve("node.properties");
    }

    private void save() throws IOException {
        Path next = root.resolve("node.properties.tmp");
        try (OutputStream out = Files.newOutputStream(next)) {
            node.store(out, "This leaf's lasting name and id");
        }
        try (FileChannel channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(next, nodeFile(), StandardCopyOption.ATOMIC_MOVE);
    }

    private static void deleteTree(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(tree)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            Files.deleteIfExists(path);
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
