package dev.millrace.store;

import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;

/**
 * One slice of a database.
 *
 * @param database id of the database; 0 is the system partition's own
 * @param ordinal 0 … partitions − 1
 */
public record PartitionId(long database, int ordinal) implements Comparable<PartitionId> {
    /** The partition that holds the catalog. */
    public static final PartitionId SYSTEM = new PartitionId(0, 0);

    public PartitionId {
        if (database < 0 || ordinal < 0) {
            throw new IllegalArgumentException("partition " + database + "/" + ordinal);
        }
    }

    /** The name its file is attached under in a leaf's DuckDB: {@code d3_p5}. */
    public String alias() {
        return "d" + database + "_p" + ordinal;
    }

    @Override
    public int compareTo(PartitionId other) {
        int byDatabase = Long.compare(database, other.database);
        return byDatabase != 0 ? byDatabase : Integer.compare(ordinal, other.ordinal);
    }

    @Override
    public String toString() {
        return alias();
    }

    public void write(WireWriter out) {
        out.number(database).number(ordinal);
    }

    public static PartitionId read(WireReader in) {
        return new PartitionId(in.number(), in.integer());
    }
}
