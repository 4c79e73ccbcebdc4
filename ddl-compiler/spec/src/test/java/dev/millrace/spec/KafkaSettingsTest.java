package dev.millrace.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaSettingsTest {
    private static Map<String, Object> properties(Map<String, String> config, Map<String, String> secrets) {
        return KafkaSettings.properties(
                new SourceSpec.Kafka(List.of("k1:9092", "k2:9093"), "t", config), new Credentials(secrets));
    }

    @Test
    void withoutSettingsOnlyTheBrokersAreNamed() {
        assertThat(properties(Map.of(), Map.of()))
                .containsOnly(
                        Map.entry("bootstrap.servers", "k1:9092,k2:9093"), Map.entry("security.protocol", "PLAINTEXT"));
    }

    @Test
    void aPasswordIsQuotedForJaas() {
        Map<String, Object> properties = properties(
                Map.of("security.protocol", "sasl_ssl", "sasl.mechanisms", "scram-sha-256", "sasl.username", "u"),
                Map.of("sasl.password", "a\"b\\c;"));

        assertThat(properties)
                .containsEntry("security.protocol", "SASL_SSL")
                .containsEntry("sasl.mechanism", "SCRAM-SHA-256")
                .containsEntry(
                        "sasl.jaas.config",
                        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"u\""
                                + " password=\"a\\\"b\\\\c;\";");
    }

    @Test
    void pemComesFromFilesOrFromTheTextItself(@TempDir Path folder) throws Exception {
        Path ca = Files.writeString(folder.resolve("ca.pem"), "CA");
        Path chain = Files.writeString(folder.resolve("cert.pem"), "CERT");

        assertThat(properties(
                        Map.of(
                                "security.protocol",
                                "SSL",
                                "ssl.ca.location",
                                ca.toString(),
                                "ssl.certificate.location",
                                chain.toString(),
                                "ssl.endpoint.identification.algorithm",
                                "none"),
                        Map.of("ssl.key.pem", "KEY", "ssl.key.password", "pw")))
                .containsEntry("ssl.truststore.type", "PEM")
                .containsEntry("ssl.truststore.certificates", "CA")
                .containsEntry("ssl.keystore.certificate.chain", "CERT")
                .containsEntry("ssl.keystore.key", "KEY")
                .containsEntry("ssl.key.password", "pw")
                .containsEntry("ssl.endpoint.identification.algorithm", "");
    }

    @Test
    void whatIsMissingIsNamedAndNoSecretIsSaid() {
        assertThatThrownBy(() -> properties(Map.of("security.protocol", "SASL_PLAINTEXT"), Map.of()))
                .hasMessage("security.protocol SASL_PLAINTEXT needs sasl.username");
        assertThatThrownBy(() -> properties(Map.of("security.protocol", "SSL"), Map.of("ssl.key.pem", "hunter2")))
                .hasMessageContaining("go together")
                .hasMessageNotContaining("hunter2");
        assertThatThrownBy(() ->
                        properties(Map.of("security.protocol", "SSL", "ssl.ca.location", "/no/such/ca.pem"), Map.of()))
                .hasMessage("ssl.ca.location: the file '/no/such/ca.pem' cannot be read here");
    }

    @Test
    void textOfOthersLosesItsSecrets() {
        Credentials credentials = new Credentials(Map.of("sasl.password", "hunter2", "pin", "7"));

        assertThat(credentials.redact("bad hunter2, 7 times")).isEqualTo("bad <hidden>, 7 times");
        assertThat(credentials.toString()).isEqualTo("Credentials[pin, sasl.password]");
    }
}
