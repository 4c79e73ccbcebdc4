package dev.millrace.leaf.system;

import java.util.List;

/**
 * Numbers that only grow.
 *
 * @param catalogVersion version of the catalog as readers see it
 * @param nextId for databases, tables, pipelines and writers
 * @param nextGate number of the next gate granted
 * @param nextPlace next place in the queue for gates
 */
record CounterRow(long catalogVersion, long nextId, long nextNode, long nextGate, long nextPlace) implements Row {
    /** Below are the tables of information_schema. */
    private static final long FIRST_ID = 1000;

    static final CounterRow FIRST = new CounterRow(0, FIRST_ID, 1, 1, 1);

    CounterRow withCatalogVersion(long version) {
        return new CounterRow(version, nextId, nextNode, nextGate, nextPlace);
    }

    CounterRow withNextId(long id) {
        return new CounterRow(catalogVersion, id, nextNode, nextGate, nextPlace);
    }

    CounterRow withNextNode(long id) {
        return new CounterRow(catalogVersion, nextId, id, nextGate, nextPlace);
    }

    CounterRow withNextGate(long gate) {
        return new CounterRow(catalogVersion, nextId, nextNode, gate, nextPlace);
    }

    CounterRow withNextPlace(long place) {
        return new CounterRow(catalogVersion, nextId, nextNode, nextGate, place);
    }

    @Override
    public List<Object> values() {
        return List.of(1L, catalogVersion, nextId, nextNode, nextGate, nextPlace);
    }

    static CounterRow of(List<Object> row) {
        Values in = new Values(row.subList(1, row.size()));
        return new CounterRow(in.number(), in.number(), in.number(), in.number(), in.number());
    }
}
