package dev.millrace.spec;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a source knows of a record beside its value: Kafka by {@code get_kafka_pipeline_prop('prop_offset')} and the others,
 * files by {@code pipeline_source_file()}.
 */
public enum RecordProperty {
    TOPIC("prop_topicname"),
    PARTITION("prop_partition"),
    OFFSET("prop_offset"),
    /** Milliseconds since 1970. */
    TIMESTAMP("prop_timestamp"),
    /** The message's key as text; bytes that are not UTF-8 are replaced. */
    KEY("prop_key"),
    /** A JSON object of texts; of equal names the last counts. */
    HEADERS("prop_headers"),
    /** The path of the record's file. */
    FILE("pipeline_source_file");

    private final String word;

    RecordProperty(String word) {
        this.word = requireNonNull(word, "word");
    }

    /** How it is asked for. */
    public String word() {
        return word;
    }

    /** What expressions call it, as they call an input of the format; no variable of a format is called so. */
    public String input() {
        return LoadSpec.VARIABLE + LoadSpec.VARIABLE + word;
    }

    /** Those of Kafka's records. */
    public static Stream<RecordProperty> ofKafka() {
        return Arrays.stream(values()).filter(property -> property != FILE);
    }

    /** That of Kafka's records with a name. */
    public static Optional<RecordProperty> of(String word) {
        return ofKafka()
                .filter(property -> property.word.equalsIgnoreCase(word))
                .findFirst();
    }
}
