package dev.millrace.job.source;

import static java.util.Objects.requireNonNull;

import dev.millrace.transform.file.FoundFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * A file, or the rest of one.
 *
 * @param file as it was when its loading began
 * @param place bytes of its content that are loaded
 */
record FileSplit(FoundFile file, long place) implements SourceSplit {
    FileSplit {
        requireNonNull(file, "file");
    }

    @Override
    public String splitId() {
        return file.path();
    }

    /** Its form on the way to a task. */
    static final class Serializer implements SimpleVersionedSerializer<FileSplit> {
        private static final int VERSION = 1;

        @Override
        public int getVersion() {
            return VERSION;
        }

        @Override
        public byte[] serialize(FileSplit split) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeUTF(split.file().path());
            out.writeLong(split.file().size());
            out.writeLong(split.file().modifiedMillis());
            out.writeLong(split.place());
            return bytes.toByteArray();
        }

        @Override
        public FileSplit deserialize(int version, byte[] serialized) throws IOException {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(serialized));
            return new FileSplit(new FoundFile(in.readUTF(), in.readLong(), in.readLong()), in.readLong());
        }
    }
}
