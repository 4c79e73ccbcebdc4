package dev.millrace.leaf.engine;

import dev.millrace.store.PartitionId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.duckdb.DuckDBConnection;

/**
 * A partition's DuckDB file as its apply thread uses it: one connection, one transaction at a time. A failure of DuckDB
 * comes as {@link IllegalStateException}; whoever meets it must stop, for the transaction's fate is unknown.
 */
final class PartitionFile implements AutoCloseable {

    /** A longer WAL takes about a second to replay at the next start; a shorter one means a checkpoint too often. */
    private static final long WAL_BYTES_MAX = 64L << 20;

    /** Worth a checkpoint when there is nothing else to do. */
    private static final long WAL_BYTES_RESTING = 1L << 20;

    /** Name under which rows from Arrow stand in a statement. */
    static final String STREAM = "_stream";

    /** How DuckDB's messages begin that tell of SQL and values, not of memory, disks and faults of its own. */
    private static final List<String> OF_STATEMENTS = List.of(
            "Binder Error",
            "Catalog Error",
            "Conversion Error",
            "Invalid Input Error",
            "Invalid Type Error",
            "Mismatch Type Error",
            "Not implemented Error",
            "Out of Range Error",
            "Parser Error",
            "Syntax Error");

    private final LeafDatabase database;
    private final PartitionId partition;
    private final Path file;
    private final BufferAllocator allocator;
    private final DuckDBConnection connection;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();
    private final Lock commits = new ReentrantLock();
    private boolean inTransaction;

    PartitionFile(LeafDatabase database, PartitionId partition, Path file, BufferAllocator allocator) {
        this.database = database;
        this.partition = partition;
        this.file = file;
        this.allocator = allocator;
        database.attach(partition, file);
        connection = database.connect();
    }

    /** Held around COMMIT; who holds it sees the same rows on every connection that begins to read the file. */
    Lock commits() {
        return commits;
    }

    BufferAllocator allocator() {
        return allocator;
    }

    /** A table of the file, as SQL names it. */
    String table(String name) {
        return partition.alias() + "." + name;
    }

    void begin() {
        if (!inTransaction) {
            execute("BEGIN TRANSACTION");
            inTransaction = true;
        }
    }

    boolean inTransaction() {
        return inTransaction;
    }

    void commit() {
        commits.lock();
        try {
            execute("COMMIT");
        } finally {
            commits.unlock();
        }
        inTransaction = false;
    }

    /** Takes back what was done since {@link #begin}. */
    void rollback() {
        if (inTransaction) {
            execute("ROLLBACK");
            inTransaction = false;
        }
    }

    /** Whether a statement failed for what it says and the rows it says it of: the same on every replica. */
    static boolean isOfStatement(IllegalStateException failure) {
        return failure.getCause() instanceof SQLException error
                && error.getMessage() != null
                && OF_STATEMENTS.stream().anyMatch(error.getMessage()::startsWith);
    }

    /** Runs a statement; answers the number of rows it changed. */
    long execute(String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return Math.max(0, statement.getLargeUpdateCount());
        } catch (SQLException e) {
            throw failed(sql, e);
        }
    }

    /** Runs a statement with parameters: Long, Boolean, String or byte[]. It stays prepared: there must be few of them. */
    void execute(String sql, Object... parameters) {
        try {
            PreparedStatement statement = prepared.get(sql);
            if (statement == null) {
                statement = connection.prepareStatement(sql);
                prepared.put(sql, statement);
            }
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            statement.executeLargeUpdate();
        } catch (SQLException e) {
            throw failed(sql, e);
        }
    }

    /** Runs a statement that reads rows from {@link #STREAM}; closes the reader. */
    long execute(String sql, ArrowReader rows) {
        try (rows;
                ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator)) {
            Data.exportArrayStream(allocator, rows, stream);
            connection.registerArrowStream(STREAM, stream);
            try (Statement statement = connection.createStatement()) {
                return statement.executeLargeUpdate(sql);
            }
        } catch (SQLException e) {
            throw failed(sql, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes the rows of a query. */
    interface Rows {
        void row(ResultSet row) throws SQLException;
    }

    void query(String sql, Rows rows) {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                rows.row(result);
            }
        } catch (SQLException e) {
            throw failed(sql, e);
        }
    }

    /** Writes the WAL's content into the file when there is much of it. */
    void checkpointIfLong() {
        checkpointAbove(WAL_BYTES_MAX);
    }

    /** The same when the file is at rest. Rows are compressed by it, and read up to twice as fast. */
    void checkpointAtRest() {
        checkpointAbove(WAL_BYTES_RESTING);
    }

    private void checkpointAbove(long bytes) {
        try {
            Path wal = file.resolveSibling(file.getFileName() + ".wal");
            if (Files.exists(wal) && Files.size(wal) > bytes) {
                LeafDatabase.checkpoint(connection, partition);
            }
        } catch (SQLException e) {
            throw failed("CHECKPOINT", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private IllegalStateException failed(String sql, SQLException e) {
        return new IllegalStateException("partition " + partition + ": " + e.getMessage() + " in: " + sql, e);
    }

    @Override
    public void close() {
        try {
            for (PreparedStatement statement : prepared.values()) {
                statement.close();
            }
            connection.close();
        } catch (SQLException e) {
            throw failed("close", e);
        }
        database.detach(partition);
    }
}
