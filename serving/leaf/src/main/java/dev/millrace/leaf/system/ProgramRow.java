package dev.millrace.leaf.system;

import dev.millrace.store.log.SystemEntry.StoreProgram;
import java.util.List;

/**
 * A transform's file, whose bytes are in the system partition's file only.
 *
 * @param parts how many have come
 */
record ProgramRow(long id, String sha256, long sizeBytes, int parts) implements Row {
    boolean isWhole() {
        return parts == StoreProgram.parts(sizeBytes);
    }

    /** Bytes of the next part to come. */
    long nextBytes() {
        return Math.min(StoreProgram.PART_BYTES, sizeBytes - (long) parts * StoreProgram.PART_BYTES);
    }

    ProgramRow withNextPart() {
        return new ProgramRow(id, sha256, sizeBytes, parts + 1);
    }

    @Override
    public List<Object> values() {
        return List.of(id, sha256, sizeBytes, (long) parts);
    }

    static ProgramRow of(List<Object> row) {
        Values in = new Values(row);
        return new ProgramRow(in.number(), in.text(), in.number(), in.integer());
    }
}
