package dev.millrace.leaf.engine;

import static dev.millrace.leaf.engine.TableRows.quoted;

import dev.millrace.spec.ColumnChange;
import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.KeySpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.store.RowChange;
import dev.millrace.store.wire.Answer;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Rows that are put in or, where their unique key is taken, change the row there. The rows of one key are folded in
 * their order, so that the outcome is that of one row after the other; a key that comes often costs one pass over its
 * rows. Both steps join the table's key once; what they find is the same at both times and on every replica.
 */
final class RowMerge {
    private static final String ROWS = "temp.main._rows";
    private static final String MERGED = "temp.main._merged";

    // No column's name ends with a space.
    private static final String AFFECTED = "\"affected \"";
    private static final String FAILED = "\"failed \"";

    private final PartitionFile file;
    private final TableSpec table;
    private final KeySpec key;
    private final RowChange change;
    private final String target;

    RowMerge(PartitionFile file, TableSpec table, RowChange change) {
        this.file = file;
        this.table = table;
        this.key = table.keys().get(0);
        this.change = change;
        this.target = file.table("t" + table.id());
    }

    /** The rows that will be affected as MySQL counts them, or why the statement is refused. */
    Answer verdict(List<Supplier<ReadableByteChannel>> streams) {
        fold(streams);
        long[] found = {0, 0};
        file.query("SELECT min(nullif(row." + FAILED + ", 0)), sum(row." + AFFECTED + ") FROM " + MERGED, result -> {
            found[0] = result.getLong(1);
            found[1] = result.getLong(2);
        });
        unload();
        return refusal(found[0]).orElseGet(() -> Answer.number(found[1]));
    }

    /** Does what the verdict said. */
    void publish(List<Supplier<ReadableByteChannel>> streams) {
        fold(streams);
        List<String> equal = new ArrayList<>();
        for (String column : key.columns()) {
            equal.add("t." + quoted(column) + " = m.row." + quoted(column));
        }
        file.execute("DELETE FROM " + target + " AS t USING " + MERGED + " AS m WHERE m.old AND m.row." + AFFECTED
                + " > 0 AND " + String.join(" AND ", equal));
        List<String> columns = new ArrayList<>();
        for (ColumnSpec column : table.columns()) {
            columns.add("m.row." + quoted(column.name()));
        }
        file.execute("INSERT INTO " + target + " SELECT " + String.join(", ", columns) + " FROM " + MERGED
                + " AS m WHERE m.row." + AFFECTED + " > 0");
        unload();
    }

    /** One row for each key that comes: its last state, and whether it was there. NULL in a key clashes with nothing. */
    private void fold(List<Supplier<ReadableByteChannel>> streams) {
        file.execute(
                "CREATE OR REPLACE TEMP TABLE _rows AS SELECT * FROM " + PartitionFile.STREAM,
                new RowStream(table, streams, file.allocator()));
        List<String> keys = new ArrayList<>();
        List<String> ofRows = new ArrayList<>();
        List<String> ofTable = new ArrayList<>();
        List<String> equal = new ArrayList<>();
        List<String> nulls = new ArrayList<>();
        for (String column : key.columns()) {
            int index = table.indexOf(column);
            keys.add("k" + keys.size());
            ofRows.add("c" + index);
            ofTable.add("t." + quoted(column));
            equal.add("t." + quoted(column) + " = s.c" + index);
            nulls.add("c" + index + " IS NULL");
        }
        String all = "SELECT " + struct("", 1) + " AS row, n, false AS old, " + String.join(", ", ofRows)
                + ", CASE WHEN " + String.join(" OR ", nulls) + " THEN n END AS lone FROM " + ROWS
                + " UNION ALL SELECT " + struct("t.", 0) + ", -1, true, " + String.join(", ", ofTable) + ", NULL FROM "
                + target + " t SEMI JOIN " + ROWS + " s ON " + String.join(" AND ", equal);
        String grouped = String.join(", ", keys) + ", lone";
        file.execute("CREATE OR REPLACE TEMP TABLE _merged AS SELECT list_reduce(list(row ORDER BY n), lambda "
                + ColumnChange.ROW + ", " + ColumnChange.VALUES + ": " + step() + ") AS row, bool_or(old) AS old FROM ("
                + all + ") AS a(row, n, old, " + grouped + ") GROUP BY " + grouped);
    }

    private void unload() {
        file.execute("DROP TABLE " + ROWS);
        file.execute("DROP TABLE " + MERGED);
    }

    /** A row as a struct. Rows that were there count for nothing yet. */
    private String struct(String prefix, int affected) {
        List<String> fields = new ArrayList<>();
        for (int i = 0; i < table.columns().size(); i++) {
            ColumnSpec column = table.columns().get(i);
            String value = prefix.isEmpty() ? "c" + i : prefix + quoted(column.name());
            fields.add(quoted(column.name()) + " := CAST(" + value + " AS "
                    + column.type().duckdb() + ")");
        }
        fields.add(AFFECTED + " := CAST(" + affected + " AS BIGINT)");
        fields.add(FAILED + " := CAST(0 AS INTEGER)");
        return "struct_pack(" + String.join(", ", fields) + ")";
    }

    /** The struct after one more row; once something has failed it stays as it is. */
    private String step() {
        List<ColumnChange> changes = change.columns();
        List<String> fields = new ArrayList<>();
        List<String> differ = new ArrayList<>();
        for (ColumnSpec column : table.columns()) {
            String value = ColumnChange.ROW + "." + quoted(column.name());
            for (ColumnChange assigned : changes) {
                if (assigned.column().equals(column.name())) {
                    value = "(" + ChangedRows.tried(assigned.stored()) + ").v";
                }
            }
            if (!value.startsWith(ColumnChange.ROW)) {
                differ.add(value + " IS DISTINCT FROM " + ColumnChange.ROW + "." + quoted(column.name()));
            }
            fields.add(quoted(column.name()) + " := CAST(" + value + " AS "
                    + column.type().duckdb() + ")");
        }
        fields.add(AFFECTED + " := CAST(r." + AFFECTED + " + CASE WHEN " + String.join(" OR ", differ)
                + " THEN 2 ELSE 0 END AS BIGINT)");
        fields.add(FAILED + " := CAST(" + failure() + " AS INTEGER)");
        return "struct_pack(" + String.join(", ", fields) + ")";
    }

    /** The number of what failed first, three for each assignment: no value, one that does not fit, NULL. */
    private String failure() {
        StringBuilder sql = new StringBuilder("CASE WHEN r." + FAILED + " > 0 THEN r." + FAILED);
        for (int i = 0; i < change.columns().size(); i++) {
            ColumnChange assigned = change.columns().get(i);
            int number = 3 * i;
            sql.append(" WHEN ").append(ChangedRows.tried(assigned.given())).append(" IS NULL THEN ");
            sql.append(number + 1);
            sql.append(" WHEN ").append(ChangedRows.tried(assigned.stored())).append(" IS NULL THEN ");
            sql.append(number + 2);
            if (!table.column(assigned.column()).orElseThrow().nullable()) {
                sql.append(" WHEN (")
                        .append(ChangedRows.tried(assigned.stored()))
                        .append(").v IS NULL THEN ");
                sql.append(number + 3);
            }
        }
        return sql.append(" ELSE 0 END").toString();
    }

    private Optional<Answer> refusal(long failed) {
        if (failed == 0) {
            return Optional.empty();
        }
        int number = Math.toIntExact(failed - 1);
        ColumnChange assigned = change.columns().get(number / 3);
        return Optional.of(
                number % 3 == 2 ? ChangedRows.nullValue(assigned) : ChangedRows.misfit(assigned, number % 3 == 1));
    }
}
