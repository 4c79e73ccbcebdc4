package dev.millrace.aggregator;

import dev.millrace.sqltest.Harness;
import dev.millrace.sqltest.SqlTest;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What SQL answers, through the stock Avatica client, with two leaves and an aggregator. Each file has a database of its
 * own with eight partitions, named like the file.
 */
class SqlFilesTest {
    /** The source tree, not the class path: files that are accepted are written there. */
    private static final Path FILES = Path.of("src/test/resources/dev/millrace/aggregator/sql");

    @TempDir
    static Path folder;

    private static TestCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = new TestCluster(folder, 2);
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
    }

    static List<Path> files() throws IOException {
        return SqlTest.files(FILES);
    }

    @ParameterizedTest
    @MethodSource("files")
    void answersAsItsFileSays(Path file) throws Exception {
        String database = "`" + file.getFileName().toString().replace(".sqltest", "`");
        try (Connection connection = cluster.connect()) {
            execute(connection, "CREATE DATABASE " + database + " PARTITIONS 8");
            execute(connection, "USE " + database);
            new SqlTest(Harness.of("cluster", connection)).run(file);
            execute(connection, "DROP DATABASE " + database);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
