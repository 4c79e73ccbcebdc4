package dev.millrace.spec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.spec.json.SpecJson;
import dev.millrace.spec.type.SqlType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class SpecJsonTest {
    private static final TableSpec TABLE = new TableSpec(
            7,
            2,
            "shop",
            "clicks",
            false,
            List.of(
                    new ColumnSpec("id", SqlType.of(SqlType.Kind.BIGINT), false, Optional.empty()),
                    new ColumnSpec(
                            "page",
                            SqlType.of(SqlType.Kind.VARCHAR, 20),
                            true,
                            Optional.of(new SqlExpression("'home'", "'home'"))),
                    new ColumnSpec("price", SqlType.decimal(10, 2), true, Optional.empty())),
            List.of(new KeySpec(KeySpec.PRIMARY, List.of("id"))),
            List.of("id"));

    @Test
    void tableComesBackAsItWasWritten() {
        assertThat(SpecJson.readTable(SpecJson.write(TABLE))).isEqualTo(TABLE);
    }

    @Test
    void databaseComesBackAsItWasWritten() {
        DatabaseSpec spec = new DatabaseSpec(3, "shop", 8, 1);
        assertThat(SpecJson.readDatabase(SpecJson.write(spec))).isEqualTo(spec);
    }

    @Test
    void pipelinesOfEveryFormatComeBackAsTheyWereWritten() {
        for (FormatSpec format : List.of(
                new FormatSpec.Json(List.of(
                        new FormatSpec.Mapping("id", List.of("user", "id"), Optional.empty()),
                        new FormatSpec.Mapping("page", List.of(), Optional.of(new SqlExpression("NULL", "NULL"))))),
                new FormatSpec.Avro(
                        List.of(new FormatSpec.Mapping("id", List.of("id"), Optional.empty())),
                        Optional.of("\"int\""),
                        List.of()),
                new FormatSpec.Avro(
                        List.of(new FormatSpec.Mapping("id", List.of("id"), Optional.empty())),
                        Optional.empty(),
                        List.of("r1:8081", "https://r2")),
                new FormatSpec.Csv("\t", "\"", true, "\\", "\n", "", List.of("id", "page")),
                new FormatSpec.Parquet(List.of(new FormatSpec.Mapping("id", List.of("a", "b"), Optional.empty()))),
                new FormatSpec.Csv(
                        ",", "", false, "", "\n", "", List.of("id", "page"), FormatSpec.CsvNulls.USUAL, 3))) {
            PipelineSpec spec = new PipelineSpec(
                    9,
                    "shop",
                    "p",
                    new SourceSpec.Kafka(List.of("127.0.0.1:9092"), "clicks"),
                    format,
                    TABLE,
                    Duration.ofMillis(250),
                    OptionalInt.of(2));
            assertThat(SpecJson.readPipeline(SpecJson.write(spec))).isEqualTo(spec);
            PipelineSpec limited = spec.withLimits(new BatchLimits(
                            OptionalInt.of(3),
                            OptionalInt.of(500),
                            new RetrySpec(OptionalInt.of(7), Duration.ofMillis(5), Duration.ofSeconds(1), false)))
                    .withSource(new SourceSpec.Kafka(List.of("h:1"), "clicks", Map.of("client.rack", "r")));
            assertThat(SpecJson.readPipeline(SpecJson.write(limited))).isEqualTo(limited);
            PipelineSpec files = spec.withSource(new SourceSpec.Files(
                    "/srv/in/*", new FileSettings(true, true, 1_700_000_000, Duration.ofSeconds(5))));
            assertThat(SpecJson.readPipeline(SpecJson.write(files))).isEqualTo(files);
            PipelineSpec transformed = spec.withTransform(new TransformSpec(
                    "file:///opt/t.tar.gz", "t.py", "-a 'b c'", TransformSpec.Framing.NEWLINE, "ab12", 4_711));
            assertThat(SpecJson.readPipeline(SpecJson.write(transformed))).isEqualTo(transformed);
        }
    }
}
