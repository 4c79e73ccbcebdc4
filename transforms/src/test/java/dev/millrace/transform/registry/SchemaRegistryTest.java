package dev.millrace.transform.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.millrace.spec.Credentials;
import dev.millrace.spec.RegistrySettings;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SchemaRegistryTest {
    private static final Duration SHORT = Duration.ofMillis(300);

    private RegistryServer server;

    @BeforeEach
    void start() throws IOException {
        server = new RegistryServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Optional<RegisteredSchema> ask(RegistrySettings settings, int id) {
        return new SchemaRegistry(settings, SHORT).schema(id);
    }

    @Test
    void anIdHasASchemaOrNone() {
        server.put(7, "\"string\"");

        assertThat(ask(server.settings(), 7)).contains(new RegisteredSchema("AVRO", "\"string\"", List.of()));
        assertThat(ask(server.settings(), 8)).isEmpty();
        assertThat(ask(server.settings(), -1)).isEmpty();
        assertThat(server.asked).containsExactly("/schemas/ids/7", "/schemas/ids/8", "/schemas/ids/4294967295");
    }

    @Test
    void referencedSchemasComeBeforeTheirUsers() {
        String toB = "[{\"name\":\"B\",\"subject\":\"b b\",\"version\":2}]";
        String toC = "[{\"name\":\"C\",\"subject\":\"c\",\"version\":1}]";
        server.put("/schemas/ids/1", "A", Map.of("references", toB, "schemaType", "\"AVRO\""));
        server.put("/subjects/b%20b/versions/2", "B", Map.of("references", toC));
        server.put("/subjects/c/versions/1", "C", Map.of("references", toB));

        assertThat(ask(server.settings(), 1)).contains(new RegisteredSchema("AVRO", "A", List.of("C", "B")));
    }

    @Test
    void aServerThatFailsIsAskedAgainAndOneThatIsGoneIsPassedOver() throws IOException {
        server.put(1, "\"int\"");
        server.fail(503, 429);
        assertThat(new SchemaRegistry(server.settings(), Duration.ofSeconds(10)).schema(1))
                .isPresent();
        assertThat(server.asked).hasSize(3);

        assertThat(ask(server.settings("http://127.0.0.1:" + closedPort()), 1)).isPresent();
    }

    @Test
    void whenNobodyAnswersTheErrorNamesRegistryAndIdAndNothingSecret() throws IOException {
        int port = closedPort();
        Credentials credentials =
                new Credentials(Map.of("schema.registry.password", "s3cret", "schema.registry.username", "reader"));
        RegistrySettings settings = RegistrySettings.of(List.of("127.0.0.1:" + port), Map.of(), credentials);

        assertThatThrownBy(() -> ask(settings, 12))
                .asInstanceOf(type(StatementException.class))
                .satisfies(e -> {
                    assertThat(e.state()).isEqualTo(SqlState.REGISTRY_UNAVAILABLE);
                    assertThat(e.getMessage())
                            .contains("schema 12 of schema registry http://127.0.0.1:" + port)
                            .doesNotContain("s3cret");
                });
        assertThat(settings.toString()).doesNotContain("cmVhZGVy");
    }

    @Test
    void aRefusalIsNotAskedAgain() {
        server.fail(401);
        assertThatThrownBy(() -> ask(server.settings(), 1)).hasMessageContaining("answers with status 401");
        server.fail(302);
        assertThatThrownBy(() -> ask(server.settings(), 1)).hasMessageContaining("answers with status 302");
        assertThat(server.asked).hasSize(2);
    }

    @Test
    void userAndPasswordAreSent() {
        server.put(1, "\"int\"");
        for (Map<String, String> keys : List.of(
                Map.of("schema.registry.username", "u", "schema.registry.password", "p:w"),
                Map.of("schema.registry.basic.auth.user.info", "u:p:w"))) {
            ask(RegistrySettings.of(List.of(server.address()), Map.of(), new Credentials(keys)), 1);
        }

        assertThat(server.asked).containsOnly("/schemas/ids/1 Basic dTpwOnc=");
    }

    @Test
    void serversAreSaidInManyWays() {
        assertThat(RegistrySettings.of(List.of("h", "h:1", "https://h/registry/"), Map.of(), Credentials.NONE)
                        .servers())
                .containsExactly(
                        URI.create("http://h:8081"), URI.create("http://h:1"), URI.create("https://h/registry"));
        for (String wrong : List.of("", "a,", "ftp://h", "http://", "h h", "h:1?x=y")) {
            assertThatThrownBy(() -> RegistrySettings.servers(wrong)).hasMessageContaining("is not host:port");
        }
        assertThatThrownBy(() -> RegistrySettings.servers("http://u:p@h")).hasMessageContaining("into CREDENTIALS");
        assertThatThrownBy(() ->
                        RegistrySettings.of(List.of("h"), Map.of("schema.registry.username", "u"), Credentials.NONE))
                .hasMessageContaining("schema.registry.password");
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
