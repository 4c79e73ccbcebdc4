package dev.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.json.SpecJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompileCommandTest {
    private static final String TABLE = "create table t (id bigint not null, name varchar(20), shard key (id));\n";
    private static final String PIPELINE =
            "create pipeline p as load data kafka 'h:9092/topic' into table t format json (id <- id, name <- a::b);\n";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path file;

    @BeforeEach
    void nameTheFile(@TempDir Path folder) {
        file = folder.resolve("pipeline.sql");
    }

    @Test
    void statementsArePrintedInCanonicalForm() throws IOException {
        assertThat(compile(TABLE + PIPELINE)).isZero();
        assertThat(out.toString())
                .startsWith("CREATE TABLE `t` (`id` BIGINT NOT NULL")
                .contains("CREATE PIPELINE `p` AS LOAD DATA KAFKA 'h:9092/topic' INTO TABLE `t`");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void pipelineIsPrintedAsTheSpecThatAJobReads() throws IOException {
        assertThat(compile("create database d; use d;" + TABLE + PIPELINE, "--json"))
                .isZero();
        PipelineSpec spec = SpecJson.readPipeline(out.toString());
        assertThat(spec.qualifiedName()).isEqualTo("d.p");
        assertThat(spec.table().columns()).hasSize(2);
    }

    @Test
    void pipelineIsExplained() throws IOException {
        assertThat(compile(
                        "create database d partitions 3; use d;" + TABLE
                                + PIPELINE.replace(
                                        "into", "credentials '{\"sasl.password\":\"hunter2\"}' parallelism 2 into"),
                        "--explain"))
                .isZero();
        assertThat(out.toString())
                .contains("source       KAFKA h:9092, topic topic")
                .contains("parallelism  2 tasks")
                .contains("target       d.t, 3 partitions by id")
                .contains("load JSON -> table t")
                .contains("errors       a record that cannot be loaded stops the pipeline")
                .doesNotContain("hunter2");
    }

    @Test
    void errorModeIsExplained() throws IOException {
        String skipping = PIPELINE.replace("into", "skip parser errors into");
        assertThat(compile("create database d; use d;" + TABLE + skipping, "--explain"))
                .isZero();
        assertThat(out.toString())
                .contains("errors       records that cannot be loaded are left out, with a row in PIPELINES_ERRORS,"
                        + " for PARSER ERRORS; any other stops the pipeline");
    }

    @Test
    void errorsHaveFileLineAndColumnAndNothingIsPrinted() throws IOException {
        assertThat(compile(TABLE + PIPELINE.replace("name <-", "nome <-"))).isEqualTo(1);
        assertThat(err.toString()).hasLineCount(1).startsWith(file + ":2:").contains("ERROR 1054 (42S22)");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void parsingAloneLooksAtNoName() throws IOException {
        assertThat(compile(PIPELINE, "--parse-only")).isZero();
        assertThat(compile("create tabel t", "--parse-only")).isEqualTo(1);
        assertThat(err.toString()).startsWith(file + ":1:8: ERROR 1064 (42000)");
    }

    @Test
    void whatTheFileHasDroppedIsGone() throws IOException {
        assertThat(compile(TABLE + "drop table t;" + PIPELINE)).isEqualTo(1);
        assertThat(err.toString()).contains("ERROR 1146 (42S02)");
        assertThat(compile(TABLE + "drop table t;" + TABLE + PIPELINE + "drop pipeline p;" + PIPELINE))
                .isZero();
    }

    private int compile(String sql, String... options) throws IOException {
        Files.writeString(file, sql);
        String[] arguments = new String[options.length + 2];
        arguments[0] = "compile";
        arguments[1] = file.toString();
        System.arraycopy(options, 0, arguments, 2, options.length);
        return MillraceMain.run(arguments, new PrintWriter(out, true), new PrintWriter(err, true));
    }
}
