package dev.millrace.aggregator;

import dev.millrace.leaf.LeafConfig;
import dev.millrace.leaf.LeafServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.apache.arrow.memory.RootAllocator;

/** Leaves and an aggregator in this process, talked to by the stock Avatica driver. */
public final class TestCluster implements AutoCloseable {
    private static final Duration READY = Duration.ofSeconds(60);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final AggregatorServer aggregator;

    public TestCluster(Path folder, int leaves) throws Exception {
        RootAllocator allocator = new RootAllocator(1L << 30);
        parts.push(allocator);
        List<LeafServer> started = new ArrayList<>();
        for (int i = 0; i < leaves; i++) {
            LeafServer leaf = new LeafServer(
                    new LeafConfig(
                            folder.resolve("leaf" + i),
                            "127.0.0.1",
                            0,
                            0,
                            256L << 20,
                            2,
                            started.isEmpty()
                                    ? List.of()
                                    : List.of(started.get(0).endpoint())),
                    allocator);
            parts.push(leaf);
            leaf.awaitReady(READY);
            started.add(leaf);
        }
        aggregator = AggregatorServer.start(new AggregatorConfig(
                "127.0.0.1",
                0,
                List.of(started.get(0).endpoint()),
                Optional.empty(),
                Optional.empty(),
                4,
                256L << 20,
                2,
                1L << 30,
                folder.resolve("spill")));
        parts.push(aggregator);
    }

    public String url() {
        return "jdbc:avatica:remote:url=" + aggregator.url();
    }

    /** As {@link #url}, for the driver of this product. */
    public String driverUrl() {
        return aggregator.url().replace("http://", "jdbc:millrace://");
    }

    public Connection connect() throws SQLException {
        return DriverManager.getConnection(url());
    }

    /** A connection whose current database is given. */
    public Connection connect(String database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("database", database);
        return DriverManager.getConnection(url(), properties);
    }

    public Connection connectProtobuf() throws SQLException {
        return DriverManager.getConnection(url() + ";serialization=protobuf");
    }

    @Override
    public void close() throws Exception {
        while (!parts.isEmpty()) {
            parts.pop().close();
        }
    }
}
