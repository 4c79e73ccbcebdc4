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
import dev.millrace.store.log.SystemEntry;
import dev.millrace.transform.frame.RecordFrame;
import dev.millrace.transform.load.OutputCutter;
import dev.millrace.transform.load.RecordBatch;
import dev.millrace.transform.process.Program;
import dev.millrace.transform.process.ProgramException;
import dev.millrace.transform.process.ProgramLimits;
import dev.millrace.transform.process.ProgramRun;
import dev.millrace.transform.process.ProgramRunner;
import dev.millrace.transform.program.ProgramFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Fetches through the user's program. A process gets what comes between two barriers, all source partitions of the task
 * in the order they came, and its end comes before the barrier passes: so its whole output is the same batch's, also of a
 * program that gives none before its input ends. If the batch is not decided, the program gets its records again.
 *
 * <p>Output has no place in the source. So a fetch goes on as a range without records, and output as records without a
 * range, behind it; nothing but the barrier has to keep them together.
 */
public final class TransformOperator extends AbstractStreamOperator<KafkaFetch>
        implements OneInputStreamOperator<KafkaFetch, KafkaFetch> {
    private static final long serialVersionUID = 1L;

    /** Output is loaded in pieces of about this size, as fetches are; sooner at the end of a fetch. */
    private static final int PIECE_BYTES = 4 << 20;

    private static final int PIECE_BYTES_MIN = 256 << 10;

    private static final RecordBatch NO_RECORDS = new RecordBatch(new byte[0], new int[0], new int[0], new long[0], 0);

    private final JobRun run;
    private final StoreDoor.Opener opener;
    private transient PipelineSpec pipeline;
    private transient RecordFrame frame;
    private transient ProgramRunner runner;
    /* Of the batch under way; null before its first record. */
    private transient ProgramRun program;
    private transient OutputCutter cutter;
    private transient KafkaFetch last;

    public TransformOperator(JobRun run, StoreDoor.Opener opener) {
        this.run = requireNonNull(run, "run");
        this.opener = requireNonNull(opener, "opener");
    }

    @Override
    public void open() throws Exception {
        super.open();
        pipeline = run.pipeline();
        TransformSpec transform = pipeline.transform().orElseThrow();
        frame = new RecordFrame(transform.framing());
        String[] folders =
                getContainingTask().getEnvironment().getTaskManagerInfo().getTmpDirectories();
        Path temp = Path.of(folders[0]);
        ProgramFolder folder = ProgramFolder.open(temp.resolve("millrace-programs"), transform, () -> file(transform));
        TaskInfo task = getRuntimeContext().getTaskInfo();
        String name = run.number() + "." + task.getAttemptNumber() + "." + task.getIndexOfThisSubtask();
        runner = new ProgramRunner(
                new Program(
                        folder.executable(), folder.folder(), transform.argumentList(), pipeline.qualifiedName(), name),
                ProgramLimits.DEFAULT,
                temp.resolve("millrace-transform-" + pipeline.id() + "-" + name));
    }

    private byte[] file(TransformSpec transform) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (StoreDoor door = opener.open(run)) {
            for (int part = 0; part < SystemEntry.StoreProgram.parts(transform.sizeBytes()); part++) {
                bytes.writeBytes(door.program(transform.sha256(), part));
            }
        }
        return bytes.toByteArray();
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
            if (program == null) {
                program = runner.next();
                cutter = OutputCutter.of(pipeline.format());
            }
            frame.write(last.records(), (bytes, from, length) -> program.write(bytes, from, length, this::take));
            program.flush(this::take);
        } catch (ProgramException | StatementException e) {
            throw failed(e);
        }
        emit(PIECE_BYTES_MIN, false);
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
        if (program == null) {
            return;
        }
        try (ProgramRun ended = program) {
            program = null;
            ended.finish(this::take);
        } catch (ProgramException | StatementException e) {
            throw failed(e);
        }
        emit(0, true);
        cutter = null;
    }

    private void take(byte[] piece) {
        cutter.add(piece);
        emit(PIECE_BYTES, false);
    }

    private void emit(int bytesMin, boolean ended) {
        if (cutter.size() < bytesMin) {
            return;
        }
        RecordBatch records = cutter.take(ended);
        if (records.count() > 0) {
            Cursor place = new Cursor(last.from().incarnation(), last.from().partition(), last.to());
            output.collect(new StreamRecord<>(new KafkaFetch(place, last.to(), records, 0, last.readAtMillis())));
        }
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
        if (program != null) {
            program.close();
        }
        if (runner != null) {
            runner.close();
        }
        super.close();
    }
}
