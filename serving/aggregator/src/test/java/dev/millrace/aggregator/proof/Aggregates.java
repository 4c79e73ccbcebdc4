package dev.millrace.aggregator.proof;

import dev.millrace.aggregator.proof.Schema.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Random aggregates, groupings and windows. */
final class Aggregates {
    /** @param tail GROUP BY and HAVING */
    record Grouped(Node items, List<Kind> kinds, Node tail) {}

    private final Chance chance;
    private final Expressions expressions;

    Aggregates(Chance chance, Expressions expressions) {
        this.chance = chance;
        this.expressions = expressions;
    }

    /** @param exact whether every column has to be */
    Grouped grouped(List<Column> scope, boolean exact) {
        List<Node> keys = new ArrayList<>();
        int count = chance.of(0, 1, 1, 1, 2, 2);
        for (int i = 0; i < count; i++) {
            Node key = chance.percent(80) ? column(scope) : expressions.any(scope, 1);
            // A literal in GROUP BY is a column's place.
            boolean plain = !key.kind().isScalar()
                    || key.parts().isEmpty() && !key.millrace().startsWith("x");
            keys.add(plain ? column(scope) : key);
        }
        List<Node> items = new ArrayList<>(keys);
        for (int i = 0; i <= chance.below(3); i++) {
            items.add(exact ? exact(expressions.kind(), scope) : aggregate(scope));
        }
        List<Kind> kinds = items.stream().map(Node::kind).toList();
        if (keys.isEmpty()) {
            return new Grouped(Node.list(", ", items), kinds, having(scope, 15));
        }
        String open = chance.percent(15) ? chance.of(" GROUP BY ROLLUP(", " GROUP BY CUBE(") : " GROUP BY ";
        Node by = Node.same(Kind.CLAUSE, open + "$1" + (open.endsWith("(") ? ")" : ""), Node.list(", ", keys));
        return new Grouped(Node.list(", ", items), kinds, Node.same(Kind.CLAUSE, "$1$2", by, having(scope, 30)));
    }

    private Node having(List<Column> scope, int percent) {
        if (!chance.percent(percent)) {
            return Node.NOTHING;
        }
        Kind kind = chance.of(Kind.INT, Kind.TEXT, Kind.DECIMAL);
        return Node.optional(
                " HAVING ($1 " + chance.of(">", "<=", "<>") + " $2)", exact(kind, scope), expressions.literal(kind));
    }

    private Node column(List<Column> scope) {
        Column column = chance.of(scope);
        return Node.same(column.kind(), column.name());
    }

    private Node argument(Kind kind, List<Column> scope) {
        return expressions.of(kind, scope, chance.percent(30) ? 1 : 0);
    }

    private Node aggregate(List<Column> scope) {
        if (chance.percent(75)) {
            return exact(expressions.kind(), scope);
        }
        return switch (chance.below(4)) {
            case 0 -> Node.same(Kind.APPROXIMATE, "AVG($1)", argument(Kind.INT, scope));
            case 1 -> Node.same(Kind.APPROXIMATE, "AVG($1)", argument(Kind.DECIMAL, scope));
            case 2 ->
                Node.same(Kind.APPROXIMATE, "SUM(CASE WHEN ABS($1) < 1e6 THEN $1 END)", argument(Kind.DOUBLE, scope));
            default ->
                Node.same(
                        Kind.APPROXIMATE,
                        chance.of("STDDEV_POP", "VAR_POP", "VAR_SAMP", "STDDEV_SAMP")
                                + "(CASE WHEN $1 BETWEEN -1000 AND 1000 THEN $1 END)",
                        argument(Kind.INT, scope));
        };
    }

    /** An aggregate whose value is of the kind and does not depend on the order of rows. */
    Node exact(Kind kind, List<Column> scope) {
        if (kind == Kind.INT) {
            return switch (chance.below(7)) {
                case 0, 1 -> Node.same(kind, "COUNT(*)");
                case 2 -> Node.same(kind, "COUNT($1)", expressions.any(scope, 1));
                case 3 -> Node.same(kind, "COUNT(DISTINCT $1)", column(scope));
                case 4 -> Node.same(kind, chance.of("SUM($1)", "SUM(DISTINCT $1)"), argument(Kind.INT, scope));
                default -> Node.same(kind, chance.of("MIN($1)", "MAX($1)"), argument(Kind.INT, scope));
            };
        }
        if (kind == Kind.DECIMAL && chance.percent(50)) {
            return Node.same(kind, chance.of("SUM($1)", "SUM($1)", "SUM(DISTINCT $1)"), argument(kind, scope));
        }
        if (kind == Kind.TEXT && chance.percent(30)) {
            return chance.percent(50)
                    ? Node.of(
                            kind,
                            "GROUP_CONCAT($1 ORDER BY $1 SEPARATOR '|')",
                            "string_agg($1, '|' ORDER BY $1)",
                            argument(kind, scope))
                    : Node.of(
                            kind,
                            "GROUP_CONCAT(DISTINCT $1 ORDER BY $1)",
                            "string_agg(DISTINCT $1, ',' ORDER BY $1)",
                            argument(kind, scope));
        }
        return Node.same(kind, chance.of("MIN($1)", "MAX($1)"), argument(kind, scope));
    }

    /** A window function whose value does not depend on the order of ties. */
    Node window(List<Column> scope) {
        Node partition = chance.percent(70)
                ? Node.optional("PARTITION BY $1 ", chance.percent(40) ? first(scope) : column(scope))
                : Node.NOTHING;
        Node order = column(scope);
        String direction = chance.of("", " DESC");
        return switch (chance.below(6)) {
            case 0 ->
                Node.same(
                        Kind.INT,
                        chance.of("RANK", "DENSE_RANK") + "() OVER ($1ORDER BY $2" + direction + ")",
                        partition,
                        order);
            case 1 -> Node.same(Kind.INT, "COUNT(*) OVER ($1)", partition);
            case 2 ->
                Node.same(Kind.INT, "SUM($2) OVER ($1ORDER BY $3" + direction + ")", partition, first(scope), order);
            case 3 -> {
                Kind kind = expressions.kind();
                yield Node.same(
                        kind,
                        chance.of("MIN", "MAX") + "($2) OVER ($1ORDER BY $3" + direction + ")",
                        partition,
                        argument(kind, scope),
                        order);
            }
            case 4 ->
                Node.same(order.kind(), "FIRST_VALUE($2) OVER ($1ORDER BY $2" + direction + ")", partition, order);
            default ->
                Node.same(
                        order.kind(),
                        chance.of("LAG", "LEAD") + "($2) OVER ($1ORDER BY $2" + direction + total(scope) + ")",
                        partition,
                        order);
        };
    }

    /** The rest of an order in which equal rows alone are equal. */
    private static String total(List<Column> scope) {
        return scope.stream().map(column -> ", " + column.name()).collect(Collectors.joining());
    }

    private static Node first(List<Column> scope) {
        List<Column> integers =
                scope.stream().filter(column -> column.kind() == Kind.INT).toList();
        Column column = integers.isEmpty() ? null : integers.get(0);
        return column == null ? Node.same(Kind.INT, "1") : Node.same(Kind.INT, column.name());
    }
}
