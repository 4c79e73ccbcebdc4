package dev.millrace.ddl.print;

import static dev.millrace.ddl.print.SqlPrinter.joined;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.Credentials;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.ErrorMode;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.KeySpec;
import dev.millrace.spec.LoadSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.RetrySpec;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.TransformSpec;
import dev.millrace.spec.json.SpecJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Writes specs as the statements that make them, everything said: SHOW CREATE …. Checked again against the same catalog,
 * the text gives an equal spec. Names of databases are left out where MySQL leaves them out.
 */
public final class SpecPrinter {
    private SpecPrinter() {}

    public static String print(DatabaseSpec database) {
        return "CREATE DATABASE " + Quoting.name(database.name()) + " PARTITIONS " + database.partitions();
    }

    /** One line for each column and key. */
    public static String print(TableSpec table) {
        List<String> lines = new ArrayList<>();
        table.columns().forEach(column -> lines.add(column(column)));
        for (KeySpec key : table.keys()) {
            lines.add((key.isPrimary() ? "PRIMARY KEY" : "UNIQUE KEY " + Quoting.name(key.name())) + " ("
                    + joined(key.columns(), Quoting::name) + ")");
        }
        if (!table.reference()) {
            lines.add("SHARD KEY (" + joined(table.shardKey(), Quoting::name) + ")");
        }
        return "CREATE " + (table.reference() ? "REFERENCE " : "") + "TABLE " + Quoting.name(table.name()) + " (\n  "
                + String.join(",\n  ", lines) + "\n)";
    }

    private static String column(ColumnSpec column) {
        return Quoting.name(column.name()) + " " + column.type().sql()
                + (column.nullable() ? "" : " NOT NULL")
                + column.defaultValue().map(value -> " DEFAULT " + value.sql()).orElse("");
    }

    public static String print(PipelineSpec pipeline) {
        return print(pipeline, Credentials.NONE);
    }

    /** With the keys of credentials; their values are hidden. */
    public static String print(PipelineSpec pipeline, Credentials credentials) {
        TableSpec table = pipeline.table();
        String target = Quoting.name(table.name());
        if (!table.database().equalsIgnoreCase(pipeline.database())) {
            target = Quoting.name(table.database()) + "." + target;
        }
        return "CREATE PIPELINE " + Quoting.name(pipeline.name())
                + " AS LOAD DATA " + source(pipeline.source())
                + (credentials.isEmpty() ? "" : " CREDENTIALS " + strings(credentials.hidden()))
                + " BATCH_INTERVAL " + pipeline.batchInterval().toMillis()
                + number("PARALLELISM", pipeline.parallelism())
                + number("MAX_PARTITIONS_PER_BATCH", pipeline.limits().partitions())
                + number("MAX_OFFSETS_PER_BATCH_PARTITION", pipeline.limits().offsets())
                + retries(pipeline.limits().retries())
                + (pipeline.load().stopOnError() ? "" : " STOP_ON_ERROR OFF")
                + pipeline.transform().map(SpecPrinter::transform).orElse("")
                + (pipeline.load().errors() == ErrorMode.FAIL
                        ? ""
                        : " " + pipeline.load().errors().words())
                + " INTO TABLE " + target
                + format(pipeline.format())
                + load(pipeline);
    }

    private static String retries(RetrySpec retries) {
        if (retries.equals(RetrySpec.DEFAULT)) {
            return "";
        }
        return " RETRY_OPTIONS '{\"exponential\":" + retries.exponential()
                + (retries.max().isPresent()
                        ? ",\"max_retries\":" + retries.max().getAsInt()
                        : "")
                + ",\"max_retry_interval\":" + retries.intervalMax().toMillis()
                + ",\"retry_interval\":" + retries.interval().toMillis() + "}'";
    }

    private static String load(PipelineSpec pipeline) {
        List<LoadSpec.Computed> set = pipeline.load().set();
        String text = set.isEmpty()
                ? ""
                : " SET "
                        + joined(
                                set,
                                computed -> input(computed.column()) + " = "
                                        + computed.value().sql());
        text += pipeline.load().where().map(where -> " WHERE " + where.sql()).orElse("");
        List<LoadSpec.OnDuplicateKey> updates = pipeline.load().onDuplicateKey();
        text += updates.isEmpty()
                ? ""
                : " ON DUPLICATE KEY UPDATE "
                        + joined(updates, update -> Quoting.name(update.change().column()) + " = " + update.sql());
        return text
                + pipeline.format().match(new FormatSpec.Cases<String>() {
                    @Override
                    public String json(FormatSpec.Json json) {
                        return "";
                    }

                    @Override
                    public String avro(FormatSpec.Avro avro) {
                        return "";
                    }

                    @Override
                    public String parquet(FormatSpec.Parquet parquet) {
                        return "";
                    }

                    @Override
                    public String csv(FormatSpec.Csv csv) {
                        return csv.nulls()
                                .definedBy()
                                .map(marker -> " NULL DEFINED BY " + Quoting.string(marker)
                                        + (csv.nulls().optionallyEnclosed() ? " OPTIONALLY ENCLOSED" : ""))
                                .orElse("");
                    }
                });
    }

    private static String input(String name) {
        return LoadSpec.isVariable(name)
                ? LoadSpec.VARIABLE + Quoting.name(name.substring(LoadSpec.VARIABLE.length()))
                : Quoting.name(name);
    }

    private static String transform(TransformSpec transform) {
        return " WITH TRANSFORM ("
                + joined(List.of(transform.uri(), transform.program(), transform.arguments()), Quoting::string)
                + ")"
                + (transform.framing() == TransformSpec.Framing.LENGTH ? "" : " FRAMED BY " + transform.framing());
    }

    private static String source(SourceSpec source) {
        return source.kind() + " "
                + source.match(new SourceSpec.Cases<String>() {
                    @Override
                    public String kafka(SourceSpec.Kafka kafka) {
                        return Quoting.string(kafka.bootstrap() + "/" + kafka.topic()) + config(kafka.config());
                    }

                    @Override
                    public String files(SourceSpec.Files files) {
                        return Quoting.string(files.pattern())
                                + config(files.settings().keys());
                    }
                });
    }

    private static String config(Map<String, String> keys) {
        return keys.isEmpty() ? "" : " CONFIG " + strings(keys);
    }

    private static String number(String words, OptionalInt value) {
        return value.isPresent() ? " " + words + " " + value.getAsInt() : "";
    }

    private static String strings(Map<String, String> values) {
        return Quoting.string(SpecJson.write(values));
    }

    private static String format(FormatSpec format) {
        return format.match(new FormatSpec.Cases<>() {
            @Override
            public String json(FormatSpec.Json json) {
                return " FORMAT JSON (" + joined(json.mappings(), SpecPrinter::mapping) + ")";
            }

            @Override
            public String avro(FormatSpec.Avro avro) {
                return " FORMAT AVRO"
                        + avro.schema()
                                .map(schema -> " SCHEMA " + Quoting.string(schema))
                                .orElse("")
                        + (avro.registry().isEmpty()
                                ? ""
                                : " SCHEMA REGISTRY " + Quoting.string(String.join(",", avro.registry())))
                        + " (" + joined(avro.mappings(), SpecPrinter::mapping) + ")";
            }

            @Override
            public String parquet(FormatSpec.Parquet parquet) {
                return " FORMAT PARQUET (" + joined(parquet.mappings(), SpecPrinter::mapping) + ")";
            }

            @Override
            public String csv(FormatSpec.Csv csv) {
                return " FORMAT CSV FIELDS TERMINATED BY " + Quoting.string(csv.fieldsTerminatedBy())
                        + (csv.optionallyEnclosed() ? " OPTIONALLY" : "")
                        + " ENCLOSED BY " + Quoting.string(csv.enclosedBy())
                        + " ESCAPED BY " + Quoting.string(csv.escapedBy())
                        + " LINES TERMINATED BY " + Quoting.string(csv.linesTerminatedBy())
                        + " STARTING BY " + Quoting.string(csv.linesStartingBy())
                        + (csv.nulls().trailing() ? " TRAILING NULLCOLS" : "")
                        + (csv.ignoreLines() > 0 ? " IGNORE " + csv.ignoreLines() + " LINES" : "")
                        + " (" + joined(csv.columns(), SpecPrinter::input) + ")";
            }
        });
    }

    private static String mapping(FormatSpec.Mapping mapping) {
        return input(mapping.column()) + " <- " + PipelinePrinter.path(mapping.path())
                + mapping.defaultValue().map(value -> " DEFAULT " + value.sql()).orElse("");
    }
}
