package dev.millrace.leaf.engine;

import static dev.millrace.leaf.engine.TableRows.quoted;

import dev.millrace.spec.ColumnChange;
import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.KeySpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.store.RowChange;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * UPDATE and DELETE in one partition's file. Both steps scan the table; what they find is computed row by row, so it is
 * the same on every replica and at both times, in whatever order rows and conditions are met: whatever may fail stands
 * in a TRY. The seal refuses a statement for which a TRY fails; so none does at its publication.
 */
final class ChangedRows {
    private static final String CHANGED = "temp.main._changed";

    private final PartitionFile file;
    private final TableSpec table;
    private final RowChange change;
    private final String target;

    ChangedRows(PartitionFile file, TableSpec table, RowChange change) {
        this.file = file;
        this.table = table;
        this.change = change;
        this.target = file.table("t" + table.id()) + " AS " + ColumnChange.ROW;
    }

    /** The rows that will be affected, or why the statement is refused. The table stays as it is. */
    Answer verdict() {
        Optional<Answer> failed = failedCondition();
        if (failed.isPresent()) {
            return failed.get();
        }
        if (change.isDelete()) {
            return Answer.number(count("SELECT count(*) FROM " + target + where()));
        }
        List<String> columns = new ArrayList<>(List.of("r.rowid AS id"));
        for (int i = 0; i < change.columns().size(); i++) {
            columns.add(computed(change.columns().get(i).stored()) + " AS y" + i);
            columns.add(row(change.columns().get(i).column()) + " AS o" + i);
        }
        file.execute("CREATE OR REPLACE TEMP TABLE _changed AS SELECT " + String.join(", ", columns) + " FROM " + target
                + where());
        Answer verdict = misfit().or(this::duplicate).orElseGet(() -> Answer.number(changed()));
        file.execute("DROP TABLE " + CHANGED);
        return verdict;
    }

    /** Does what the verdict said. */
    void publish() {
        if (change.isDelete()) {
            file.execute("DELETE FROM " + target + where());
            return;
        }
        List<String> sets = new ArrayList<>();
        for (int i = 0; i < last().size(); i++) {
            ColumnChange column = last().get(i);
            sets.add(quoted(column.column()) + " = (" + computed(column.stored()) + ").v");
        }
        file.execute("UPDATE " + target + " SET " + String.join(", ", sets) + where());
    }

    /** Assignments without those that a later one to the same column takes back. */
    private List<ColumnChange> last() {
        List<ColumnChange> last = new ArrayList<>();
        for (ColumnChange column : change.columns()) {
            last.removeIf(earlier -> earlier.column().equals(column.column()));
            last.add(column);
        }
        return last;
    }

    private String where() {
        List<String> parts = new ArrayList<>();
        change.plain().ifPresent(parts::add);
        change.guarded().ifPresent(condition -> parts.add("(" + computed(condition) + ").v"));
        return parts.isEmpty() ? "" : " WHERE " + String.join(" AND ", parts);
    }

    /** NULL if the expression fails, otherwise a struct with its value. */
    static String tried(String sql) {
        return "TRY(struct_pack(v := " + sql + "))";
    }

    /**
     * The same over a row of the table. DuckDB computes what two expressions have in common before both, outside of any
     * TRY, and its failure would end the statement; into a lambda it does not look.
     */
    private String computed(String sql) {
        List<String> columns = new ArrayList<>();
        for (ColumnSpec column : table.columns()) {
            if (sql.contains(row(column.name()))) {
                columns.add(quoted(column.name()) + " := " + row(column.name()));
            }
        }
        String input = columns.isEmpty() ? "r.rowid" : "struct_pack(" + String.join(", ", columns) + ")";
        return "list_transform([" + input + "], lambda " + ColumnChange.ROW + ": " + tried(sql) + ")[1]";
    }

    private static String row(String column) {
        return ColumnChange.ROW + "." + quoted(column);
    }

    private Optional<Answer> failedCondition() {
        if (change.guarded().isEmpty()) {
            return Optional.empty();
        }
        String plain = change.plain().map(condition -> condition + " AND ").orElse("");
        long failed = count("SELECT count(*) FROM " + target + " WHERE " + plain
                + computed(change.guarded().get()) + " IS NULL");
        return failed == 0
                ? Optional.empty()
                : Optional.of(Answer.refused(
                        Refusal.NO_VALUE,
                        "the condition on table '" + table.name() + "' has no value for " + failed
                                + (failed == 1 ? " row" : " rows") + ": a number out of range, or text that is none"));
    }

    /** The first assignment, in the statement's order, that cannot be carried out for some row. */
    private Optional<Answer> misfit() {
        for (int i = 0; i < change.columns().size(); i++) {
            ColumnChange column = change.columns().get(i);
            if (count("SELECT count(*) FROM " + CHANGED + " WHERE y" + i + " IS NULL") > 0) {
                String plain = "SELECT count(*) FROM " + target + (where().isEmpty() ? " WHERE " : where() + " AND ");
                boolean given = count(plain + computed(column.given()) + " IS NULL") == 0;
                return Optional.of(misfit(column, given));
            }
            ColumnSpec spec = table.column(column.column()).orElseThrow();
            if (!spec.nullable() && count("SELECT count(*) FROM " + CHANGED + " WHERE y" + i + ".v IS NULL") > 0) {
                return Optional.of(nullValue(column));
            }
        }
        return Optional.empty();
    }

    /** @param given whether the expression has a value, which then does not fit */
    static Answer misfit(ColumnChange column, boolean given) {
        if (!given) {
            return Answer.refused(
                    Refusal.NO_VALUE, "value is out of range in the expression for column '" + column.column() + "'");
        }
        Refusal refusal = Refusal.ofMisfit(column.misfit());
        String words = switch (column.misfit()) {
            case OUT_OF_RANGE -> "Out of range value for column '";
            case DATA_TOO_LONG -> "Data too long for column '";
            default -> "Incorrect value for column '";
        };
        return Answer.refused(refusal, words + column.column() + "'");
    }

    static Answer nullValue(ColumnChange column) {
        return Answer.refused(Refusal.NULL_VALUE, "Column '" + column.column() + "' cannot be null");
    }

    /** Keys as they will be: two rows that change may meet, and one may meet a row that stays. */
    private Optional<Answer> duplicate() {
        for (KeySpec key : table.keys()) {
            if (key.columns().stream().noneMatch(this::isAssigned)) {
                continue;
            }
            List<String> columns = new ArrayList<>();
            List<String> names = new ArrayList<>();
            List<String> notNull = new ArrayList<>();
            for (String column : key.columns()) {
                String name = "k" + names.size();
                columns.add(newValue(column) + " AS " + name);
                names.add(name);
                notNull.add(name + " IS NOT NULL");
            }
            String list = String.join(", ", names);
            String present = String.join(" AND ", notNull);
            // Rows that no changed row meets are never twice: only those of the keys that change are looked at.
            String sql = "WITH fresh AS (SELECT " + String.join(", ", columns) + " FROM " + CHANGED + " AS s JOIN "
                    + target + " ON s.id = r.rowid), staying AS (SELECT " + String.join(", ", olds(key)) + " FROM "
                    + target + " ANTI JOIN " + CHANGED + " AS s ON r.rowid = s.id), twice AS (SELECT " + list
                    + " FROM (SELECT * FROM fresh UNION ALL SELECT s.* FROM staying s SEMI JOIN fresh f USING (" + list
                    + ")) WHERE " + present + " GROUP BY " + list + " HAVING count(*) > 1)"
                    + " SELECT concat_ws('-', " + list + ") FROM twice ORDER BY " + list + " LIMIT 1";
            List<String> found = new ArrayList<>();
            file.query(sql, result -> found.add(String.valueOf(result.getString(1))));
            if (!found.isEmpty()) {
                return Optional.of(
                        Answer.refused(Refusal.DUPLICATE_KEY, TableRows.duplicate(table, key, found.get(0))));
            }
        }
        return Optional.empty();
    }

    private boolean isAssigned(String column) {
        return change.columns().stream().anyMatch(assigned -> assigned.column().equalsIgnoreCase(column));
    }

    private static List<String> olds(KeySpec key) {
        List<String> olds = new ArrayList<>();
        for (String column : key.columns()) {
            olds.add(row(column) + " AS k" + olds.size());
        }
        return olds;
    }

    private String newValue(String column) {
        for (int i = change.columns().size() - 1; i >= 0; i--) {
            if (change.columns().get(i).column().equalsIgnoreCase(column)) {
                return "s.y" + i + ".v";
            }
        }
        return row(column);
    }

    private long changed() {
        List<String> differ = new ArrayList<>();
        for (ColumnChange column : last()) {
            int i = change.columns().lastIndexOf(column);
            differ.add("y" + i + ".v IS DISTINCT FROM o" + i);
        }
        return count("SELECT count(*) FROM " + CHANGED + " WHERE " + String.join(" OR ", differ));
    }

    private long count(String sql) {
        long[] count = {0};
        file.query(sql, row -> count[0] = row.getLong(1));
        return count[0];
    }
}
