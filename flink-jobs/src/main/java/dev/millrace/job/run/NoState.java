package dev.millrace.job.run;

import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * What the sink's writers and the enumerator of files keep in a checkpoint: nothing, because the cursors say all. Flink
 * wants a state of both, and tells the number of a checkpoint only to writers that could have one.
 */
public record NoState() {
    /** Nothing, in no bytes. */
    public static final class Serializer implements SimpleVersionedSerializer<NoState> {
        private static final int VERSION = 1;

        @Override
        public int getVersion() {
            return VERSION;
        }

        @Override
        public byte[] serialize(NoState state) {
            return new byte[0];
        }

        @Override
        public NoState deserialize(int version, byte[] bytes) {
            return new NoState();
        }
    }
}
