package dev.millrace.job.sink;

import org.apache.flink.core.io.SimpleVersionedSerializer;

/** Writers keep no state; Flink tells the number of a checkpoint only to those that could. */
record NoState() {
    /** Nothing, in no bytes. */
    static final class Serializer implements SimpleVersionedSerializer<NoState> {
        @Override
        public int getVersion() {
            return 1;
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
