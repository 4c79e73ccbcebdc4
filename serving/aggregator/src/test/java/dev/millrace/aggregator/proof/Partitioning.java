package dev.millrace.aggregator.proof;

import dev.millrace.aggregator.proof.Queries.From;
import dev.millrace.aggregator.proof.Schema.Column;
import dev.millrace.aggregator.proof.Verdict.Outcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Queries that are proved by themselves: rows for which a condition is true, false and unknown are all rows (TLP), and
 * as many are found by WHERE as are counted where no WHERE can be pushed down (NoREC). So conditions may be such as only
 * MySQL has.
 */
final class Partitioning {
    private final Chance chance;
    private final Queries queries;
    private final Expressions expressions;

    Partitioning(Chance chance, Queries queries) {
        this.chance = chance;
        this.queries = queries;
        expressions = new Expressions(chance, queries);
    }

    Verdict next(World world) {
        From from = queries.alone();
        Node condition = chance.percent(60) ? ours(from.scope(), 2) : expressions.condition(from.scope(), 2);
        String tables = from.tree().inMillrace();
        String where = condition.inMillrace();
        String columns = from.scope().stream().map(Column::name).collect(Collectors.joining(", "));
        int partitions = chance.of(1, 3, 8);
        String all = "SELECT " + columns + " FROM " + tables;
        try {
            Connection connection = world.of(partitions);
            List<List<Object>> parts = new ArrayList<>();
            List<List<Object>> chosen = rows(connection, all + " WHERE " + where);
            parts.addAll(chosen);
            parts.addAll(rows(connection, all + " WHERE NOT (" + where + ")"));
            parts.addAll(rows(connection, all + " WHERE (" + where + ") IS NULL"));
            if (!bag(parts).equals(bag(rows(connection, all)))) {
                return new Verdict(
                        Outcome.FAULT,
                        partitions + " partitions, the parts are not the whole: " + all + " WHERE " + where);
            }
            List<List<Object>> counted =
                    rows(connection, "SELECT SUM(CASE WHEN " + where + " THEN 1 ELSE 0 END) FROM " + tables);
            String count = bag(counted).get(0);
            return count.equals(String.valueOf(chosen.size())) || chosen.isEmpty() && count.equals("NULL")
                    ? Verdict.AGREES
                    : new Verdict(
                            Outcome.FAULT,
                            partitions + " partitions, " + count + " counted, " + chosen.size() + " found: " + all
                                    + " WHERE " + where);
        } catch (SQLException e) {
            Verdict verdict = World.refused(e, partitions);
            boolean value = String.valueOf(e.getSQLState()).startsWith("22");
            return verdict.isFault() && value
                    ? new Verdict(Outcome.REFUSED, "a value that is none")
                    : verdict.isFault()
                            ? new Verdict(Outcome.FAULT, verdict.detail() + ": " + all + " WHERE " + where)
                            : verdict;
        }
    }

    private static List<List<Object>> rows(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return Answer.of(statement, sql).rows();
        }
    }

    private static List<String> bag(List<List<Object>> rows) {
        List<String> bag = new ArrayList<>(rows.stream()
                .map(row -> row.stream()
                        .map(value -> value instanceof java.math.BigDecimal number
                                ? number.toPlainString()
                                : value.toString())
                        .collect(Collectors.joining("|")))
                .toList());
        Collections.sort(bag);
        return bag;
    }

    /** A condition in which types meet as MySQL lets them. */
    private Node ours(List<Column> scope, int depth) {
        if (depth > 0 && chance.percent(30)) {
            return Node.same(
                    Kind.BOOL,
                    "($1 " + chance.of("AND", "OR") + " $2)",
                    ours(scope, depth - 1),
                    ours(scope, depth - 1));
        }
        Node number = expressions.of(chance.of(Kind.INT, Kind.DECIMAL, Kind.DOUBLE), scope, 1);
        Node text = expressions.of(Kind.TEXT, scope, 1);
        Node date = expressions.of(chance.of(Kind.DATE, Kind.TIME), scope, 1);
        String comparison = chance.of("=", "<>", "<", ">=", "<=>");
        return switch (chance.below(9)) {
            case 0 -> Node.same(Kind.BOOL, "($1 " + comparison + " $2)", text, number);
            case 1 -> Node.same(Kind.BOOL, "($1 " + comparison + " '2024-01-02')", date);
            case 2 -> Node.same(Kind.BOOL, "($1)", number);
            case 3 -> Node.same(Kind.BOOL, "($1 REGEXP " + chance.of("'^a'", "'b.?$'", "'[0-9]+'") + ")", text);
            case 4 -> Node.same(Kind.BOOL, "($1 LIKE " + chance.of("'%\\\\%'", "'\\\\_'", "'_\\''") + ")", text);
            case 5 -> Node.same(Kind.BOOL, "(($1 + 1) > $2)", text, number);
            case 6 -> Node.same(Kind.BOOL, "(IF($1 > 0, $2, $1))", number, text);
            case 7 -> Node.same(Kind.BOOL, "($1 IN ('1', 2, NULL))", number);
            default -> Node.same(Kind.BOOL, "(($1 / $2) > 1)", number, expressions.of(Kind.INT, scope, 1));
        };
    }
}
