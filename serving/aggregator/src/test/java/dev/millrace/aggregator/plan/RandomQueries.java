package dev.millrace.aggregator.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Queries that MySQL and DuckDB understand alike, over the tables of {@link DifferentialTest}. */
final class RandomQueries {
    private final SplittableRandom random;

    RandomQueries(SplittableRandom random) {
        this.random = random;
    }

    private String pick(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    /** A query and whether its order is total, so that rows compare in order. */
    record Query(String sql, boolean ordered) {}

    Query next() {
        return switch (random.nextInt(9)) {
            case 0 -> filtered();
            case 1, 2 -> grouped();
            case 3, 4 -> joined();
            case 5 -> subquery();
            case 6 -> setOperation();
            case 7 -> windowed();
            default -> derived();
        };
    }

    private String integer() {
        return pick("0", "1", "2", "3", "5", "7", "-1", "100");
    }

    private String text() {
        return pick("''", "'a'", "'b'", "'é'", "'漢字'", "'zz'");
    }

    private String condition(String t) {
        return condition(t, 2);
    }

    private String condition(String t, int depth) {
        if (depth > 0 && chance(40)) {
            String left = condition(t, depth - 1);
            String right = condition(t, depth - 1);
            return chance(20) ? "NOT (" + left + ")" : "(" + left + pick(" AND ", " OR ") + right + ")";
        }
        return switch (random.nextInt(9)) {
            case 0 -> t + ".k = " + integer();
            case 1 -> t + ".k IN (" + integer() + ", " + integer() + (chance(20) ? ", NULL" : "") + ")";
            case 2 -> t + "." + pick("k", "n") + pick(" > ", " <= ", " <> ") + integer();
            case 3 -> t + ".s " + pick("=", "<", ">=") + " " + text();
            case 4 -> t + "." + pick("k", "s", "n", "d") + pick(" IS NULL", " IS NOT NULL");
            case 5 -> t + ".s LIKE " + pick("'a%'", "'%'", "'_'", "'%é%'");
            case 6 -> t + ".k BETWEEN " + integer() + " AND " + integer();
            case 7 -> t + ".d > " + pick("0", "1.5", "-3.25");
            default -> t + ".g = " + text();
        };
    }

    private String where(String t) {
        return chance(60) ? " WHERE " + condition(t) : "";
    }

    private String table() {
        return pick("ta", "tb", "tc", "tr", "tl", "te");
    }

    private Query filtered() {
        String t = table();
        String columns = pick(
                "x.k, x.g, x.s", "x.*", "x.n, x.k + 1", "CASE WHEN x.k > 2 THEN x.s ELSE x.g END, x.d", "x.k, x.k");
        String sql = "SELECT " + (chance(20) ? "DISTINCT " : "") + columns + " FROM " + t + " x" + where("x");
        if (chance(40) && !sql.contains("DISTINCT")) {
            String limited = sql.replace("SELECT ", "SELECT x.id, ") + " ORDER BY "
                    + pick("x.k", "x.s DESC", "x.g, x.n DESC", "x.d") + ", x.id" + pick("", " DESC");
            return new Query(limited + pick("", " LIMIT 3", " LIMIT 4 OFFSET 2", " LIMIT 0"), true);
        }
        return new Query(sql, false);
    }

    private String aggregate(String t) {
        return pick(
                "count(*)",
                "count(" + t + ".s)",
                "sum(" + t + ".n)",
                "sum(" + t + ".d)",
                "min(" + t + ".s)",
                "max(" + t + ".d)",
                "max(" + t + ".t)",
                "min(" + t + ".n)",
                "count(DISTINCT " + t + ".s)",
                "count(DISTINCT " + t + ".k)",
                "sum(DISTINCT " + t + ".k)",
                "sum(CASE WHEN " + t + ".k > 1 THEN 1 ELSE 0 END)");
    }

    private String aggregates(String t) {
        List<String> list = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(3); i++) {
            list.add(aggregate(t));
        }
        return String.join(", ", list);
    }

    private Query grouped() {
        String t = table();
        String key = pick("", "x.g", "x.k", "x.g, x.k", "x.s", "coalesce(x.s, x.g)");
        if (key.isEmpty()) {
            return new Query("SELECT " + aggregates("x") + " FROM " + t + " x" + where("x"), false);
        }
        String sql = "SELECT " + key + ", " + aggregates("x") + " FROM " + t + " x" + where("x") + " GROUP BY " + key;
        if (chance(30)) {
            sql += " HAVING " + pick("count(*) > 1", "max(x.n) > 2", "min(x.s) IS NOT NULL");
        }
        if (chance(20)) {
            return new Query(sql + " ORDER BY count(*) DESC, " + key, true);
        }
        boolean ordered = chance(30) && !key.startsWith("coalesce");
        return new Query(ordered ? sql + " ORDER BY " + key + pick("", " LIMIT 3") : sql, ordered);
    }

    private Query joined() {
        String left = table();
        String right = table();
        String join = pick(" JOIN ", " LEFT JOIN ", " RIGHT JOIN ", " INNER JOIN ");
        String on = pick(
                "x.k = y.k",
                "x.k = y.k",
                "x.k = y.k AND x.g = y.g",
                "x.g = y.g AND x.k = y.k",
                "x.g = y.g",
                "x.id = y.id",
                "x.k = y.k AND y.n > 1",
                "x.k = y.k AND x.s = 'a'",
                "x.k < y.k AND x.g = y.g",
                "x.k = y.n");
        String columns = pick("x.id, y.id", "x.g, y.s", "x.k, y.k, x.d", "y.*");
        String from = " FROM " + left + " x" + join + right + " y ON " + on;
        if (chance(20)) {
            from += pick(" JOIN ", " LEFT JOIN ") + table() + " z ON z.k = " + pick("x.k", "y.k");
            columns += ", z.id";
        }
        String where = chance(50) ? " WHERE " + condition(pick("x", "y")) : "";
        if (chance(30)) {
            String key = pick("x.k", "y.g", "x.g, y.k");
            return new Query("SELECT " + key + ", " + aggregates("y") + from + where + " GROUP BY " + key, false);
        }
        return new Query("SELECT " + columns + from + where, false);
    }

    private Query subquery() {
        String t = table();
        String u = table();
        String predicate = switch (random.nextInt(8)) {
            case 0 -> "x.k IN (SELECT y.k FROM " + u + " y" + where("y") + ")";
            case 1 -> "x.k NOT IN (SELECT y.k FROM " + u + " y" + where("y") + ")";
            case 2 -> "EXISTS (SELECT 1 FROM " + u + " y WHERE y.k = x.k AND " + condition("y") + ")";
            case 3 -> "NOT EXISTS (SELECT 1 FROM " + u + " y WHERE y.g = x.g AND " + condition("y") + ")";
            case 4 -> "x.n > (SELECT max(y.k) FROM " + u + " y" + where("y") + ")";
            case 5 -> "x.id = (SELECT max(y.id) FROM " + u + " y WHERE y.k = x.k)";
            case 6 -> "x.k NOT IN (SELECT y.k FROM " + u + " y WHERE y.k IS NOT NULL AND y.g = x.g)";
            default -> "(SELECT count(*) FROM " + u + " y WHERE y.k = x.k) > 1";
        };
        String columns = chance(30) ? "x.id, (SELECT count(*) FROM " + u + " y WHERE y.g = x.g)" : "x.id, x.k";
        return new Query(
                "SELECT " + columns + " FROM " + t + " x WHERE " + predicate
                        + (chance(40) ? pick(" AND ", " OR ") + condition("x") : ""),
                false);
    }

    private Query setOperation() {
        String columns = pick("x.k, x.g", "x.s", "x.g, x.n");
        String sql = "SELECT " + columns + " FROM " + table() + " x" + where("x")
                + pick(" UNION ", " UNION ALL ", " EXCEPT ", " INTERSECT ") + "SELECT " + columns + " FROM " + table()
                + " x" + where("x");
        if (chance(30)) {
            sql = "SELECT count(*) FROM (" + sql + ") q";
        }
        return new Query(sql, false);
    }

    private Query windowed() {
        String over = " OVER (PARTITION BY x." + pick("k", "g", "s") + " ORDER BY x.id" + pick("", " DESC") + ")";
        String function = pick(
                "row_number()",
                "rank()",
                "count(*)",
                "sum(x.n)",
                "lag(x.s)",
                "lead(x.k, 2)",
                "min(x.d)",
                "first_value(x.s)");
        String sql = "SELECT x.id, " + function + over + " FROM " + table() + " x" + where("x");
        if (chance(30)) {
            sql = "SELECT * FROM (SELECT x.id, x.k, row_number() OVER (PARTITION BY x.k ORDER BY x.id) AS rn FROM "
                    + table() + " x" + where("x") + ") q WHERE q.rn <= 2";
        }
        return new Query(sql, false);
    }

    private Query derived() {
        String inner = "SELECT x.k, x.g, count(*) AS c, max(x.n) AS m FROM " + table() + " x" + where("x")
                + " GROUP BY x.k, x.g";
        return switch (random.nextInt(4)) {
            case 0 -> new Query("SELECT q.k, sum(q.c) FROM (" + inner + ") q GROUP BY q.k", false);
            case 1 ->
                new Query(
                        "WITH q AS (" + inner + ") SELECT y.id, q.c FROM " + table()
                                + " y LEFT JOIN q ON q.k = y.k AND q.g = y.g",
                        false);
            case 2 ->
                new Query(
                        "SELECT y.id, q.m FROM " + table() + " y JOIN (" + inner + ") q ON q.k = y.k WHERE q.c > 0",
                        false);
            default ->
                new Query(
                        "SELECT y.id, q.id FROM " + table() + " y JOIN (SELECT x.id, x.k FROM " + table()
                                + " x ORDER BY x.id LIMIT 4) q ON q.k = y.k",
                        false);
        };
    }
}
