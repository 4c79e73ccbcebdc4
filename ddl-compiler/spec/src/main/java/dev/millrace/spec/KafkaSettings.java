package dev.millrace.spec;

import static dev.millrace.spec.KafkaSettings.Use.PLAIN;
import static dev.millrace.spec.KafkaSettings.Use.REFUSED;
import static dev.millrace.spec.KafkaSettings.Use.SECRET;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * CONFIG and CREDENTIALS of a Kafka source, in librdkafka's words, as the properties of Kafka's Java clients. Keys that
 * begin with {@code schema.registry.} are {@link RegistrySettings}'.
 *
 * <p>Files that a setting names are read wherever a client is made: on the aggregator and on each task manager.
 */
public final class KafkaSettings {
    /** What becomes of a key. */
    public enum Use {
        PLAIN,
        /** Never shown, wherever it was written. */
        SECRET,
        /** Known, and in the way of what Millrace promises, or not safe. */
        REFUSED
    }

    private static final List<String> PROTOCOLS = List.of("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL");
    private static final List<String> MECHANISMS = List.of("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512");

    /** Keys that only need another name. */
    private static final Map<String, String> RENAMED = Map.ofEntries(
            Map.entry("client.rack", "client.rack"),
            Map.entry("client.dns.lookup", "client.dns.lookup"),
            Map.entry("fetch.wait.max.ms", "fetch.max.wait.ms"),
            Map.entry("fetch.max.wait.ms", "fetch.max.wait.ms"),
            Map.entry("fetch.min.bytes", "fetch.min.bytes"),
            Map.entry("metadata.max.age.ms", "metadata.max.age.ms"),
            Map.entry("topic.metadata.refresh.interval.ms", "metadata.max.age.ms"),
            Map.entry("socket.receive.buffer.bytes", "receive.buffer.bytes"),
            Map.entry("socket.send.buffer.bytes", "send.buffer.bytes"),
            Map.entry("connections.max.idle.ms", "connections.max.idle.ms"),
            Map.entry("reconnect.backoff.ms", "reconnect.backoff.ms"),
            Map.entry("reconnect.backoff.max.ms", "reconnect.backoff.max.ms"),
            Map.entry("retry.backoff.ms", "retry.backoff.ms"),
            Map.entry("ssl.cipher.suites", "ssl.cipher.suites"),
            Map.entry("ssl.endpoint.identification.algorithm", "ssl.endpoint.identification.algorithm"));

    private static final Map<String, Use> USES = uses();

    private KafkaSettings() {}

    private static Map<String, Use> uses() {
        Map<String, Use> uses = new HashMap<>();
        for (String key : List.of(
                "security.protocol",
                "sasl.mechanism",
                "sasl.mechanisms",
                "sasl.username",
                "ssl.ca.location",
                "ssl.ca.pem",
                "ssl.certificate.location",
                "ssl.certificate.pem",
                "ssl.key.location",
                "schema.registry.username",
                "schema.registry.request.timeout.ms",
                "schema.registry.ssl.ca.location",
                "schema.registry.ssl.ca.pem",
                "schema.registry.ssl.certificate.location",
                "schema.registry.ssl.certificate.pem",
                "schema.registry.ssl.key.location")) {
            uses.put(key, PLAIN);
        }
        RENAMED.keySet().forEach(key -> uses.put(key, PLAIN));
        for (String key : List.of(
                "sasl.password",
                "ssl.key.password",
                "ssl.key.pem",
                "schema.registry.password",
                "schema.registry.basic.auth.user.info",
                "schema.registry.ssl.key.password",
                "schema.registry.ssl.key.pem")) {
            uses.put(key, SECRET);
        }
        for (String key : List.of(
                "bootstrap.servers",
                "metadata.broker.list",
                "group.id",
                "client.id",
                "isolation.level",
                "auto.offset.reset",
                "enable.auto.commit",
                "enable.auto.offset.store",
                "allow.auto.create.topics",
                "max.poll.records",
                "key.deserializer",
                "value.deserializer",
                "interceptor.classes",
                "metric.reporters",
                "partition.assignment.strategy",
                "enable.ssl.certificate.verification",
                "sasl.jaas.config",
                "sasl.login.class",
                "sasl.login.callback.handler.class",
                "sasl.client.callback.handler.class",
                "security.providers",
                "ssl.engine.factory.class",
                "ssl.truststore.location",
                "ssl.truststore.password",
                "ssl.keystore.location",
                "ssl.keystore.password",
                "plugin.library.paths")) {
            uses.put(key, REFUSED);
        }
        return Map.copyOf(uses);
    }

    /** What becomes of a key; empty if nobody knows it. */
    public static Optional<Use> use(String key) {
        return Optional.ofNullable(USES.get(key));
    }

    /** What is wrong with a value that may be shown; empty if nothing is. Files are not looked at. */
    public static Optional<String> complaint(String key, String value) {
        return switch (key) {
            case "security.protocol" -> oneOf(value.toUpperCase(Locale.ROOT), PROTOCOLS);
            case "sasl.mechanism", "sasl.mechanisms" -> oneOf(value.toUpperCase(Locale.ROOT), MECHANISMS);
            case "ssl.endpoint.identification.algorithm" ->
                oneOf(value.toLowerCase(Locale.ROOT), List.of("https", "none"));
            default ->
                key.endsWith(".ms") || key.endsWith(".bytes")
                        ? value.matches("[0-9]{1,9}") ? Optional.empty() : Optional.of("a number is expected")
                        : Optional.empty();
        };
    }

    private static Optional<String> oneOf(String value, List<String> allowed) {
        return allowed.contains(value) ? Optional.empty() : Optional.of("it is one of " + String.join(", ", allowed));
    }

    /**
     * Properties of a Kafka client for a source, {@code bootstrap.servers} among them.
     *
     * @throws StatementException WRONG_CONFIG for a file that cannot be read and for halves of a pair; no secret is in
     *     its text
     */
    public static Map<String, Object> properties(SourceSpec.Kafka source, Credentials credentials) {
        Map<String, String> said = new TreeMap<>(source.config());
        said.putAll(credentials.values());
        Map<String, Object> properties = new HashMap<>();
        properties.put("bootstrap.servers", source.bootstrap());
        RENAMED.forEach((key, name) -> Optional.ofNullable(said.get(key)).ifPresent(v -> properties.put(name, v)));
        if ("none".equalsIgnoreCase(said.get("ssl.endpoint.identification.algorithm"))) {
            properties.put("ssl.endpoint.identification.algorithm", "");
        }
        String protocol = said.getOrDefault("security.protocol", "PLAINTEXT").toUpperCase(Locale.ROOT);
        properties.put("security.protocol", protocol);
        if (protocol.startsWith("SASL")) {
            sasl(said, properties);
        }
        if (protocol.endsWith("SSL")) {
            ssl(said, properties);
        }
        return properties;
    }

    private static void sasl(Map<String, String> said, Map<String, Object> properties) {
        String mechanism = said.getOrDefault("sasl.mechanism", said.getOrDefault("sasl.mechanisms", "PLAIN"))
                .toUpperCase(Locale.ROOT);
        String module = mechanism.equals("PLAIN")
                ? "org.apache.kafka.common.security.plain.PlainLoginModule"
                : "org.apache.kafka.common.security.scram.ScramLoginModule";
        String user = required(said, "sasl.username", "security.protocol");
        String password = required(said, "sasl.password", "security.protocol");
        properties.put("sasl.mechanism", mechanism);
        properties.put(
                "sasl.jaas.config",
                module + " required username=" + quoted(user) + " password=" + quoted(password) + ";");
    }

    /** A string of JAAS: what is special in it is escaped. */
    private static String quoted(String value) {
        return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static void ssl(Map<String, String> said, Map<String, Object> properties) {
        pem(said, "ssl.ca").ifPresent(text -> {
            properties.put("ssl.truststore.type", "PEM");
            properties.put("ssl.truststore.certificates", text);
        });
        Optional<String> chain = pem(said, "ssl.certificate");
        Optional<String> key = pem(said, "ssl.key");
        if (chain.isPresent() != key.isPresent()) {
            throw wrong("ssl.certificate and ssl.key go together: one of them is missing");
        }
        if (key.isPresent()) {
            properties.put("ssl.keystore.type", "PEM");
            properties.put("ssl.keystore.certificate.chain", chain.get());
            properties.put("ssl.keystore.key", key.get());
            Optional.ofNullable(said.get("ssl.key.password"))
                    .ifPresent(password -> properties.put("ssl.key.password", password));
        }
    }

    /** PEM text: said itself, or in a file. */
    static Optional<String> pem(Map<String, String> said, String prefix) {
        String inline = said.get(prefix + ".pem");
        String location = said.get(prefix + ".location");
        if (inline != null || location == null) {
            return Optional.ofNullable(inline);
        }
        try {
            return Optional.of(Files.readString(Path.of(location)));
        } catch (IOException | RuntimeException e) {
            throw wrong(prefix + ".location: the file '" + location + "' cannot be read here");
        }
    }

    private static String required(Map<String, String> said, String key, String because) {
        String value = said.get(key);
        if (value == null) {
            throw wrong(because + " " + said.get(because) + " needs " + key);
        }
        return value;
    }

    static StatementException wrong(String message) {
        return new StatementException(SqlState.WRONG_CONFIG, message);
    }
}
