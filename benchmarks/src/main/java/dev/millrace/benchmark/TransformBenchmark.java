package dev.millrace.benchmark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.locks.LockSupport;

/**
 * Rows per second from Kafka into a table through {@code cat} as a transform, beside the same without one: what the way
 * through a process costs. Arguments: the launcher, rows.
 */
public final class TransformBenchmark {
    private static final int PARTITIONS = 4;
    private static final long LOAD_SECONDS_MAX = 600;
    private static final long POLL_NANOS = 100_000_000;

    /** In turn, plain and through the program; the best of each counts, the first ones warm the product. */
    private static final int PASSES = 3;

    /** The part of the rate without a transform that must be kept. */
    private static final double RATIO_MIN = 0.6;

    private TransformBenchmark() {}

    public static void main(String[] args) throws Exception {
        long rows = args.length > 1 ? Long.parseLong(args[1]) : 3_000_000;
        Path script = Files.createTempFile("millrace-cat", "");
        double plain = 0;
        double transformed = 0;
        try (ProductProcess product = new ProductProcess(Path.of(args[0]), 2);
                Connection connection = product.connect();
                Statement statement = connection.createStatement()) {
            Files.writeString(script, "#!/bin/sh\nexec cat\n");
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
            statement.execute("CREATE DATABASE bench PARTITIONS 8");
            Topic topic = new Topic(product.broker(), "csv", PARTITIONS);
            topic.create();
            topic.fill(rows, Rows::csv);
            String transform = "WITH TRANSFORM ('" + script.toUri() + "', '', '') FRAMED BY NEWLINE";
            for (int pass = 1; pass <= PASSES; pass++) {
                plain = Math.max(plain, load(statement, topic, "plain_" + pass, "", rows));
                transformed = Math.max(transformed, load(statement, topic, "cat_" + pass, transform, rows));
            }
        } finally {
            Files.delete(script);
        }
        double ratio = transformed / plain;
        System.out.printf("through cat against without: %.2f, wanted at least %.2f%n", ratio, RATIO_MIN);
        if (ratio < RATIO_MIN) {
            System.exit(1);
        }
    }

    /** Rows per second, from the first that is seen to the last. */
    private static double load(Statement statement, Topic topic, String name, String transform, long rows)
            throws SQLException {
        String table = "bench." + name;
        statement.execute("CREATE TABLE " + table + " (" + Rows.CSV_COLUMNS + ", SHARD KEY (id))");
        statement.execute("CREATE PIPELINE " + table + " AS LOAD DATA KAFKA '" + topic.broker() + "/" + topic.name()
                + "' " + transform + " INTO TABLE " + table + " FIELDS TERMINATED BY ','");
        statement.execute("START PIPELINE " + table);
        long begin = System.nanoTime();
        long first = await(statement, table, 1, begin);
        long start = System.nanoTime();
        long last = await(statement, table, rows, begin);
        double rate = (last - first) / Topic.seconds(start);
        statement.execute("STOP PIPELINE " + table);
        System.out.printf("  %-8s %,12.0f rows/s%n", name, rate);
        return rate;
    }

    private static long await(Statement statement, String table, long wanted, long begin) throws SQLException {
        while (true) {
            try (ResultSet count = statement.executeQuery("SELECT count(*) FROM " + table)) {
                count.next();
                if (count.getLong(1) >= wanted) {
                    return count.getLong(1);
                }
            }
            if (Topic.seconds(begin) > LOAD_SECONDS_MAX) {
                throw new IllegalStateException("not " + wanted + " rows within " + LOAD_SECONDS_MAX + " s");
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }
}
