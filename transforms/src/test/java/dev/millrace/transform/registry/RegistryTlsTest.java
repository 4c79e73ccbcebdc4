package dev.millrace.transform.registry;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.millrace.spec.Credentials;
import dev.millrace.spec.RegistrySettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A registry behind TLS that asks its clients for a certificate, too. The keys are for tests alone. */
class RegistryTlsTest {
    private static final String PASSWORD = "s3cret";

    @TempDir
    static Path folder;

    private static HttpsServer server;

    @BeforeAll
    static void start() throws Exception {
        Optional<String> certificate = Optional.of(text("certificate.pem"));
        SSLContext context = PemKeys.context(
                new RegistrySettings.Tls(certificate, certificate, Optional.of(text("key.pem")), Optional.empty()));
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters wanted = context.getDefaultSSLParameters();
                wanted.setNeedClientAuth(true);
                parameters.setSSLParameters(wanted);
            }
        });
        server.createContext("/registry/schemas/ids/1", exchange -> {
            try (exchange) {
                byte[] body = "{\"schema\":\"\\\"int\\\"\"}".getBytes(US_ASCII);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
    }

    @AfterAll
    static void stop() {
        server.stop(0);
    }

    private static String text(String name) throws IOException {
        try (InputStream in = RegistryTlsTest.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), US_ASCII);
        }
    }

    private static String file(String name) throws IOException {
        return Files.writeString(folder.resolve(name), text(name)).toString();
    }

    private static boolean answers(Map<String, String> config, Map<String, String> credentials) {
        RegistrySettings settings = RegistrySettings.of(
                List.of("127.0.0.1:" + server.getAddress().getPort() + "/registry"),
                config,
                new Credentials(credentials));
        return new SchemaRegistry(settings, Duration.ZERO).schema(1).isPresent();
    }

    @Test
    void certificatesAndKeysAreReadFromFilesAndTexts() throws Exception {
        Map<String, String> files = new HashMap<>(Map.of(
                "schema.registry.ssl.ca.location", file("certificate.pem"),
                "schema.registry.ssl.certificate.location", file("certificate.pem")));
        Map<String, String> encrypted = Map.of(
                "schema.registry.ssl.key.pem", text("encrypted.pem"), "schema.registry.ssl.key.password", PASSWORD);
        assertThat(answers(files, encrypted)).isTrue();

        files.put("schema.registry.ssl.key.location", file("key.pem"));
        assertThat(answers(files, Map.of())).isTrue();
    }

    @Test
    void whatCannotBeUsedIsSaidWithoutItsText() throws Exception {
        String certificate = text("certificate.pem");
        String encrypted = text("encrypted.pem");
        Map<String, String> trusting =
                Map.of("schema.registry.ssl.ca.pem", certificate, "schema.registry.ssl.certificate.pem", certificate);

        assertThatThrownBy(() -> answers(trusting, Map.of())).hasMessageContaining("go together");
        assertThatThrownBy(() -> answers(trusting, Map.of("schema.registry.ssl.key.pem", "no key at all")))
                .hasMessageContaining("no private key in PEM")
                .hasMessageNotContaining("at all");
        assertThatThrownBy(() -> answers(trusting, Map.of("schema.registry.ssl.key.pem", encrypted)))
                .hasMessageContaining("there is no schema.registry.ssl.key.password");
        assertThatThrownBy(() -> answers(
                        trusting,
                        Map.of("schema.registry.ssl.key.pem", encrypted, "schema.registry.ssl.key.password", "guess")))
                .hasMessageContaining("cannot be decrypted")
                .hasMessageNotContaining("guess");
        assertThatThrownBy(() -> answers(Map.of("schema.registry.ssl.ca.pem", "nothing"), Map.of()))
                .hasMessageContaining("TLS to the schema registry");
        assertThatThrownBy(() -> answers(Map.of("schema.registry.ssl.ca.pem", certificate), Map.of()))
                .as("the registry wants a certificate")
                .hasMessageContaining("schema 1 of schema registry https://127.0.0.1");
    }
}
