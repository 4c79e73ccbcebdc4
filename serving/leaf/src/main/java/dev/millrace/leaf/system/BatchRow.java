package dev.millrace.leaf.system;

import dev.millrace.store.BatchId;
import dev.millrace.store.DecidedBatch;
import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A batch of the history, packed: ten thousand of them are kept for each database.
 *
 * @param csn 0 for a batch that only moved cursors
 * @param packed wire form of the DecidedBatch
 */
record BatchRow(long database, long seq, long csn, BatchId id, ByteBuffer packed) {
    static BatchRow of(long seq, DecidedBatch batch) {
        WireWriter out = new WireWriter();
        batch.write(out);
        return new BatchRow(batch.database(), seq, batch.csn(), batch.id(), ByteBuffer.wrap(out.toBytes()));
    }

    DecidedBatch unpacked() {
        return DecidedBatch.read(new WireReader(packed));
    }

    byte[] bytes() {
        return packed.array();
    }

    static BatchRow of(List<Object> row) {
        Values in = new Values(row);
        return new BatchRow(in.number(), in.number(), in.number(), in.batch(), ByteBuffer.wrap(in.bytes()));
    }
}
