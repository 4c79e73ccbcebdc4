package dev.millrace.launch;

import static dev.millrace.spec.error.SqlState.WRONG_CONFIG;

import dev.millrace.spec.error.StatementException;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * The folder of one {@code start}: everything that a process keeps is below it, and one process at a time holds it.
 *
 * <pre>
 * DIR/lock                  held while a process runs; its text is that process's id
 * DIR/millrace.properties   marks the folder as ours; remembers ports that were given as "any"
 * DIR/leaf-0, leaf-1, …     partitions
 * DIR/kafka                 the embedded broker's log
 * DIR/flink                 checkpoints, uploaded jars, work files
 * DIR/log                   millrace.log and its predecessors
 * DIR/tmp                   java.io.tmpdir of the process, emptied at every start
 * </pre>
 */
final class DataFolder implements AutoCloseable {
    private static final String MARK = "millrace.properties";
    private static final String FORMAT = "format";
    private static final String FORMAT_NOW = "1";

    /** What the launching script may have made before us. */
    private static final String TMP = "tmp";

    private final Path root;
    private final FileChannel lockFile;
    private final Properties marks;

    private DataFolder(Path root, FileChannel lockFile, Properties marks) {
        this.root = root;
        this.lockFile = lockFile;
        this.marks = marks;
    }

    /**
     * Creates the folder if it is missing, locks it, empties its temp folder.
     *
     * @throws StatementException WRONG_CONFIG if it cannot be created or written, belongs to something else, or another
     *     process holds it
     */
    static DataFolder open(Path folder) {
        Path root = folder.toAbsolutePath().normalize();
        try {
            requireOurs(root);
            FileChannel lockFile = FileChannel.open(
                    root.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            lock(root, lockFile);
            DataFolder opened = new DataFolder(root, lockFile, readMarks(root));
            opened.mark(FORMAT, FORMAT_NOW);
            empty(Files.createDirectories(opened.tmp()));
            Files.createDirectories(opened.log());
            return opened;
        } catch (IOException e) {
            throw new StatementException(WRONG_CONFIG, "cannot use " + root + ": " + reason(e), e);
        }
    }

    /** Whether a process has ever kept its data there. */
    static boolean isMarked(Path folder) {
        return Files.exists(folder.resolve(MARK));
    }

    Path root() {
        return root;
    }

    Path leaf(int ordinal) {
        return root.resolve("leaf-" + ordinal);
    }

    Path kafka() {
        return root.resolve("kafka");
    }

    Path flink() {
        return root.resolve("flink");
    }

    Path log() {
        return root.resolve("log");
    }

    Path tmp() {
        return root.resolve(TMP);
    }

    /** How many leaves have left data here. */
    int leavesStored() {
        int stored = 0;
        while (Files.isDirectory(leaf(stored))) {
            stored++;
        }
        return stored;
    }

    /** A number remembered from an earlier run, or {@code fallback}. */
    int remembered(String name, int fallback) {
        String text = marks.getProperty(name);
        return text == null ? fallback : Integer.parseInt(text);
    }

    void remember(String name, int value) throws IOException {
        mark(name, Integer.toString(value));
    }

    /** Gives the folder free for the next process; a second time does nothing. */
    @Override
    public void close() throws IOException {
        lockFile.close();
    }

    /** Deletes everything below the folder and the folder itself; only for one that {@code demo} made. */
    void delete() throws IOException {
        close();
        empty(root);
        Files.deleteIfExists(root);
    }

    private void mark(String name, String value) throws IOException {
        if (value.equals(marks.setProperty(name, value))) {
            return;
        }
        Path next = root.resolve(MARK + ".next");
        try (Writer out = Files.newBufferedWriter(next, StandardCharsets.UTF_8)) {
            marks.store(out, "Millrace data folder");
        }
        Files.move(next, root.resolve(MARK), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void requireOurs(Path root) throws IOException {
        if (Files.exists(root) && !Files.isDirectory(root)) {
            throw new StatementException(WRONG_CONFIG, root + " is not a folder");
        }
        Files.createDirectories(root);
        if (!Files.isWritable(root)) {
            throw new StatementException(WRONG_CONFIG, root + " is not writable");
        }
        if (isMarked(root)) {
            return;
        }
        // The lock is there before the mark when another process is just starting.
        try (Stream<Path> entries = Files.list(root)) {
            boolean foreign = entries.map(entry -> entry.getFileName().toString())
                    .anyMatch(name -> !name.equals(TMP) && !name.equals("lock") && !name.equals(MARK + ".next"));
            if (foreign) {
                throw new StatementException(
                        WRONG_CONFIG, root + " is neither empty nor a Millrace data folder; name another");
            }
        }
    }

    /** Locks until the channel is closed. */
    private static void lock(Path root, FileChannel file) throws IOException {
        FileLock lock;
        try {
            lock = file.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null; // held by this very process
        }
        if (lock == null) {
            String holder = holder(file);
            file.close();
            throw new StatementException(WRONG_CONFIG, root + " is in use by process " + holder);
        }
        file.truncate(0);
        file.write(
                ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)), 0);
    }

    private static String holder(FileChannel file) throws IOException {
        ByteBuffer pid = ByteBuffer.allocate(20);
        file.read(pid, 0);
        String text = new String(pid.array(), 0, pid.position(), StandardCharsets.US_ASCII).trim();
        return text.isEmpty() ? "(just starting)" : text;
    }

    private static Properties readMarks(Path root) throws IOException {
        Properties marks = new Properties();
        Path file = root.resolve(MARK);
        if (Files.exists(file)) {
            try (Reader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                marks.load(in);
            }
            String format = marks.getProperty(FORMAT);
            if (!FORMAT_NOW.equals(format)) {
                throw new StatementException(
                        WRONG_CONFIG, root + " has format " + format + ", this program reads format " + FORMAT_NOW);
            }
        }
        return marks;
    }

    /** Deletes what is below a folder, not the folder. Links are removed, never followed. */
    static void empty(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (failure instanceof java.nio.file.NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path entered, IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                if (!entered.equals(folder)) {
                    Files.deleteIfExists(entered);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static String reason(IOException e) {
        String message = e.getMessage() == null ? "" : e.getMessage();
        if (e instanceof java.nio.file.AccessDeniedException) {
            return "permission denied: " + message;
        }
        if (e instanceof java.nio.file.FileAlreadyExistsException) {
            return message + " is not a folder";
        }
        return e.getClass().getSimpleName() + ": " + message;
    }
}
