package dev.millrace.leaf;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.Endpoint;
import java.nio.file.Path;
import java.util.List;

/**
 * How a leaf runs.
 *
 * @param data its folder; made if it is not there, used by one leaf at a time
 * @param host the address it binds, and under which others reach it
 * @param port of its Flight door; 0: any free one
 * @param raftPort of its Raft server; 0: any free one
 * @param memoryBytes DuckDB's limit; heap and Arrow's direct memory are beside it
 * @param threads of DuckDB
 * @param system leaves that hold the system partition; empty: this one does
 */
public record LeafConfig(
        Path data, String host, int port, int raftPort, long memoryBytes, int threads, List<Endpoint> system) {
    public LeafConfig {
        requireNonNull(data, "data");
        requireNonNull(host, "host");
        system = List.copyOf(system);
    }

    boolean holdsSystemPartition() {
        return system.isEmpty();
    }
}
