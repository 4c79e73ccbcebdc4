package dev.millrace.launch;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace start}: everything in one process until a signal. */
@Command(
        name = "start",
        description = "Run leaves, Flink and an aggregator in one process, until SIGTERM or Ctrl-C.",
        sortOptions = false)
final class StartCommand implements Callable<Integer> {
    @Mixin
    private HelpOption help;

    @Spec
    private CommandSpec spec;

    @Option(names = "--data", paramLabel = "DIR", required = true, description = "Where everything is kept.")
    private Path data;

    @Option(
            names = "--leaves",
            paramLabel = "N",
            description = "Leaves (default: ${DEFAULT-VALUE}).",
            defaultValue = "" + HouseConfig.LEAVES_DEFAULT)
    private int leaves;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            description = "Partitions of a database whose CREATE names no number (default: ${DEFAULT-VALUE}).",
            defaultValue = "" + HouseConfig.PARTITIONS_DEFAULT)
    private int partitions;

    @Option(names = "--kafka", description = "Run a Kafka broker, too.")
    private boolean kafka;

    @Option(
            names = "--jdbc-port",
            paramLabel = "N",
            description = "SQL (default: ${DEFAULT-VALUE}; 0, here as for every port: any free one).",
            defaultValue = "" + HouseConfig.PortWishes.JDBC_DEFAULT)
    private int jdbcPort;

    @Option(
            names = "--flink-port",
            paramLabel = "N",
            description = "Flink's dashboard and REST (default: ${DEFAULT-VALUE}).",
            defaultValue = "" + HouseConfig.PortWishes.FLINK_DEFAULT)
    private int flinkPort;

    @Option(
            names = "--kafka-port",
            paramLabel = "N",
            description = "The broker of --kafka (default: ${DEFAULT-VALUE}).",
            defaultValue = "" + HouseConfig.PortWishes.KAFKA_DEFAULT)
    private int kafkaPort;

    @Option(
            names = "--leaf-port",
            paramLabel = "N",
            description = "The first leaf; the others follow (default: ${DEFAULT-VALUE}).",
            defaultValue = "" + HouseConfig.PortWishes.LEAF_DEFAULT)
    private int leafPort;

    @Option(
            names = "--raft-port",
            paramLabel = "N",
            description = "The first leaf's replication; the others follow (default: ${DEFAULT-VALUE}).",
            defaultValue = "" + HouseConfig.PortWishes.RAFT_DEFAULT)
    private int raftPort;

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            description = "The address to listen on (default: ${DEFAULT-VALUE}).",
            defaultValue = HouseConfig.BIND_DEFAULT)
    private String bind;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            description = "Memory of the process, such as 4g (default: half of the machine's).")
    private Optional<String> memory;

    @Option(
            names = "--slots",
            paramLabel = "N",
            description = "Tasks that Flink runs at once (default: ${DEFAULT-VALUE}).",
            defaultValue = "" + HouseConfig.SLOTS_DEFAULT)
    private int slots;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        HouseConfig config = new HouseConfig(
                leaves,
                partitions,
                kafka,
                new HouseConfig.PortWishes(jdbcPort, flinkPort, kafkaPort, leafPort, raftPort),
                bind,
                memory.map(MemoryPlan::parse).orElseGet(MemoryPlan::defaultBytes),
                slots);
        try (DataFolder folder = DataFolder.open(data)) {
            ProcessEdge.logTo(folder.log());
            run(config, folder, out, err);
        }
        return 0;
    }

    private void run(HouseConfig config, DataFolder folder, PrintWriter out, PrintWriter err)
            throws IOException, InterruptedException {
        try (Parts parts = new Parts(1)) {
            Thread stop = StopSignal.install(parts, 0);
            try {
                if (!Ports.isLoopback(bind)) {
                    err.println("millrace: warning: listening on " + bind
                            + " without authentication: whoever reaches these ports can read everything and run code");
                }
                House house = House.start(config, folder, parts);
                out.println("data " + folder.root());
                out.println("log " + ProcessEdge.logFile(folder.log()));
                house.leaves().forEach(leaf -> out.println("leaf " + leaf));
                house.kafka().ifPresent(broker -> out.println("kafka " + broker));
                out.println("dashboard " + house.dashboard());
                out.println("ready " + house.jdbcUrl());
                out.flush();
                new CountDownLatch(1).await();
            } finally {
                StopSignal.remove(stop);
            }
        }
    }
}
