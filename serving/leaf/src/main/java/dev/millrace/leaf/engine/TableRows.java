package dev.millrace.leaf.engine;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.KeySpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.store.WriteMode;
import dev.millrace.store.wire.ClashingRows;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Rows into one table of a partition's file, and what its unique keys make of them. Keys are resolved set-wise, on a
 * temporary table {@code _rows} with the columns {@code c0}, {@code c1}, … and the row number {@code n}: the order of
 * rows is that of {@code n}, so the outcome is that of one row after the other. NULL never clashes.
 */
final class TableRows {
    private static final String ROWS = "temp.main._rows";
    private static final String WINNERS = "temp.main._winners";
    private static final String LOST = "temp.main._lost";
    private static final String KEPT = "temp.main._kept";

    /** Longest value that an error repeats. */
    private static final int SHOWN_MAX = 200;

    private final PartitionFile file;
    private final TableSpec table;
    private final String target;

    TableRows(PartitionFile file, TableSpec table) {
        this.file = file;
        this.table = table;
        this.target = file.table("t" + table.id());
    }

    void create() {
        List<String> columns = new ArrayList<>();
        for (ColumnSpec column : table.columns()) {
            columns.add(quoted(column.name()) + " " + column.type().duckdb() + (column.nullable() ? "" : " NOT NULL"));
        }
        file.execute("CREATE TABLE " + target + " (" + String.join(", ", columns) + ")");
    }

    void drop() {
        file.execute("DROP TABLE IF EXISTS " + target);
    }

    void truncate() {
        file.execute("DELETE FROM " + target);
    }

    /** Puts rows in that clash with none: there are no keys, or a seal has checked. */
    long append(List<Supplier<ReadableByteChannel>> streams) {
        return file.execute(
                "INSERT INTO " + target + " SELECT " + casts() + " FROM " + PartitionFile.STREAM, stream(streams));
    }

    /**
     * Puts rows in.
     *
     * @return rows affected as MySQL counts them: rows put in, and for REPLACE rows that gave way
     */
    long put(WriteMode mode, List<Supplier<ReadableByteChannel>> streams) {
        if (table.isKeyless()) {
            return append(streams);
        }
        long rows = load(streams);
        long affected = switch (mode) {
            case INSERT -> insertLoaded("");
            case REPLACE -> replace(rows);
            case IGNORE, SKIP -> ignore(target, casts());
            case MERGE, CHANGE -> throw new IllegalStateException(mode + " is no way to put rows in");
        };
        unload();
        return affected;
    }

    /** The first row, in order, that clashes with a row of the table or an earlier one: MySQL's message. */
    Optional<String> duplicate(List<Supplier<ReadableByteChannel>> streams) {
        load(streams);
        Optional<String> duplicate = duplicateLoaded();
        unload();
        return duplicate;
    }

    /** Puts rows in if none of them clashes; otherwise puts in none and answers MySQL's message. */
    Optional<String> insertIfUnique(List<Supplier<ReadableByteChannel>> streams) {
        load(streams);
        Optional<String> duplicate = duplicateLoaded();
        if (duplicate.isEmpty()) {
            insertLoaded("");
        }
        unload();
        return duplicate;
    }

    private Optional<String> duplicateLoaded() {
        long first = Long.MAX_VALUE;
        KeySpec clash = null;
        for (KeySpec key : table.keys()) {
            String sql = "SELECT min(n) FROM (SELECT s.n FROM " + ROWS + " s SEMI JOIN " + target + " t ON "
                    + equal("s", "t", key) + " UNION ALL SELECT n FROM (SELECT n, row_number() OVER (PARTITION BY "
                    + names(key) + " ORDER BY n) AS place FROM " + ROWS + " WHERE " + notNull(key)
                    + ") WHERE place > 1)";
            long[] found = {Long.MAX_VALUE};
            file.query(sql, row -> {
                long number = row.getLong(1);
                if (!row.wasNull()) {
                    found[0] = number;
                }
            });
            if (found[0] < first) {
                first = found[0];
                clash = key;
            }
        }
        return clash == null ? Optional.empty() : Optional.of(message(clash, first));
    }

    private String message(KeySpec key, long row) {
        List<String> values = new ArrayList<>();
        List<String> columns =
                indexes(key).stream().map(i -> "CAST(c" + i + " AS VARCHAR)").toList();
        file.query("SELECT " + String.join(", ", columns) + " FROM " + ROWS + " WHERE n = " + row, result -> {
            for (int i = 1; i <= columns.size(); i++) {
                values.add(result.getString(i));
            }
        });
        return message(key, String.join("-", values));
    }

    private String message(KeySpec key, String entry) {
        return duplicate(table, key, entry);
    }

    /** MySQL's message for a key that is there twice. */
    static String duplicate(TableSpec table, KeySpec key, String entry) {
        String shown = entry.length() <= SHOWN_MAX ? entry : entry.substring(0, SHOWN_MAX) + "...";
        return "Duplicate entry '" + shown + "' for key '" + table.name() + "." + key.name() + "'";
    }

    /*
     * A row of the batch is put in when its turn comes and deletes what clashes with it on any key. So a row of the
     * table goes if any row of the batch clashes with it, also one that does not stay itself; and a row of the batch
     * stays if it is the last of its key, for every key.
     */
    private long replace(long rows) {
        long removed = 0;
        List<String> last = new ArrayList<>();
        for (KeySpec key : table.keys()) {
            removed += file.execute(
                    "DELETE FROM " + target + " AS t USING " + ROWS + " AS s WHERE " + equal("s", "t", key));
            last.add(chosen(key, "max"));
        }
        long stay = insertLoaded(" WHERE " + String.join(" AND ", last));
        return rows + removed + (rows - stay);
    }

    /*
     * A row is put in if it clashes with nothing there. With several keys a row may lose to one that itself lost on
     * another key, so winners are found in rounds: a row that is the first of each of its keys among those left wins,
     * then what clashes with the winners leaves. The first row left always wins, so it ends; one key takes one round.
     */
    private long ignore(String into, String columns) {
        for (KeySpec key : table.keys()) {
            file.execute("DELETE FROM " + ROWS + " AS s USING " + target + " AS t WHERE " + equal("s", "t", key));
        }
        List<String> first =
                table.keys().stream().map(key -> chosen(key, "min")).toList();
        String winners = " WHERE " + String.join(" AND ", first);
        String insert = "INSERT INTO " + into + " SELECT " + columns + " FROM ";
        if (table.keys().size() == 1) {
            return file.execute(insert + ROWS + winners);
        }
        long put = 0;
        while (true) {
            file.execute("CREATE OR REPLACE TEMP TABLE _winners AS SELECT * FROM " + ROWS + winners);
            long won = file.execute(insert + WINNERS);
            if (won == 0) {
                file.execute("DROP TABLE " + WINNERS);
                return put;
            }
            put += won;
            file.execute("DELETE FROM " + ROWS + " AS s USING " + WINNERS + " AS w WHERE s.n = w.n");
            for (KeySpec key : table.keys()) {
                file.execute("DELETE FROM " + ROWS + " AS s USING " + WINNERS + " AS w WHERE " + same("s", "w", key));
            }
        }
    }

    /** The rows that {@code put(SKIP)} would leave out. The table stays as it is. */
    ClashingRows clashing(List<StagedChunk> chunks) {
        load(chunks.stream()
                .map(chunk -> (Supplier<ReadableByteChannel>) chunk::rows)
                .toList());
        file.execute("CREATE OR REPLACE TEMP TABLE _lost AS SELECT * FROM " + ROWS);
        file.execute("CREATE OR REPLACE TEMP TABLE _kept AS SELECT * FROM " + ROWS + " LIMIT 0");
        ignore(KEPT, "*");
        file.execute("DELETE FROM " + LOST + " AS s USING " + KEPT + " AS w WHERE s.n = w.n");
        TreeMap<Long, String> messages = new TreeMap<>();
        long[] count = {0};
        file.query("SELECT count(*) FROM " + LOST, row -> count[0] = row.getLong(1));
        if (count[0] > 0) {
            table.keys().forEach(key -> messages(key, messages));
        }
        List.of(LOST, KEPT).forEach(temporary -> file.execute("DROP TABLE " + temporary));
        unload();
        return new ClashingRows(places(chunks, messages), count[0]);
    }

    /** Adds messages for rows that clash on a key and have none yet. */
    private void messages(KeySpec key, TreeMap<Long, String> messages) {
        List<String> values =
                indexes(key).stream().map(i -> "CAST(s.c" + i + " AS VARCHAR)").toList();
        String sql = "SELECT s.n, concat_ws('-', " + String.join(", ", values) + ") FROM " + LOST
                + " s WHERE EXISTS (SELECT 1 FROM " + target + " t WHERE " + equal("s", "t", key)
                + ") OR EXISTS (SELECT 1 FROM " + KEPT + " w WHERE " + same("s", "w", key) + ") ORDER BY s.n LIMIT "
                + ClashingRows.ROWS_MAX;
        file.query(sql, row -> messages.putIfAbsent(row.getLong(1), message(key, row.getString(2))));
    }

    private static List<ClashingRows.Row> places(List<StagedChunk> chunks, TreeMap<Long, String> messages) {
        List<ClashingRows.Row> rows = new ArrayList<>();
        long begin = 0;
        for (StagedChunk chunk : chunks) {
            long first = begin;
            messages.subMap(first, first + chunk.rowCount())
                    .forEach((n, message) ->
                            rows.add(new ClashingRows.Row(chunk.task(), chunk.seq(), (int) (n - first), message)));
            begin += chunk.rowCount();
        }
        return rows.size() <= ClashingRows.ROWS_MAX ? rows : rows.subList(0, ClashingRows.ROWS_MAX);
    }

    private String same(String left, String right, KeySpec key) {
        return String.join(
                " AND ",
                indexes(key).stream()
                        .map(i -> left + ".c" + i + " = " + right + ".c" + i)
                        .toList());
    }

    /** Whether a row is the first or last of its key; rows with NULL in the key have no equals. */
    private String chosen(KeySpec key, String minOrMax) {
        String chosen = "n IN (SELECT " + minOrMax + "(n) FROM " + ROWS + " GROUP BY " + names(key) + ")";
        List<String> nulls = new ArrayList<>();
        for (int index : indexes(key)) {
            if (table.columns().get(index).nullable()) {
                nulls.add("c" + index + " IS NULL");
            }
        }
        return nulls.isEmpty() ? chosen : "(" + String.join(" OR ", nulls) + " OR " + chosen + ")";
    }

    private long load(List<Supplier<ReadableByteChannel>> streams) {
        return file.execute(
                "CREATE OR REPLACE TEMP TABLE _rows AS SELECT * FROM " + PartitionFile.STREAM, stream(streams));
    }

    private void unload() {
        file.execute("DROP TABLE " + ROWS);
    }

    private long insertLoaded(String where) {
        return file.execute("INSERT INTO " + target + " SELECT " + casts() + " FROM " + ROWS + where);
    }

    private RowStream stream(List<Supplier<ReadableByteChannel>> streams) {
        return new RowStream(table, streams, file.allocator());
    }

    private String casts() {
        List<String> columns = new ArrayList<>();
        for (ColumnSpec column : table.columns()) {
            columns.add("CAST(c" + columns.size() + " AS " + column.type().duckdb() + ")");
        }
        return String.join(", ", columns);
    }

    private String equal(String rows, String other, KeySpec key) {
        List<String> terms = new ArrayList<>();
        for (int index : indexes(key)) {
            terms.add(rows + ".c" + index + " = " + other + "."
                    + quoted(table.columns().get(index).name()));
        }
        return String.join(" AND ", terms);
    }

    private String notNull(KeySpec key) {
        return String.join(
                " AND ",
                indexes(key).stream().map(i -> "c" + i + " IS NOT NULL").toList());
    }

    private String names(KeySpec key) {
        return String.join(", ", indexes(key).stream().map(i -> "c" + i).toList());
    }

    private List<Integer> indexes(KeySpec key) {
        return key.columns().stream().map(table::indexOf).toList();
    }

    static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
