package dev.millrace.job.extract;

import dev.millrace.job.source.KafkaFetch;
import java.io.IOException;

/** A task's batches on their way through a program; rows come out while the calls last, and not otherwise. */
interface ProgramFeed extends AutoCloseable {
    /**
     * Gives the program records of the batch under way.
     *
     * @throws dev.millrace.transform.process.ProgramException a run that failed, as all of the batch does
     * @throws dev.millrace.spec.error.StatementException TRANSFORM_FAILED, which is the run's end
     */
    void add(KafkaFetch fetch) throws IOException, InterruptedException;

    /** The batch has no more records: its last row has come out when this returns. */
    void finishBatch() throws IOException, InterruptedException;

    @Override
    void close();
}
