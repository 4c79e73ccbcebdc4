package dev.millrace.benchmark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Warm medians of four queries over JDBC beside DuckDB alone on one file with the same rows and as many threads.
 * Arguments: the launcher, rows.
 */
public final class QueryBenchmark {
    private static final int RUNS = 7;
    private static final int WARM_UPS = 20;
    private static final double FACTOR_MAX = 2;
    private static final double EXTRA_MILLIS_MAX = 30;
    private static final long LOAD_SECONDS_MAX = 900;
    private static final long REST_NANOS = 10_000_000_000L;

    private QueryBenchmark() {}

    private record Query(String name, String sql) {}

    private static List<Query> queries(long rows) {
        return List.of(
                new Query("group-by", "SELECT country, count(*), sum(price), max(quantity) FROM hits GROUP BY country"),
                new Query("filtered count", "SELECT count(*) FROM hits WHERE quantity = 3 AND price < 500"),
                new Query("top-10", "SELECT * FROM hits ORDER BY price DESC, id LIMIT 10"),
                new Query("point look-up", "SELECT * FROM hits WHERE id = " + rows / 3));
    }

    public static void main(String[] args) throws Exception {
        long rows = args.length > 1 ? Long.parseLong(args[1]) : 10_000_000;
        Path folder = Files.createTempDirectory("millrace-query");
        Path file = folder.resolve("one.db");
        boolean slow = false;
        try (ProductProcess product = new ProductProcess(Path.of(args[0]), 2);
                Connection duck = DriverManager.getConnection("jdbc:duckdb:" + file);
                Connection connection = product.connect();
                Statement baseline = duck.createStatement();
                Statement statement = connection.createStatement()) {
            load(product, statement, baseline, rows, folder);
            System.out.printf("%-16s %12s %12s %8s%n", "query", "DuckDB ms", "Millrace ms", "ratio");
            for (Query query : queries(rows)) {
                List<String> expected = rows(baseline, query.sql());
                List<String> actual = rows(statement, query.sql().replace("FROM hits", "FROM bench.hits"));
                if (!expected.stream()
                        .sorted()
                        .toList()
                        .equals(actual.stream().sorted().toList())) {
                    throw new IllegalStateException(query.name() + ": " + actual + " instead of " + expected);
                }
                double alone = median(baseline, query.sql());
                double ours = median(statement, query.sql().replace("FROM hits", "FROM bench.hits"));
                boolean tooSlow = ours > FACTOR_MAX * alone + EXTRA_MILLIS_MAX;
                slow |= tooSlow;
                System.out.printf(
                        "%-16s %12.1f %12.1f %8.2f %s%n",
                        query.name(), alone, ours, ours / alone, tooSlow ? "above 2 x + 30 ms" : "");
            }
        } finally {
            Files.deleteIfExists(folder.resolve("one.db.wal"));
            Files.deleteIfExists(file);
            Files.deleteIfExists(folder.resolve("rows.csv"));
            Files.deleteIfExists(folder);
        }
        if (slow) {
            System.exit(1);
        }
    }

    private static void load(ProductProcess product, Statement statement, Statement baseline, long rows, Path folder)
            throws Exception {
        Topic topic = new Topic(product.broker(), "hits", 4);
        topic.create();
        topic.fill(rows, Rows::csv);
        statement.execute("CREATE DATABASE bench PARTITIONS 8");
        statement.execute("CREATE TABLE bench.hits (" + Rows.CSV_COLUMNS + ", SHARD KEY (id))");
        statement.execute("CREATE PIPELINE bench.p AS LOAD DATA KAFKA '" + product.broker()
                + "/hits' INTO TABLE bench.hits FIELDS TERMINATED BY ',' LINES TERMINATED BY '\\n'");
        statement.execute("START PIPELINE bench.p");

        Path csv = folder.resolve("rows.csv");
        try (var out = new java.io.BufferedOutputStream(Files.newOutputStream(csv), 1 << 20)) {
            for (long i = 0; i < rows; i++) {
                out.write(Rows.csv(i));
                out.write('\n');
            }
        }
        baseline.execute("CREATE TABLE hits (" + Rows.CSV_COLUMNS + ")");
        baseline.execute("INSERT INTO hits SELECT * FROM read_csv('" + csv + "', header = false, auto_detect = false,"
                + " delim = ',', columns = {'id':'BIGINT','user_id':'INT','page':'VARCHAR','country':'VARCHAR',"
                + "'price':'DECIMAL(10,2)','quantity':'INT','seen':'TIMESTAMP','agent':'VARCHAR'})");
        baseline.execute("CHECKPOINT");

        long start = System.nanoTime();
        while (count(statement) < rows) {
            if (Topic.seconds(start) > LOAD_SECONDS_MAX) {
                throw new IllegalStateException("only " + count(statement) + " of " + rows + " rows");
            }
            LockSupport.parkNanos(200_000_000);
        }
        statement.execute("STOP PIPELINE bench.p");
        // Both sides are measured at rest: DuckDB has checkpointed its file above, leaves do it after two quiet
        // seconds.
        LockSupport.parkNanos(REST_NANOS);
    }

    private static long count(Statement statement) throws SQLException {
        try (ResultSet result = statement.executeQuery("SELECT count(*) FROM bench.hits")) {
            result.next();
            return result.getLong(1);
        }
    }

    private static List<String> rows(Statement statement, String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (ResultSet result = statement.executeQuery(sql)) {
            int columns = result.getMetaData().getColumnCount();
            while (result.next()) {
                StringBuilder row = new StringBuilder();
                for (int i = 1; i <= columns; i++) {
                    row.append(result.getString(i)).append('|');
                }
                rows.add(row.toString().replaceAll("\\.0*\\|", "|"));
            }
        }
        return rows;
    }

    private static double median(Statement statement, String sql) throws SQLException {
        double[] millis = new double[RUNS];
        for (int run = -WARM_UPS; run < RUNS; run++) {
            long start = System.nanoTime();
            rows(statement, sql);
            if (run >= 0) {
                millis[run] = (System.nanoTime() - start) / 1e6;
            }
        }
        Arrays.sort(millis);
        return millis[RUNS / 2];
    }
}
