package dev.millrace.leaf.replica;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;

/** An entry that the replicas have agreed on, at its place in the log. */
public record LoggedEntry(long term, long index, ByteBuffer bytes) {
    public LoggedEntry {
        requireNonNull(bytes, "bytes");
    }
}
