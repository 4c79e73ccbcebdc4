package dev.millrace.aggregator.proof;

import dev.millrace.aggregator.proof.Schema.Column;
import dev.millrace.aggregator.proof.Schema.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Random queries over a schema. Where one has LIMIT, its order is total over what it selects. */
final class Queries implements Expressions.Subqueries {
    /** @param kinds of the columns; of another number of columns, as many as there are */
    record Query(Node tree, List<Kind> kinds) {
        Query with(Node smaller) {
            return new Query(smaller, kinds);
        }

        /** Whether rows compare in their order. */
        boolean ordered() {
            Node query = tree.millrace().equals(WITH) ? tree.parts().get(1) : tree;
            return query.millrace().equals(ORDERED);
        }
    }

    private static final String WITH = "WITH $1 $2";
    private static final String ORDERED = "$1 ORDER BY $2$3";

    /** A FROM clause and what it shows. */
    record From(Node tree, List<Column> scope) {}

    private record Selected(Node tree, List<Kind> kinds) {}

    /** Depth of the outermost query: derived tables in derived tables. */
    private static final int WHOLE = 2;

    private final Chance chance;
    private final Schema schema;
    private final Expressions expressions;
    private final Aggregates aggregates;

    /** Common table expressions that can be named now. */
    private final List<Named> named = new ArrayList<>();

    private int names;

    private record Named(String name, List<Kind> kinds) {}

    Queries(Chance chance, Schema schema) {
        this.chance = chance;
        this.schema = schema;
        expressions = new Expressions(chance, this);
        aggregates = new Aggregates(chance, expressions);
    }

    Query next() {
        named.clear();
        names = 0;
        Node with = chance.percent(15) ? with() : null;
        Selected selected = chance.percent(18) ? setOperation(1) : select(WHOLE, null);
        boolean exact = selected.kinds().stream().allMatch(Kind::isScalar);
        Node tree = selected.tree();
        boolean ordered = exact && chance.percent(45);
        if (ordered) {
            tree = Node.same(
                    Kind.QUERY,
                    "$1 ORDER BY $2$3",
                    tree,
                    ordinals(selected.kinds().size()),
                    limit());
        }
        Node whole = with == null ? tree : Node.same(Kind.QUERY, WITH, with, tree);
        return new Query(whole, selected.kinds());
    }

    private Node ordinals(int count) {
        List<Node> keys = IntStream.rangeClosed(1, count)
                .mapToObj(i -> Node.same(Kind.CLAUSE, i + (chance.percent(40) ? " DESC" : "")))
                .toList();
        // Not a list that may shrink: the order would no longer be total.
        Node all = keys.get(0);
        for (Node key : keys.subList(1, keys.size())) {
            all = Node.same(Kind.CLAUSE, "$1, $2", all, key);
        }
        return all;
    }

    private Node limit() {
        return chance.percent(50)
                ? Node.optional(
                        chance.of(" LIMIT 1", " LIMIT 3", " LIMIT 5 OFFSET 2", " LIMIT 0", " LIMIT 100 OFFSET 1"))
                : Node.NOTHING;
    }

    private Node with() {
        List<Node> items = new ArrayList<>();
        for (int i = 0; i <= chance.below(2); i++) {
            Selected selected = select(1, null);
            String name = "w" + names++;
            items.add(Node.same(Kind.CLAUSE, name + "(" + header(selected.kinds()) + ") AS ($1)", selected.tree()));
            named.add(new Named(name, selected.kinds()));
        }
        return Node.list(", ", items);
    }

    private static String header(List<Kind> kinds) {
        return String.join(
                ", ", IntStream.range(0, kinds.size()).mapToObj(i -> "c" + i).toList());
    }

    /** @param wanted kinds of the columns, or null for any */
    private Selected select(int depth, List<Kind> wanted) {
        From from = from(depth);
        Node where = where(from.scope(), depth);
        int shape = chance.below(10);
        if (wanted == null && shape < 3) {
            Aggregates.Grouped grouped = aggregates.grouped(from.scope(), depth < WHOLE);
            Node tree =
                    Node.same(Kind.QUERY, "SELECT $1 FROM $2$3$4", grouped.items(), from.tree(), where, grouped.tail());
            return new Selected(tree, grouped.kinds());
        }
        List<Node> items = new ArrayList<>();
        List<Kind> kinds = new ArrayList<>();
        int count = wanted == null ? 1 + chance.below(4) : wanted.size();
        for (int i = 0; i < count; i++) {
            Node item =
                    wanted == null ? wanted(from.scope(), shape == 4) : expressions.of(wanted.get(i), from.scope(), 1);
            items.add(item);
            kinds.add(item.kind());
        }
        String distinct = chance.percent(15) ? "SELECT DISTINCT " : "SELECT ";
        Node tree = Node.same(Kind.QUERY, distinct + "$1 FROM $2$3", Node.list(", ", items), from.tree(), where);
        return new Selected(tree, kinds);
    }

    private Node wanted(List<Column> scope, boolean windowed) {
        if (windowed && chance.percent(60)) {
            return aggregates.window(scope);
        }
        return expressions.any(scope, 2);
    }

    private Node where(List<Column> scope, int depth) {
        return chance.percent(60) ? Node.optional(" WHERE $1", expressions.condition(scope, depth)) : Node.NOTHING;
    }

    private Selected setOperation(int depth) {
        List<Kind> kinds = new ArrayList<>();
        for (int i = 0; i <= chance.below(3); i++) {
            kinds.add(expressions.kind());
        }
        return new Selected(combined(kinds, depth), kinds);
    }

    private Node combined(List<Kind> kinds, int depth) {
        if (depth < 0) {
            return Node.same(Kind.QUERY, "($1)", counted(kinds));
        }
        String word =
                chance.of("UNION ALL", "UNION ALL", "UNION", "INTERSECT", "EXCEPT", "EXCEPT ALL", "INTERSECT ALL");
        return Node.same(
                Kind.QUERY,
                "($1) " + word + " ($2)",
                chance.percent(30) ? combined(kinds, depth - 1) : counted(kinds),
                counted(kinds));
    }

    /** A branch; sometimes one row of aggregates, sometimes the first rows of its own. */
    private Node counted(List<Kind> kinds) {
        if (chance.percent(25)) {
            From from = from(0);
            List<Node> items = kinds.stream()
                    .map(kind -> aggregates.exact(kind, from.scope()))
                    .toList();
            return Node.same(
                    Kind.QUERY, "SELECT $1 FROM $2$3", Node.list(", ", items), from.tree(), where(from.scope(), 1));
        }
        Node plain = select(1, kinds).tree();
        return chance.percent(25)
                ? Node.same(Kind.QUERY, "$1 ORDER BY $2 LIMIT " + chance.of("1", "3"), plain, ordinals(kinds.size()))
                : plain;
    }

    /** A FROM clause for a query of its own. */
    From alone() {
        named.clear();
        names = 0;
        return from(1);
    }

    private From from(int depth) {
        From from = item(depth);
        int joins = chance.of(0, 0, 0, 1, 1, 2);
        for (int i = 0; i < joins; i++) {
            from = joined(from, item(depth - 1));
        }
        return from;
    }

    private From joined(From left, From right) {
        List<Column> scope = new ArrayList<>(left.scope());
        scope.addAll(right.scope());
        if (chance.percent(5)) {
            return new From(Node.same(Kind.CLAUSE, "$1 CROSS JOIN $2", left.tree(), right.tree()), scope);
        }
        String word = chance.of("JOIN", "JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN");
        return new From(
                Node.same(Kind.CLAUSE, "$1 " + word + " $2 ON $3", left.tree(), right.tree(), on(left, right, scope)),
                scope);
    }

    private Node on(From left, From right, List<Column> scope) {
        Node pair = pair(left.scope(), right.scope());
        if (chance.percent(60)) {
            return pair;
        }
        Node more = chance.percent(50) ? pair(left.scope(), right.scope()) : expressions.condition(scope, 1);
        return Node.same(Kind.BOOL, "($1 AND $2)", pair, more);
    }

    /** An equality of a column of each side, of one kind if there is such a pair. */
    private Node pair(List<Column> left, List<Column> right) {
        for (int tries = 0; tries < 6; tries++) {
            Column a = tries < 2 && chance.percent(60) ? left.get(0) : chance.of(left);
            Column b = tries < 2 && chance.percent(60) ? right.get(0) : chance.of(right);
            if (a.kind() == b.kind() && a.kind().isScalar()) {
                String operator = chance.percent(90) ? "=" : chance.of("<", "<>", ">=");
                return Node.same(
                        Kind.BOOL,
                        "($1 " + operator + " $2)",
                        Node.same(a.kind(), a.name()),
                        Node.same(b.kind(), b.name()));
            }
        }
        return Node.same(Kind.BOOL, "1 = 1");
    }

    private From item(int depth) {
        String alias = "x" + names++;
        if (depth > 0 && chance.percent(18)) {
            Selected inner = chance.percent(20) ? setOperation(0) : select(depth - 1, null);
            Node tree = Node.same(Kind.CLAUSE, "($1) AS " + alias + "(" + header(inner.kinds()) + ")", inner.tree());
            return new From(tree, columns(alias, inner.kinds()));
        }
        if (!named.isEmpty() && chance.percent(50)) {
            Named one = chance.of(named);
            return new From(Node.same(Kind.CLAUSE, one.name() + " AS " + alias), columns(alias, one.kinds()));
        }
        Table table = chance.of(schema.tables());
        return new From(
                Node.same(Kind.CLAUSE, table.name() + " AS " + alias),
                table.columns().stream()
                        .map(column -> new Column(alias + "." + column.name(), column.kind()))
                        .toList());
    }

    private static List<Column> columns(String alias, List<Kind> kinds) {
        return IntStream.range(0, kinds.size())
                .mapToObj(i -> new Column(alias + ".c" + i, kinds.get(i)))
                .toList();
    }

    @Override
    public Node condition(List<Column> scope, int depth) {
        From from = item(0);
        List<Column> both = new ArrayList<>(from.scope());
        both.addAll(scope);
        Node local = chance.percent(50) ? expressions.condition(from.scope(), depth) : Node.same(Kind.BOOL, "1 = 1");
        if (chance.percent(40)) {
            Node where = Node.same(Kind.BOOL, "($1 AND $2)", pair(from.scope(), scope), local);
            return Node.same(
                    Kind.BOOL, chance.of("EXISTS", "NOT EXISTS") + " (SELECT 1 FROM $1 WHERE $2)", from.tree(), where);
        }
        Kind kind = chance.of(from.scope()).kind();
        if (!kind.isScalar()) {
            kind = Kind.INT;
        }
        Node where = chance.percent(25)
                ? Node.optional(" WHERE ($1 AND $2)", pair(from.scope(), scope), local)
                : chance.percent(50) ? Node.optional(" WHERE $1", local) : Node.NOTHING;
        Node inner = Node.same(
                Kind.CLAUSE, "SELECT $1 FROM $2$3", expressions.of(kind, from.scope(), 1), from.tree(), where);
        String operator =
                chance.percent(80) ? chance.of("IN", "NOT IN") : chance.of("> ALL", "= ANY", "< ANY", "<> ALL");
        return Node.same(Kind.BOOL, "($1 " + operator + " ($2))", expressions.of(kind, scope, 1), inner);
    }

    @Override
    public Node scalar(Kind kind, List<Column> scope, int depth) {
        From from = item(0);
        Node where = chance.percent(50)
                ? Node.optional(" WHERE $1", pair(from.scope(), scope))
                : chance.percent(50)
                        ? Node.optional(" WHERE $1", expressions.condition(from.scope(), 1))
                        : Node.NOTHING;
        return Node.same(kind, "(SELECT $1 FROM $2$3)", aggregates.exact(kind, from.scope()), from.tree(), where);
    }
}
