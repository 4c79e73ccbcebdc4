package dev.millrace.transform.load;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.spec.RecordProperty;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * What a source knows of the records of a batch beside their values, for statements that ask.
 *
 * @param records as many as the batch has, or one that stands for all
 * @param schema by which the values are written, where the source says so
 */
public record RecordProperties(String topic, List<Each> records, Optional<String> schema) {
    private static final ObjectMapper JSON = new ObjectMapper();

    public RecordProperties {
        requireNonNull(topic, "topic");
        requireNonNull(schema, "schema");
        records = List.copyOf(records);
    }

    /** Of a source that says nothing of schemas. */
    public RecordProperties(String topic, List<Each> records) {
        this(topic, records, Optional.empty());
    }

    /** Of all records of a file. */
    public static RecordProperties ofFile(String path, Optional<String> schema) {
        return new RecordProperties("", List.of(new Each(path, -1, Optional.empty(), List.of())), schema);
    }

    /** The first record's, for all that are made of these. */
    public RecordProperties ofOneForAll() {
        return new RecordProperties(topic, records.subList(0, 1), schema);
    }

    /**
     * A record's.
     *
     * @param timestamp milliseconds since 1970; negative: it has none
     * @param key empty: it has none
     */
    public record Each(String partition, long timestamp, Optional<byte[]> key, List<Header> headers) {
        public Each {
            requireNonNull(partition, "partition");
            requireNonNull(key, "key");
            headers = List.copyOf(headers);
        }
    }

    /** A header; its value may be missing. */
    public record Header(String name, Optional<byte[]> value) {
        public Header {
            requireNonNull(name, "name");
            requireNonNull(value, "value");
        }
    }

    /** As text; empty for NULL. */
    Optional<String> text(RecordProperty property, int index, long offset) {
        Each each = records.get(records.size() == 1 ? 0 : index);
        return switch (property) {
            case TOPIC -> Optional.of(topic);
            case PARTITION, FILE -> Optional.of(each.partition());
            case OFFSET -> Optional.of(Long.toString(offset));
            case TIMESTAMP -> each.timestamp() < 0 ? Optional.empty() : Optional.of(Long.toString(each.timestamp()));
            case KEY -> each.key().map(RecordProperties::utf8);
            case HEADERS -> Optional.of(json(each.headers()));
        };
    }

    private static String utf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String json(List<Header> headers) {
        ObjectNode object = JSON.createObjectNode();
        headers.forEach(header -> object.put(
                header.name(), header.value().map(RecordProperties::utf8).orElse(null)));
        return object.toString();
    }
}
