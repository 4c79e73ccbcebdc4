package dev.millrace.job.extract;

import static java.util.Objects.requireNonNull;

import dev.millrace.job.run.JobRun;
import dev.millrace.job.run.RunEnd;
import dev.millrace.job.run.StoreDoor;
import dev.millrace.job.source.KafkaFetch;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.transform.load.ExpressionEngine;
import dev.millrace.transform.load.LoadResult;
import dev.millrace.transform.load.Loader;
import dev.millrace.transform.load.RecordError;
import java.nio.file.Path;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Fetches to rows. A record that cannot be loaded is left out, its place and bytes on the way to PIPELINES_ERRORS, or ends
 * the run, as the pipeline's error mode says.
 */
public final class LoadOperator extends AbstractStreamOperator<LoadedRows>
        implements OneInputStreamOperator<KafkaFetch, LoadedRows> {
    private static final long serialVersionUID = 1L;

    /** Rows of one piece of a fetch, which has about 4 MB; typed columns take a few times that at worst. */
    private static final long ROWS_BYTES_MAX = 512L << 20;

    private static final int EXPRESSION_THREADS = 1;

    private final JobRun run;
    private final StoreDoor.Opener opener;
    private transient BufferAllocator allocator;
    private transient ExpressionEngine expressions;
    private transient Loader loader;
    private transient RecordErrors errors;
    private transient Counter recordsIn;
    private transient Counter rowsOut;

    public LoadOperator(JobRun run, StoreDoor.Opener opener) {
        this.run = requireNonNull(run, "run");
        this.opener = requireNonNull(opener, "opener");
    }

    @Override
    public void open() throws Exception {
        super.open();
        errors = new RecordErrors(run.pipeline());
        recordsIn = getMetricGroup().getIOMetricGroup().getNumRecordsInCounter();
        rowsOut = getMetricGroup().getIOMetricGroup().getNumRecordsOutCounter();
        allocator = new RootAllocator(ROWS_BYTES_MAX);
        expressions = new ExpressionEngine(ExpressionEngine.MEMORY_BYTES_DEFAULT, EXPRESSION_THREADS, temp());
        try {
            loader = new Loader(run.pipeline(), run.credentials(), allocator, expressions);
        } catch (StatementException e) {
            throw failed(e);
        }
    }

    /** An end without a record to blame. */
    private RuntimeException failed(StatementException e) {
        // A task that is cancelled says nothing.
        return e.state() == SqlState.QUERY_INTERRUPTED
                ? e
                : RunEnd.failed(
                        opener,
                        run,
                        e.state(),
                        RunEnd.error("Load", e.state(), run.credentials().redact(e.getMessage())));
    }

    @Override
    public void processElement(StreamRecord<KafkaFetch> element) {
        KafkaFetch fetch = element.getValue();
        errors.read(fetch);
        LoadResult result;
        try {
            result = loader.load(fetch.records());
        } catch (StatementException e) {
            throw failed(e);
        }
        if (result.isRefused()) {
            RecordError error = result.errors().get(0);
            result.close();
            throw refused(fetch, error);
        }
        // Flink counts each fetch as one record.
        recordsIn.inc(fetch.records().count() - 1);
        rowsOut.inc(result.rows().getRowCount() - 1);
        output.collect(new StreamRecord<>(new LoadedRows(
                fetch.from(),
                fetch.to(),
                result.rows(),
                fetch.bytes(),
                fetch.readAtMillis(),
                leftOut(fetch, result),
                result.rowOffsets())));
    }

    private LeftOut leftOut(KafkaFetch fetch, LoadResult result) {
        LeftOut before = fetch.leftOut().isEmpty() ? LeftOut.NONE : new LeftOut(fetch.leftOut(), Map.of());
        if (result.errors().isEmpty()) {
            return before;
        }
        long now = System.currentTimeMillis();
        return before.with(new LeftOut(
                result.errors().stream()
                        .map(error -> errors.load(fetch, error, now))
                        .toList(),
                errors.rest(fetch, result.unlisted())));
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpoint) {
        errors.batchEnds();
    }

    @Override
    public void close() throws Exception {
        if (loader != null) {
            loader.close();
        }
        if (expressions != null) {
            expressions.close();
        }
        if (allocator != null) {
            allocator.close();
        }
        super.close();
    }

    private RuntimeException refused(KafkaFetch fetch, RecordError error) {
        return RunEnd.failed(opener, run, error.kind().state(), errors.load(fetch, error, System.currentTimeMillis()));
    }

    /** A folder among the task manager's own, which it empties when it starts or stops. */
    private Path temp() {
        String[] folders =
                getContainingTask().getEnvironment().getTaskManagerInfo().getTmpDirectories();
        return Path.of(
                folders[0], "millrace-load-" + getRuntimeContext().getTaskInfo().getAllocationIDAsString());
    }
}
