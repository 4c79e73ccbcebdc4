package dev.millrace.transform.registry;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.spec.RegistrySettings;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Client of a schema registry. For one thread at a time; it keeps nothing. */
public final class SchemaRegistry {
    /** How long a registry that does not answer is asked again: a restart of it takes less. */
    public static final Duration PATIENCE_DEFAULT = Duration.ofSeconds(60);

    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
    private static final long PAUSE_MILLIS_FIRST = 100;
    private static final long PAUSE_MILLIS_MAX = 5_000;

    /** Schemas are some kilobytes. */
    private static final int ANSWER_BYTES_MAX = 16 << 20;

    /** Schemas that one schema needs, itself among them. */
    private static final int REFERENCED_MAX = 1_000;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final RegistrySettings settings;
    private final Duration patience;
    private final HttpClient client;

    /** An answer that asking again would not change; {@code status} 200 or 404. */
    private record Answer(int status, JsonNode body) {}

    /** @throws StatementException WRONG_CONFIG for keys and certificates that cannot be used */
    public SchemaRegistry(RegistrySettings settings, Duration patience) {
        this.settings = requireNonNull(settings, "settings");
        this.patience = requireNonNull(patience, "patience");
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_MAX)
                .followRedirects(HttpClient.Redirect.NEVER);
        settings.tls().ifPresent(tls -> {
            try {
                builder.sslContext(PemKeys.context(tls));
            } catch (GeneralSecurityException | RuntimeException e) {
                throw new StatementException(SqlState.WRONG_CONFIG, "TLS to the schema registry: " + e.getMessage(), e);
            }
        });
        client = builder.build();
    }

    /**
     * What has that id; empty if nothing has. The calling thread waits while the registry does not answer.
     *
     * @throws StatementException REGISTRY_UNAVAILABLE naming registry and id, when patience ends or if the registry
     *     refuses to answer
     */
    public Optional<RegisteredSchema> schema(int id) {
        String what = "schema " + Integer.toUnsignedString(id);
        Answer answer = ask("/schemas/ids/" + Integer.toUnsignedString(id), what);
        if (answer.status() == 404) {
            return Optional.empty();
        }
        Map<String, String> referenced = new LinkedHashMap<>();
        references(answer.body(), referenced, what);
        return Optional.of(new RegisteredSchema(
                answer.body().path("schemaType").asText(RegisteredSchema.AVRO),
                text(answer.body(), what),
                referenced.values().stream().filter(text -> !text.isEmpty()).toList()));
    }

    /* Depth first, so that each stands behind what it needs. An empty text marks one that is being read. */
    private void references(JsonNode body, Map<String, String> known, String what) {
        for (JsonNode reference : body.path("references")) {
            String subject = reference.path("subject").asText();
            int version = reference.path("version").asInt();
            String key = subject + "/" + version;
            if (known.containsKey(key)) {
                continue;
            }
            if (known.size() >= REFERENCED_MAX) {
                throw unavailable(what, "it needs more than " + REFERENCED_MAX + " other schemas");
            }
            known.put(key, "");
            String path = "/subjects/"
                    + URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20") + "/versions/" + version;
            Answer answer = ask(path, what);
            if (answer.status() == 404) {
                throw unavailable(
                        what, "it needs version " + version + " of subject '" + subject + "', which is missing");
            }
            references(answer.body(), known, what);
            known.remove(key);
            known.put(key, text(answer.body(), what));
        }
    }

    private String text(JsonNode body, String what) {
        JsonNode schema = body.get("schema");
        if (schema == null || !schema.isTextual()) {
            throw unavailable(what, "the answer has no schema");
        }
        return schema.asText();
    }

    private Answer ask(String path, String what) {
        long deadline = System.nanoTime() + patience.toNanos();
        long pause = PAUSE_MILLIS_FIRST;
        while (true) {
            String reason = "";
            Optional<Answer> missing = Optional.empty();
            for (URI server : settings.servers()) {
                try {
                    Answer answer = ask(server, path, what);
                    if (answer.status() == 200) {
                        return answer;
                    }
                    missing = Optional.of(answer);
                } catch (IOException e) {
                    reason = server + ": "
                            + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
                } catch (InterruptedException e) {
                    throw interrupted(what, e);
                }
            }
            // One that answers knows as much as the others.
            if (missing.isPresent()) {
                return missing.get();
            }
            if (System.nanoTime() - deadline > 0) {
                throw unavailable(what, reason + "; asked for " + patience.toSeconds() + " s");
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                throw interrupted(what, e);
            }
            pause = Math.min(PAUSE_MILLIS_MAX, 2 * pause);
        }
    }

    /** @throws IOException if asking again may help */
    private Answer ask(URI server, String path, String what) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server + path))
                .timeout(settings.requestMax())
                .header("Accept", "application/vnd.schemaregistry.v1+json, application/json");
        settings.authorization().ifPresent(value -> request.header("Authorization", value));
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int status = send(request.GET().build(), body);
        if (status == 429 || status >= 500) {
            throw new IOException("status " + status);
        }
        if (status != 200 && status != 404) {
            throw unavailable(what, server + " answers with status " + status);
        }
        String text = body.toString(StandardCharsets.UTF_8);
        if (status == 404 && !saysNotFound(text)) {
            throw new IOException("status 404, and not by a schema registry");
        }
        return new Answer(status, status == 200 ? json(text, server, what) : JSON.nullNode());
    }

    /** A registry that lacks something says so with a code of its own, 40401 to 40403; a proxy before it does not. */
    private static boolean saysNotFound(String body) {
        try {
            return JSON.readTree(body).path("error_code").asInt() / 100 == 404;
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    /** Answers the status. The request's own limit ends with the headers, so the whole has one, too. */
    private int send(HttpRequest request, ByteArrayOutputStream body) throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<Void>> response = client.sendAsync(
                request,
                BodyHandlers.ofByteArrayConsumer(piece -> piece.ifPresent(bytes -> {
                    if (body.size() + bytes.length > ANSWER_BYTES_MAX) {
                        throw new UncheckedIOException(
                                new IOException("the answer has more than " + (ANSWER_BYTES_MAX >> 20) + " MB"));
                    }
                    body.writeBytes(bytes);
                })));
        try {
            return response.get(settings.requestMax().toMillis(), TimeUnit.MILLISECONDS)
                    .statusCode();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + settings.requestMax().toMillis() + " ms", e);
        } finally {
            response.cancel(true);
        }
    }

    private JsonNode json(String body, URI server, String what) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw unavailable(what, server + " does not answer in JSON");
        }
    }

    private StatementException unavailable(String what, String reason) {
        return new StatementException(
                SqlState.REGISTRY_UNAVAILABLE, what + " of schema registry " + this + ": " + reason);
    }

    private StatementException interrupted(String what, InterruptedException e) {
        Thread.currentThread().interrupt();
        return new StatementException(
                SqlState.QUERY_INTERRUPTED, "interrupted while fetching " + what + " of schema registry " + this, e);
    }

    /** The servers. */
    @Override
    public String toString() {
        return String.join(", ", settings.servers().stream().map(URI::toString).toList());
    }
}
