package dev.millrace.spec;

import static java.util.Objects.requireNonNull;

/**
 * A database as the catalog knows it.
 *
 * @param id given by the catalog, never reused; 0 before that
 * @param partitions number of partitions, at least 1
 * @param replicas number of replicas of each partition: 1 or 3
 */
public record DatabaseSpec(long id, String name, int partitions, int replicas) {
    public static final int PARTITIONS_DEFAULT = 8;

    /** Each partition is a Raft group with threads and a file of its own on some leaf. */
    public static final int PARTITIONS_MAX = 1024;

    public DatabaseSpec {
        requireNonNull(name, "name");
        if (partitions < 1 || partitions > PARTITIONS_MAX) {
            throw new IllegalArgumentException("database " + name + " with " + partitions + " partitions");
        }
        if (replicas < 1) {
            throw new IllegalArgumentException("database " + name + " with " + replicas + " replicas");
        }
    }

    public DatabaseSpec withId(long newId) {
        return new DatabaseSpec(newId, name, partitions, replicas);
    }
}
