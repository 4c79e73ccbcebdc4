package dev.millrace.leaf.system;

import dev.millrace.spec.DatabaseSpec;
import dev.millrace.store.PartitionMap;
import java.util.List;

/** A database and where its partitions are. */
record DatabaseRow(DatabaseSpec spec, PartitionMap map) implements Row {
    @Override
    public List<Object> values() {
        return List.of(
                spec.id(),
                spec.name(),
                (long) spec.partitions(),
                (long) spec.replicas(),
                map.version(),
                SystemJson.numberLists(map.replicas()));
    }

    static DatabaseRow of(List<Object> row) {
        Values in = new Values(row);
        DatabaseSpec spec = new DatabaseSpec(in.number(), in.text(), in.integer(), in.integer());
        return new DatabaseRow(spec, new PartitionMap(spec.id(), in.number(), SystemJson.readNumberLists(in.text())));
    }
}
