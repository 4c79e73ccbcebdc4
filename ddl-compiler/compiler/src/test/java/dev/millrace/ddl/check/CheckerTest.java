package dev.millrace.ddl.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.ddl.AlterPipeline;
import dev.millrace.ddl.CreatePipeline;
import dev.millrace.ddl.CreateTable;
import dev.millrace.ddl.DdlCompiler;
import dev.millrace.ddl.Insert;
import dev.millrace.ddl.Statement;
import dev.millrace.ddl.Warning;
import dev.millrace.ddl.print.SpecPrinter;
import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.Credentials;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.FileSettings;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.KeySpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.RetrySpec;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.SqlExpression;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.json.SpecJson;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckerTest {
    private final MapCatalog catalog = new MapCatalog().with("CREATE DATABASE db");
    private final Checker checker = new Checker(catalog, "db");

    private TableSpec table(String sql) {
        return checked(sql).spec().orElseThrow();
    }

    private Checked<TableSpec> checked(String sql) {
        return checker.createTable((CreateTable) new DdlCompiler().parseOne(sql).statement());
    }

    private Checked<PipelineSpec> pipeline(String sql) {
        return checker.createPipeline(
                (CreatePipeline) new DdlCompiler().parseOne(sql).statement());
    }

    private List<String> warnings(String sql) {
        return checked(sql).warnings().stream().map(Warning::message).toList();
    }

    @Test
    void databaseHasEightPartitionsUnlessSaid() {
        assertThat(database("CREATE DATABASE a")).isEqualTo(new DatabaseSpec(0, "a", 8, 1));
        assertThat(database("CREATE DATABASE a PARTITIONS 3")).isEqualTo(new DatabaseSpec(0, "a", 3, 1));
    }

    private DatabaseSpec database(String sql) {
        return checker.createDatabase((Statement.CreateDatabase)
                        new DdlCompiler().parseOne(sql).statement())
                .spec()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bool | BOOL",
                "boolean | BOOL",
                "tinyint(1) | TINYINT",
                "int1 | TINYINT",
                "smallint(5) | SMALLINT",
                "mediumint | INT",
                "integer | INT",
                "int(11) signed | INT",
                "bigint(20) | BIGINT",
                "int8 | BIGINT",
                "float | FLOAT",
                "float(24) | FLOAT",
                "float(25) | DOUBLE",
                "float(10,2) | FLOAT",
                "double | DOUBLE",
                "double precision | DOUBLE",
                "real | DOUBLE",
                "float8 | DOUBLE",
                "decimal | DECIMAL(10,0)",
                "numeric(5) | DECIMAL(5,0)",
                "dec(12,4) | DECIMAL(12,4)",
                "fixed(38,30) | DECIMAL(38,30)",
                "char | CHAR(1)",
                "character(7) | CHAR(7)",
                "nchar(3) | CHAR(3)",
                "varchar(255) | VARCHAR(255)",
                "national varchar(9) | VARCHAR(9)",
                "character varying(9) | VARCHAR(9)",
                "tinytext | TEXT",
                "text(100) | TEXT",
                "longtext | TEXT",
                "long varchar | TEXT",
                "binary(16) | BINARY(16)",
                "varbinary(16) | VARBINARY(16)",
                "mediumblob | BLOB",
                "long varbinary | BLOB",
                "date | DATE",
                "datetime | DATETIME",
                "datetime(3) | DATETIME(3)",
                "timestamp(6) | TIMESTAMP(6)",
                "json | JSON",
                "varchar(10) character set utf8mb4 binary | VARCHAR(10)",
            })
    void typesAreFolded(String written, String folded) {
        assertThat(table("CREATE TABLE t (c " + written + ")")
                        .columns()
                        .get(0)
                        .type()
                        .sql())
                .isEqualTo(folded);
    }

    @Test
    void primaryKeyIsTheShardKeyAndNotNull() {
        TableSpec table = table("CREATE TABLE t (A INT, b INT, PRIMARY KEY (a))");

        assertThat(table.keys()).containsExactly(new KeySpec("PRIMARY", List.of("A")));
        assertThat(table.shardKey()).containsExactly("A");
        assertThat(table.columns()).extracting(ColumnSpec::nullable).containsExactly(false, true);
    }

    @Test
    void shardKeyMayBePartOfTheKeys() {
        TableSpec table = table("CREATE TABLE t (a INT, b INT, c INT UNIQUE, PRIMARY KEY (b, c), SHARD KEY (c))");

        assertThat(table.shardKey()).containsExactly("c");
        assertThat(table.keys()).extracting(KeySpec::name).containsExactly("PRIMARY", "c");
    }

    @Test
    void uniqueKeyIsTheShardKeyWhenNothingElseIs() {
        TableSpec table = table("CREATE TABLE t (a INT, b INT, UNIQUE KEY (b), UNIQUE u (a, b), UNIQUE (b, a))");

        assertThat(table.shardKey()).containsExactly("b");
        assertThat(table.keys()).extracting(KeySpec::name).containsExactly("b", "u", "b_2");
    }

    @Test
    void tableWithoutKeysHasNoShardKey() {
        assertThat(table("CREATE TABLE t (a INT)").shardKey()).isEmpty();
        assertThat(table("CREATE TABLE t (a INT, SHARD KEY ())").shardKey()).isEmpty();
        assertThat(table("CREATE REFERENCE TABLE t (a INT PRIMARY KEY, b INT UNIQUE)")
                        .shardKey())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "INT | 5 | 5 | CAST(5 AS INTEGER)",
                "INT | -5 | -5 | CAST(-5 AS INTEGER)",
                "INT | '7' | 7 | CAST(7 AS INTEGER)",
                "INT | TRUE | 1 | CAST(1 AS INTEGER)",
                "BIGINT | 9223372036854775807 | 9223372036854775807 | CAST(9223372036854775807 AS BIGINT)",
                "BOOL | FALSE | FALSE | false",
                "BOOL | 1 | TRUE | true",
                "DOUBLE | 1.5 | 1.5E0 | CAST(1.5E0 AS DOUBLE)",
                "DOUBLE | 1e300 | 1.0E300 | CAST(1.0E300 AS DOUBLE)",
                "DECIMAL(5,2) | 1.005 | 1.01 | CAST('1.01' AS DECIMAL(5,2))",
                "VARCHAR(3) | 'a''b' | 'a''b' | 'a''b'",
                "VARCHAR(3) | 12 | '12' | '12'",
                "TEXT | 'a' 'b' | 'ab' | 'ab'",
                "BLOB | x'00ff' | X'00FF' | from_hex('00FF')",
                "VARBINARY(2) | 'é' | X'C3A9' | from_hex('C3A9')",
                "DATE | '2020-02-29' | '2020-02-29' | DATE '2020-02-29'",
                "DATE | (CURRENT_DATE) | (CURRENT_DATE) | CAST(make_timestamp(epoch_us(now())) AS DATE)",
                "DATETIME | '2020-01-01' | '2020-01-01 00:00:00' | TIMESTAMP '2020-01-01 00:00:00'",
                "DATETIME | '2020-01-01 10:00:00.6' | '2020-01-01 10:00:01' | TIMESTAMP '2020-01-01 10:00:01'",
                "DATETIME(3) | '2020-01-01T10:00:00.1234' | '2020-01-01 10:00:00.123' | TIMESTAMP '2020-01-01 10:00:00.123'",
                "DATETIME | NOW() | CURRENT_TIMESTAMP | make_timestamp(epoch_us(now()) // 1000000 * 1000000)",
                "TIMESTAMP(6) | CURRENT_TIMESTAMP(6) | CURRENT_TIMESTAMP(6) | make_timestamp(epoch_us(now()))",
                "JSON | '{}' | '{}' | '{}'",
            })
    void defaultIsALiteralOfItsColumn(String type, String written, String sql, String duckdb) throws Exception {
        TableSpec table = table("CREATE TABLE t (c " + type + " DEFAULT " + written + ")");

        assertThat(table.columns().get(0).defaultValue()).contains(new SqlExpression(sql, duckdb));
        assertThat(typeInDuckDb(duckdb)).isEqualTo(table.columns().get(0).type().duckdb());
    }

    private static String typeInDuckDb(String expression) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                java.sql.Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT typeof(" + expression + ")")) {
            rows.next();
            return rows.getString(1);
        }
    }

    @Test
    void defaultNullIsNoDefault() {
        assertThat(table("CREATE TABLE t (c INT DEFAULT NULL)").columns().get(0).defaultValue())
                .isEmpty();
    }

    @Test
    void whatHasNoEffectIsWarnedOf() {
        assertThat(
                        warnings(
                                "CREATE TABLE t (a VARCHAR(3) COMMENT 'x' COLLATE utf8mb4_general_ci, KEY k (a)) ENGINE=InnoDB"))
                .containsExactly(
                        "COMMENT is accepted and has no effect",
                        "COLLATE utf8mb4_general_ci is accepted and has no effect",
                        "KEY k is accepted and has no effect",
                        "ENGINE is accepted and has no effect");
        assertThat(warnings("CREATE TABLE t (a VARCHAR(3) COLLATE utf8mb4_bin)"))
                .isEmpty();
    }

    @Test
    void existingTableIsNothingToDoIfSaid() {
        catalog.with("CREATE TABLE t (a INT)");

        Checked<TableSpec> again = checked("CREATE TABLE IF NOT EXISTS T (b INT)");

        assertThat(again.spec()).isEmpty();
        assertThat(again.warnings()).containsExactly(new Warning(Warning.Level.NOTE, 1050, "Table 'T' already exists"));
    }

    @Test
    void jsonPipelineIsResolvedAgainstItsTable() {
        catalog.with("CREATE TABLE t (Id BIGINT NOT NULL, body JSON, x INT)");

        PipelineSpec spec = pipeline(
                        "CREATE PIPELINE p AS LOAD DATA KAFKA 'a:1,b/topic' BATCH_INTERVAL 100 PARALLELISM 2"
                                + " INTO TABLE t (t.id <- user::`id` DEFAULT 0, body <- %, db.t.x <- x DEFAULT NULL) FORMAT JSON")
                .spec()
                .orElseThrow();

        assertThat(spec)
                .isEqualTo(new PipelineSpec(
                        0,
                        "db",
                        "p",
                        new SourceSpec.Kafka(List.of("a:1", "b:9092"), "topic"),
                        new FormatSpec.Json(List.of(
                                new FormatSpec.Mapping(
                                        "Id",
                                        List.of("user", "id"),
                                        Optional.of(new SqlExpression("0", "CAST(0 AS BIGINT)"))),
                                new FormatSpec.Mapping("body", List.of(), Optional.empty()),
                                new FormatSpec.Mapping(
                                        "x",
                                        List.of("x"),
                                        Optional.of(new SqlExpression("NULL", "CAST(NULL AS INTEGER)"))))),
                        catalog.table("db", "t").orElseThrow(),
                        Duration.ofMillis(100),
                        OptionalInt.of(2)));
    }

    @Test
    void csvPipelineHasTheDefaultsOfLoadData() {
        catalog.with("CREATE TABLE t (a INT, b INT)");

        PipelineSpec spec = pipeline("CREATE PIPELINE p AS LOAD DATA KAFKA 'h/t' INTO TABLE t")
                .spec()
                .orElseThrow();

        assertThat(spec.format()).isEqualTo(new FormatSpec.Csv("\t", "", false, "\\", "\n", "", List.of("a", "b")));
        assertThat(spec.batchInterval()).isEqualTo(PipelineSpec.BATCH_INTERVAL_DEFAULT);
        assertThat(spec.parallelism()).isEmpty();
    }

    @Test
    void pipelineOfFilesPrintsAndReadsBackEqual() {
        catalog.with("CREATE TABLE t (a INT, b INT)");

        PipelineSpec spec = pipeline("CREATE PIPELINE p AS LOAD DATA FS '/srv/in/*.csv.gz'"
                        + " CONFIG '{\"process_zero_byte_files\": true, \"file_time_threshold\": 17,"
                        + " \"polling_interval_ms\": 1000}' INTO TABLE t IGNORE 2 LINES")
                .spec()
                .orElseThrow();

        assertThat(spec.source())
                .isEqualTo(new SourceSpec.Files(
                        "/srv/in/*.csv.gz", new FileSettings(false, true, 17, Duration.ofSeconds(1))));
        assertThat(((FormatSpec.Csv) spec.format()).ignoreLines()).isEqualTo(2);
        assertThat(SpecPrinter.print(spec)).contains(" IGNORE 2 LINES (`a`, `b`)");
        assertThat(pipeline(SpecPrinter.print(spec)).spec()).contains(spec);
    }

    @Test
    void harmlessPipelineOptionsAreWarnedOf() {
        catalog.with("CREATE TABLE t (a INT)");

        assertThat(pipeline("CREATE PIPELINE p AS LOAD DATA KAFKA 'h/t' DISABLE OUT_OF_ORDER OPTIMIZATION INTO TABLE t")
                        .warnings())
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TABLE t (a INT NOT NULL DEFAULT 5, b VARCHAR(20) DEFAULT 'it''s\\n', c DECIMAL(10,2) DEFAULT -1.5,"
                        + " d DATETIME(6) DEFAULT NOW(6), e DATE DEFAULT (CURRENT_DATE), f BLOB DEFAULT x'00', g BOOL DEFAULT 1,"
                        + " h DOUBLE DEFAULT 0.1, i JSON, PRIMARY KEY (a, b), UNIQUE KEY `u``k` (b), SHARD KEY (b))",
                "CREATE REFERENCE TABLE t (`a b` INT PRIMARY KEY)",
                "CREATE TABLE t (a INT)",
            })
    void shownTableIsTheSameTable(String sql) {
        TableSpec table = table(sql);

        assertThat(table(SpecPrinter.print(table))).isEqualTo(table);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE PIPELINE p AS LOAD DATA KAFKA 'h/t' INTO TABLE t",
                "CREATE PIPELINE p AS LOAD DATA KAFKA 'h:1,[::1]:2/t' BATCH_INTERVAL 0 PARALLELISM 3 INTO TABLE db.t"
                        + " FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"' ESCAPED BY '' LINES STARTING BY '>>' (b, a)",
                "CREATE PIPELINE p AS LOAD DATA KAFKA 'h,i/t' CONFIG '{\"security.protocol\":\"ssl\",\"ssl.ca.location\":\"/ca\"}'"
                        + " MAX_PARTITIONS_PER_BATCH 2 MAX_OFFSETS_PER_BATCH_PARTITION 70 INTO TABLE t",
                "CREATE PIPELINE p AS LOAD DATA KAFKA 'h/t' INTO TABLE t FORMAT JSON (a <- % DEFAULT NULL, b <- `x::y`::z DEFAULT 'q')",
                "CREATE PIPELINE p AS LOAD DATA KAFKA 'h/t' INTO TABLE t (a <- %::a, b <- u::x::y DEFAULT 'q', @m <- m::k) FORMAT AVRO SCHEMA"
                        + " '{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"},"
                        + "{\"name\":\"m\",\"type\":{\"type\":\"map\",\"values\":\"string\"}}]}' WHERE @m <> ''",
                "CREATE PIPELINE p AS LOAD DATA KAFKA 'h/t' SKIP ALL ERRORS INTO TABLE t FORMAT AVRO SCHEMA REGISTRY 'r1:8081, https://r2/x' (a <- a)"
                        + " CONFIG '{\"schema.registry.ssl.ca.location\":\"/etc/ca.pem\"}'",
                "CREATE PIPELINE p AS LOAD DATA KAFKA 'h/t' WITH TRANSFORM ('file://localhost/t.py', '', '') INTO TABLE t",
                "CREATE PIPELINE p AS LOAD DATA KAFKA 'h/t' WITH TRANSFORM ('https://h/x/t.tar.gz', 'bin/t', '-a \\'b c\\'')"
                        + " FRAMED BY NEWLINE INTO TABLE t",
                "CREATE PIPELINE p AS LOAD DATA KAFKA 'h/t' STOP_ON_ERROR OFF SKIP PARSER ERRORS INTO TABLE t"
                        + " TRAILING NULLCOLS NULL DEFINED BY 'N''A' OPTIONALLY ENCLOSED",
                "CREATE PIPELINE p AS LOAD DATA KAFKA 'h/t' SKIP ALL ERRORS INTO TABLE t (@`x y`, @z, b)"
                        + " SET a = @z + length(@`x y`) * 2 WHERE @z IS NOT NULL AND lower(b) <> 'x' NULL DEFINED BY ''",
                "CREATE PIPELINE p AS LOAD DATA KAFKA 'h/t' REPLACE INTO TABLE t"
                        + " FORMAT JSON (@u <- a::b DEFAULT NULL, b <- %) SET a = unix_timestamp(from_unixtime(@u))",
                "CREATE PIPELINE p AS LOAD DATA KAFKA 'h/t' IGNORE INTO TABLE t",
                "CREATE PIPELINE p AS LOAD DATA KAFKA 'h/t' RETRY_OPTIONS '{\"max_retries\":3,\"exponential\":false}' INTO TABLE t",
                "CREATE PIPELINE p AS LOAD DATA KAFKA 'h/t' RETRY_OPTIONS '{\"retry_interval\":\"20000\"}'"
                        + " WITH TRANSFORM ('file:///t.py', '', '') SKIP ALL ERRORS INTO TABLE t",
                "CREATE PIPELINE p AS LOAD DATA KAFKA 'h/t' MAX_RETRIES_PER_BATCH_PARTITION 0 INTO TABLE t",
                "CREATE PIPELINE p AS LOAD DATA KAFKA 'h/t' SKIP CONSTRAINT ERRORS INTO TABLE t (a) SET b = now()",
                "CREATE PIPELINE p AS LOAD DATA KAFKA 'h/t' INTO TABLE t (a, b) WHERE a > 1"
                        + " ON DUPLICATE KEY UPDATE b = concat(t.b, values(b)), a = 1 NULL DEFINED BY ''",
            })
    void shownPipelineIsTheSamePipeline(String sql) {
        catalog.with("CREATE TABLE t (a INT, b VARCHAR(10))");
        PipelineSpec pipeline = pipeline(sql).spec().orElseThrow();

        assertThat(pipeline(SpecPrinter.print(pipeline)).spec()).contains(pipeline);
    }

    @Test
    void secretsAreKeptApartWhereverTheyStand() {
        catalog.with("CREATE TABLE t (a INT)");
        CreatePipeline create = (CreatePipeline) new DdlCompiler()
                .parseOne("CREATE PIPELINE p AS LOAD DATA KAFKA 'h/t'"
                        + " CONFIG '{\"security.protocol\":\"SASL_PLAINTEXT\",\"sasl.username\":\"u\",\"sasl.password\":\"hunter2\"}'"
                        + " CREDENTIALS '{\"ssl.key.password\":\"hunter3\"}' INTO TABLE t")
                .statement();
        PipelineSpec spec = checker.createPipeline(create).spec().orElseThrow();
        Credentials credentials = checker.credentials(create);

        assertThat(credentials.values())
                .containsOnly(Map.entry("sasl.password", "hunter2"), Map.entry("ssl.key.password", "hunter3"));
        assertThat(SpecPrinter.print(spec, credentials)).contains("\"sasl.password\":\"<hidden>\"");
        for (String shown : List.of(
                SpecPrinter.print(spec, credentials),
                SpecJson.write(spec),
                spec.toString(),
                create.source().toString(),
                credentials.toString())) {
            assertThat(shown).doesNotContain("hunter");
        }
    }

    @Test
    void alterChangesWhatItNamesAndNothingElse() {
        catalog.with(
                "CREATE TABLE t (a INT);"
                        + "CREATE PIPELINE p AS LOAD DATA KAFKA 'h/t' CONFIG '{\"client.rack\":\"r\"}' BATCH_INTERVAL 100 INTO TABLE t");
        PipelineSpec before = catalog.pipeline("db", "p").orElseThrow();
        AlteredPipeline altered = checker.alterPipeline(
                (AlterPipeline) new DdlCompiler()
                        .parseOne("ALTER PIPELINE p SET BATCH_INTERVAL 300, MAX_PARTITIONS_PER_BATCH = 2"
                                + " SET CONFIG::client.rack = 'it''s \\\\ here' SET CREDENTIALS '{\"sasl.password\":\"x\"}'"
                                + " SET OFFSETS '{\"3\":17}' DROP PARTITION '9'"
                                + " SET RETRY_OPTIONS::max_retries = '5' SET RETRY_OPTIONS::retry_interval = '700'")
                        .statement(),
                Credentials.NONE);

        assertThat(altered.spec().batchInterval()).isEqualTo(Duration.ofMillis(300));
        assertThat(altered.spec().limits().partitions()).hasValue(2);
        assertThat(altered.spec().source())
                .isEqualTo(new SourceSpec.Kafka(List.of("h:9092"), "t", Map.of("client.rack", "it's \\ here")));
        assertThat(altered.credentials().values()).containsOnly(Map.entry("sasl.password", "x"));
        assertThat(altered.offsets()).contains(new NewOffsets.Given(Map.of("3", 17L)));
        assertThat(altered.spec().limits().retries())
                .isEqualTo(new RetrySpec(OptionalInt.of(5), Duration.ofMillis(700), Duration.ofSeconds(10), true));
        assertThat(altered.forgotten()).containsExactly("9");
        assertThat(altered.spec().format()).isEqualTo(before.format());
        assertThat(altered.spec().table()).isEqualTo(before.table());
    }

    @Test
    void insertIsResolvedToPositions() {
        catalog.with("CREATE TABLE t (a INT NOT NULL, b INT DEFAULT 1, c INT)");

        assertThat(insert("INSERT INTO t (C, A) VALUES (1, 2)").columns()).containsExactly(2, 0);
        assertThat(insert("INSERT INTO db.t SELECT 1, 2, 3").columns()).containsExactly(0, 1, 2);
        assertThat(insert("INSERT INTO t (a) VALUES (?)").table().name()).isEqualTo("t");
    }

    private CheckedInsert insert(String sql) {
        return checker.insert((Insert) new DdlCompiler().parseOne(sql).statement());
    }

    @Test
    void driversMaySetWhatChangesNothing() {
        Statement.SetVariables set = (Statement.SetVariables) new DdlCompiler()
                .parseOne("SET NAMES 'utf8mb4', autocommit=1, time_zone = '+00:00', @@session.sql_mode='ANSI',"
                        + " character_set_results = NULL, net_write_timeout = 60")
                .statement();

        assertThat(checker.set(set))
                .extracting(Warning::message)
                .containsExactly("sql_mode is accepted and has no effect");
    }
}
