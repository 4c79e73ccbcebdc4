package dev.millrace.job.run;

import dev.millrace.store.PartitionId;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.WireReader;
import java.io.Serializable;
import java.util.concurrent.CompletableFuture;

/**
 * The job's way to the table store. Entries may be sent again safely: each is idempotent by its batch id or attempt.
 * Thread-safe. Refusals come as {@link dev.millrace.store.wire.RefusedException}; a transient one only after the door
 * has been patient.
 */
public interface StoreDoor extends AutoCloseable {
    /** Submits an entry to the system partition and waits for its answer. */
    WireReader system(SystemEntry entry);

    /** Submits an entry to a partition's leader. */
    CompletableFuture<WireReader> submit(PartitionId partition, LogEntry entry);

    /** A part of a transform's file, by the file's SHA-256. */
    byte[] program(String sha256, int part);

    @Override
    void close();

    /** Opens doors in whichever process a task runs. */
    @FunctionalInterface
    interface Opener extends Serializable {
        StoreDoor open(JobRun run);
    }
}
