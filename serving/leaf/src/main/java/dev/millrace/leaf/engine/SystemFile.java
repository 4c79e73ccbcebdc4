package dev.millrace.leaf.engine;

import static java.util.stream.Collectors.joining;

import dev.millrace.leaf.system.RowChange;
import dev.millrace.leaf.system.SystemState;
import dev.millrace.leaf.system.SystemTable;
import dev.millrace.store.PartitionId;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The system partition's rows in DuckDB. Writes are the rows an entry changed and the applied index, in one transaction.
 * Any failure is an {@link IllegalStateException}: the replica halts and reads the file again when it restarts.
 */
final class SystemFile {
    private static final String FILE = PartitionId.SYSTEM.alias();
    private static final String APPLIED = FILE + ".s_applied";

    /** A statement of one row takes 0.15 ms, one of so many less than ten times that. */
    private static final int ROWS_AT_ONCE = 50;

    private final LeafDatabase database;
    private final Connection connection;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();
    private volatile long appliedIndex = -1;
    private volatile long snapshotIndex = -1;
    private volatile long snapshotTerm;

    SystemFile(LeafDatabase database, Path path) {
        this.database = database;
        database.attach(PartitionId.SYSTEM, path);
        connection = database.connect();
        execute("CREATE TABLE IF NOT EXISTS " + APPLIED
                + " (applied_index BIGINT, snapshot_term BIGINT, snapshot_index BIGINT)");
        for (SystemTable table : SystemTable.values()) {
            execute("CREATE TABLE IF NOT EXISTS " + name(table) + " ("
                    + table.columns().stream()
                            .map(column -> column.name() + " " + column.type())
                            .collect(joining(", "))
                    + ")");
            // Files of an earlier form lack the newer columns.
            table.columns()
                    .forEach(column -> execute("ALTER TABLE " + name(table) + " ADD COLUMN IF NOT EXISTS "
                            + column.name() + " " + column.type() + " DEFAULT "
                            + column.type().first()));
        }
        execute("INSERT INTO " + APPLIED + " SELECT -1, 0, -1 WHERE NOT EXISTS (FROM " + APPLIED + ")");
        SystemViews.statements().forEach(this::execute);
    }

    long appliedIndex() {
        return appliedIndex;
    }

    long snapshotIndex() {
        return snapshotIndex;
    }

    long snapshotTerm() {
        return snapshotTerm;
    }

    void load(SystemState state) {
        try (Statement statement = connection.createStatement()) {
            try (ResultSet row =
                    statement.executeQuery("SELECT applied_index, snapshot_term, snapshot_index FROM " + APPLIED)) {
                if (!row.next()) {
                    throw new IllegalStateException("the system partition's file has lost its index");
                }
                appliedIndex = row.getLong(1);
                snapshotTerm = row.getLong(2);
                snapshotIndex = row.getLong(3);
            }
            for (SystemTable table : SystemTable.values()) {
                if (table.isFileOnly()) {
                    continue;
                }
                try (ResultSet row = statement.executeQuery("SELECT " + names(table.columns(), ", ") + " FROM "
                        + name(table) + " ORDER BY " + names(table.key(), ", "))) {
                    while (row.next()) {
                        state.load(table, values(table, row));
                    }
                }
            }
        } catch (SQLException e) {
            throw failed("load", e);
        }
    }

    Transaction begin() {
        execute("BEGIN TRANSACTION");
        return new Transaction();
    }

    /** Changes on their way into the file. */
    final class Transaction {
        private final Writer writer = new Writer();

        private Transaction() {}

        /** Rows of one table that come one behind the other, as a batch's errors do, go in many at a time. */
        void write(List<RowChange> changes) {
            int at = 0;
            while (at < changes.size()) {
                int behind = at;
                while (behind < changes.size()
                        && behind - at < ROWS_AT_ONCE
                        && isInsert(changes.get(behind), changes.get(at).table())) {
                    behind++;
                }
                if (behind - at == ROWS_AT_ONCE) {
                    insertMany(changes.subList(at, behind));
                    at = behind;
                } else {
                    changes.get(at++).match(writer);
                }
            }
        }

        private static boolean isInsert(RowChange change, SystemTable table) {
            return change instanceof RowChange.Insert && change.table() == table;
        }

        private void insertMany(List<RowChange> inserts) {
            SystemTable table = inserts.get(0).table();
            String row = "(" + table.columns().stream().map(column -> "?").collect(joining(", ")) + ")";
            List<Object> values = new ArrayList<>();
            inserts.forEach(change -> values.addAll(((RowChange.Insert) change).row()));
            run(
                    "INSERT INTO " + name(table) + " VALUES "
                            + String.join(", ", Collections.nCopies(inserts.size(), row)),
                    values);
        }

        void commit(long index) {
            run("UPDATE " + APPLIED + " SET applied_index = ?", List.of(index));
            execute("COMMIT");
            appliedIndex = index;
        }
    }

    void snapshot(long term, long index) {
        try {
            LeafDatabase.checkpoint(connection, PartitionId.SYSTEM);
        } catch (SQLException e) {
            throw failed("CHECKPOINT", e);
        }
        // An index behind the last entry is that of an entry of the log's own.
        long applied = Math.max(appliedIndex, index);
        run(
                "UPDATE " + APPLIED + " SET applied_index = ?, snapshot_term = ?, snapshot_index = ?",
                List.of(applied, term, index));
        appliedIndex = applied;
        snapshotTerm = term;
        snapshotIndex = index;
    }

    /** A part of a transform's file, if it is there. For any thread. */
    Optional<byte[]> program(String sha256, int part) {
        String sql = "SELECT b.bytes FROM " + name(SystemTable.PROGRAM_PART) + " b JOIN " + name(SystemTable.PROGRAM)
                + " p ON p.id = b.program WHERE p.sha256 = ? AND b.part = ?";
        try (Connection own = database.connect();
                PreparedStatement statement = own.prepareStatement(sql)) {
            statement.setString(1, sha256);
            statement.setLong(2, part);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(row.getBytes(1)) : Optional.empty();
            }
        } catch (SQLException e) {
            throw failed("program", e);
        }
    }

    void close() {
        try {
            for (PreparedStatement statement : prepared.values()) {
                statement.close();
            }
            connection.close();
        } catch (SQLException e) {
            throw failed("close", e);
        } finally {
            database.detach(PartitionId.SYSTEM);
        }
    }

    private final class Writer implements RowChange.Cases<Void> {
        @Override
        public Void insert(RowChange.Insert change) {
            String places = change.row().stream().map(value -> "?").collect(joining(", "));
            return run("INSERT INTO " + name(change.table()) + " VALUES (" + places + ")", change.row());
        }

        @Override
        public Void update(RowChange.Update change) {
            SystemTable table = change.table();
            int keys = table.key().size();
            List<SystemTable.Column> set =
                    table.columns().subList(keys, table.columns().size());
            List<Object> values =
                    new ArrayList<>(change.row().subList(keys, change.row().size()));
            values.addAll(change.row().subList(0, keys));
            return run(
                    "UPDATE " + name(table) + " SET " + names(set, " = ?, ") + " = ? WHERE "
                            + names(table.key(), " = ? AND ") + " = ?",
                    values);
        }

        @Override
        public Void delete(RowChange.Delete change) {
            List<SystemTable.Column> key =
                    change.table().key().subList(0, change.key().size());
            return run(
                    "DELETE FROM " + name(change.table()) + " WHERE " + names(key, " = ? AND ") + " = ?", change.key());
        }

        @Override
        public Void deleteRange(RowChange.DeleteRange change) {
            List<SystemTable.Column> key = change.table().key();
            return run(
                    "DELETE FROM " + name(change.table()) + " WHERE "
                            + key.get(0).name() + " = ? AND " + key.get(1).name() + " BETWEEN ? AND ?",
                    List.of(change.first(), change.from(), change.to()));
        }

        @Override
        public Void deleteBelow(RowChange.DeleteBelow change) {
            return run(
                    "DELETE FROM " + name(change.table()) + " WHERE "
                            + change.table().key().get(0).name() + " = ? AND " + change.column() + " < ?",
                    List.of(change.first(), change.bound()));
        }
    }

    private Void run(String sql, List<Object> values) {
        try {
            PreparedStatement statement = prepared.get(sql);
            if (statement == null) {
                statement = connection.prepareStatement(sql);
                prepared.put(sql, statement);
            }
            for (int i = 0; i < values.size(); i++) {
                statement.setObject(i + 1, values.get(i));
            }
            statement.execute();
            return null;
        } catch (SQLException e) {
            throw failed(sql, e);
        }
    }

    private void execute(String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw failed(sql, e);
        }
    }

    private static List<Object> values(SystemTable table, ResultSet row) throws SQLException {
        List<Object> values = new ArrayList<>(table.columns().size());
        for (int i = 0; i < table.columns().size(); i++) {
            values.add(
                    switch (table.columns().get(i).type()) {
                        case BIGINT -> row.getLong(i + 1);
                        case BOOLEAN -> row.getBoolean(i + 1);
                        case VARCHAR -> row.getString(i + 1);
                        case BLOB -> row.getBytes(i + 1);
                    });
        }
        return values;
    }

    private static String name(SystemTable table) {
        return FILE + "." + table.sqlName();
    }

    private static String names(List<SystemTable.Column> columns, String separator) {
        return columns.stream().map(SystemTable.Column::name).collect(joining(separator));
    }

    private static IllegalStateException failed(String what, SQLException e) {
        return new IllegalStateException("the system partition's file: " + what + ": " + e.getMessage(), e);
    }
}
