package dev.millrace.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs of one pipeline that a user starts beside the one that runs, as Flink's dashboard lets him. */
class SecondJobIT {
    /** Fed at a time, as often as it takes: a job learns that it was overtaken with its next batch. */
    private static final long ROWS = 9_000;

    private static final long FEEDS_MAX = 100;
    private static final int ROWS_PER_SECOND = 3_000;
    private static final Duration CALL = Duration.ofSeconds(90);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void aSecondJobAndOneFromAnOldCheckpointLoadNothingTwice() throws Exception {
        Path data = folder.resolve("data");
        try (MillraceProcess millrace = MillraceProcess.start(data, "--kafka");
                Connection connection = millrace.connect();
                Statement statement = connection.createStatement()) {
            Numbers numbers = new Numbers(millrace.kafka(), "numbers");
            numbers.create();
            statement.execute("CREATE DATABASE d PARTITIONS 4");
            statement.execute("CREATE TABLE d.t (id BIGINT NOT NULL, word VARCHAR(40), SHARD KEY (id))");
            statement.execute("CREATE PIPELINE d.p AS LOAD DATA KAFKA '" + millrace.kafka()
                    + "/numbers' BATCH_INTERVAL 200 INTO TABLE d.t FIELDS TERMINATED BY ','");
            AtomicBoolean enough = new AtomicBoolean();
            CompletableFuture<Long> producing = CompletableFuture.supplyAsync(() -> feed(numbers, enough));
            statement.execute("START PIPELINE d.p");
            awaitRows(statement, ROWS);
            String first = onlyRunning(millrace);

            String second = run(millrace, "");
            awaitTakenOver(millrace, first, second);
            awaitRows(statement, count(statement) + ROWS);

            String third = run(millrace, newestCheckpoint(data, first));
            awaitTakenOver(millrace, second, third);
            enough.set(true);
            long rows = producing.get(ROWS / ROWS_PER_SECOND + 120, TimeUnit.SECONDS);
            awaitRows(statement, rows);

            try (ResultSet row =
                    statement.executeQuery("SELECT count(*), count(DISTINCT id), min(id), max(id) FROM d.t")) {
                assertThat(row.next()).isTrue();
                assertThat(row.getLong(1)).isEqualTo(rows);
                assertThat(row.getLong(2)).isEqualTo(rows);
                assertThat(row.getLong(3)).isZero();
                assertThat(row.getLong(4)).isEqualTo(rows - 1);
            }
            assertThat(onlyRunning(millrace)).isEqualTo(third);
        }
    }

    /** Answers how many rows there are then. */
    private static long feed(Numbers numbers, AtomicBoolean enough) {
        long rows = 0;
        for (int feeds = 0; feeds < FEEDS_MAX && !enough.get(); feeds++) {
            numbers.produce(rows, rows + ROWS, ROWS_PER_SECOND);
            rows += ROWS;
        }
        return rows;
    }

    /** The older job ends and names the newer run; the newer one runs, and it stays so. */
    private void awaitTakenOver(MillraceProcess millrace, String older, String newer) throws Exception {
        Await.until("job " + older + " gives way", () -> state(millrace, older).equals("FAILED"));
        assertThat(get(millrace, "/jobs/" + older + "/exceptions").toString()).containsPattern("run \\d+");
        Await.until("job " + newer + " runs", () -> state(millrace, newer).equals("RUNNING"));
    }

    private String state(MillraceProcess millrace, String job) throws IOException, InterruptedException {
        return get(millrace, "/jobs/" + job).path("state").asText();
    }

    private String onlyRunning(MillraceProcess millrace) throws IOException, InterruptedException {
        List<String> running = Stream.of(get(millrace, "/jobs/overview").path("jobs"))
                .flatMap(jobs ->
                        Stream.iterate(0, i -> i < jobs.size(), i -> i + 1).map(jobs::get))
                .filter(job -> job.path("state").asText().equals("RUNNING"))
                .map(job -> job.path("jid").asText())
                .toList();
        assertThat(running).hasSize(1);
        return running.get(0);
    }

    /** Runs the job jar that the pipeline has uploaded, from a checkpoint if one is given. */
    private String run(MillraceProcess millrace, String checkpoint) throws IOException, InterruptedException {
        String jar = get(millrace, "/jars").path("files").path(0).path("id").asText();
        ObjectNode body = JSON.createObjectNode();
        body.putArray("programArgsList")
                .add("--system")
                .add(millrace.leaf())
                .add("--pipeline")
                .add("d.p");
        if (!checkpoint.isEmpty()) {
            body.put("savepointPath", checkpoint);
        }
        JsonNode answer = call(HttpRequest.newBuilder(URI.create(millrace.dashboard() + "/jars/" + jar + "/run"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString())));
        assertThat(answer.has("jobid")).as(answer.toString()).isTrue();
        return answer.path("jobid").asText();
    }

    /** Flink keeps the newest checkpoint of a job that ended. */
    private static String newestCheckpoint(Path data, String job) throws IOException {
        try (Stream<Path> paths = Files.walk(data)) {
            return paths.filter(path -> path.getFileName().toString().equals("_metadata")
                            && path.toString().contains(job))
                    .max(Comparator.comparing(path -> path.toFile().lastModified()))
                    .orElseThrow(() -> new AssertionError("no checkpoint of " + job))
                    .getParent()
                    .toUri()
                    .toString();
        }
    }

    private JsonNode get(MillraceProcess millrace, String path) throws IOException, InterruptedException {
        return call(
                HttpRequest.newBuilder(URI.create(millrace.dashboard() + path)).GET());
    }

    private JsonNode call(HttpRequest.Builder request) throws IOException, InterruptedException {
        return JSON.readTree(http.send(request.timeout(CALL).build(), HttpResponse.BodyHandlers.ofString(UTF_8))
                .body());
    }

    private static void awaitRows(Statement statement, long rows) throws Exception {
        Await.until(rows + " rows", () -> count(statement) >= rows);
    }

    private static long count(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT count(*) FROM d.t")) {
            row.next();
            return row.getLong(1);
        }
    }
}
