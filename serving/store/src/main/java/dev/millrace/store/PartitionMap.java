package dev.millrace.store;

import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;
import java.util.List;

/**
 * Which leaves hold the partitions of a database.
 *
 * @param version changes when the number of partitions does, not when a replica moves
 * @param replicas for each ordinal the ids of its nodes, the preferred leader first
 */
public record PartitionMap(long database, long version, List<List<Long>> replicas) {
    public PartitionMap {
        replicas = replicas.stream().map(List::copyOf).toList();
    }

    public int partitions() {
        return replicas.size();
    }

    public void write(WireWriter out) {
        out.number(database).number(version);
        out.list(replicas, (o, nodes) -> o.list(nodes, WireWriter::number));
    }

    public static PartitionMap read(WireReader in) {
        return new PartitionMap(in.number(), in.number(), in.list(i -> i.list(WireReader::number)));
    }
}
