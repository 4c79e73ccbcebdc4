package dev.millrace.acceptance;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.IntStream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/** A broker with an open door and one that asks for a password; it can go away and come back at its addresses. */
final class TwoDoorBroker implements AutoCloseable {
    static final String USER = "loader";
    static final String PASSWORD = "correct-horse-battery";

    private final Path folder;
    private final int[] ports;
    private KafkaRaftServer server;

    TwoDoorBroker(Path folder) throws Exception {
        this.folder = Files.createDirectories(folder);
        this.ports = freePorts();
        new Formatter()
                .setNodeId(1)
                .setClusterId(Uuid.randomUuid().toString())
                .addDirectory(folder.toString())
                .setMetadataLogDirectory(folder.toString())
                .setControllerListenerName("CONTROLLER")
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .run();
        start();
    }

    void start() {
        server = new KafkaRaftServer(KafkaConfig.fromProps(settings()), Time.SYSTEM);
        server.startup();
    }

    void stop() {
        server.shutdown();
        server.awaitShutdown();
    }

    String open() {
        return "127.0.0.1:" + ports[0];
    }

    String guarded() {
        return "127.0.0.1:" + ports[1];
    }

    void delete(String topic) throws Exception {
        try (Admin admin = admin()) {
            admin.deleteTopics(List.of(topic)).all().get();
        }
    }

    void addPartitions(String topic, int total) throws Exception {
        try (Admin admin = admin()) {
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(total)))
                    .all()
                    .get();
        }
    }

    /** As retention does. */
    void deleteBefore(String topic, int partition, long offset) throws Exception {
        try (Admin admin = admin()) {
            admin.deleteRecords(Map.of(new TopicPartition(topic, partition), RecordsToDelete.beforeOffset(offset)))
                    .all()
                    .get();
        }
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", open()));
    }

    @Override
    public void close() {
        stop();
    }

    private Properties settings() {
        String controller = "127.0.0.1:" + ports[2];
        Properties settings = new Properties();
        Map.ofEntries(
                        Map.entry("process.roles", "broker,controller"),
                        Map.entry("node.id", "1"),
                        Map.entry("controller.quorum.voters", "1@" + controller),
                        Map.entry(
                                "listeners",
                                "PLAINTEXT://" + open() + ",SASL_PLAINTEXT://" + guarded() + ",CONTROLLER://"
                                        + controller),
                        Map.entry("advertised.listeners", "PLAINTEXT://" + open() + ",SASL_PLAINTEXT://" + guarded()),
                        Map.entry(
                                "listener.security.protocol.map",
                                "PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT"),
                        Map.entry("controller.listener.names", "CONTROLLER"),
                        Map.entry("inter.broker.listener.name", "PLAINTEXT"),
                        Map.entry("sasl.enabled.mechanisms", "PLAIN"),
                        Map.entry(
                                "listener.name.sasl_plaintext.plain.sasl.jaas.config",
                                "org.apache.kafka.common.security.plain.PlainLoginModule required user_" + USER + "=\""
                                        + PASSWORD + "\";"),
                        Map.entry("log.dirs", folder.toString()),
                        Map.entry("offsets.topic.replication.factor", "1"),
                        Map.entry("offsets.topic.num.partitions", "1"),
                        Map.entry("transaction.state.log.replication.factor", "1"),
                        Map.entry("transaction.state.log.min.isr", "1"),
                        Map.entry("share.coordinator.state.topic.replication.factor", "1"),
                        Map.entry("share.coordinator.state.topic.min.isr", "1"),
                        Map.entry("controlled.shutdown.enable", "false"),
                        Map.entry("broker.session.timeout.ms", "3000"),
                        Map.entry("broker.heartbeat.interval.ms", "500"),
                        Map.entry("file.delete.delay.ms", "0"),
                        Map.entry("log.cleaner.dedupe.buffer.size", Integer.toString(4 << 20)))
                .forEach(settings::setProperty);
        return settings;
    }

    private static int[] freePorts() throws IOException {
        try (ServerSocket a = listen();
                ServerSocket b = listen();
                ServerSocket c = listen()) {
            return IntStream.of(a.getLocalPort(), b.getLocalPort(), c.getLocalPort())
                    .toArray();
        }
    }

    private static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }
}
