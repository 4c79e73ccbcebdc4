package dev.millrace.leaf.engine;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.PartitionId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.duckdb.DuckDBConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one DuckDB instance of a leaf, in memory, with a file attached for each partition under
 * {@link PartitionId#alias}. A file can be attached once in a process, so there is one of these for each data folder.
 */
public final class LeafDatabase implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeafDatabase.class);

    /** The engine checkpoints in {@code snapshot}, never inside a commit. */
    private static final String CHECKPOINT_THRESHOLD = "1TB";

    private final DuckDBConnection root;
    private final StageMemory stageMemory;

    /**
     * What the instance may use.
     *
     * @param memoryBytes DuckDB's own memory; Arrow buffers and the heap are not in it
     * @param temporary folder it spills into; emptied at the start
     * @param files folder that all partition files are below: queries can read no file elsewhere
     * @param stageBytes heap that the chunks of open batches may take before they go into files
     */
    public record Limits(long memoryBytes, int threads, Path temporary, Path files, long stageBytes) {
        /** Batches of two seconds at full load fit, and most of the heap is left to others. */
        private static final int STAGE_PART = 16;

        public Limits(long memoryBytes, int threads, Path temporary, Path files) {
            this(memoryBytes, threads, temporary, files, Runtime.getRuntime().maxMemory() / STAGE_PART);
        }

        public Limits {
            requireNonNull(temporary, "temporary");
            requireNonNull(files, "files");
        }
    }

    public LeafDatabase(Limits limits) {
        stageMemory = new StageMemory(limits.stageBytes());
        try {
            Files.createDirectories(limits.temporary());
            Files.createDirectories(limits.files());
            root = (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:", new Properties());
            execute(root, "SET memory_limit = '" + limits.memoryBytes() / 1024 + "KiB'");
            execute(root, "SET threads = " + Math.max(1, limits.threads()));
            execute(root, "SET temp_directory = " + literal(limits.temporary().toAbsolutePath()));
            execute(root, "SET checkpoint_threshold = '" + CHECKPOINT_THRESHOLD + "'");
            execute(root, "SET autoinstall_known_extensions = false");
            execute(root, "SET autoload_known_extensions = false");
            execute(
                    root,
                    "SET allowed_directories = [" + literal(limits.files().toAbsolutePath()) + ", "
                            + literal(limits.temporary().toAbsolutePath()) + "]");
            execute(root, "SET enable_external_access = false");
        } catch (SQLException e) {
            throw new IllegalStateException("DuckDB does not start: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    StageMemory stageMemory() {
        return stageMemory;
    }

    /** A new connection to the instance; cheap. Its owner closes it. */
    public DuckDBConnection connect() {
        try {
            return (DuckDBConnection) root.duplicate();
        } catch (SQLException e) {
            throw new IllegalStateException("DuckDB gives no connection: " + e.getMessage(), e);
        }
    }

    /** Attaches a partition's file, creating it and its folder if they are not there. */
    public void attach(PartitionId partition, Path file) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // A connection of its own: groups are recovered side by side.
        try (Connection connection = connect()) {
            execute(connection, "ATTACH " + literal(file.toAbsolutePath()) + " AS " + partition.alias());
        } catch (SQLException e) {
            throw new IllegalStateException(
                    "file " + file + " of partition " + partition + " does not open: " + e.getMessage(), e);
        }
    }

    /** Detaches a partition's file. Statements that run on it go on. */
    public void detach(PartitionId partition) {
        try (Connection connection = connect()) {
            execute(connection, "DETACH DATABASE IF EXISTS " + partition.alias());
        } catch (SQLException e) {
            throw new IllegalStateException("partition " + partition + " does not detach: " + e.getMessage(), e);
        }
    }

    /**
     * Writes a file's WAL into the file, if DuckDB lets it: while another connection's statement counts as a write, even
     * if it only reads, it does not. The WAL is as durable, so this may come later.
     */
    static void checkpoint(Connection connection, PartitionId partition) throws SQLException {
        try {
            execute(connection, "CHECKPOINT " + partition.alias());
        } catch (SQLException e) {
            if (!String.valueOf(e.getMessage()).contains("Cannot CHECKPOINT")) {
                throw e;
            }
            LOG.info("{} is checkpointed later: {}", partition, e.getMessage());
        }
    }

    @Override
    public void close() {
        try {
            root.close();
        } catch (SQLException e) {
            throw new IllegalStateException("DuckDB does not close: " + e.getMessage(), e);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String literal(Path path) {
        return "'" + path.toString().replace("'", "''") + "'";
    }
}
