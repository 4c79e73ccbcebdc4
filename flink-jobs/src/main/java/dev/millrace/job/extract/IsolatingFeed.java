package dev.millrace.job.extract;

import static java.util.Objects.requireNonNull;

import dev.millrace.job.source.KafkaFetch;
import dev.millrace.transform.isolate.IsolatingProgram;
import java.io.IOException;

/** Rows go on when it is sure that they stay: a failure is the record's that the program fails on. */
final class IsolatingFeed implements ProgramFeed {
    private final IsolatingProgram program;

    IsolatingFeed(IsolatingProgram program) {
        this.program = requireNonNull(program, "program");
    }

    @Override
    public void add(KafkaFetch fetch) throws IOException, InterruptedException {
        program.add(fetch.from().partition(), fetch.records());
    }

    @Override
    public void finishBatch() throws IOException, InterruptedException {
        program.finishBatch();
    }

    @Override
    public void close() {
        program.close();
    }
}
