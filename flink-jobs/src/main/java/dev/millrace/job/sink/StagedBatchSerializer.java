package dev.millrace.job.sink;

import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;
import java.io.IOException;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** A {@link StagedBatch} in the wire form of the store. Its bytes are in checkpoints. */
final class StagedBatchSerializer implements SimpleVersionedSerializer<StagedBatch> {
    static final int VERSION = 2;

    @Override
    public int getVersion() {
        return VERSION;
    }

    @Override
    public byte[] serialize(StagedBatch batch) {
        WireWriter out = new WireWriter();
        batch.write(out);
        return out.toBytes();
    }

    @Override
    public StagedBatch deserialize(int version, byte[] bytes) throws IOException {
        if (version != VERSION) {
            throw new IOException("a staged batch of version " + version + "; this job reads " + VERSION);
        }
        try {
            WireReader in = new WireReader(bytes);
            StagedBatch batch = StagedBatch.read(in);
            in.end();
            return batch;
        } catch (IllegalArgumentException e) {
            throw new IOException("not a staged batch", e);
        }
    }
}
