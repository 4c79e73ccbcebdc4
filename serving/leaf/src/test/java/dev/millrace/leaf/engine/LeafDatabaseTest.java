package dev.millrace.leaf.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.store.PartitionId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeafDatabaseTest {
    private static final PartitionId PARTITION = new PartitionId(3, 5);

    @TempDir
    Path folder;

    @Test
    void attachedFileKeepsItsRowsAndQueriesReadNoOtherFile() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret.csv"), "a\n1\n");
        Path files = Files.createDirectories(folder.resolve("partitions"));
        LeafDatabase.Limits limits =
                new LeafDatabase.Limits(256L << 20, 2, folder.resolve("tmp"), folder.resolve("partitions"));
        try (LeafDatabase database = new LeafDatabase(limits)) {
            database.attach(PARTITION, files.resolve("data.duckdb"));
            try (Connection connection = database.connect();
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE d3_p5.t AS SELECT 7 AS a, '{\"x\":1}' AS j");
                assertThatThrownBy(() -> statement.execute("SELECT * FROM read_csv('" + secret + "')"))
                        .hasMessageContaining("disabled");
                assertThatThrownBy(() -> statement.execute("SET enable_external_access = true"));
            }
            database.detach(PARTITION);
        }
        try (LeafDatabase database = new LeafDatabase(limits)) {
            database.attach(PARTITION, files.resolve("data.duckdb"));
            try (Connection connection = database.connect();
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT a, j->>'x' FROM d3_p5.t")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getInt(1)).isEqualTo(7);
                assertThat(rows.getString(2)).isEqualTo("1");
            }
        }
    }
}
