package dev.millrace.aggregator.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.spec.Credentials;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class KafkaTopicsTest {
    @Test
    void brokerThatDoesNotAnswerIsNamedWithinSeconds() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        long start = System.nanoTime();
        assertThatThrownBy(() -> check(new SourceSpec.Kafka(List.of("127.0.0.1:" + port), "t")))
                .isInstanceOfSatisfying(
                        StatementException.class, e -> assertThat(e.state()).isEqualTo(SqlState.SOURCE_UNREACHABLE))
                .hasMessageContaining("127.0.0.1:" + port);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
    }

    @Test
    void hostThatDoesNotExistIsNamed() {
        assertThatThrownBy(() -> check(new SourceSpec.Kafka(List.of("no-such-host.invalid:9092"), "t")))
                .isInstanceOfSatisfying(
                        StatementException.class, e -> assertThat(e.state()).isEqualTo(SqlState.SOURCE_UNREACHABLE))
                .hasMessageContaining("no-such-host.invalid");
    }

    private static void check(SourceSpec.Kafka source) {
        try (KafkaTopics topics = new KafkaTopics(source, Credentials.NONE)) {
            topics.topic();
        }
    }
}
