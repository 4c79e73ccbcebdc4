package dev.millrace.job.extract;

import static java.util.Objects.requireNonNull;

import dev.millrace.job.run.JobRun;
import dev.millrace.job.run.RunEnd;
import dev.millrace.job.run.StoreDoor;
import dev.millrace.job.source.KafkaFetch;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.Cursor;
import dev.millrace.store.FilePlace;
import dev.millrace.store.PipelineError;
import dev.millrace.transform.isolate.FileProgram;
import dev.millrace.transform.isolate.IsolationLimits;
import dev.millrace.transform.load.RecordBatch;
import dev.millrace.transform.process.ProgramException;
import dev.millrace.transform.process.ProgramLimits;
import dev.millrace.transform.process.ProgramRunner;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Files through the user's program, a process for each. What moves a file's cursor and what the program made of it are held
 * back until the file has ended, and leave together: so they are of one batch, however many barriers pass meanwhile, and a
 * file that was begun when something failed is begun again. Where the pipeline leaves out what it cannot load, a file that
 * the program fails on is left out.
 */
public final class FileTransformOperator extends AbstractStreamOperator<KafkaFetch>
        implements OneInputStreamOperator<KafkaFetch, KafkaFetch> {
    private static final long serialVersionUID = 1L;

    private static final RecordBatch NO_RECORDS = new RecordBatch(new byte[0], new int[0], new int[0], new long[0], 0);

    private final JobRun run;
    private final StoreDoor.Opener opener;
    private final ProgramLimits limits;
    private transient ProgramRunner runner;
    private transient FileProgram program;
    private transient RecordErrors errors;
    private transient boolean skipping;
    /* Of the file under way. */
    private transient Optional<Cursor> from;
    private transient long bytes;
    private transient Optional<Exception> failure;
    /* One after the other, of a program that has never done well. */
    private transient int failures;
    private transient boolean everDidWell;

    public FileTransformOperator(JobRun run, StoreDoor.Opener opener, ProgramLimits limits) {
        this.run = requireNonNull(run, "run");
        this.opener = requireNonNull(opener, "opener");
        this.limits = requireNonNull(limits, "limits");
    }

    @Override
    public void open() throws Exception {
        super.open();
        PipelineSpec pipeline = run.pipeline();
        errors = new RecordErrors(pipeline);
        skipping = pipeline.load().isSkippingAll();
        from = Optional.empty();
        failure = Optional.empty();
        TaskProgram task = TaskProgram.open(
                run,
                opener,
                TaskProgram.held(limits),
                getContainingTask().getEnvironment(),
                getRuntimeContext().getTaskInfo());
        runner = task.runner();
        program = new FileProgram(runner, pipeline.format(), task.spill());
    }

    @Override
    public void processElement(StreamRecord<KafkaFetch> element) throws Exception {
        KafkaFetch piece = element.getValue();
        if (from.isEmpty()) {
            from = Optional.of(piece.from());
            bytes = 0;
        }
        bytes += piece.bytes();
        if (failure.isEmpty()) {
            attempt(() -> program.add(piece.records()));
        }
        FilePlace place = FilePlace.of(piece.to());
        if (place.state() == FilePlace.State.LOADED && failure.isEmpty()) {
            attempt(program::finish);
        }
        if (place.hasEnded()) {
            end(piece, place.state());
        }
    }

    /** A step of the program's, which may fail. */
    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    private void attempt(Step step) throws IOException, InterruptedException {
        try {
            step.run();
        } catch (ProgramException e) {
            // An end from outside is the attempt's, which comes again.
            if (e.isFromOutside()) {
                throw e;
            }
            failed(e);
        } catch (StatementException e) {
            failed(e);
        }
    }

    private void failed(Exception e) {
        failures++;
        boolean hopeless = !everDidWell && failures >= IsolationLimits.DEFAULT.hopeless();
        if (!skipping || hopeless) {
            SqlState state = e instanceof StatementException said ? said.state() : SqlState.TRANSFORM_FAILED;
            PipelineError error = errors.file(path(), e.getMessage(), System.currentTimeMillis());
            throw RunEnd.failed(opener, run, state, error);
        }
        failure = Optional.of(e);
    }

    private String path() {
        return from.orElseThrow().partition();
    }

    /** Lets go of a file: its range first, and then its rows, without anything between. */
    private void end(KafkaFetch last, FilePlace.State state) throws IOException {
        Cursor begin = from.orElseThrow();
        List<PipelineError> leftOut = new ArrayList<>(last.leftOut());
        failure.ifPresent(
                e -> leftOut.add(errors.file(path(), e.getMessage() + "; it is left out", System.currentTimeMillis())));
        boolean whole = state == FilePlace.State.LOADED && failure.isEmpty();
        long to = whole
                ? last.to()
                : new FilePlace(FilePlace.of(begin.offset()).bytes(), FilePlace.State.SKIPPED).offset();
        output.collect(new StreamRecord<>(new KafkaFetch(begin, to, NO_RECORDS, bytes, last.readAtMillis(), leftOut)));
        if (whole) {
            everDidWell = true;
            Cursor place = new Cursor(begin.incarnation(), begin.partition(), to);
            program.drain(rows -> output.collect(new StreamRecord<>(new KafkaFetch(
                    place, to, last.records().properties().map(rows::with).orElse(rows), 0, last.readAtMillis()))));
        }
        program.forget();
        from = Optional.empty();
        failure = Optional.empty();
    }

    @Override
    public void close() throws Exception {
        try {
            if (program != null) {
                program.forget();
            }
        } finally {
            if (runner != null) {
                runner.close();
            }
            super.close();
        }
    }
}
