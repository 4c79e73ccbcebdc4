package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.acceptance.Distribution.Result;
import dev.millrace.launch.MillraceMain;
import dev.millrace.sqltest.RefusedStatement;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Mistakes given to {@code millrace sql}: each ends it with 1 and one line on stderr that has SQLSTATE, number and place.
 * The lists of the compiler's and the planner's tests hold for a running server, too.
 */
@Timeout(60)
class RefusedStatementsIT {
    @TempDir
    static Path data;

    private static MillraceProcess millrace;

    @BeforeAll
    static void start() throws Exception {
        millrace = MillraceProcess.start(data, "--kafka");
        new Numbers(millrace.kafka(), "numbers").create();
        try (Connection connection = millrace.connect();
                Statement statement = connection.createStatement()) {
            for (String sql : List.of(
                    "CREATE DATABASE db PARTITIONS 2",
                    "USE db",
                    "CREATE TABLE t (a INT NOT NULL, b VARCHAR(5), c DATETIME DEFAULT NOW(), PRIMARY KEY (a))",
                    "CREATE REFERENCE TABLE r (a INT)",
                    "CREATE PIPELINE p AS LOAD DATA KAFKA '" + millrace.kafka() + "/numbers' INTO TABLE t",
                    "CREATE DATABASE shop PARTITIONS 2",
                    "USE shop",
                    "CREATE TABLE users (id INT NOT NULL, name VARCHAR(20), age INT, joined DATE, Score DOUBLE,"
                            + " PRIMARY KEY (id))",
                    "CREATE TABLE orders (id BIGINT NOT NULL, user_id INT, price DECIMAL(10,2), country VARCHAR(20),"
                            + " placed DATETIME(6), paid BOOL, SHARD KEY (user_id))")) {
                statement.execute(sql);
            }
        }
    }

    @AfterAll
    static void stop() throws Exception {
        millrace.close();
    }

    private static List<RefusedStatement> list(String path) throws IOException {
        return RefusedStatement.read(Files.readString(Checkout.ROOT.resolve(path)));
    }

    static List<RefusedStatement> compiler() throws IOException {
        return list("ddl-compiler/compiler/src/test/resources/dev/millrace/ddl/malformed.txt");
    }

    static List<RefusedStatement> planner() throws IOException {
        return list("serving/aggregator/src/test/resources/dev/millrace/aggregator/plan/refused.txt");
    }

    static List<RefusedStatement> server() throws IOException {
        return list("deploy/src/test/resources/dev/millrace/acceptance/refused.txt");
    }

    @ParameterizedTest
    @MethodSource("compiler")
    void whatTheCompilerRefuses(RefusedStatement refused) {
        assertRefused(refused, "db");
    }

    @ParameterizedTest
    @MethodSource("planner")
    void whatThePlannerRefuses(RefusedStatement refused) {
        assertRefused(refused, "shop");
    }

    @ParameterizedTest
    @MethodSource("server")
    void whatTheServerRefuses(RefusedStatement refused) {
        assertRefused(refused, "db");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELEC 1",
                "CREATE TABLE x (a INTT)",
                "SELECT nope FROM t",
                "INSERT INTO nope VALUES (1)",
                "START PIPELINE nope",
            })
    void inAProcessOfItsOwn(String sql) throws Exception {
        Result result = Distribution.run("sql", "--url", millrace.jdbcUrl(), "--database", "db", "-e", sql);

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).hasLineCount(1).matches("ERROR \\d+ \\(\\w{5}\\): .+ at line 1, column \\d+\\R");
    }

    /** In this process, since starting one takes as long as a hundred statements. */
    private static void assertRefused(RefusedStatement refused, String database) {
        List<String> arguments = new ArrayList<>(List.of("sql", "--url", millrace.jdbcUrl(), "-e", refused.sql()));
        // A statement that begins with a space is for a session without a database.
        if (!refused.sql().startsWith(" ")) {
            arguments.addAll(List.of("--database", database));
        }
        StringWriter err = new StringWriter();
        int status = MillraceMain.run(
                arguments.toArray(String[]::new), new PrintWriter(new StringWriter()), new PrintWriter(err, true));

        String place =
                refused.place().equals("-") ? "" : " at line " + refused.place().replace(":", ", column ");
        assertThat(err.toString())
                .hasLineCount(1)
                .startsWith("ERROR " + refused.number() + " (" + refused.state() + "): ")
                .contains(refused.message().replaceAll("\\s+", " "))
                .endsWith(place + System.lineSeparator());
        assertThat(err.toString().contains(" at line ")).isEqualTo(!place.isEmpty());
        assertThat(status).isEqualTo(1);
    }
}
