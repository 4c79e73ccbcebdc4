package dev.millrace.transform.load;

import dev.millrace.spec.FormatSpec;
import org.apache.avro.Schema;

/**
 * Ends of Avro values that stand one after the other. What is no Avro of the schema has no end that can be known: all
 * that follows is one record, for the reader to judge.
 */
final class AvroScan implements OutputCutter.Scan {
    private final Schema schema;
    private final AvroBytes in = new AvroBytes();
    private boolean lost;
    private int stoppedAt;

    /** @param format with a schema of its own: a program's output has no frame */
    AvroScan(FormatSpec.Avro format) {
        schema = new Schema.Parser().parse(format.schema().orElseThrow());
    }

    @Override
    public int stoppedAt() {
        return stoppedAt;
    }

    @Override
    public boolean isLost() {
        return lost;
    }

    @Override
    public int end(byte[] bytes, int from, int to, boolean last) {
        stoppedAt = from;
        if (from == to || lost) {
            return -1;
        }
        in.start(bytes, from, to);
        try {
            in.skip(schema, 0);
            lost = in.at == from;
            return lost ? -1 : in.at;
        } catch (BadValue bad) {
            // A value that is not whole yet ends where the bytes do.
            lost = bad.position() < to;
            return -1;
        } finally {
            in.release();
        }
    }
}
