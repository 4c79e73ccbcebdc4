package dev.millrace.benchmark;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Rows per second from Kafka into a table, counted when a query sees them, beside a bare consumer that only polls the
 * same topic. Arguments: the launcher, rows of CSV, rows of JSON.
 */
public final class IngestBenchmark {
    private static final int PARTITIONS = 4;
    private static final int BARE_THREADS = 2;
    private static final long LOAD_SECONDS_MAX = 600;

    /**
     * The same topic into a new table each time, each time after the bare consumer has read it: both sides see the same
     * machine. The first ones warm the product; of the others the median counts.
     */
    private static final int WARM_UPS = 3;

    private static final int PASSES = 3;

    /** A count takes time from the load, so there are few until the end is near. */
    private static final long POLL_NANOS = 1_000_000_000;

    private static final long POLL_NANOS_NEAR = 50_000_000;
    private static final double NEAR = 0.9;

    /** The part of the bare consumer's rate that loading CSV must reach. */
    private static final double CSV_RATIO_MIN = 0.2;

    private IngestBenchmark() {}

    public static void main(String[] args) throws Exception {
        long csvRows = args.length > 1 ? Long.parseLong(args[1]) : 12_000_000;
        long jsonRows = args.length > 2 ? Long.parseLong(args[2]) : 2_000_000;
        double csvRatio;
        try (ProductProcess product = new ProductProcess(Path.of(args[0]), 2)) {
            try (Connection connection = product.connect();
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE DATABASE bench PARTITIONS 8");
                csvRatio = measure(
                        product,
                        statement,
                        new Case(
                                "csv",
                                csvRows,
                                Rows::csv,
                                Rows.CSV_COLUMNS,
                                "FIELDS TERMINATED BY ',' LINES TERMINATED BY '\\n'"));
                measure(
                        product,
                        statement,
                        new Case(
                                "json",
                                jsonRows,
                                Rows::json,
                                Rows.JSON_COLUMNS,
                                "FORMAT JSON (" + Rows.JSON_MAPPING + ")"));
            }
        }
        System.out.printf("CSV against the bare consumer: %.2f, wanted at least %.2f%n", csvRatio, CSV_RATIO_MIN);
        if (csvRatio < CSV_RATIO_MIN) {
            System.exit(1);
        }
    }

    private record Case(String name, long rows, Topic.Records records, String columns, String format) {}

    private static double measure(ProductProcess product, Statement statement, Case load) throws Exception {
        Topic topic = new Topic(product.broker(), load.name(), PARTITIONS);
        topic.create();
        double produced = topic.fill(load.rows(), load.records());
        System.out.printf(
                "%s: %,d rows of %d bytes, %d Kafka partitions%n",
                load.name(), load.rows(), load.records().record(load.rows() / 2).length, PARTITIONS);
        System.out.printf("  produce            %8.2f s  %,12.0f rows/s%n", produced, load.rows() / produced);
        topic.consumeBare(load.rows(), BARE_THREADS);
        List<Double> ratios = new ArrayList<>();
        for (int pass = 1; pass <= WARM_UPS + PASSES; pass++) {
            double bare = topic.consumeBare(load.rows(), BARE_THREADS);
            System.out.printf("  bare consumer      %8.2f s  %,12.0f rows/s%n", bare, load.rows() / bare);
            double ratio = loadInto(pass, product, statement, load, bare);
            if (pass > WARM_UPS) {
                ratios.add(ratio);
            }
        }
        Collections.sort(ratios);
        return ratios.get(PASSES / 2);
    }

    /** Loads the topic into a table of its own; answers the part of the baseline's rate that it reached. */
    private static double loadInto(int pass, ProductProcess product, Statement statement, Case load, double bare)
            throws SQLException {
        String table = "bench." + load.name() + "_" + pass;
        String pipeline = table + "_in";
        statement.execute("CREATE TABLE " + table + " (" + load.columns() + ", SHARD KEY (id))");
        statement.execute("CREATE PIPELINE " + pipeline + " AS LOAD DATA KAFKA '" + product.broker() + "/" + load.name()
                + "' INTO TABLE " + table + " " + load.format());
        long start = System.nanoTime();
        statement.execute("START PIPELINE " + pipeline);
        double accepted = Topic.seconds(start);
        Seen first = awaitRows(statement, table, 1, start);
        double cpu = product.cpuSeconds();
        Seen last = awaitRows(statement, table, load.rows(), start);
        cpu = product.cpuSeconds() - cpu;
        statement.execute("STOP PIPELINE " + pipeline);

        double loading = last.seconds() - first.seconds();
        long rows = last.rows() - first.rows();
        double ratio = rows / loading / (load.rows() / bare);
        System.out.printf(
                "  pass %d: START accepted %.2f s, first rows seen %.2f s, all %.2f s%n",
                pass, accepted, first.seconds(), last.seconds());
        printBatches(statement, load.name() + "_" + pass + "_in");
        System.out.printf(
                "  pass %d load        %8.2f s  %,12.0f rows/s  %.2f of the bare consumer, CPU %.2f µs a row%n",
                pass, loading, rows / loading, ratio, cpu * 1e6 / rows);
        return ratio;
    }

    private static void printBatches(Statement statement, String pipeline) throws SQLException {
        try (ResultSet batches =
                statement.executeQuery("SELECT count(*), avg(ROWS_STREAMED), avg(BATCH_TIME), max(BATCH_TIME)"
                        + " FROM information_schema.PIPELINES_BATCHES_SUMMARY WHERE PIPELINE_NAME = '" + pipeline
                        + "'")) {
            batches.next();
            System.out.printf(
                    "        batches %d of %,.0f rows; from the first record read to the decision %.2f s, at most %.2f s%n",
                    batches.getLong(1), batches.getDouble(2), batches.getDouble(3), batches.getDouble(4));
        }
    }

    private record Seen(double seconds, long rows) {}

    private static Seen awaitRows(Statement statement, String table, long wanted, long start) throws SQLException {
        while (true) {
            long rows;
            try (ResultSet count = statement.executeQuery("SELECT count(*) FROM " + table)) {
                count.next();
                rows = count.getLong(1);
            }
            double seconds = Topic.seconds(start);
            if (rows >= wanted) {
                return new Seen(seconds, rows);
            }
            if (seconds > LOAD_SECONDS_MAX) {
                throw new IllegalStateException("only " + rows + " of " + wanted + " rows after " + seconds + " s");
            }
            LockSupport.parkNanos(rows > 0 && rows < NEAR * wanted ? POLL_NANOS : POLL_NANOS_NEAR);
        }
    }
}
