package dev.millrace.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files as users load them: through SQL. */
class FilesIT {
    private static final Duration LOADED_MAX = Duration.ofSeconds(60);

    @TempDir
    private static Path folder;

    private static MillraceProcess millrace;
    private static Connection connection;
    private static Statement statement;

    @BeforeAll
    static void start() throws Exception {
        millrace = MillraceProcess.start(folder.resolve("data"));
        connection = millrace.connect();
        statement = connection.createStatement();
        statement.execute("CREATE DATABASE d PARTITIONS 2");
        statement.execute("USE d");
    }

    @AfterAll
    static void stop() throws Exception {
        statement.close();
        connection.close();
        assertThat(millrace.stop(Duration.ofSeconds(20))).isZero();
    }

    @Test
    void pipelineLoadsEachFileOnceAndShowsWhatItDid() throws Exception {
        Path in = Files.createDirectories(folder.resolve("in"));
        put(in.resolve("a.csv"), "id,word\n1,one\n2,two\n", false);
        put(in.resolve("b.csv.gz"), "id,word\n3,three\nx,broken\n", true);
        statement.execute("CREATE TABLE t (id BIGINT NOT NULL, word VARCHAR(10), SHARD KEY (id))");
        String create =
                "CREATE PIPELINE files AS LOAD DATA FS '" + in + "/*.csv*' CONFIG '{\"polling_interval_ms\": 200}'"
                        + " BATCH_INTERVAL 100 SKIP ALL ERRORS INTO TABLE t FIELDS TERMINATED BY ',' IGNORE 1 LINES";
        statement.execute(create);
        assertThat(query("SELECT FILE_NAME, FILE_SIZE, FILE_STATE FROM information_schema.PIPELINES_FILES"
                        + " WHERE FILE_NAME LIKE '%a.csv'"))
                .containsExactly(in + "/a.csv|20|Unloaded");
        assertThat(query("TEST PIPELINE files LIMIT 2")).containsExactly("1|one", "2|two");

        assertThat(statement.executeUpdate("START PIPELINE files FOREGROUND")).isEqualTo(3);
        statement.execute("START PIPELINE files");
        put(in.resolve("c.csv"), "id,word\n4,four\n", false);
        await("SELECT count(*), count(DISTINCT id) FROM t", "4|4");

        assertThat(query("SELECT BATCH_SOURCE_PARTITION_ID, SOURCE_OFFSET, LOAD_DATA_LINE"
                        + " FROM information_schema.PIPELINES_ERRORS WHERE PIPELINE_NAME = 'files'"))
                .containsExactly(in + "/b.csv.gz|16|x,broken\n");
        await(
                "SELECT FILE_STATE, count(*) FROM information_schema.PIPELINES_FILES WHERE PIPELINE_NAME = 'files'"
                        + " GROUP BY FILE_STATE",
                "Loaded|3");
        assertThat(query("SELECT SOURCE_TYPE, SOURCE_PARTITION_ID, CURSOR_OFFSET FROM"
                        + " information_schema.PIPELINES_CURSORS WHERE PIPELINE_NAME = 'files' ORDER BY 2"))
                .containsExactly("FS|" + in + "/a.csv|20", "FS|" + in + "/b.csv.gz|25", "FS|" + in + "/c.csv|15");
        assertThat(query("SELECT BATCH_EARLIEST_OFFSET, BATCH_LATEST_OFFSET FROM information_schema.PIPELINES_BATCHES"
                        + " WHERE PIPELINE_NAME = 'files' AND BATCH_SOURCE_PARTITION_ID LIKE '%c.csv'"))
                .containsExactly("0|15");

        // Forgotten, it is loaded again; taken as loaded, a file is not.
        statement.execute("ALTER PIPELINE files DROP FILE 'a.csv' SET OFFSETS '{\"" + in + "/d.csv\": 1}'");
        put(in.resolve("d.csv"), "id,word\n5,five\n", false);
        await("SELECT count(*), count(DISTINCT id) FROM t", "6|4");
        assertThatThrownBy(() -> statement.execute("ALTER PIPELINE files DROP FILE 'no.csv'"))
                .hasMessageContaining("no file 'no.csv' was loaded");

        // Another definition keeps what was loaded.
        statement.execute(
                create.replace("CREATE PIPELINE", "CREATE OR REPLACE PIPELINE").replace("*.csv*", "**"));
        put(in.resolve("below/e.csv"), "id,word\n6,six\n", false);
        await("SELECT count(*), count(DISTINCT id) FROM t", "7|5");

        Path sample = folder.resolve("sample");
        statement.execute(
                "EXTRACT PIPELINE files FROM '" + in + "/a.csv' OFFSETS 8 TO 14 INTO OUTFILE '" + sample + "'");
        assertThat(Files.readString(sample)).isEqualTo("1,one\n");
        statement.execute("DROP PIPELINE files");
    }

    @Test
    void fileThatCannotBeReadStopsItByName() throws Exception {
        Path in = Files.createDirectories(folder.resolve("torn"));
        Files.write(in.resolve("t.json.gz"), new byte[] {31, (byte) 139, 8, 0, 0, 0});
        old(in.resolve("t.json.gz"));
        statement.execute("CREATE TABLE torn (id BIGINT NOT NULL, SHARD KEY (id))");
        statement.execute("CREATE PIPELINE torn AS LOAD DATA FS '" + in + "/*' INTO TABLE torn FORMAT JSON (id <- id)");

        statement.execute("START PIPELINE torn");

        String of = " FROM information_schema.PIPELINES WHERE PIPELINE_NAME = 'torn'";
        await("SELECT STATE, CONDITION_NAME" + of, "Error|FILE_UNREADABLE");
        assertThat(query("SELECT LAST_ERROR" + of).get(0)).startsWith("file '" + in + "/t.json.gz' is not complete");

        put(in.resolve("good.json"), "{\"id\": 1} {\"id\":\n 2}{\"id\": 3}", false);
        statement.execute("ALTER PIPELINE torn SET OFFSETS '{\"" + in + "/t.json.gz\": 1}'");
        statement.execute("START PIPELINE torn");
        await("SELECT count(*), count(DISTINCT id) FROM torn", "3|3");

        Files.move(in, folder.resolve("away"));
        await("SELECT STATE, CONDITION_NAME" + of, "Running|SOURCE_UNREACHABLE");
        Files.move(folder.resolve("away"), in);
        await("SELECT STATE, CONDITION_NAME IS NULL" + of, "Running|true");
        statement.execute("DROP PIPELINE torn");
    }

    @Test
    void programGetsEachFileWhole() throws Exception {
        Path in = Files.createDirectories(folder.resolve("through"));
        Path script = Files.writeString(
                folder.resolve("count.sh"),
                "#!/bin/sh\nexec awk '{ print } END { print NR \",\" (NR < 3 ? \"few\" : \"many\") }'\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        put(in.resolve("a.csv"), "10,one\n20,two\n", false);
        put(in.resolve("b.csv.gz"), "30,three\n40,four\n50,five\n", true);
        statement.execute("CREATE TABLE through (id BIGINT NOT NULL, word VARCHAR(10), file TEXT, SHARD KEY (id))");
        statement.execute("CREATE PIPELINE through AS LOAD DATA FS '" + in + "/*' WITH TRANSFORM ('" + script.toUri()
                + "') BATCH_INTERVAL 50 INTO TABLE through FIELDS TERMINATED BY ',' (id, @word)"
                + " SET @word = upper(@word), word = @word, file = pipeline_source_file()");

        assertThat(query("TEST PIPELINE through")).hasSize(3).contains("2|FEW|" + in + "/a.csv");
        assertThat(query("TEST PIPELINE through LIMIT 1")).hasSize(1);
        assertThat(query("PROFILE PIPELINE through"))
                .extracting(row -> row.substring(0, row.indexOf('|', row.indexOf('|') + 1)))
                .containsExactly("Extract|1", "Transform|3", "Load|3");
        assertThat(query("PROFILE PIPELINE through JSON").get(0)).startsWith("{\"steps\": [{\"step\": \"Extract\"");
        statement.execute("ALTER PIPELINE through FIELDS TERMINATED BY ',' IGNORE 1 LINES");
        assertThat(query("TEST PIPELINE through")).hasSize(2).contains("2|FEW|" + in + "/a.csv");
        assertThat(statement.executeUpdate("START PIPELINE through FOREGROUND")).isEqualTo(5);

        assertThat(query("SELECT id, word, file FROM through WHERE id < 10 ORDER BY id"))
                .containsExactly("2|FEW|" + in + "/a.csv", "3|MANY|" + in + "/b.csv.gz");
        statement.execute("DROP PIPELINE through");

        Path documents = Files.createDirectories(folder.resolve("documents"));
        put(documents.resolve("a.json"), "{\"id\": 61, \"w\": \"x\"}{\"id\":\n 62, \"w\": \"y\"}\n", false);
        statement.execute(
                "CREATE PIPELINE jq AS LOAD DATA FS '" + documents + "/*' WITH TRANSFORM ('memsql://json', '',"
                        + " '-r \"[.id, .w] | @tsv\"') INTO TABLE through (id, word) SET file = pipeline_source_file()");
        assertThat(statement.executeUpdate("START PIPELINE jq FOREGROUND")).isEqualTo(2);
        assertThat(query("SELECT id, word, file FROM through WHERE id > 60 ORDER BY id"))
                .containsExactly("61|x|" + documents + "/a.json", "62|y|" + documents + "/a.json");
        statement.execute("DROP PIPELINE jq");
    }

    @Test
    void avroFilesLoadByTheirOwnSchemaAndByOneThatIsSaid() throws Exception {
        Path in = Files.createDirectories(folder.resolve("avro"));
        byte[] values = {2, 2, 'a', 4, 2, 'b', 6, 2, 'c'};
        String schema = "{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"id\",\"type\":\"long\"},"
                + "{\"name\":\"word\",\"type\":\"string\"}]}";
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.write(new byte[] {'O', 'b', 'j', 1, 2, 22});
        file.write("avro.schema".getBytes(UTF_8));
        file.write(new byte[] {(byte) (schema.length() * 2 & 0x7f | 0x80), (byte) (schema.length() * 2 >> 7)});
        file.write(schema.getBytes(UTF_8));
        file.write(0);
        file.write(new byte[16]);
        file.write(new byte[] {6, (byte) (2 * values.length)});
        file.write(values);
        file.write(new byte[16]);
        Files.write(in.resolve("a.avro"), file.toByteArray());
        old(in.resolve("a.avro"));
        Files.write(folder.resolve("raw"), values);
        statement.execute("CREATE TABLE av (id BIGINT NOT NULL, word VARCHAR(10), SHARD KEY (id))");
        statement.execute("CREATE PIPELINE av AS LOAD DATA FS '" + in
                + "/*.avro' INTO TABLE av FORMAT AVRO (id <- id, word <- word)");

        assertThat(query("TEST PIPELINE av LIMIT 2")).containsExactly("1|a", "2|b");
        assertThat(statement.executeUpdate("START PIPELINE av FOREGROUND")).isEqualTo(3);
        assertThat(statement.executeUpdate("LOAD DATA INFILE '" + folder.resolve("raw")
                        + "' INTO TABLE av FORMAT AVRO (id <- id, word <- word) SCHEMA '" + schema + "' WHERE id > 1"))
                .isEqualTo(2);

        assertThat(query("SELECT id, word, count(*) FROM av GROUP BY id, word ORDER BY id"))
                .containsExactly("1|a|1", "2|b|2", "3|c|2");
        assertThatThrownBy(() -> statement.execute("LOAD DATA INFILE '" + folder.resolve("raw")
                        + "' INTO TABLE av FORMAT AVRO (id <- id, word <- word)"))
                .hasMessageContaining("no Avro container");
        statement.execute("DROP PIPELINE av");
    }

    @Test
    void loadDataLoadsAFileWholeOrNotAtAll() throws Exception {
        Path in = Files.createDirectories(folder.resolve("once"));
        StringBuilder text = new StringBuilder("id,word\n");
        for (int id = 0; id < 20_000; id++) {
            text.append(id).append(",word ").append(id).append('\n');
        }
        put(in.resolve("a.csv.gz"), text.toString(), true);
        put(in.resolve("r.csv"), "id,word\n1,again\n", false);
        put(in.resolve("b.csv"), "id,word\n1,again\nx,broken\n", false);
        statement.execute("CREATE TABLE once (id BIGINT NOT NULL, word VARCHAR(20), at DATETIME, PRIMARY KEY (id))");
        String clauses = " INTO TABLE once FIELDS TERMINATED BY ',' IGNORE 1 LINES (id, @word)"
                + " SET word = upper(@word), at = '2026-01-31 12:00:00' WHERE id < 10000";

        assertThat(statement.executeUpdate("LOAD DATA INFILE '" + in + "/a.csv.gz'" + clauses))
                .isEqualTo(10_000);
        assertThat(query("SELECT count(*), count(DISTINCT id), min(at) FROM once WHERE word = concat('WORD ', id)")
                        .get(0))
                .startsWith("10000|10000|2026-01-31");
        assertThatThrownBy(() -> statement.execute("LOAD DATA INFILE '" + in + "/b.csv'" + clauses))
                .hasMessageContaining("b.csv', record at offset 16, line 1, byte 0, column id");
        assertThat(statement.executeUpdate("LOAD DATA INFILE '" + in + "/r.csv' REPLACE" + clauses))
                .as("one goes, one comes")
                .isEqualTo(2);
        assertThat(query("SELECT word FROM once WHERE id = 1")).containsExactly("AGAIN");
        assertThat(statement.executeUpdate("LOAD DATA INFILE '" + in + "/r.csv'" + clauses
                        + " ON DUPLICATE KEY UPDATE word = concat(word, VALUES(word))"))
                .as("one changes")
                .isEqualTo(2);
        assertThat(query("SELECT word FROM once WHERE id = 1")).containsExactly("AGAINAGAIN");
        statement.executeUpdate("LOAD DATA INFILE '" + in + "/*.csv' SKIP ALL ERRORS" + clauses);
        assertThat(query("SHOW WARNINGS").get(0)).contains("record at offset 16");
        assertThat(query("SELECT count(*) FROM once")).containsExactly("10000");
        assertThatThrownBy(() -> statement.execute("LOAD DATA INFILE '" + in + "/c.csv'" + clauses))
                .hasMessageContaining("there is no file");
    }

    @Test
    void parquetLoadsByThePipelineAndByTheStatement() throws Exception {
        Path in = Files.createDirectories(folder.resolve("parquet"));
        try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
                Statement copy = duckdb.createStatement()) {
            copy.execute("COPY (SELECT i AS id, {'w': 'word ' || i} AS s FROM range(100000) r(i)) TO '" + in
                    + "/a.parquet' (FORMAT parquet)");
        }
        old(in.resolve("a.parquet"));
        statement.execute("CREATE TABLE q (id BIGINT NOT NULL, word VARCHAR(20), SHARD KEY (id))");
        String clauses = " INTO TABLE q FORMAT PARQUET (id <- id, word <- s::w)";
        statement.execute("CREATE PIPELINE q AS LOAD DATA FS '" + in + "/*.parquet'" + clauses);

        assertThat(query("TEST PIPELINE q LIMIT 2")).containsExactly("0|word 0", "1|word 1");
        assertThat(statement.executeUpdate("START PIPELINE q FOREGROUND")).isEqualTo(100_000);
        assertThat(statement.executeUpdate("LOAD DATA INFILE '" + in + "/a.parquet'" + clauses + " WHERE id < 10"))
                .isEqualTo(10);

        assertThat(query("SELECT count(*), count(DISTINCT id) FROM q WHERE word = concat('word ', id)"))
                .containsExactly("100010|100000");
        assertThat(query("SELECT FILE_STATE, LOADED_BYTES FROM information_schema.PIPELINES_FILES"
                        + " WHERE PIPELINE_NAME = 'q'"))
                .containsExactly("Loaded|100000");
        assertThat(query("SHOW CREATE PIPELINE q").get(0))
                .contains("FORMAT PARQUET (`id` <- `id`, `word` <- `s`::`w`)");
        statement.execute("DROP PIPELINE q");
    }

    private static void put(Path file, String text, boolean packed) throws IOException {
        Path made = folder.resolve("made");
        try (OutputStream out = Files.newOutputStream(made);
                OutputStream content = packed ? new GZIPOutputStream(out) : out) {
            content.write(text.getBytes(UTF_8));
        }
        old(made);
        Files.createDirectories(file.getParent());
        Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** So that it is taken at the first look. */
    private static void old(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(10)));
    }

    private static List<String> query(String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    row.add(result.getString(i));
                }
                rows.add(String.join("|", row));
            }
        }
        return rows;
    }

    private static void await(String sql, String wanted) throws SQLException {
        long deadline = System.nanoTime() + LOADED_MAX.toNanos();
        while (!query(sql).equals(List.of(wanted)) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(50_000_000);
        }
        assertThat(query(sql))
                .as("pipelines "
                        + query("SELECT PIPELINE_NAME, STATE, RUN, LAST_ERROR FROM information_schema.PIPELINES"))
                .containsExactly(wanted);
    }
}
