package dev.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.spec.error.StatementException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerTest {
    @Test
    void recordsAreThereAfterARestartOnTheSameFolder(@TempDir Path folder) throws Exception {
        int port;
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder, "127.0.0.1", 0)) {
            port = Integer.parseInt(broker.address().substring(broker.address().indexOf(':') + 1));
            createTopic(broker.address());
            produce(broker, "hello", "world");
        }

        try (EmbeddedBroker broker = EmbeddedBroker.start(folder, "127.0.0.1", port)) {
            assertThat(broker.address()).isEqualTo("127.0.0.1:" + port);
            produce(broker, "again");
            assertThat(consume(broker, 3)).containsExactly("hello", "world", "again");
        }
    }

    @Test
    void brokerOnAllAddressesTellsClientsOneThatTheyCanUse(@TempDir Path folder) throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder, "0.0.0.0", 0)) {
            assertThat(broker.address()).doesNotStartWith("0.0.0.0");
            String loopback =
                    "127.0.0.1" + broker.address().substring(broker.address().lastIndexOf(':'));
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", loopback))) {
                assertThat(admin.describeCluster().nodes().get(60, TimeUnit.SECONDS))
                        .singleElement()
                        .satisfies(node ->
                                assertThat(node.host() + ":" + node.port()).isEqualTo(broker.address()));
            }
            createTopic(loopback);
            produce(broker, "hello");
            assertThat(consume(broker, 1)).containsExactly("hello");
        }
    }

    @Test
    void takenPortIsNamedWithItsOption(@TempDir Path folder) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThatThrownBy(() -> EmbeddedBroker.start(folder, "127.0.0.1", taken.getLocalPort()))
                    .isInstanceOf(StatementException.class)
                    .hasMessageContaining("port " + taken.getLocalPort())
                    .hasMessageContaining("--kafka-port");
        }
    }

    /** With the one partition that is read here. */
    private static void createTopic(String address) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
            admin.createTopics(List.of(new NewTopic("greetings", 1, (short) 1)))
                    .all()
                    .get(60, TimeUnit.SECONDS);
        }
    }

    private static void produce(EmbeddedBroker broker, String... values) throws Exception {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.address()), new StringSerializer(), new StringSerializer())) {
            for (String value : values) {
                producer.send(new ProducerRecord<>("greetings", value)).get(60, TimeUnit.SECONDS);
            }
        }
    }

    private static List<String> consume(EmbeddedBroker broker, int count) {
        TopicPartition partition = new TopicPartition("greetings", 0);
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker.address()), new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            List<String> values = new ArrayList<>();
            for (int polls = 0; values.size() < count && polls < 60; polls++) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(1))) {
                    values.add(record.value());
                }
            }
            return values;
        }
    }
}
