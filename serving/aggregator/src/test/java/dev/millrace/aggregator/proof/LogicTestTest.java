package dev.millrace.aggregator.proof;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.aggregator.TestCluster;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * SQLite's sqllogictest: a sample, and with {@code -Dproof.slt=FOLDER} every {@code .test} file there, as far as
 * {@code -Dproof.slt.entries=} of each. The files are in the jar {@code net.hydromatic:sql-logic-test:0.3} (110 MB),
 * folder {@code test}.
 */
@ExtendWith(ProofCluster.class)
class LogicTestTest {
    private static final String FOLDER = System.getProperty("proof.slt", "");
    private static final int ENTRIES = Integer.getInteger("proof.slt.entries", Integer.MAX_VALUE);

    private final Map<String, Integer> counts = new TreeMap<>();
    private final List<String> faults = new ArrayList<>();

    @Test
    void answersAsSqliteDoes(TestCluster cluster) throws Exception {
        try (InputStream sample = LogicTestTest.class.getResourceAsStream("sample.test")) {
            run(
                    cluster,
                    "sample",
                    new String(sample.readAllBytes(), UTF_8).lines().toList());
        }
        if (!FOLDER.isEmpty()) {
            List<Path> files;
            try (Stream<Path> found = Files.walk(Path.of(FOLDER))) {
                files = found.filter(file -> file.toString().endsWith(".test"))
                        .sorted()
                        .toList();
            }
            for (Path file : files) {
                run(cluster, file.toString(), Files.readAllLines(file));
            }
        }
        System.out.println("sqllogictest: " + counts);
        assertThat(faults).as(() -> String.join("\n\n", faults)).isEmpty();
    }

    private void run(TestCluster cluster, String name, List<String> lines) throws Exception {
        try (Connection connection = cluster.connect()) {
            TpchTables.run(connection, "CREATE DATABASE slt PARTITIONS 3");
            TpchTables.run(connection, "USE slt");
            new LogicTestRun(counts, faults).run(name, LogicTestFile.read(lines), connection, ENTRIES);
            TpchTables.run(connection, "DROP DATABASE slt");
        }
    }
}
