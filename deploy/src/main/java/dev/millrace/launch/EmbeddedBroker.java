package dev.millrace.launch;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A real Kafka broker in this process: KRaft, one node that is broker and controller. Started again on the same folder
 * it has the same topics and records.
 */
public final class EmbeddedBroker implements AutoCloseable {
    private static final int NODE_ID = 1;

    /** Partitions of a topic that a producer makes by writing to it: as many as a job has tasks by default. */
    private static final int PARTITIONS_DEFAULT = 4;

    private final KafkaRaftServer server;
    private final String address;

    private EmbeddedBroker(KafkaRaftServer server, String address) {
        this.server = server;
        this.address = address;
    }

    /**
     * Starts a broker and returns when it takes requests.
     *
     * @param folder where its log is; created if missing
     * @param bind the address it listens on; what it tells its clients is {@link Ports#advertised}
     * @param port 0: any free port
     */
    public static EmbeddedBroker start(Path folder, String bind, int port) throws IOException {
        Files.createDirectories(folder);
        int brokerPort = Ports.claim(bind, port, "--kafka-port");
        String controller = "127.0.0.1:" + Ports.claim("127.0.0.1", 0, "");
        String listener = bind + ":" + brokerPort;
        String address = Ports.advertised(bind) + ":" + brokerPort;
        format(folder);
        KafkaRaftServer server = new KafkaRaftServer(
                KafkaConfig.fromProps(settings(folder, listener, address, controller)), Time.SYSTEM);
        try {
            server.startup();
        } catch (RuntimeException | Error e) {
            server.shutdown();
            throw e;
        }
        return new EmbeddedBroker(server, address);
    }

    /** {@code host:port}, as in {@code LOAD DATA KAFKA 'host:port/topic'}. */
    public String address() {
        return address;
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    private static void format(Path folder) throws IOException {
        if (Files.exists(folder.resolve("meta.properties"))) {
            return;
        }
        try {
            new Formatter()
                    .setNodeId(NODE_ID)
                    .setClusterId(Uuid.randomUuid().toString())
                    .addDirectory(folder.toString())
                    .setMetadataLogDirectory(folder.toString())
                    .setControllerListenerName("CONTROLLER")
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .run();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) { // what Formatter declares
            throw new IOException("cannot format " + folder + " for Kafka", e);
        }
    }

    private static Properties settings(Path folder, String listener, String address, String controller) {
        Properties settings = new Properties();
        String[][] values = {
            {"process.roles", "broker,controller"},
            {"node.id", Integer.toString(NODE_ID)},
            {"controller.quorum.voters", NODE_ID + "@" + controller},
            {"listeners", "PLAINTEXT://" + listener + ",CONTROLLER://" + controller},
            {"advertised.listeners", "PLAINTEXT://" + address},
            {"listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"},
            {"controller.listener.names", "CONTROLLER"},
            {"inter.broker.listener.name", "PLAINTEXT"},
            {"log.dirs", folder.toString()},
            {"num.partitions", Integer.toString(PARTITIONS_DEFAULT)},
            // One node: nothing can be replicated, and groups need not wait for more members.
            {"offsets.topic.replication.factor", "1"},
            {"offsets.topic.num.partitions", "1"},
            {"transaction.state.log.replication.factor", "1"},
            {"transaction.state.log.min.isr", "1"},
            {"transaction.state.log.num.partitions", "1"},
            {"share.coordinator.state.topic.replication.factor", "1"},
            {"share.coordinator.state.topic.min.isr", "1"},
            {"share.coordinator.state.topic.num.partitions", "1"},
            {"group.initial.rebalance.delay.ms", "0"},
            // A start after kill -9 waits until the session of the broker before it has ended (9 s by default).
            {"broker.session.timeout.ms", "3000"},
            {"broker.heartbeat.interval.ms", "500"},
            {"server.max.startup.time.ms", "120000"},
            // A neighbour in a JVM, not a server of its own: few threads, and not 128 MB of heap for the cleaner.
            {"num.network.threads", "2"},
            {"num.io.threads", "4"},
            {"background.threads", "2"},
            {"log.cleaner.dedupe.buffer.size", Integer.toString(4 << 20)},
            {"log.segment.bytes", Integer.toString(256 << 20)},
        };
        for (String[] value : values) {
            settings.setProperty(value[0], value[1]);
        }
        return settings;
    }
}
