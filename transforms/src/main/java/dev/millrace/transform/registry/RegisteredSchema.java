package dev.millrace.transform.registry;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What a registry has under an id.
 *
 * @param type AVRO, or another registry's word for what it is
 * @param referenced texts of the schemas that this one names, each behind those that it names itself
 */
public record RegisteredSchema(String type, String text, List<String> referenced) {
    public static final String AVRO = "AVRO";

    public RegisteredSchema {
        requireNonNull(type, "type");
        requireNonNull(text, "text");
        referenced = List.copyOf(referenced);
    }
}
