package dev.millrace.aggregator.proof;

import dev.millrace.aggregator.proof.Schema.Column;
import java.util.ArrayList;
import java.util.List;

/** Random scalar expressions over columns, with their meaning in DuckDB's words. */
final class Expressions {
    /** Makes conditions with subqueries, which need tables. */
    interface Subqueries {
        Node condition(List<Column> scope, int depth);

        Node scalar(Kind kind, List<Column> scope, int depth);
    }

    private final Chance chance;
    private final Subqueries subqueries;

    Expressions(Chance chance, Subqueries subqueries) {
        this.chance = chance;
        this.subqueries = subqueries;
    }

    Kind kind() {
        return chance.of(
                Kind.INT, Kind.INT, Kind.INT, Kind.DECIMAL, Kind.DOUBLE, Kind.TEXT, Kind.TEXT, Kind.DATE, Kind.TIME);
    }

    Node any(List<Column> scope, int depth) {
        if (chance.percent(60)) {
            Column column = chance.of(scope);
            return Node.same(column.kind(), column.name());
        }
        return of(kind(), scope, depth);
    }

    Node of(Kind kind, List<Column> scope, int depth) {
        if (kind == Kind.BOOL) {
            return condition(scope, depth);
        }
        if (depth <= 0 || chance.percent(35)) {
            return simple(kind, scope);
        }
        int choice = chance.below(10);
        if (choice == 0) {
            return Node.same(kind, "CASE WHEN $1 THEN $2 ELSE $3 END", arguments(scope, depth, Kind.BOOL, kind, kind));
        }
        if (choice == 1) {
            return Node.same(kind, "CASE WHEN $1 THEN $2 END", arguments(scope, depth, Kind.BOOL, kind));
        }
        if (choice == 2) {
            return Node.same(kind, "COALESCE($1, $2)", arguments(scope, depth, kind, kind));
        }
        if (choice == 3) {
            return chance.percent(50)
                    ? Node.same(kind, "NULLIF($1, $2)", arguments(scope, depth, kind, kind))
                    : Node.of(
                            kind,
                            "IF($1, $2, $3)",
                            "CASE WHEN $1 THEN $2 ELSE $3 END",
                            arguments(scope, depth, Kind.BOOL, kind, kind));
        }
        if (choice == 4 && depth > 1 && chance.percent(40)) {
            return subqueries.scalar(kind, scope, depth - 1);
        }
        return switch (kind) {
            case INT -> integer(scope, depth);
            case DECIMAL -> decimal(scope, depth);
            case DOUBLE -> real(scope, depth);
            case TEXT -> text(scope, depth);
            case DATE -> date(scope, depth);
            case TIME -> time(scope, depth);
            case BOOL, APPROXIMATE, QUERY, CLAUSE -> throw new IllegalArgumentException(kind.name());
        };
    }

    private Node[] arguments(List<Column> scope, int depth, Kind... kinds) {
        List<Node> made = new ArrayList<>();
        for (Kind kind : kinds) {
            made.add(of(kind, scope, depth - 1));
        }
        return made.toArray(Node[]::new);
    }

    private Node simple(Kind kind, List<Column> scope) {
        List<Column> fit =
                scope.stream().filter(column -> column.kind() == kind).toList();
        if (!fit.isEmpty() && chance.percent(75)) {
            return Node.same(kind, chance.of(fit).name());
        }
        return literal(kind);
    }

    Node literal(Kind kind) {
        return switch (kind) {
            case INT -> Node.same(kind, chance.of("0", "1", "2", "3", "-1", "7", "100"));
            case DECIMAL -> Node.same(kind, chance.of("0.00", "1.50", "-2.25", "10.10"));
            case DOUBLE -> Node.same(kind, chance.of("0e0", "1.5e0", "-2e0", "1e3"));
            case TEXT -> Node.same(kind, chance.of("''", "'a'", "'ab'", "'é'", "'漢字🙂'", "'b '"));
            case DATE -> Node.same(kind, "DATE " + chance.of("'2024-01-01'", "'2024-02-29'", "'1970-01-01'"));
            case TIME ->
                Node.same(kind, "TIMESTAMP " + chance.of("'2024-01-01 00:00:00'", "'2024-01-01 10:20:30.125'"));
            case BOOL -> Node.same(kind, chance.of("1 = 1", "1 = 0"));
            case APPROXIMATE, QUERY, CLAUSE -> throw new IllegalArgumentException(kind.name());
        };
    }

    private Node integer(List<Column> scope, int depth) {
        return switch (chance.below(13)) {
            case 0 -> wide("($1 + $2)", scope, depth);
            case 1 -> wide("($1 - $2)", scope, depth);
            case 2 -> wide("($1 * $2)", scope, depth);
            case 3 ->
                Node.of(
                        Kind.INT,
                        "($1 DIV $2)",
                        "(CAST($1 AS BIGINT) // nullif(CAST($2 AS BIGINT), 0))",
                        arguments(scope, depth, Kind.INT, Kind.INT));
            case 4 ->
                Node.of(
                        Kind.INT,
                        chance.of("($1 % $2)", "MOD($1, $2)"),
                        "(CAST($1 AS BIGINT) % nullif(CAST($2 AS BIGINT), 0))",
                        arguments(scope, depth, Kind.INT, Kind.INT));
            case 5 -> Node.of(Kind.INT, "ABS($1)", "abs(CAST($1 AS BIGINT))", arguments(scope, depth, Kind.INT));
            case 6 -> Node.of(Kind.INT, "(- $1)", "(- CAST($1 AS BIGINT))", arguments(scope, depth, Kind.INT));
            case 7 -> Node.of(Kind.INT, "CHAR_LENGTH($1)", "length($1)", arguments(scope, depth, Kind.TEXT));
            case 8 -> Node.of(Kind.INT, "LENGTH($1)", "strlen($1)", arguments(scope, depth, Kind.TEXT));
            case 9 -> Node.same(Kind.INT, "INSTR($1, $2)", arguments(scope, depth, Kind.TEXT, Kind.TEXT));
            case 10 ->
                Node.same(
                        Kind.INT,
                        chance.of("YEAR", "MONTH", "DAY", "QUARTER", "DAYOFYEAR") + "($1)",
                        arguments(scope, depth, chance.of(Kind.DATE, Kind.TIME)));
            case 11 ->
                Node.of(
                        Kind.INT,
                        "DATEDIFF($1, $2)",
                        "date_diff('day', $2, $1)",
                        arguments(scope, depth, Kind.DATE, Kind.DATE));
            default -> extreme(Kind.INT, scope, depth);
        };
    }

    /** NULL if either is. */
    private Node extreme(Kind kind, List<Column> scope, int depth) {
        String call = chance.of("GREATEST", "LEAST") + "($1, $2)";
        String duckdb = "CASE WHEN $1 IS NULL OR $2 IS NULL THEN NULL ELSE " + call + " END";
        return Node.of(kind, call, duckdb, arguments(scope, depth, kind, kind));
    }

    private Node wide(String text, List<Column> scope, int depth) {
        String duckdb = text.replace("$1", "CAST($1 AS BIGINT)").replace("$2", "CAST($2 AS BIGINT)");
        return Node.of(Kind.INT, text, duckdb, arguments(scope, depth, Kind.INT, Kind.INT));
    }

    private Node decimal(List<Column> scope, int depth) {
        String wide = "CAST($1 AS DECIMAL(28,6))";
        return switch (chance.below(5)) {
            case 0 ->
                Node.of(
                        Kind.DECIMAL,
                        "($1 + $2)",
                        "(" + wide + " + $2)",
                        arguments(scope, depth, Kind.DECIMAL, Kind.DECIMAL));
            case 1 ->
                Node.of(
                        Kind.DECIMAL,
                        "($1 - $2)",
                        "(" + wide + " - $2)",
                        arguments(scope, depth, Kind.DECIMAL, Kind.INT));
            case 2 ->
                Node.of(
                        Kind.DECIMAL,
                        "($1 * $2)",
                        "(CAST($1 AS DECIMAL(24,6)) * CAST($2 AS DECIMAL(14,2)))",
                        simple(Kind.DECIMAL, scope),
                        literal(Kind.DECIMAL));
            case 3 -> Node.same(Kind.DECIMAL, "ROUND($1, 1)", arguments(scope, depth, Kind.DECIMAL));
            default -> Node.same(Kind.DECIMAL, "ABS($1)", arguments(scope, depth, Kind.DECIMAL));
        };
    }

    private Node real(List<Column> scope, int depth) {
        return switch (chance.below(4)) {
            case 0 -> Node.same(Kind.DOUBLE, "($1 + $2)", arguments(scope, depth, Kind.DOUBLE, Kind.DOUBLE));
            case 1 -> Node.same(Kind.DOUBLE, "($1 * $2)", arguments(scope, depth, Kind.DOUBLE, Kind.DOUBLE));
            case 2 ->
                Node.of(
                        Kind.DOUBLE,
                        "($1 / $2)",
                        "($1 / nullif($2, 0))",
                        arguments(scope, depth, Kind.DOUBLE, Kind.DOUBLE));
            default -> Node.same(Kind.DOUBLE, "FLOOR($1)", arguments(scope, depth, Kind.DOUBLE));
        };
    }

    private Node text(List<Column> scope, int depth) {
        return switch (chance.below(9)) {
            case 0 -> Node.of(Kind.TEXT, "CONCAT($1, $2)", "($1 || $2)", arguments(scope, depth, Kind.TEXT, Kind.TEXT));
            case 1 -> Node.same(Kind.TEXT, chance.of("UPPER", "LOWER") + "($1)", arguments(scope, depth, Kind.TEXT));
            case 2 ->
                Node.same(
                        Kind.TEXT,
                        "SUBSTRING($1, " + chance.of("1", "2", "3") + ", " + chance.of("1", "2") + ")",
                        arguments(scope, depth, Kind.TEXT));
            case 3 -> Node.same(Kind.TEXT, chance.of("LEFT", "RIGHT") + "($1, 2)", arguments(scope, depth, Kind.TEXT));
            case 4 -> Node.of(Kind.TEXT, "TRIM($1)", "trim($1, ' ')", arguments(scope, depth, Kind.TEXT));
            case 5 -> Node.same(Kind.TEXT, "REPLACE($1, 'a', 'xy')", arguments(scope, depth, Kind.TEXT));
            case 6 -> Node.of(Kind.TEXT, "CAST($1 AS CHAR)", "CAST($1 AS VARCHAR)", arguments(scope, depth, Kind.INT));
            case 7 -> Node.same(Kind.TEXT, "CONCAT_WS('-', $1, $2)", arguments(scope, depth, Kind.TEXT, Kind.TEXT));
            default -> extreme(Kind.TEXT, scope, depth);
        };
    }

    /** Beyond the year 9999 there is no date: NULL. */
    private Node date(List<Column> scope, int depth) {
        String amount = chance.of("1", "31", "-1", "400");
        String sum = "($1 + INTERVAL (" + amount + ") " + chance.of("DAY", "MONTH", "YEAR") + ")";
        return switch (chance.below(3)) {
            case 0 -> Node.same(Kind.DATE, "LAST_DAY($1)", arguments(scope, depth, Kind.DATE));
            case 1 -> Node.of(Kind.DATE, "DATE($1)", "CAST($1 AS DATE)", arguments(scope, depth, Kind.TIME));
            default ->
                Node.of(
                        Kind.DATE,
                        sum,
                        "CAST(CASE WHEN year(" + sum + ") BETWEEN 0 AND 9999 THEN " + sum + " END AS DATE)",
                        arguments(scope, depth, Kind.DATE));
        };
    }

    private Node time(List<Column> scope, int depth) {
        String sum = "($1 + INTERVAL (" + chance.of("1", "90", "-1") + ") "
                + chance.of("SECOND", "MINUTE", "HOUR", "DAY") + ")";
        return chance.percent(50)
                ? Node.of(
                        Kind.TIME, "CAST($1 AS DATETIME)", "CAST($1 AS TIMESTAMP)", arguments(scope, depth, Kind.DATE))
                : Node.of(
                        Kind.TIME,
                        sum,
                        "CASE WHEN year(" + sum + ") BETWEEN 0 AND 9999 THEN " + sum + " END",
                        arguments(scope, depth, Kind.TIME));
    }

    Node condition(List<Column> scope, int depth) {
        if (depth > 0 && chance.percent(40)) {
            Node left = condition(scope, depth - 1);
            Node right = condition(scope, depth - 1);
            return switch (chance.below(8)) {
                case 0 -> Node.same(Kind.BOOL, "NOT ($1)", left);
                case 2 -> Node.same(Kind.BOOL, "($1) IS " + chance.of("TRUE", "FALSE", "NOT TRUE", "NOT FALSE"), left);
                case 3, 4, 5 -> Node.same(Kind.BOOL, "($1 AND $2)", left, right);
                default -> Node.same(Kind.BOOL, "($1 OR $2)", left, right);
            };
        }
        if (depth > 0 && chance.percent(12)) {
            return subqueries.condition(scope, depth - 1);
        }
        Kind kind = chance.percent(70) ? chance.of(scope).kind() : kind();
        if (!kind.isScalar() || kind == Kind.BOOL) {
            kind = Kind.INT;
        }
        Node left = of(kind, scope, depth - 1);
        return switch (chance.below(9)) {
            case 0 -> Node.same(Kind.BOOL, "($1 IS NULL)", left);
            case 1 -> Node.same(Kind.BOOL, "($1 IS NOT NULL)", left);
            case 2 ->
                Node.same(
                        Kind.BOOL,
                        chance.of("($1 BETWEEN $2 AND $3)", "($1 NOT BETWEEN $2 AND $3)"),
                        left,
                        of(kind, scope, depth - 1),
                        of(kind, scope, depth - 1));
            case 3 -> membership(kind, left);
            case 4 -> sameness(kind, left, scope, depth);
            case 5 -> kind == Kind.TEXT ? like(left) : mixed(scope, depth);
            case 6 -> equality(scope);
            default ->
                Node.same(
                        Kind.BOOL,
                        "($1 " + chance.of("=", "=", "<>", "<", "<=", ">", ">=") + " $2)",
                        left,
                        of(kind, scope, depth - 1));
        };
    }

    /** A column and a value: what partitions are chosen by. */
    private Node equality(List<Column> scope) {
        List<Column> first =
                scope.stream().filter(column -> column.name().endsWith("c0")).toList();
        Column column = chance.of(first.isEmpty() ? scope : first);
        return column.kind().isScalar() && column.kind() != Kind.BOOL
                ? Node.same(Kind.BOOL, "($1 = $2)", Node.same(column.kind(), column.name()), literal(column.kind()))
                : Node.same(Kind.BOOL, "($1 IS NOT NULL)", Node.same(column.kind(), column.name()));
    }

    private Node membership(Kind kind, Node left) {
        List<Node> values = new ArrayList<>();
        for (int i = 0; i <= chance.below(3); i++) {
            values.add(literal(kind));
        }
        if (chance.percent(15)) {
            values.add(Node.same(kind, "NULL"));
        }
        return Node.same(Kind.BOOL, chance.of("($1 IN ($2))", "($1 NOT IN ($2))"), left, Node.list(", ", values));
    }

    private Node sameness(Kind kind, Node left, List<Column> scope, int depth) {
        return Node.of(Kind.BOOL, "($1 <=> $2)", "($1 IS NOT DISTINCT FROM $2)", left, of(kind, scope, depth - 1));
    }

    private Node like(Node left) {
        return Node.same(
                Kind.BOOL,
                "($1 " + chance.of("LIKE ", "NOT LIKE ") + chance.of("'a%'", "'%'", "'_'", "'%é%'", "''") + ")",
                left);
    }

    /** Numbers of two types. */
    private Node mixed(List<Column> scope, int depth) {
        String operator = chance.of("=", "<", ">=");
        return chance.percent(50)
                ? Node.of(
                        Kind.BOOL,
                        "($1 " + operator + " $2)",
                        "(CAST($1 AS DECIMAL(38,6)) " + operator + " CAST($2 AS DECIMAL(38,6)))",
                        arguments(scope, depth, Kind.INT, Kind.DECIMAL))
                : Node.of(
                        Kind.BOOL,
                        "($1 " + operator + " $2)",
                        "(CAST($1 AS DOUBLE) " + operator + " $2)",
                        arguments(scope, depth, Kind.INT, Kind.DOUBLE));
    }
}
