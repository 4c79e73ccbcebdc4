package dev.millrace.aggregator.proof;

import dev.millrace.aggregator.TestCluster;
import dev.millrace.aggregator.proof.Queries.Query;
import dev.millrace.aggregator.proof.Verdict.Outcome;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** One schema with its rows: in databases of 1, 3 and 8 partitions, and in DuckDB alone. */
final class World implements AutoCloseable {
    static final int[] PARTITIONS = {1, 3, 8};

    /** An engine's own words, which no user should read. */
    private static final Pattern LEAKED =
            Pattern.compile("Binder Error|Parser Error|Catalog Error|INTERNAL Error|Exception|\\bc\\d+\\b.*not found");

    private static final String OUT_OF_RANGE = "22003";

    private final Map<Integer, Connection> databases = new LinkedHashMap<>();
    private final Connection duckdb;
    private final TestCluster cluster;
    private final String prefix;

    World(TestCluster cluster, String prefix, Schema schema) throws SQLException {
        this.cluster = cluster;
        this.prefix = prefix;
        duckdb = DriverManager.getConnection("jdbc:duckdb:");
        run(duckdb, "SET default_null_order = 'nulls_first_on_asc_last_on_desc'");
        run(duckdb, "SET order_by_non_integer_literal = true");
        run(duckdb, "SET threads = 1");
        for (Schema.Table table : schema.tables()) {
            run(duckdb, table.create(false));
            for (String insert : table.inserts()) {
                run(duckdb, insert);
            }
        }
        for (int partitions : PARTITIONS) {
            try (Connection connection = cluster.connect()) {
                run(connection, "CREATE DATABASE " + prefix + partitions + " PARTITIONS " + partitions);
            }
            Connection connection = cluster.connect(prefix + partitions);
            databases.put(partitions, connection);
            for (Schema.Table table : schema.tables()) {
                run(connection, table.create(true));
                for (String insert : table.inserts()) {
                    run(connection, insert);
                }
            }
        }
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new SQLException(e.getMessage() + "\n" + sql, e);
        }
    }

    Connection of(int partitions) {
        return databases.get(partitions);
    }

    /** Differential: every number of partitions answers what DuckDB answers. */
    Verdict judge(Query query) {
        Answer expected;
        try (Statement statement = duckdb.createStatement()) {
            expected = Answer.of(statement, query.tree().inDuckDb());
        } catch (SQLException e) {
            expected = null;
            if (!isRange(e)) {
                return new Verdict(Outcome.NO_REFERENCE, first(e));
            }
        }
        for (int partitions : PARTITIONS) {
            Verdict verdict = judge(query, partitions, expected);
            if (verdict.outcome() != Outcome.AGREES) {
                return verdict;
            }
        }
        return expected == null ? new Verdict(Outcome.OVERFLOW, "only DuckDB's") : Verdict.AGREES;
    }

    private Verdict judge(Query query, int partitions, Answer expected) {
        Answer actual;
        try (Statement statement = of(partitions).createStatement()) {
            actual = Answer.of(statement, query.tree().inMillrace());
        } catch (SQLException e) {
            return refused(e, partitions);
        } catch (RuntimeException e) {
            return new Verdict(Outcome.FAULT, partitions + " partitions: " + e);
        }
        if (expected == null) {
            return Verdict.AGREES;
        }
        if (expected.hasInfinity() && !actual.hasInfinity()) {
            return new Verdict(Outcome.OVERFLOW, "infinity");
        }
        List<Kind> kinds = query.kinds();
        boolean same = query.ordered()
                ? actual.matches(expected, kinds)
                : actual.sorted(kinds).matches(expected.sorted(kinds), kinds);
        return same
                ? Verdict.AGREES
                : new Verdict(
                        Outcome.FAULT,
                        "answer of " + partitions + " partitions: " + actual + "\nexpected: " + expected);
    }

    static Verdict refused(SQLException e, int partitions) {
        String message = first(e);
        if (LEAKED.matcher(message).find() || e.getErrorCode() == 1105) {
            return new Verdict(Outcome.FAULT, partitions + " partitions: " + message);
        }
        if ("0A000".equals(e.getSQLState())) {
            return new Verdict(
                    Outcome.REFUSED, message.replaceAll(" at line .*", "").replaceAll("'[^']*'|\\d+", "…"));
        }
        return OUT_OF_RANGE.equals(e.getSQLState())
                ? new Verdict(Outcome.OVERFLOW, "out of range")
                : new Verdict(Outcome.FAULT, partitions + " partitions: " + e.getSQLState() + " " + message);
    }

    private static boolean isRange(SQLException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(java.util.Locale.ROOT);
        return message.startsWith("out of range error")
                || message.contains("overflow")
                || message.startsWith("conversion error");
    }

    private static String first(SQLException e) {
        return String.valueOf(e.getMessage())
                .replaceFirst("(?s)^.*Remote driver error: ", "")
                .lines()
                .findFirst()
                .orElse("");
    }

    @Override
    public void close() throws SQLException {
        duckdb.close();
        for (Map.Entry<Integer, Connection> database : databases.entrySet()) {
            database.getValue().close();
            try (Connection connection = cluster.connect()) {
                run(connection, "DROP DATABASE " + prefix + database.getKey());
            }
        }
    }
}
