package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.acceptance.Distribution.Result;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartIT {
    private static final Duration STOP_MAX = Duration.ofSeconds(10);

    @TempDir
    private Path data;

    @Test
    void stoppedAndStartedAgainItHasAllRows() throws Exception {
        try (MillraceProcess first = MillraceProcess.start(data)) {
            try (Connection connection = first.connect();
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE DATABASE shop");
                statement.execute("CREATE TABLE shop.orders (id BIGINT NOT NULL, item VARCHAR(20), SHARD KEY (id))");
                statement.execute("INSERT INTO shop.orders VALUES (1, 'mill'), (2, 'wheel'), (3, 'stone')");
            }
            assertThat(first.stop(STOP_MAX)).isZero();
        }
        try (MillraceProcess second = MillraceProcess.start(data);
                Connection connection = second.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM shop.orders")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getLong(1)).isEqualTo(3);
        }
    }

    /** One server for three findings: to start it costs more than to ask. */
    @Test
    void besideItOthersAreToldWhoHasTheFolderAndThePortAndSqlAnswersLikeTheMysqlClient(@TempDir Path other)
            throws Exception {
        try (MillraceProcess first = MillraceProcess.start(data)) {
            Result second = Distribution.run("start", "--data", data.toString());
            assertThat(second.status()).isEqualTo(1);
            assertThat(second.err()).hasLineCount(1).contains("in use by process " + first.pid());

            int port = URI.create(first.dashboard()).getPort();
            Result elsewhere = Distribution.run(
                    "start", "--data", other.resolve("d").toString(), "--flink-port", Integer.toString(port));
            assertThat(elsewhere.status()).isEqualTo(1);
            assertThat(elsewhere.err()).hasLineCount(1).contains("port " + port).contains("--flink-port");

            Result rows = Distribution.run(
                    "sql", "--url", first.jdbcUrl(), "--format", "csv", "-e", "SELECT 1 AS a; SELECT 'x' AS b");
            assertThat(rows.status()).isZero();
            assertThat(rows.out().lines()).containsExactly("a", "1", "b", "x");

            Result error = Distribution.run("sql", "--url", first.jdbcUrl(), "-e", "SELECT 1;\nSELECT * FROM no.such");
            assertThat(error.status()).isEqualTo(1);
            assertThat(error.err()).hasLineCount(1).matches("ERROR \\d+ \\(\\w{5}\\): .* at line 2, column 15\\R");
        }
    }
}
