package dev.millrace.aggregator.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** The calls on Flink's REST interface that pipelines need. Thread-safe; every call has a time-out. */
final class FlinkRest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration CALL = Duration.ofSeconds(20);

    /** Uploading sends some tens of megabytes; running builds the job graph in the JobManager, cold. */
    private static final Duration SLOW_CALL = Duration.ofSeconds(90);

    private static final String BOUNDARY = "millrace-job-jar-6f1d0c";

    /** Longest error text that is shown of what Flink says. */
    private static final int MESSAGE_MAX = 1_000;

    private final URI root;
    private final HttpClient http;

    FlinkRest(URI root) {
        String text = requireNonNull(root, "root").toString();
        this.root = URI.create(text.endsWith("/") ? text : text + "/");
        this.http = HttpClient.newBuilder()
                .connectTimeout(CONNECT)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    /** A job as the overview shows it. */
    record Job(String id, String name, String state, long startedAtMillis, int tasks, int scheduled) {
        /** Whether it runs or may come to run. */
        boolean isAlive() {
            return switch (state) {
                case "FAILED", "CANCELED", "FINISHED", "SUSPENDED" -> false;
                default -> true;
            };
        }
    }

    /** Slots of the cluster. */
    record Slots(int total, int available) {}

    /** Flink cannot be reached or does not do what is asked. */
    static final class FlinkException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final boolean unreachable;

        FlinkException(String message, boolean unreachable, Throwable cause) {
            super(message, cause);
            this.unreachable = unreachable;
        }

        /** Whether nobody answered, rather than answered no. */
        boolean isUnreachable() {
            return unreachable;
        }
    }

    List<Job> jobs() {
        List<Job> jobs = new ArrayList<>();
        for (JsonNode job : get("jobs/overview").path("jobs")) {
            JsonNode tasks = job.path("tasks");
            jobs.add(new Job(
                    job.path("jid").asText(),
                    job.path("name").asText(),
                    job.path("state").asText(),
                    job.path("start-time").asLong(),
                    tasks.path("total").asInt(),
                    tasks.path("scheduled").asInt() + tasks.path("created").asInt()));
        }
        return jobs;
    }

    Slots slots() {
        JsonNode overview = get("overview");
        return new Slots(
                overview.path("slots-total").asInt(),
                overview.path("slots-available").asInt());
    }

    /** The exception that a job failed with; empty if none is known. */
    Optional<String> rootException(String job) {
        JsonNode exceptions = get("jobs/" + job + "/exceptions");
        JsonNode newest = exceptions.path("exceptionHistory").path("entries").path(0);
        String text = newest.path("stacktrace")
                .asText(exceptions.path("root-exception").asText(""));
        return text.isBlank() ? Optional.empty() : Optional.of(text);
    }

    /** Whether a job failed because its restart strategy had no more retries for a failure that may pass. */
    boolean isOutOfRetries(String job) {
        return get("jobs/" + job + "/exceptions").toString().contains("Recovery is suppressed by ");
    }

    void cancel(String job) {
        call(request("jobs/" + job + "?mode=cancel", CALL)
                .method("PATCH", HttpRequest.BodyPublishers.noBody())
                .build());
    }

    /** The id of a jar that was uploaded under this file name; empty if none was. */
    Optional<String> jar(String fileName) {
        for (JsonNode file : get("jars").path("files")) {
            if (file.path("name").asText().equals(fileName)) {
                return Optional.of(file.path("id").asText());
            }
        }
        return Optional.empty();
    }

    /** Uploads a jar and answers its id. */
    String upload(Path jar, String fileName) {
        byte[] head = ("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\"" + fileName
                        + "\"\r\nContent-Type: application/x-java-archive\r\n\r\n")
                .getBytes(UTF_8);
        byte[] tail = ("\r\n--" + BOUNDARY + "--\r\n").getBytes(UTF_8);
        HttpRequest upload = request("jars/upload", SLOW_CALL)
                .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> body(head, jar, tail)))
                .build();
        String path = call(upload).path("filename").asText();
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static InputStream body(byte[] head, Path jar, byte[] tail) {
        try {
            return new SequenceInputStream(Collections.enumeration(List.of(
                    new ByteArrayInputStream(head), Files.newInputStream(jar), new ByteArrayInputStream(tail))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a jar's main class and answers the id of the job it submits. */
    String run(String jarId, List<String> arguments) {
        ObjectNode body = JSON.createObjectNode();
        arguments.forEach(body.putArray("programArgsList")::add);
        HttpRequest run = request("jars/" + jarId + "/run", SLOW_CALL)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                .build();
        return call(run).path("jobid").asText();
    }

    private JsonNode get(String path) {
        return call(request(path, CALL).GET().build());
    }

    private HttpRequest.Builder request(String path, Duration timeout) {
        return HttpRequest.newBuilder(root.resolve(path)).timeout(timeout);
    }

    private JsonNode call(HttpRequest request) {
        HttpResponse<String> response;
        try {
            response = http.send(request, HttpResponse.BodyHandlers.ofString(UTF_8));
        } catch (IOException e) {
            throw new FlinkException("Flink at " + root + " does not answer: " + e, true, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FlinkException("interrupted while calling Flink", true, e);
        }
        JsonNode body;
        try {
            body = JSON.readTree(response.body());
        } catch (IOException e) {
            throw new FlinkException("Flink at " + root + " answers " + response.statusCode(), true, e);
        }
        if (response.statusCode() / 100 != 2) {
            throw new FlinkException(errors(body, response.statusCode()), response.statusCode() == 503, null);
        }
        return body == null ? JSON.createObjectNode() : body;
    }

    private static String errors(JsonNode body, int status) {
        StringBuilder text = new StringBuilder();
        if (body != null) {
            body.path("errors")
                    .forEach(error -> text.append(text.isEmpty() ? "" : "; ").append(error.asText()));
        }
        String all = text.isEmpty() ? "Flink answers " + status : RootCause.of(text.toString());
        return all.length() <= MESSAGE_MAX ? all : all.substring(0, MESSAGE_MAX);
    }
}
