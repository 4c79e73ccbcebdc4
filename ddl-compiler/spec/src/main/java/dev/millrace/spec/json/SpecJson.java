package dev.millrace.spec.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.spec.BatchLimits;
import dev.millrace.spec.ColumnChange;
import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.ErrorMode;
import dev.millrace.spec.FileSettings;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.KeySpec;
import dev.millrace.spec.LoadSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.RetrySpec;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.SqlExpression;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.TransformSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.type.SqlType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Function;

/** Writes and reads specs as JSON. Every document starts with {@code "version"}. */
public final class SpecJson {
    private static final int VERSION = 1;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private SpecJson() {}

    public static String write(DatabaseSpec spec) {
        ObjectNode node = document();
        node.put("id", spec.id());
        node.put("name", spec.name());
        node.put("partitions", spec.partitions());
        node.put("replicas", spec.replicas());
        return text(node);
    }

    public static String write(TableSpec spec) {
        return text(table(document(), spec));
    }

    public static String write(PipelineSpec spec) {
        ObjectNode node = document();
        node.put("id", spec.id());
        node.put("database", spec.database());
        node.put("name", spec.name());
        node.set("source", source(spec.source()));
        node.set("format", format(spec.format()));
        node.set("table", table(MAPPER.createObjectNode(), spec.table()));
        node.put("batchIntervalMillis", spec.batchInterval().toMillis());
        spec.parallelism().ifPresent(parallelism -> node.put("parallelism", parallelism));
        spec.limits().partitions().ifPresent(limit -> node.put("partitionsPerBatchMax", limit));
        spec.limits().offsets().ifPresent(limit -> node.put("offsetsPerPartitionMax", limit));
        if (!spec.limits().retries().equals(RetrySpec.DEFAULT)) {
            node.set("retries", retries(spec.limits().retries()));
        }
        spec.transform().ifPresent(transform -> node.set("transform", transform(transform)));
        if (!spec.load().equals(LoadSpec.PLAIN)) {
            node.set("load", load(spec.load()));
        }
        return text(node);
    }

    public static DatabaseSpec readDatabase(String json) {
        JsonNode node = parse(json);
        return new DatabaseSpec(
                node.required("id").asLong(),
                node.required("name").asText(),
                node.required("partitions").asInt(),
                node.required("replicas").asInt());
    }

    public static TableSpec readTable(String json) {
        return table(parse(json));
    }

    public static PipelineSpec readPipeline(String json) {
        JsonNode node = parse(json);
        return new PipelineSpec(
                node.required("id").asLong(),
                node.required("database").asText(),
                node.required("name").asText(),
                source(node.required("source")),
                format(node.required("format")),
                table(node.required("table")),
                Duration.ofMillis(node.required("batchIntervalMillis").asLong()),
                optionalInt(node, "parallelism"),
                new BatchLimits(
                        optionalInt(node, "partitionsPerBatchMax"),
                        optionalInt(node, "offsetsPerPartitionMax"),
                        node.has("retries") ? retries(node.get("retries")) : RetrySpec.DEFAULT),
                node.has("transform") ? Optional.of(transform(node.get("transform"))) : Optional.empty(),
                node.has("load") ? load(node.get("load")) : LoadSpec.PLAIN);
    }

    /** A flat object of strings; the form of credentials and of a source's settings. */
    public static String write(Map<String, String> strings) {
        return text(object(strings));
    }

    /** Reads what {@link #write(Map)} wrote. */
    public static Map<String, String> readStrings(String json) {
        try {
            return strings(MAPPER.readTree(json));
        } catch (JsonProcessingException e) {
            // The text may hold a secret: it is not shown.
            throw new IllegalStateException("not an object of strings");
        }
    }

    private static OptionalInt optionalInt(JsonNode node, String field) {
        return node.has(field) ? OptionalInt.of(node.get(field).asInt()) : OptionalInt.empty();
    }

    private static ObjectNode object(Map<String, String> strings) {
        ObjectNode node = MAPPER.createObjectNode();
        strings.forEach(node::put);
        return node;
    }

    private static Map<String, String> strings(JsonNode object) {
        Map<String, String> strings = new TreeMap<>();
        object.properties()
                .forEach(field -> strings.put(field.getKey(), field.getValue().asText()));
        return strings;
    }

    private static ObjectNode retries(RetrySpec retries) {
        ObjectNode node = MAPPER.createObjectNode();
        retries.max().ifPresent(max -> node.put("max", max));
        node.put("intervalMillis", retries.interval().toMillis());
        node.put("intervalMaxMillis", retries.intervalMax().toMillis());
        node.put("exponential", retries.exponential());
        return node;
    }

    private static RetrySpec retries(JsonNode node) {
        return new RetrySpec(
                optionalInt(node, "max"),
                Duration.ofMillis(node.required("intervalMillis").asLong()),
                Duration.ofMillis(node.required("intervalMaxMillis").asLong()),
                node.required("exponential").asBoolean());
    }

    private static ObjectNode transform(TransformSpec transform) {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("uri", transform.uri());
        node.put("program", transform.program());
        node.put("arguments", transform.arguments());
        node.put("framing", transform.framing().name());
        node.put("sha256", transform.sha256());
        node.put("sizeBytes", transform.sizeBytes());
        return node;
    }

    private static TransformSpec transform(JsonNode node) {
        return new TransformSpec(
                node.required("uri").asText(),
                node.required("program").asText(),
                node.required("arguments").asText(),
                TransformSpec.Framing.valueOf(node.required("framing").asText()),
                node.required("sha256").asText(),
                node.required("sizeBytes").asLong());
    }

    private static ObjectNode load(LoadSpec load) {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("errors", load.errors().name());
        node.put("stopOnError", load.stopOnError());
        ArrayNode set = node.putArray("set");
        load.set()
                .forEach(computed ->
                        set.addObject().put("column", computed.column()).set("value", expression(computed.value())));
        load.where().ifPresent(where -> node.set("where", expression(where)));
        if (!load.onDuplicateKey().isEmpty()) {
            ArrayNode updates = node.putArray("onDuplicateKey");
            load.onDuplicateKey()
                    .forEach(update -> updates.addObject()
                            .put("column", update.change().column())
                            .put("sql", update.sql())
                            .put("given", update.change().given())
                            .put("stored", update.change().stored())
                            .put("misfit", update.change().misfit().name()));
        }
        return node;
    }

    private static LoadSpec load(JsonNode node) {
        return new LoadSpec(
                ErrorMode.valueOf(node.required("errors").asText()),
                node.required("stopOnError").asBoolean(),
                list(
                        node.required("set"),
                        item -> new LoadSpec.Computed(
                                item.required("column").asText(),
                                optionalExpression(item, "value").orElseThrow())),
                optionalExpression(node, "where"),
                node.has("onDuplicateKey") ? list(node.get("onDuplicateKey"), SpecJson::onDuplicateKey) : List.of());
    }

    private static LoadSpec.OnDuplicateKey onDuplicateKey(JsonNode item) {
        return new LoadSpec.OnDuplicateKey(
                item.required("sql").asText(),
                new ColumnChange(
                        item.required("column").asText(),
                        item.required("given").asText(),
                        item.required("stored").asText(),
                        SqlState.valueOf(item.required("misfit").asText())));
    }

    private static ObjectNode table(ObjectNode node, TableSpec spec) {
        node.put("id", spec.id());
        node.put("tableVersion", spec.version());
        node.put("database", spec.database());
        node.put("name", spec.name());
        node.put("reference", spec.reference());
        ArrayNode columns = node.putArray("columns");
        for (ColumnSpec column : spec.columns()) {
            ObjectNode item = columns.addObject();
            item.put("name", column.name());
            item.put("type", column.type().kind().name());
            item.put("length", column.type().length());
            item.put("scale", column.type().scale());
            item.put("nullable", column.nullable());
            column.defaultValue().ifPresent(value -> item.set("default", expression(value)));
        }
        ArrayNode keys = node.putArray("keys");
        for (KeySpec key : spec.keys()) {
            ObjectNode item = keys.addObject();
            item.put("name", key.name());
            item.set("columns", strings(key.columns()));
        }
        node.set("shardKey", strings(spec.shardKey()));
        return node;
    }

    private static TableSpec table(JsonNode node) {
        return new TableSpec(
                node.required("id").asLong(),
                node.required("tableVersion").asLong(),
                node.required("database").asText(),
                node.required("name").asText(),
                node.required("reference").asBoolean(),
                list(
                        node.required("columns"),
                        item -> new ColumnSpec(
                                item.required("name").asText(),
                                new SqlType(
                                        SqlType.Kind.valueOf(
                                                item.required("type").asText()),
                                        item.required("length").asInt(),
                                        item.required("scale").asInt()),
                                item.required("nullable").asBoolean(),
                                optionalExpression(item, "default"))),
                list(
                        node.required("keys"),
                        item -> new KeySpec(
                                item.required("name").asText(), list(item.required("columns"), JsonNode::asText))),
                list(node.required("shardKey"), JsonNode::asText));
    }

    private static ObjectNode source(SourceSpec source) {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("kind", source.kind());
        return source.match(new SourceSpec.Cases<>() {
            @Override
            public ObjectNode kafka(SourceSpec.Kafka kafka) {
                node.set("brokers", strings(kafka.brokers()));
                node.put("topic", kafka.topic());
                return with(kafka.config());
            }

            @Override
            public ObjectNode files(SourceSpec.Files files) {
                node.put("pattern", files.pattern());
                return with(files.settings().keys());
            }

            private ObjectNode with(Map<String, String> config) {
                if (!config.isEmpty()) {
                    node.set("config", object(config));
                }
                return node;
            }
        });
    }

    private static SourceSpec source(JsonNode node) {
        String kind = node.required("kind").asText();
        Map<String, String> config = node.has("config") ? strings(node.get("config")) : Map.of();
        return switch (kind) {
            case "KAFKA" ->
                new SourceSpec.Kafka(
                        list(node.required("brokers"), JsonNode::asText),
                        node.required("topic").asText(),
                        config);
            case "FS" -> new SourceSpec.Files(node.required("pattern").asText(), FileSettings.of(config));
            default -> throw new IllegalStateException("unknown source in a spec: " + kind);
        };
    }

    private static ObjectNode format(FormatSpec format) {
        return format.match(new FormatSpec.Cases<>() {
            @Override
            public ObjectNode json(FormatSpec.Json json) {
                return mapped("JSON", json.mappings());
            }

            @Override
            public ObjectNode avro(FormatSpec.Avro avro) {
                ObjectNode node = mapped("AVRO", avro.mappings());
                avro.schema().ifPresent(schema -> node.put("schema", schema));
                node.set("registry", strings(avro.registry()));
                return node;
            }

            @Override
            public ObjectNode parquet(FormatSpec.Parquet parquet) {
                return mapped("PARQUET", parquet.mappings());
            }

            private ObjectNode mapped(String kind, List<FormatSpec.Mapping> all) {
                ObjectNode node = MAPPER.createObjectNode();
                node.put("kind", kind);
                node.set("mappings", mappings(all));
                return node;
            }

            @Override
            public ObjectNode csv(FormatSpec.Csv csv) {
                ObjectNode node = MAPPER.createObjectNode();
                node.put("kind", "CSV");
                node.put("fieldsTerminatedBy", csv.fieldsTerminatedBy());
                node.put("enclosedBy", csv.enclosedBy());
                node.put("optionallyEnclosed", csv.optionallyEnclosed());
                node.put("escapedBy", csv.escapedBy());
                node.put("linesTerminatedBy", csv.linesTerminatedBy());
                node.put("linesStartingBy", csv.linesStartingBy());
                node.set("columns", strings(csv.columns()));
                if (!csv.nulls().equals(FormatSpec.CsvNulls.USUAL)) {
                    ObjectNode nulls = node.putObject("nulls");
                    csv.nulls().definedBy().ifPresent(text -> nulls.put("definedBy", text));
                    nulls.put("optionallyEnclosed", csv.nulls().optionallyEnclosed());
                    nulls.put("trailing", csv.nulls().trailing());
                }
                if (csv.ignoreLines() > 0) {
                    node.put("ignoreLines", csv.ignoreLines());
                }
                return node;
            }
        });
    }

    private static FormatSpec format(JsonNode node) {
        String kind = node.required("kind").asText();
        return switch (kind) {
            case "JSON" -> new FormatSpec.Json(mappings(node.required("mappings")));
            case "PARQUET" -> new FormatSpec.Parquet(mappings(node.required("mappings")));
            case "AVRO" ->
                new FormatSpec.Avro(
                        mappings(node.required("mappings")),
                        Optional.ofNullable(node.get("schema")).map(JsonNode::asText),
                        list(node.required("registry"), JsonNode::asText));
            case "CSV" ->
                new FormatSpec.Csv(
                        node.required("fieldsTerminatedBy").asText(),
                        node.required("enclosedBy").asText(),
                        node.required("optionallyEnclosed").asBoolean(),
                        node.required("escapedBy").asText(),
                        node.required("linesTerminatedBy").asText(),
                        node.required("linesStartingBy").asText(),
                        list(node.required("columns"), JsonNode::asText),
                        nulls(node.path("nulls")),
                        node.path("ignoreLines").asInt(0));
            default -> throw new IllegalStateException("unknown format in a spec: " + kind);
        };
    }

    private static ArrayNode mappings(List<FormatSpec.Mapping> mappings) {
        ArrayNode array = MAPPER.createArrayNode();
        for (FormatSpec.Mapping mapping : mappings) {
            ObjectNode item = array.addObject();
            item.put("column", mapping.column());
            item.set("path", strings(mapping.path()));
            mapping.defaultValue().ifPresent(value -> item.set("default", expression(value)));
        }
        return array;
    }

    private static List<FormatSpec.Mapping> mappings(JsonNode array) {
        return list(
                array,
                item -> new FormatSpec.Mapping(
                        item.required("column").asText(),
                        list(item.required("path"), JsonNode::asText),
                        optionalExpression(item, "default")));
    }

    private static FormatSpec.CsvNulls nulls(JsonNode node) {
        return new FormatSpec.CsvNulls(
                Optional.ofNullable(node.get("definedBy")).map(JsonNode::asText),
                node.path("optionallyEnclosed").asBoolean(),
                node.path("trailing").asBoolean());
    }

    private static ObjectNode expression(SqlExpression expression) {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("sql", expression.sql());
        node.put("duckdb", expression.duckdb());
        return node;
    }

    private static Optional<SqlExpression> optionalExpression(JsonNode node, String field) {
        return Optional.ofNullable(node.get(field))
                .map(value -> new SqlExpression(
                        value.required("sql").asText(), value.required("duckdb").asText()));
    }

    private static ArrayNode strings(List<String> values) {
        ArrayNode array = MAPPER.createArrayNode();
        values.forEach(array::add);
        return array;
    }

    private static <T> List<T> list(JsonNode array, Function<JsonNode, T> item) {
        List<T> values = new ArrayList<>(array.size());
        array.forEach(node -> values.add(item.apply(node)));
        return values;
    }

    private static ObjectNode document() {
        return MAPPER.createObjectNode().put("version", VERSION);
    }

    private static String text(ObjectNode node) {
        try {
            return MAPPER.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a spec that cannot be written", e);
        }
    }

    private static JsonNode parse(String json) {
        JsonNode node;
        try {
            node = MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a spec is not JSON: " + e.getOriginalMessage(), e);
        }
        int version = node.path("version").asInt(0);
        if (version != VERSION) {
            throw new IllegalStateException("a spec of version " + version + "; this Millrace reads " + VERSION);
        }
        return node;
    }
}
