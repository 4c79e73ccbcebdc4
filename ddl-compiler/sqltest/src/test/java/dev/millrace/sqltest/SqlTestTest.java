package dev.millrace.sqltest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqlTestTest {
    private Connection connection;
    private final List<String> commands = new ArrayList<>();

    private final Harness harness = new Harness() {
        @Override
        public String name() {
            return "duckdb";
        }

        @Override
        public Connection connection() {
            return connection;
        }

        @Override
        public void command(List<String> words, List<String> body) {
            if (!words.get(0).equals("echo")) {
                throw new UnsupportedOperationException(words.get(0));
            }
            commands.add(String.join(" ", words) + ":" + String.join("|", body));
        }
    };

    @BeforeEach
    void connect() throws SQLException {
        connection = DriverManager.getConnection("jdbc:duckdb:");
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    private static Path self() throws Exception {
        return Path.of(SqlTestTest.class.getResource("self.sqltest").toURI());
    }

    private String run(String text, boolean accept) {
        return new SqlTest(harness, accept).run("x.sqltest", text);
    }

    @Test
    void everyFormOfRecordPasses() throws Exception {
        new SqlTest(harness, false).run(self());

        assertThat(commands).containsExactly("echo hello:with a body");
    }

    @Test
    void acceptingWhatIsRightChangesNothing() throws Exception {
        String text = Files.readString(self());

        assertThat(run(text, true)).isEqualTo(text);
    }

    @Test
    void acceptingWritesWhatCame(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("a.sqltest");
        Files.writeString(file, """
                # kept

                query II rowsort
                SELECT * FROM (VALUES (2, 3), (1, 4)) t
                ----
                wrong

                query T
                SELECT 'a b'

                statement ok
                SELECT * FROM nowhere

                statement error
                SELECT 1

                statement count 7
                CREATE TABLE t AS SELECT 1
                """);

        new SqlTest(harness, true).run(file);

        assertThat(Files.readString(file))
                .startsWith("""
                # kept

                query II rowsort
                SELECT * FROM (VALUES (2, 3), (1, 4)) t
                ----
                1 4
                2 3

                query T
                SELECT 'a b'
                ----
                'a b'

                statement error""")
                .contains("statement ok\nSELECT 1\n")
                .doesNotContain("count 7");
        new SqlTest(harness, false).run("again", Files.readString(file).replaceAll("(?s)statement count.*", ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "query I\nSELECT 1\n----\n2",
                "query I\nSELECT 1\n----\n1\n2",
                "query I nosort\nSELECT unnest([2, 1])\n----\n1\n2",
                "query II\nSELECT 1\n----\n1",
                "query T\nSELECT ''\n----\nNULL",
                "query I\nSELECT * FROM nowhere\n----\n",
                "statement ok\nSELECT * FROM nowhere",
                "statement error\nSELECT 1",
                "statement error 42S02\nSELECT * FROM nowhere",
                "statement error - 1\nSELECT * FROM nowhere",
                "statement error - 0 1:1\nSELECT * FROM nowhere",
                "statement error - 0 - -\nSELECT * FROM nowhere",
                "statement count 5\nCREATE TABLE t AS SELECT 1",
                "await 300ms\nquery I\nSELECT 1\n----\n2",
                "statement maybe\nSELECT 1",
                "statement ok",
                "query X\nSELECT 1",
                "query I anysort\nSELECT 1",
                "await soon\nquery I\nSELECT 1",
                "await 1s",
                "dance",
            })
    void whatIsNotAsWrittenFailsWithFileAndLine(String record) {
        assertThatThrownBy(() -> run("# first line\n\n" + record + "\n", false))
                .isInstanceOf(SqlTestFailure.class)
                .hasMessageMatching("(?s)x\\.sqltest:[345]: .+");
    }

    @Test
    void awaitedRecordPassesWhenItsTimeComes() throws Exception {
        try (java.sql.Statement statement = connection.createStatement()) {
            statement.execute("CREATE SEQUENCE s");
        }

        run("await 60s\nquery I\nSELECT nextval('s')\n----\n5\n", false);
    }
}
