package dev.millrace.leaf.system;

import dev.millrace.store.Node;
import java.util.List;

/** A leaf under the lasting name that it registered with. */
record NodeRow(String name, Node node) implements Row {
    @Override
    public List<Object> values() {
        return List.of(node.id(), name, node.host(), (long) node.port(), (long) node.raftPort());
    }

    static NodeRow of(List<Object> row) {
        Values in = new Values(row);
        long id = in.number();
        return new NodeRow(in.text(), new Node(id, in.text(), in.integer(), in.integer()));
    }
}
