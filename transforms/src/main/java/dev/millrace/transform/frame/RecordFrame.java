package dev.millrace.transform.frame;

import dev.millrace.spec.TransformSpec.Framing;
import dev.millrace.transform.load.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes records in a program's framing. */
public final class RecordFrame {
    /** Takes bytes; it has copied them when it returns. */
    @FunctionalInterface
    public interface Target {
        void write(byte[] bytes, int from, int length) throws IOException, InterruptedException;
    }

    private static final byte[] LINE_FEED = {'\n'};

    private final Framing framing;
    private final byte[] header = new byte[Long.BYTES];
    private final ByteBuffer headerBuffer = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);

    public RecordFrame(Framing framing) {
        this.framing = framing;
    }

    /** Writes all records of a batch that have a value. */
    public void write(RecordBatch batch, Target target) throws IOException, InterruptedException {
        for (int i = 0; i < batch.count(); i++) {
            int length = batch.lengths()[i];
            if (length != RecordBatch.NULL_VALUE) {
                write(batch.bytes(), batch.starts()[i], length, target);
            }
        }
    }

    private void write(byte[] bytes, int start, int length, Target target) throws IOException, InterruptedException {
        switch (framing) {
            case LENGTH -> {
                headerBuffer.putLong(0, length);
                target.write(header, 0, header.length);
                target.write(bytes, start, length);
            }
            case NEWLINE -> {
                target.write(bytes, start, length);
                if (length == 0 || bytes[start + length - 1] != '\n') {
                    target.write(LINE_FEED, 0, 1);
                }
            }
        }
    }
}
