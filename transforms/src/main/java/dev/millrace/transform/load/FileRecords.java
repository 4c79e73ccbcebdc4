package dev.millrace.transform.load;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/** The records of a file from a place on, a piece at a time. A piece is handed over with its memory. */
public interface FileRecords extends Closeable {
    /** The next records, none perhaps at the end; their offsets are the places where they begin. */
    RecordBatch next() throws IOException;

    /** By which the values are written, if the file says so. */
    default Optional<String> schema() {
        return Optional.empty();
    }

    /** Behind what was handed out. */
    long place();

    /** Whether all was handed out. */
    boolean hasEnded();
}
