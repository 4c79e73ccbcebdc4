package dev.millrace.aggregator.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** One SELECT in the making: operators are folded into it as long as SQL evaluates its clauses in their order. */
final class Block {
    /**
     * A column of the result.
     *
     * @param sql the expression
     * @param typed the same with a CAST to exactly the promised type, where DuckDB's own type may be another
     * @param constant whether it is the same for all rows: in ORDER BY and GROUP BY DuckDB may take it for an ordinal
     */
    record Column(String sql, String typed, boolean constant) {
        private static final Pattern NAME = Pattern.compile("\\w+\\.(\\w+|\"([^\"]|\"\")*\")");

        static Column exact(String sql) {
            return new Column(sql, sql, false);
        }

        /** Whether it is a column of the FROM item and nothing else. */
        boolean isName() {
            return NAME.matcher(sql).matches();
        }
    }

    String from = "";
    boolean fromIsJoin;
    final List<String> where = new ArrayList<>();
    /** By place; null where nobody reads the column. */
    List<Column> columns = new ArrayList<>();

    /** Text behind GROUP BY; empty: not grouped, or one group. */
    String groupBy = "";

    boolean aggregated;

    /** Whether GROUP BY () has to say that there is one row, because no aggregate function does. */
    boolean oneGroup;

    boolean windowed;
    final List<String> orderBy = new ArrayList<>();
    String limit = "";
    boolean sorted;

    /** Whether WHERE can still be added and expressions still see the rows of FROM. */
    boolean isPlain() {
        return !aggregated && !windowed && !sorted;
    }

    /** Whether it adds nothing to its FROM item. */
    boolean isTransparent() {
        return isPlain() && where.isEmpty() && columns.stream().allMatch(column -> column == null || column.isName());
    }

    String select() {
        StringBuilder sql = new StringBuilder("SELECT ");
        List<String> items = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i) != null) {
                items.add(columns.get(i).typed() + " AS c" + i);
            }
        }
        if (items.isEmpty()) {
            items.add("true AS nothing");
        }
        sql.append(String.join(", ", items));
        if (!from.isEmpty()) {
            sql.append(" FROM ").append(from);
        }
        if (!where.isEmpty()) {
            sql.append(" WHERE ").append(String.join(" AND ", where));
        }
        if (!groupBy.isEmpty()) {
            sql.append(" GROUP BY ").append(groupBy);
        } else if (oneGroup) {
            sql.append(" GROUP BY ()");
        }
        if (!orderBy.isEmpty()) {
            sql.append(" ORDER BY ").append(String.join(", ", orderBy));
        }
        return sql.append(limit).toString();
    }

    static String quote(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
