package dev.millrace.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.SqlExpression;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.json.SpecJson;
import dev.millrace.spec.type.SqlType;
import dev.millrace.store.PipelineState;
import dev.millrace.store.log.SystemEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The job jar as a user runs it: uploaded to a cluster, then started with its two arguments. */
class SubmitByRestIT {
    private static final String BOUNDARY = "millrace-boundary";

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    Path folder;

    /**
     * A cluster that knows nothing of us, and one as the launcher starts it. Flink's connector comes from this test's
     * class path, because Flink's own packages always do, so Kafka has to come from there too.
     */
    @ParameterizedTest
    @ValueSource(strings = {"org.apache.kafka", "org.apache.kafka;org.duckdb;org.apache.arrow"})
    void jarRunsAndMistakesAreNamed(String parentFirst) throws Exception {
        try (Broker broker = new Broker(folder.resolve("kafka"));
                EngineStore store = new EngineStore("rest", folder.resolve("store"));
                StoreServer server = new StoreServer(store);
                Cluster cluster = new Cluster(folder.resolve("flink"), parentFirst)) {
            broker.create("clicks", 3);
            TableSpec table = store.create(table());
            PipelineSpec pipeline = store.create(pipeline(broker.address(), "clicks", table));
            PipelineSpec lost = store.create(pipeline(broker.address(), "nowhere", table));
            for (int partition = 0; partition < 3; partition++) {
                broker.send("clicks", partition, "{\"id\": " + partition + "}", "{\"id\": " + (partition + 10) + "}");
            }
            URI rest = cluster.mini().getRestAddress().get();
            String jar = upload(rest);
            String system = server.endpoint().toString();

            assertThat(run(rest, jar, "--system", system)).contains("no --pipeline");
            assertThat(run(rest, jar, "--system", system, "--pipeline", "db.none"))
                    .contains("unknown pipeline 'db.none'");
            assertThat(run(rest, jar, "--system", system, "--pipeline", pipeline.qualifiedName()))
                    .contains("pipeline " + pipeline.qualifiedName() + " is stopped");
            store.newRun(lost);
            assertThat(run(rest, jar, "--system", system, "--pipeline", lost.qualifiedName()))
                    .contains("topic 'nowhere' does not exist");

            store.newRun(pipeline);
            JobID first = job(run(rest, jar, "--system", system, "--pipeline", pipeline.qualifiedName()));
            Cluster.await("rows", () -> store.number(table, "count(*)") == 6);
            // 42 is a default that DuckDB evaluates in the task.
            assertThat(store.number(table, "sum(answer)")).isEqualTo(6 * 42);
            assertThat(cluster.mini().getExecutionGraph(first).get().getJobName())
                    .isEqualTo(pipeline.qualifiedName());

            JobID second = job(run(rest, jar, "--system", system, "--pipeline", pipeline.qualifiedName()));
            int fed = feedUntilOver(broker, cluster, first);
            assertThat(cluster.failure(first)).contains("gives way");
            Cluster.await("rows", () -> store.number(table, "count(*)") == 6 + fed);
            assertThat(cluster.status(second)).isEqualTo(JobStatus.RUNNING);
            assertThat(store.pipeline(pipeline).state()).isEqualTo(PipelineState.RUNNING);

            // A file that says otherwise replaces the definition, and the cursors stay.
            Path file = Files.writeString(
                    folder.resolve("spec.json"), SpecJson.write(pipeline.withBatchInterval(Duration.ofMillis(150))));
            JobID third = job(run(rest, jar, "--system", system, "--spec", file.toString()));
            int fedAgain = fed + feedUntilOver(broker, cluster, second);
            assertThat(cluster.failure(second)).contains("gives way");
            Cluster.await("rows", () -> store.number(table, "count(*)") == 6 + fedAgain);
            assertThat(store.pipeline(pipeline).spec().batchInterval()).isEqualTo(Duration.ofMillis(150));

            // STOP PIPELINE fences first and asks Flink afterwards.
            store.system(new SystemEntry.NewRun(pipeline.id(), PipelineState.STOPPED, false, 0));
            broker.send("clicks", 0, "{\"id\": 21}");
            assertThat(cluster.failure(third)).contains("gives way");
            assertThat(store.number(table, "count(*)")).isEqualTo(6 + fedAgain);
        }
    }

    /** The older job decides batches until the newer one has opened, and learns of it with the next. */
    private static int feedUntilOver(Broker broker, Cluster cluster, JobID older) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        int fed = 0;
        while (!cluster.status(older).isGloballyTerminalState()) {
            assertThat(System.nanoTime()).as("the older job goes on").isLessThan(deadline);
            broker.send("clicks", 0, "{\"id\": " + (100 + fed++) + "}");
            TimeUnit.MILLISECONDS.sleep(500);
        }
        return fed;
    }

    private String upload(URI rest) throws Exception {
        String head = "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\"job.jar\"\r\n"
                + "Content-Type: application/x-java-archive\r\n\r\n";
        String tail = "\r\n--" + BOUNDARY + "--\r\n";
        String answer = send(HttpRequest.newBuilder(rest.resolve("/jars/upload"))
                .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
                .POST(BodyPublishers.concat(
                        BodyPublishers.ofString(head),
                        BodyPublishers.ofFile(JobJarIT.path()),
                        BodyPublishers.ofString(tail))));
        Matcher name = Pattern.compile("/([^/\"]+_job\\.jar)").matcher(answer);
        assertThat(name.find()).as(answer).isTrue();
        return name.group(1);
    }

    private String run(URI rest, String jar, String... args) throws Exception {
        StringBuilder list = new StringBuilder();
        for (String arg : args) {
            list.append(list.isEmpty() ? "\"" : ",\"").append(arg).append('"');
        }
        return send(HttpRequest.newBuilder(rest.resolve("/jars/" + jar + "/run"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"programArgsList\":[" + list + "]}")));
    }

    private static JobID job(String answer) {
        Matcher id = Pattern.compile("\"jobid\":\"([0-9a-f]+)\"").matcher(answer);
        assertThat(id.find()).as(answer).isTrue();
        return JobID.fromHexString(id.group(1));
    }

    private String send(HttpRequest.Builder request) {
        try {
            return http.send(
                            request.timeout(Duration.ofSeconds(120)).build(), HttpResponse.BodyHandlers.ofString(UTF_8))
                    .body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static TableSpec table() {
        return new TableSpec(
                0,
                1,
                "db",
                "clicks",
                false,
                List.of(
                        new ColumnSpec("id", SqlType.of(SqlType.Kind.BIGINT), false, Optional.empty()),
                        new ColumnSpec(
                                "answer",
                                SqlType.of(SqlType.Kind.INT),
                                true,
                                Optional.of(new SqlExpression("6 * 7", "(6 * 7)")))),
                List.of(),
                List.of("id"));
    }

    private static PipelineSpec pipeline(String broker, String topic, TableSpec table) {
        return new PipelineSpec(
                0,
                "db",
                topic,
                new SourceSpec.Kafka(List.of(broker), topic),
                new FormatSpec.Json(List.of(new FormatSpec.Mapping("id", List.of("id"), Optional.empty()))),
                table,
                Duration.ofMillis(100),
                OptionalInt.of(2));
    }
}
