package dev.millrace.job.source;

import org.apache.flink.core.io.SimpleVersionedSerializer;

/** What the enumerator of files keeps in a checkpoint: nothing, because the cursors say all. */
record NothingKept() {
    /** Its form: no byte. */
    static final class Serializer implements SimpleVersionedSerializer<NothingKept> {
        private static final int VERSION = 1;

        @Override
        public int getVersion() {
            return VERSION;
        }

        @Override
        public byte[] serialize(NothingKept nothing) {
            return new byte[0];
        }

        @Override
        public NothingKept deserialize(int version, byte[] serialized) {
            return new NothingKept();
        }
    }
}
