package dev.millrace.aggregator;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.Endpoint;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What an aggregator is started with.
 *
 * @param host address to bind to
 * @param port of the Avatica door; 0: any free one
 * @param system Flight doors of leaves that hold the system partition
 * @param flink root of Flink's REST interface; empty: pipelines are created but wait
 * @param jobJar the jar that runs pipelines; empty: as without Flink
 * @param partitionsDefault partitions of a database that does not say how many
 * @param duckdbBytes memory of the merge engine
 * @param duckdbThreads threads of the merge engine
 * @param arrowBytes direct memory for rows on their way
 * @param spill folder for sorts and joins that do not fit into memory; made when needed
 */
public record AggregatorConfig(
        String host,
        int port,
        List<Endpoint> system,
        Optional<URI> flink,
        Optional<Path> jobJar,
        int partitionsDefault,
        long duckdbBytes,
        int duckdbThreads,
        long arrowBytes,
        Path spill) {
    public AggregatorConfig {
        requireNonNull(host, "host");
        system = List.copyOf(system);
        requireNonNull(flink, "flink");
        requireNonNull(jobJar, "jobJar");
        requireNonNull(spill, "spill");
        if (port < 0 || port > 65_535) {
            throw new StatementException(SqlState.WRONG_CONFIG, "JDBC port " + port);
        }
        if (system.isEmpty()) {
            throw new StatementException(SqlState.WRONG_CONFIG, "no leaf of the system partition is named");
        }
        if (partitionsDefault < 1 || duckdbThreads < 1 || duckdbBytes < 1 || arrowBytes < 1) {
            throw new StatementException(
                    SqlState.WRONG_CONFIG,
                    partitionsDefault + " partitions, " + duckdbThreads + " threads, " + duckdbBytes + " and "
                            + arrowBytes + " bytes must all be at least 1");
        }
    }
}
