package dev.millrace.aggregator.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlinkRestTest {
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final Map<String, String> bodies = new ConcurrentHashMap<>();
    private HttpServer server;
    private FlinkRest flink;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String key = exchange.getRequestMethod() + " " + exchange.getRequestURI();
            bodies.put(key, new String(exchange.getRequestBody().readAllBytes(), UTF_8));
            String answer = answers.get(key);
            byte[] bytes = (answer == null ? "{\"errors\":[\"Not found: " + key + "\"]}" : answer).getBytes(UTF_8);
            exchange.sendResponseHeaders(answer == null ? 404 : 200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        flink = new FlinkRest(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void overviewBecomesJobs() {
        answers.put("GET /jobs/overview", """
                {"jobs":[{"jid":"a1","name":"db.p","state":"RUNNING","start-time":5,
                          "tasks":{"total":2,"scheduled":1,"created":0,"running":1}},
                         {"jid":"b2","name":"db.p","state":"FAILED","start-time":4,"tasks":{"total":2}}]}
                """);
        List<FlinkRest.Job> jobs = flink.jobs();
        assertThat(jobs)
                .containsExactly(
                        new FlinkRest.Job("a1", "db.p", "RUNNING", 5, 2, 1),
                        new FlinkRest.Job("b2", "db.p", "FAILED", 4, 2, 0));
        assertThat(jobs.get(0).isAlive()).isTrue();
        assertThat(jobs.get(1).isAlive()).isFalse();
    }

    @Test
    void jarIsUploadedOnceForItsContent(@TempDir Path folder) throws IOException {
        Path jar = Files.writeString(folder.resolve("job.jar"), "content");
        answers.put("GET /jars", "{\"files\":[]}");
        answers.put("POST /jars/upload", "{\"filename\":\"/tmp/flink/uuid_millrace-job.jar\",\"status\":\"success\"}");
        assertThat(new JobJar(jar).on(flink)).isEqualTo("uuid_millrace-job.jar");
        assertThat(bodies.get("POST /jars/upload"))
                .contains("filename=\"millrace-job-ed7002b439e9ac84.jar\"", "content");

        answers.put("GET /jars", "{\"files\":[{\"id\":\"x_1.jar\",\"name\":\"millrace-job-ed7002b439e9ac84.jar\"}]}");
        answers.remove("POST /jars/upload");
        assertThat(new JobJar(jar).on(flink)).isEqualTo("x_1.jar");
    }

    @Test
    void runPassesArgumentsAndAnswersTheJob() {
        answers.put("POST /jars/x_1.jar/run", "{\"jobid\":\"c3\"}");
        assertThat(flink.run("x_1.jar", List.of("--system", "h:1", "--pipeline", "db.p")))
                .isEqualTo("c3");
        assertThat(bodies.get("POST /jars/x_1.jar/run"))
                .isEqualTo("{\"programArgsList\":[\"--system\",\"h:1\",\"--pipeline\",\"db.p\"]}");
    }

    @Test
    void errorsOfFlinkAreOneLine() {
        answers.put(
                "GET /jobs/a1/exceptions",
                "{\"exceptionHistory\":{\"entries\":[{\"stacktrace\":\"x.Y: why\\n\\tat z\"}]}}");
        assertThat(flink.rootException("a1").map(RootCause::of)).contains("Y: why");
        assertThatThrownBy(() -> flink.cancel("a1"))
                .isInstanceOfSatisfying(
                        FlinkRest.FlinkException.class,
                        e -> assertThat(e.isUnreachable()).isFalse())
                .hasMessageContaining("Not found");
    }

    @Test
    void silenceIsToldFromRefusal() {
        server.stop(0);
        assertThatThrownBy(flink::jobs)
                .isInstanceOfSatisfying(
                        FlinkRest.FlinkException.class,
                        e -> assertThat(e.isUnreachable()).isTrue());
    }
}
