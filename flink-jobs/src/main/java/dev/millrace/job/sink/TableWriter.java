package dev.millrace.job.sink;

import static java.util.Objects.requireNonNull;

import dev.millrace.job.extract.LeftOut;
import dev.millrace.job.extract.LoadedRows;
import dev.millrace.job.run.Faults;
import dev.millrace.job.run.JobRun;
import dev.millrace.job.run.NoState;
import dev.millrace.job.run.RunEnd;
import dev.millrace.job.run.StoreDoor;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.Cursor;
import dev.millrace.store.CursorMove;
import dev.millrace.store.FilePlace;
import dev.millrace.store.Participant;
import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.RefusedException;
import dev.millrace.transform.file.FileContent;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.metrics.Counter;

/**
 * Stages the rows of one task. Everything since the last barrier is one batch's; it is acknowledged before the barrier
 * passes.
 *
 * <p>Chunks are named before it is known which checkpoint will cover them, so a batch's number is the last barrier this
 * task saw plus one: the checkpoint that is to come. If that one is given up before this task hears of it, the number
 * stays, and {@link BatchGatherer} keeps the batches apart.
 */
final class TableWriter
        implements CommittingSinkWriter<LoadedRows, StagedBatch>, StatefulSinkWriter<LoadedRows, NoState> {
    /** Buffers of all partitions and the chunk in the making. */
    private static final long BUFFER_BYTES_MAX = 256L << 20;

    private final JobRun run;
    private final Attempt attempt;
    private final Faults faults;
    private final StoreDoor door;
    private final BufferAllocator allocator;
    private final StageWindow window;
    private final Chunker chunker;
    private final Counter rowsSent;
    private final Counter bytesSent;

    private BatchId batch;
    private final Map<String, CursorMove> moves = new TreeMap<>();
    private List<Participant> participants = List.of();
    private long rows;
    private long bytes;
    private long startedAtMillis;
    private LeftOut leftOut = LeftOut.NONE;

    TableWriter(JobRun run, StoreDoor.Opener opener, Faults faults, WriterInitContext context) {
        this.run = requireNonNull(run, "run");
        this.faults = requireNonNull(faults, "faults");
        this.attempt = run.attempt(context.getTaskInfo().getAttemptNumber());
        this.door = opener.open(run);
        this.allocator = new RootAllocator(BUFFER_BYTES_MAX);
        this.window = new StageWindow(door);
        this.chunker = new Chunker(run, context.getTaskInfo().getIndexOfThisSubtask(), window, allocator);
        this.rowsSent = context.metricGroup().getNumRecordsSendCounter();
        this.bytesSent = context.metricGroup().getNumBytesSendCounter();
        this.batch = batch(context.getRestoredCheckpointId().orElse(0) + 1);
    }

    @Override
    public void write(LoadedRows loaded, Context context) throws IOException, InterruptedException {
        try (loaded) {
            faults.pass(Faults.Point.WRITE);
            if (moves.isEmpty()) {
                startedAtMillis = loaded.readAtMillis();
            }
            moves.merge(loaded.from().partition(), new CursorMove(loaded.from(), loaded.to()), TableWriter::join);
            rows += loaded.rows().getRowCount();
            bytes += loaded.bytes();
            leftOut = leftOut.with(loaded.leftOut());
            if (loaded.rows().getRowCount() > 0) {
                chunker.add(batch, loaded.rows(), loaded.from().partition(), loaded.rowOffsets());
            }
        } catch (StatementException e) {
            throw tooLarge(loaded, e);
        } catch (RefusedException e) {
            throw refused(e);
        }
    }

    @Override
    public void flush(boolean endOfInput) throws IOException, InterruptedException {
        try {
            participants = chunker.finish(batch);
            window.await();
        } catch (RefusedException e) {
            throw refused(e);
        }
        faults.pass(Faults.Point.ALL_STAGED);
    }

    @Override
    public Collection<StagedBatch> prepareCommit() {
        List<StagedBatch> staged = moves.isEmpty()
                ? List.of()
                : List.of(new StagedBatch(
                        batch,
                        List.copyOf(moves.values()),
                        participants,
                        rows,
                        bytes,
                        startedAtMillis,
                        leftOut,
                        chunker.origins()));
        // The messages to the committer are no rows, but Flink counts them on the same counter.
        rowsSent.inc(rows - 1 - staged.size());
        bytesSent.inc(bytes);
        moves.clear();
        participants = List.of();
        rows = 0;
        bytes = 0;
        leftOut = LeftOut.NONE;
        return staged;
    }

    @Override
    public List<NoState> snapshotState(long checkpoint) {
        batch = batch(checkpoint + 1);
        return List.of();
    }

    @Override
    public void close() {
        door.close();
        chunker.close();
        allocator.close();
    }

    private BatchId batch(long number) {
        return new BatchId(run.pipeline().id(), attempt, number);
    }

    private static CursorMove join(CursorMove earlier, CursorMove later) {
        Cursor next = later.from();
        if (earlier.to() != next.offset()) {
            throw new IllegalStateException(
                    "source partition " + next.partition() + " goes on at " + next.offset() + " after " + earlier.to());
        }
        return new CursorMove(earlier.from(), later.to());
    }

    private RuntimeException refused(RefusedException e) {
        Refusal refusal = e.refusal();
        if (refusal == Refusal.TABLE_CHANGED || refusal == Refusal.MAP_CHANGED) {
            return RunEnd.outdated(run, e);
        }
        return refusal == Refusal.FENCED || refusal == Refusal.UNKNOWN ? RunEnd.fenced(run, attempt, e) : e;
    }

    private RuntimeException tooLarge(LoadedRows loaded, StatementException e) {
        Cursor from = loaded.from();
        SourceSpec source = run.pipeline().source();
        String unit = FileContent.unit(run.pipeline());
        String range = source.isFiles()
                ? FilePlace.of(from.offset()).in(unit) + " to "
                        + FilePlace.of(loaded.to()).in(unit)
                : "offsets " + from.offset() + " to " + (loaded.to() - 1);
        String message = e.getMessage() + "; it is among " + range + " of " + source.place(from.partition());
        return RunEnd.failed(
                door, run, e.state(), RunEnd.error("Stage", e.state(), message, from.partition(), from.offset()));
    }
}
