package dev.millrace.ddl.check;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.ddl.CreatePipeline.StringText;
import dev.millrace.ddl.Place;
import dev.millrace.spec.Credentials;
import dev.millrace.spec.KafkaSettings;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * CONFIG and CREDENTIALS of a Kafka source, parted into what may be shown and what may not. No message holds a value of
 * CREDENTIALS, or of a key that is secret wherever it stands.
 *
 * @param config what may be shown
 */
record KafkaConnection(Map<String, String> config, Credentials credentials) {
    private static final ObjectMapper JSON = new ObjectMapper();

    KafkaConnection {
        config = Map.copyOf(config);
        requireNonNull(credentials, "credentials");
    }

    /** Of both clauses; a key in either may be known from both. */
    static KafkaConnection of(Optional<StringText> config, Optional<StringText> credentials) {
        KafkaConnection none = new KafkaConnection(Map.of(), Credentials.NONE);
        KafkaConnection first = config.map(text -> none.with(keys("CONFIG", text), false, text.at()))
                .orElse(none);
        return credentials
                .map(text -> first.with(keys("CREDENTIALS", text), true, text.at()))
                .orElse(first);
    }

    /** This with more keys, or with other values for known ones. */
    KafkaConnection with(Map<String, String> keys, boolean secret, Place at) {
        Map<String, String> shown = new TreeMap<>(config);
        Map<String, String> hidden = new TreeMap<>(credentials.values());
        keys.forEach((key, value) -> {
            boolean hide = check(key, value, secret, at) || secret;
            shown.remove(key);
            hidden.remove(key);
            (hide ? hidden : shown).put(key, value);
        });
        return new KafkaConnection(shown, new Credentials(hidden));
    }

    /** Answers whether the key is secret wherever it stands. */
    private static boolean check(String key, String value, boolean secret, Place at) {
        Optional<KafkaSettings.Use> use = KafkaSettings.use(key);
        if (use.isEmpty()) {
            throw Later.unsupported("the Kafka setting '" + key + "'", at);
        }
        return switch (use.get()) {
            case SECRET -> true;
            case REFUSED ->
                throw Later.unsupported(
                        "the Kafka setting '" + key + "', which Millrace decides itself or which is not safe,", at);
            case PLAIN -> {
                KafkaSettings.complaint(key, value).ifPresent(complaint -> {
                    throw new StatementException(
                            SqlState.WRONG_CONFIG,
                            "'" + key + "'" + (secret ? "" : " is not '" + value + "'") + ": " + complaint,
                            at.position());
                });
                yield false;
            }
        };
    }

    /** The keys of a clause: a flat JSON object. */
    static Map<String, String> keys(String clause, StringText text) {
        JsonNode object;
        try {
            object = JSON.readTree(text.value());
        } catch (JsonProcessingException e) {
            throw notAnObject(clause, text.at());
        }
        if (object == null || !object.isObject()) {
            throw notAnObject(clause, text.at());
        }
        Map<String, String> keys = new TreeMap<>();
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            if (!field.getValue().isValueNode() || field.getValue().isNull()) {
                throw notAnObject(clause, text.at());
            }
            keys.put(field.getKey(), field.getValue().asText());
        }
        return keys;
    }

    private static StatementException notAnObject(String clause, Place at) {
        return new StatementException(
                SqlState.WRONG_CONFIG, clause + " is not a JSON object of strings and numbers", at.position());
    }
}
