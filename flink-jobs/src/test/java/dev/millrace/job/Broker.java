package dev.millrace.job;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/** A real broker in this JVM. */
public final class Broker implements AutoCloseable {
    private static final int SECONDS_MAX = 60;

    private final KafkaRaftServer server;
    private final String address;
    private final Admin admin;

    public Broker(Path folder) throws Exception {
        Files.createDirectories(folder);
        int[] ports = freePorts();
        address = "127.0.0.1:" + ports[0];
        new Formatter()
                .setNodeId(1)
                .setClusterId(Uuid.randomUuid().toString())
                .addDirectory(folder.toString())
                .setMetadataLogDirectory(folder.toString())
                .setControllerListenerName("CONTROLLER")
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, UTF_8))
                .run();
        server = new KafkaRaftServer(
                KafkaConfig.fromProps(settings(folder, address, "127.0.0.1:" + ports[1])), Time.SYSTEM);
        server.startup();
        admin = Admin.create(Map.of("bootstrap.servers", address));
    }

    public String address() {
        return address;
    }

    public void create(String topic, int partitions) throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)))
                .all()
                .get(SECONDS_MAX, TimeUnit.SECONDS);
    }

    public void grow(String topic, int partitions) throws Exception {
        admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(partitions)))
                .all()
                .get(SECONDS_MAX, TimeUnit.SECONDS);
    }

    public void delete(String topic) throws Exception {
        admin.deleteTopics(List.of(topic)).all().get(SECONDS_MAX, TimeUnit.SECONDS);
    }

    /** As retention would. */
    public void deleteBefore(String topic, int partition, long offset) throws Exception {
        admin.deleteRecords(Map.of(new TopicPartition(topic, partition), RecordsToDelete.beforeOffset(offset)))
                .all()
                .get(SECONDS_MAX, TimeUnit.SECONDS);
    }

    public KafkaProducer<byte[], byte[]> producer(String transaction) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", address);
        properties.put("linger.ms", "5");
        // Or a partition that has just come to be might take the second batch before the first.
        properties.put("max.in.flight.requests.per.connection", "1");
        if (!transaction.isEmpty()) {
            properties.put("transactional.id", transaction);
        }
        return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Sends lines and waits until the broker has them. */
    public void send(String topic, int partition, String... lines) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = producer("")) {
            Future<RecordMetadata> last = null;
            for (String line : lines) {
                last = producer.send(new ProducerRecord<>(topic, partition, null, line.getBytes(UTF_8)));
            }
            if (last != null) {
                last.get(SECONDS_MAX, TimeUnit.SECONDS);
            }
        }
    }

    @Override
    public void close() {
        admin.close();
        server.shutdown();
        server.awaitShutdown();
    }

    private static int[] freePorts() throws Exception {
        InetAddress local = InetAddress.getByName("127.0.0.1");
        try (ServerSocket one = new ServerSocket(0, 1, local);
                ServerSocket two = new ServerSocket(0, 1, local)) {
            return new int[] {one.getLocalPort(), two.getLocalPort()};
        }
    }

    private static Properties settings(Path folder, String address, String controller) {
        Properties settings = new Properties();
        String[][] values = {
            {"process.roles", "broker,controller"},
            {"node.id", "1"},
            {"controller.quorum.voters", "1@" + controller},
            {"listeners", "PLAINTEXT://" + address + ",CONTROLLER://" + controller},
            {"advertised.listeners", "PLAINTEXT://" + address},
            {"listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"},
            {"controller.listener.names", "CONTROLLER"},
            {"inter.broker.listener.name", "PLAINTEXT"},
            {"log.dirs", folder.toString()},
            {"auto.create.topics.enable", "false"},
            {"offsets.topic.replication.factor", "1"},
            {"offsets.topic.num.partitions", "1"},
            {"transaction.state.log.replication.factor", "1"},
            {"transaction.state.log.min.isr", "1"},
            {"transaction.state.log.num.partitions", "1"},
            {"share.coordinator.state.topic.replication.factor", "1"},
            {"share.coordinator.state.topic.min.isr", "1"},
            {"group.initial.rebalance.delay.ms", "0"},
            {"num.network.threads", "2"},
            {"num.io.threads", "4"},
            {"log.cleaner.dedupe.buffer.size", Integer.toString(4 << 20)},
            {"controlled.shutdown.enable", "false"},
        };
        for (String[] value : values) {
            settings.setProperty(value[0], value[1]);
        }
        return settings;
    }
}
