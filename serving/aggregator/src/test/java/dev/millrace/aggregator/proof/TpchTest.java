package dev.millrace.aggregator.proof;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.aggregator.TestCluster;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * TPC-H's 22 queries answer as DuckDB does over the same rows. {@code -Dproof.tpch=0.1} takes that scale, 1, 2 and 4
 * leaves, and shard keys chosen well and badly; otherwise it is a hundredth, two leaves and good keys.
 */
@ExtendWith(ProofCluster.class)
class TpchTest {
    private static final String SCALE = System.getProperty("proof.tpch", "");

    /** Numbers may be decimals here and doubles there. */
    private static final List<Kind> NUMBERS = List.of(Kind.APPROXIMATE);

    @TempDir
    static Path folder;

    private final List<String> faults = new ArrayList<>();
    private List<Answer> expected;
    private final List<Double> baseline = new ArrayList<>();

    @Test
    void allQueriesAnswerAsDuckDbAlone(TestCluster shared) throws Exception {
        boolean whole = !SCALE.isEmpty();
        double scale = whole ? Double.parseDouble(SCALE) : 0.01;
        TpchTables tables = new TpchTables(folder, scale);
        List<String> queries = queries(scale);
        expected = alone(tables, queries);
        if (!whole) {
            compare(shared, 2, "good", TpchTables.GOOD, tables, queries);
        }
        for (int leaves : whole ? new int[] {1, 2, 4} : new int[] {}) {
            try (TestCluster cluster =
                    new TestCluster(Files.createDirectory(folder.resolve("leaves" + leaves)), leaves)) {
                compare(cluster, leaves, "good", TpchTables.GOOD, tables, queries);
                compare(cluster, leaves, "bad", TpchTables.BAD, tables, queries);
            }
        }
        assertThat(faults).isEmpty();
    }

    private static List<String> queries(double scale) throws IOException {
        try (InputStream text = TpchTest.class.getResourceAsStream("tpch.sql")) {
            String all = new String(text.readAllBytes(), UTF_8)
                    .replaceAll("(?m)^--.*$", "")
                    .replace("${fraction}", BigDecimal.valueOf(0.0001 / scale).toPlainString());
            return List.of(all.strip().split(";\\s*"));
        }
    }

    private List<Answer> alone(TpchTables tables, List<String> queries) throws SQLException {
        List<Answer> answers = new ArrayList<>();
        try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:")) {
            tables.intoDuckDb(duckdb);
            try (Statement statement = duckdb.createStatement()) {
                for (String query : queries) {
                    long start = System.nanoTime();
                    answers.add(Answer.of(statement, query));
                    baseline.add((System.nanoTime() - start) / 1e6);
                }
            }
        }
        return answers;
    }

    private void compare(
            TestCluster cluster,
            int leaves,
            String name,
            Map<String, String> keys,
            TpchTables tables,
            List<String> queries)
            throws SQLException {
        try (Connection connection = cluster.connect()) {
            TpchTables.run(connection, "CREATE DATABASE tpch_" + name + " PARTITIONS 4");
        }
        StringBuilder times = new StringBuilder(leaves + " leaves, " + name + " keys, ms (DuckDB's):");
        try (Connection connection = cluster.connect("tpch_" + name);
                Statement statement = connection.createStatement()) {
            long loading = System.nanoTime();
            tables.intoMillrace(connection, keys);
            times.append(String.format(Locale.ROOT, " loaded in %.0f", (System.nanoTime() - loading) / 1e6));
            for (int i = 0; i < queries.size(); i++) {
                String query = "q" + (i + 1) + ", " + leaves + " leaves, " + name + " keys: ";
                long start = System.nanoTime();
                try {
                    Answer actual = Answer.of(statement, queries.get(i));
                    if (!actual.matches(expected.get(i), NUMBERS)) {
                        faults.add(query + actual + "\nexpected: " + expected.get(i));
                    }
                } catch (SQLException e) {
                    faults.add(query + e.getMessage());
                }
                double took = (System.nanoTime() - start) / 1e6;
                times.append(String.format(Locale.ROOT, " q%d %.0f (%.0f)", i + 1, took, baseline.get(i)));
            }
        }
        System.out.println(times);
    }
}
