package dev.millrace.launch;

import static dev.millrace.spec.error.SqlState.WRONG_CONFIG;
import static java.util.Objects.requireNonNull;

import dev.millrace.spec.error.StatementException;

/**
 * What one process runs.
 *
 * @param leaves how many leaves
 * @param partitions of a database whose CREATE names no number
 * @param kafka whether to run a broker too
 * @param bind the address that every server listens on
 * @param memoryBytes of the whole process
 * @param slots tasks that Flink runs at once
 */
record HouseConfig(
        int leaves, int partitions, boolean kafka, PortWishes ports, String bind, long memoryBytes, int slots) {
    static final int LEAVES_DEFAULT = 2;
    static final int PARTITIONS_DEFAULT = 8;
    static final int SLOTS_DEFAULT = 64;
    static final String BIND_DEFAULT = "127.0.0.1";

    /** One process; more leaves in it only cost memory. */
    private static final int LEAVES_MAX = 64;

    private static final int PARTITIONS_MAX = 1024;
    private static final int SLOTS_MAX = 1024;

    /**
     * Ports; 0 means any free one, and the same one again at the next start if it is still free.
     *
     * @param leaf of leaf 0; leaf n has n more
     * @param raft of leaf 0; leaf n has n more
     */
    record PortWishes(int jdbc, int flink, int kafka, int leaf, int raft) {
        static final int JDBC_DEFAULT = 8765;
        static final int FLINK_DEFAULT = 8081;
        static final int KAFKA_DEFAULT = 9092;
        static final int LEAF_DEFAULT = 7400;
        static final int RAFT_DEFAULT = 7500;
    }

    HouseConfig {
        requireNonNull(ports, "ports");
        requireNonNull(bind, "bind");
        requireRange("--leaves", leaves, LEAVES_MAX);
        requireRange("--partitions", partitions, PARTITIONS_MAX);
        requireRange("--slots", slots, SLOTS_MAX);
    }

    private static void requireRange(String option, int value, int max) {
        if (value < 1 || value > max) {
            throw new StatementException(WRONG_CONFIG, option + " " + value + " is not between 1 and " + max);
        }
    }
}
