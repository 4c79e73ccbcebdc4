package dev.millrace.spec;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How a schema registry is reached: its servers, and the keys of CONFIG and CREDENTIALS that begin with {@code
 * schema.registry.}. Files that they name are read on the aggregator and on each task manager.
 *
 * @param servers to be asked in turn, without a slash at their end; never empty
 * @param authorization the header's value; a secret
 * @param requestMax longest wait for one answer
 */
public record RegistrySettings(
        List<URI> servers, Optional<String> authorization, Optional<Tls> tls, Duration requestMax) {
    /** Of a server that does not say. */
    private static final int PORT_DEFAULT = 8081;

    private static final Duration REQUEST_MAX_DEFAULT = Duration.ofSeconds(10);
    private static final String PREFIX = "schema.registry.";

    public RegistrySettings {
        servers = List.copyOf(servers);
        requireNonNull(authorization, "authorization");
        requireNonNull(tls, "tls");
        requireNonNull(requestMax, "requestMax");
        if (servers.isEmpty()) {
            throw new IllegalArgumentException("a registry without a server");
        }
    }

    /** Secrets stay out of logs. */
    @Override
    public String toString() {
        return "RegistrySettings" + servers;
    }

    /**
     * PEM texts.
     *
     * @param authorities who may vouch for the server; empty: whom Java trusts
     * @param chain ours, and with it the key
     */
    public record Tls(
            Optional<String> authorities, Optional<String> chain, Optional<String> key, Optional<String> keyPassword) {
        /** Secrets stay out of logs. */
        @Override
        public String toString() {
            return "Tls";
        }
    }

    /**
     * The settings of a pipeline.
     *
     * @throws StatementException WRONG_CONFIG for a file that cannot be read and for halves of a pair; no secret is in
     *     its text
     */
    public static RegistrySettings of(List<String> servers, Map<String, String> config, Credentials credentials) {
        TreeMap<String, String> said = new TreeMap<>();
        config.forEach((key, value) -> strip(key).ifPresent(name -> said.put(name, value)));
        credentials.values().forEach((key, value) -> strip(key).ifPresent(name -> said.put(name, value)));
        boolean secure = said.keySet().stream().anyMatch(key -> key.startsWith("ssl."));
        return new RegistrySettings(
                servers.stream().map(server -> uri(server, secure)).toList(),
                authorization(said),
                secure ? Optional.of(tls(said)) : Optional.empty(),
                Optional.ofNullable(said.get("request.timeout.ms"))
                        .map(millis -> Duration.ofMillis(Math.max(1, Long.parseLong(millis))))
                        .orElse(REQUEST_MAX_DEFAULT));
    }

    private static Optional<String> strip(String key) {
        return key.startsWith(PREFIX) ? Optional.of(key.substring(PREFIX.length())) : Optional.empty();
    }

    /**
     * The servers of the string behind SCHEMA REGISTRY, as they are written, with commas between them.
     *
     * @throws StatementException WRONG_CONFIG for what is no server
     */
    public static List<String> servers(String text) {
        List<String> servers =
                Arrays.stream(text.split(",", -1)).map(String::strip).toList();
        servers.forEach(server -> uri(server, false));
        return servers;
    }

    private static URI uri(String server, boolean secure) {
        String whole = server.contains("://") ? server : (secure ? "https://" : "http://") + server;
        try {
            URI uri = new URI(whole.replaceAll("/+$", ""));
            boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (uri.getRawUserInfo() != null) {
                throw KafkaSettings.wrong(
                        "SCHEMA REGISTRY is shown to everybody: put user and password into CREDENTIALS");
            }
            if (!web || uri.getHost() == null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
                throw notAServer(server);
            }
            boolean bare = uri.getPort() < 0 && !server.contains("://");
            return bare ? new URI(uri.getScheme(), null, uri.getHost(), PORT_DEFAULT, uri.getPath(), null, null) : uri;
        } catch (URISyntaxException e) {
            throw notAServer(server);
        }
    }

    private static StatementException notAServer(String server) {
        return new StatementException(
                SqlState.WRONG_CONFIG,
                "SCHEMA REGISTRY '" + server
                        + "' is not host:port, http://host:port or https://host:port, or several of"
                        + " them with commas");
    }

    private static Optional<String> authorization(Map<String, String> said) {
        String info = said.get("basic.auth.user.info");
        String user = said.get("username");
        String password = said.get("password");
        if (info == null && user == null && password == null) {
            return Optional.empty();
        }
        if (info == null) {
            if (user == null || password == null) {
                throw KafkaSettings.wrong(
                        "schema.registry.username and schema.registry.password go together: one of them is missing");
            }
            info = user + ":" + password;
        }
        return Optional.of("Basic " + Base64.getEncoder().encodeToString(info.getBytes(StandardCharsets.UTF_8)));
    }

    private static Tls tls(Map<String, String> said) {
        Optional<String> chain = KafkaSettings.pem(said, "ssl.certificate");
        Optional<String> key = KafkaSettings.pem(said, "ssl.key");
        if (chain.isPresent() != key.isPresent()) {
            throw KafkaSettings.wrong(
                    "schema.registry.ssl.certificate and schema.registry.ssl.key go together: one of them is missing");
        }
        return new Tls(
                KafkaSettings.pem(said, "ssl.ca"), chain, key, Optional.ofNullable(said.get("ssl.key.password")));
    }
}
