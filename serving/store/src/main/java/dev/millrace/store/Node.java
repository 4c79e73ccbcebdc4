package dev.millrace.store;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;

/**
 * A leaf as others reach it.
 *
 * @param id given by the system partition, from 1
 * @param port of its Flight door
 * @param raftPort of its Raft server
 */
public record Node(long id, String host, int port, int raftPort) {
    public Node {
        requireNonNull(host, "host");
    }

    public Endpoint endpoint() {
        return new Endpoint(host, port);
    }

    public void write(WireWriter out) {
        out.number(id).text(host).number(port).number(raftPort);
    }

    public static Node read(WireReader in) {
        return new Node(in.number(), in.text(), in.integer(), in.integer());
    }
}
