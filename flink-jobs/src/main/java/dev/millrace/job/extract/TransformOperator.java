package dev.millrace.job.extract;

import static java.util.Objects.requireNonNull;

import dev.millrace.job.run.JobRun;
import dev.millrace.job.run.RunEnd;
import dev.millrace.job.run.StoreDoor;
import dev.millrace.job.source.KafkaFetch;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.TransformSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.Cursor;
import dev.millrace.store.PipelineError;
import dev.millrace.transform.isolate.IsolatingProgram;
import dev.millrace.transform.isolate.IsolationLimits;
import dev.millrace.transform.isolate.RefusedRecord;
import dev.millrace.transform.load.RecordBatch;
import dev.millrace.transform.process.ProgramException;
import dev.millrace.transform.process.ProgramLimits;
import dev.millrace.transform.process.ProgramRunner;
import java.io.IOException;
import java.util.List;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Fetches through the user's program. A process gets what comes between two barriers, all source partitions of the task
 * in the order they came, and its end comes before the barrier passes: so its whole output is the same batch's, also of a
 * program that gives none before its input ends. If the batch is not decided, the program gets its records again. Where
 * the pipeline leaves out what it cannot load, a record that the program fails on is left out alone.
 *
 * <p>Output has no place in the source. So a fetch goes on as a range without records, and output as records without a
 * range, behind it; nothing but the barrier has to keep them together.
 */
public final class TransformOperator extends AbstractStreamOperator<KafkaFetch>
        implements OneInputStreamOperator<KafkaFetch, KafkaFetch> {
    private static final long serialVersionUID = 1L;

    private static final RecordBatch NO_RECORDS = new RecordBatch(new byte[0], new int[0], new int[0], new long[0], 0);

    private final JobRun run;
    private final StoreDoor.Opener opener;
    private final ProgramLimits limits;
    private transient ProgramRunner runner;
    private transient ProgramFeed feed;
    private transient RecordErrors errors;
    private transient KafkaFetch last;

    public TransformOperator(JobRun run, StoreDoor.Opener opener, ProgramLimits limits) {
        this.run = requireNonNull(run, "run");
        this.opener = requireNonNull(opener, "opener");
        this.limits = requireNonNull(limits, "limits");
    }

    @Override
    public void open() throws Exception {
        super.open();
        PipelineSpec pipeline = run.pipeline();
        TransformSpec transform = pipeline.transform().orElseThrow();
        errors = new RecordErrors(pipeline);
        TaskProgram program = TaskProgram.open(
                run,
                opener,
                limits,
                getContainingTask().getEnvironment(),
                getRuntimeContext().getTaskInfo());
        runner = program.runner();
        feed = pipeline.load().isSkippingAll()
                ? isolating(pipeline, transform, program)
                : new StreamingFeed(pipeline, runner, rows -> emit(rows, List.of()));
    }

    private ProgramFeed isolating(PipelineSpec pipeline, TransformSpec transform, TaskProgram program) {
        return new IsolatingFeed(new IsolatingProgram(
                runner,
                TaskProgram.held(limits),
                IsolationLimits.DEFAULT,
                transform.framing(),
                pipeline.format(),
                program.spill(),
                new IsolatingProgram.Target() {
                    @Override
                    public void accept(RecordBatch rows) {
                        emit(rows, List.of());
                    }

                    @Override
                    public void leaveOut(RefusedRecord record) {
                        emit(
                                NO_RECORDS,
                                List.of(errors.transform(
                                        record.partition(),
                                        record.offset(),
                                        record.excerpt(),
                                        record.reason(),
                                        System.currentTimeMillis())));
                    }
                }));
    }

    @Override
    public void processElement(StreamRecord<KafkaFetch> element) throws Exception {
        last = element.getValue();
        output.collect(new StreamRecord<>(
                new KafkaFetch(last.from(), last.to(), NO_RECORDS, last.bytes(), last.readAtMillis())));
        if (last.records().count() == 0) {
            return;
        }
        try {
            feed.add(last);
        } catch (ProgramException | StatementException e) {
            throw failed(e);
        }
    }

    /** The program's last word comes before the barrier. */
    @Override
    public void prepareSnapshotPreBarrier(long checkpoint) throws Exception {
        finishBatch();
    }

    @Override
    public void finish() throws Exception {
        finishBatch();
        super.finish();
    }

    private void finishBatch() throws IOException, InterruptedException {
        try {
            feed.finishBatch();
        } catch (ProgramException | StatementException e) {
            throw failed(e);
        }
    }

    private void emit(RecordBatch rows, List<PipelineError> leftOut) {
        Cursor place = new Cursor(last.from().incarnation(), last.from().partition(), last.to());
        output.collect(new StreamRecord<>(new KafkaFetch(place, last.to(), rows, 0, last.readAtMillis(), leftOut)));
    }

    /** An end from outside is the attempt's, which comes again; any other is the run's. */
    private RuntimeException failed(Exception e) throws ProgramException {
        if (e instanceof ProgramException ended && ended.isFromOutside()) {
            throw ended;
        }
        SqlState state = e instanceof StatementException said ? said.state() : SqlState.TRANSFORM_FAILED;
        return RunEnd.failed(opener, run, state, RunEnd.error("Transform", state, e.getMessage()));
    }

    @Override
    public void close() throws Exception {
        try {
            if (feed != null) {
                feed.close();
            }
        } finally {
            if (runner != null) {
                runner.close();
            }
            super.close();
        }
    }
}
