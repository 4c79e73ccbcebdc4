package dev.millrace.launch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedFlinkTest {
    private static final String BOUNDARY = "millrace";

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void restAnswersTakesAJarAndShowsTheLog(@TempDir Path folder) throws Exception {
        Path log = Files.writeString(folder.resolve("millrace.log"), "a line of the log\n");
        MemoryPlan memory = MemoryPlan.of(2L << 30, 2);
        try (EmbeddedFlink flink = EmbeddedFlink.start(folder.resolve("flink"), "127.0.0.1", 0, 8, log, memory)) {
            assertThat(get(flink, "/")).contains("<title>Apache Flink Web Dashboard</title>");
            assertThat(get(flink, "/config")).contains("\"web-submit\":true");
            awaitSlots(flink, 8);

            assertThat(upload(flink, "empty-job.jar", jar())).contains("\"status\":\"success\"");
            assertThat(get(flink, "/jars")).contains("empty-job.jar");
            assertThat(get(flink, "/jobmanager/log")).contains("a line of the log");
        }
    }

    private void awaitSlots(EmbeddedFlink flink, int slots) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        String overview;
        do {
            overview = get(flink, "/overview");
        } while (!overview.contains("\"slots-total\":" + slots) && System.nanoTime() < deadline);
        assertThat(overview).contains("\"slots-total\":" + slots);
    }

    private String get(EmbeddedFlink flink, String path) throws Exception {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(flink.rest() + path))
                        .timeout(Duration.ofSeconds(60))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(path).isEqualTo(200);
        return answer.body();
    }

    private String upload(EmbeddedFlink flink, String name, byte[] jar) throws Exception {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write(("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\"" + name
                        + "\"\r\nContent-Type: application/x-java-archive\r\n\r\n")
                .getBytes(UTF_8));
        body.write(jar);
        body.write(("\r\n--" + BOUNDARY + "--\r\n").getBytes(UTF_8));
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(flink.rest() + "/jars/upload"))
                        .timeout(Duration.ofSeconds(60))
                        .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray()))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return answer.body();
    }

    private static byte[] jar() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new JarOutputStream(bytes, new Manifest()).close();
        return bytes.toByteArray();
    }
}
