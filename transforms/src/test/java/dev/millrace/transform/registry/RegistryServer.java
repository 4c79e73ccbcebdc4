package dev.millrace.transform.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.spec.RegistrySettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A schema registry that answers what Confluent's does, as far as readers ask. */
public final class RegistryServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final Queue<Integer> failures = new ArrayDeque<>();
    /** Paths in the order in which they were asked for, with the header that proves who asks. */
    public final Queue<String> asked = new ConcurrentLinkedQueue<>();

    public RegistryServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().toString();
            asked.add(path
                    + Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                            .map(value -> " " + value)
                            .orElse(""));
            Integer failure;
            synchronized (failures) {
                failure = failures.poll();
            }
            String found = answers.get(path);
            int status = failure != null ? failure : found == null ? 404 : 200;
            byte[] body = (status == 200 ? found : "{\"error_code\":40403,\"message\":\"not here\"}").getBytes(UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    public void put(int id, String schema) {
        put("/schemas/ids/" + id, schema, Map.of());
    }

    /** @param more fields of the answer; objects as their JSON */
    public void put(String path, String schema, Map<String, String> more) {
        try {
            ObjectNode node = JSON.createObjectNode().put("schema", schema);
            for (Map.Entry<String, String> field : more.entrySet()) {
                node.set(field.getKey(), JSON.readTree(field.getValue()));
            }
            answers.put(path, node.toString());
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** The next answers are these statuses. */
    public void fail(Integer... statuses) {
        synchronized (failures) {
            failures.addAll(List.of(statuses));
        }
    }

    public String address() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    public RegistrySettings settings(String... before) {
        List<URI> servers = new ArrayList<>();
        for (String each : before) {
            servers.add(URI.create(each));
        }
        servers.add(URI.create("http://" + address()));
        return new RegistrySettings(servers, Optional.empty(), Optional.empty(), Duration.ofSeconds(5));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
