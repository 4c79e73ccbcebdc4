package dev.millrace.launch;

import static dev.millrace.spec.error.SqlState.WRONG_CONFIG;

import dev.millrace.spec.error.StatementException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace demo}: everything in one process, and tweets running through it. */
@Command(
        name = "demo",
        description = "Start everything, load synthetic tweets from Kafka, measure, and open a SQL shell.",
        sortOptions = false)
final class DemoCommand implements Callable<Integer> {
    private static final long ROWS_MAX = 1_000_000_000;

    /** 128 + SIGINT, what a shell expects of a program that Ctrl-C has ended. */
    private static final int EXIT_INTERRUPTED = 130;

    /** Nobody waits for the end of a demo with a clock, and what still writes cannot be deleted. */
    private static final int STOP_PATIENCE = 10;

    /** Names the temporary folder that the script has made. */
    private static final String FOLDER = "millrace.demo.folder";

    @Mixin
    private HelpOption help;

    @Spec
    private CommandSpec spec;

    @Option(names = "--no-shell", description = "Stop everything at the end instead of opening a shell.")
    private boolean noShell;

    @Option(
            names = "--rows",
            paramLabel = "N",
            description = "Tweets to load (default: ${DEFAULT-VALUE}).",
            defaultValue = "1000000")
    private long rows;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Keep the data there (default: a temporary folder, deleted at the end).")
    private Optional<Path> data;

    @Override
    public Integer call() throws IOException, SQLException {
        if (rows < 1 || rows > ROWS_MAX) {
            throw new StatementException(WRONG_CONFIG, "--rows " + rows + " is not between 1 and " + ROWS_MAX);
        }
        // On failure the folder stays: the message names the log in it.
        try (DataFolder folder = DataFolder.open(data.isPresent() ? data.get() : temporaryFolder())) {
            ProcessEdge.logTo(folder.log());
            try (Parts parts = new Parts(STOP_PATIENCE)) {
                Thread stop = StopSignal.install(parts, EXIT_INTERRUPTED, () -> deleteIfTemporary(folder));
                try {
                    show(folder, parts);
                } finally {
                    StopSignal.remove(stop);
                }
            }
            deleteIfTemporary(folder);
        }
        return 0;
    }

    private void show(DataFolder folder, Parts parts) throws IOException, SQLException {
        PrintWriter out = spec.commandLine().getOut();
        HouseConfig config = new HouseConfig(
                HouseConfig.LEAVES_DEFAULT,
                HouseConfig.PARTITIONS_DEFAULT,
                true,
                freePorts(),
                HouseConfig.BIND_DEFAULT,
                MemoryPlan.defaultBytes(),
                HouseConfig.SLOTS_DEFAULT);
        out.printf("Starting Kafka, two leaves, Flink and an aggregator; data in %s%n", folder.root());
        long begun = System.nanoTime();
        House house = House.start(config, folder, parts);
        out.printf("Started in %s%n", Demo.seconds(System.nanoTime() - begun));
        out.printf("  dashboard  %s%n", house.dashboard());
        out.printf("  SQL        %s%n", house.jdbcUrl());
        out.printf("  Kafka      %s%n", house.kafka().orElseThrow());
        new Demo(house, rows, out).run();
        if (noShell) {
            out.println("Stopping.");
            return;
        }
        out.println("The shell is yours: !quit stops everything.");
        SqlShell.run(SqlConnection.jdbcUrl(house.jdbcUrl()), Optional.of(Demo.DATABASE));
    }

    /** The usual ports where they are free: the demo prints what it has got. */
    private static HouseConfig.PortWishes freePorts() {
        String bind = HouseConfig.BIND_DEFAULT;
        return new HouseConfig.PortWishes(
                Ports.claimOrAny(bind, HouseConfig.PortWishes.JDBC_DEFAULT),
                Ports.claimOrAny(bind, HouseConfig.PortWishes.FLINK_DEFAULT),
                Ports.claimOrAny(bind, HouseConfig.PortWishes.KAFKA_DEFAULT),
                0,
                0);
    }

    private static Path temporaryFolder() throws IOException {
        String made = System.getProperty(FOLDER);
        return made == null ? Files.createTempDirectory("millrace-demo.") : Path.of(made);
    }

    /** The script makes the temporary folder before it knows whether the command line is right. */
    static void forgetUnusedFolder() {
        String made = System.getProperty(FOLDER);
        if (made != null && !DataFolder.isMarked(Path.of(made))) {
            try {
                DataFolder.empty(Path.of(made));
                Files.deleteIfExists(Path.of(made));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot delete " + made, e);
            }
        }
    }

    private void deleteIfTemporary(DataFolder folder) {
        if (data.isEmpty()) {
            try {
                folder.delete();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot delete " + folder.root(), e);
            }
        }
    }
}
