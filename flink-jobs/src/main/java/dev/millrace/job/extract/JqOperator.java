package dev.millrace.job.extract;

import static java.util.Objects.requireNonNull;

import dev.millrace.job.run.JobRun;
import dev.millrace.job.run.RunEnd;
import dev.millrace.job.run.StoreDoor;
import dev.millrace.job.source.KafkaFetch;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.PipelineError;
import dev.millrace.transform.jq.JqFilter;
import dev.millrace.transform.load.RecordBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.runtime.execution.CancelTaskException;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Fetches through a jq program, record by record: each result keeps its record's place in the source. A record that the
 * program fails on is left out where the pipeline leaves out what it cannot load; elsewhere it ends the run.
 */
public final class JqOperator extends AbstractStreamOperator<KafkaFetch>
        implements OneInputStreamOperator<KafkaFetch, KafkaFetch> {
    private static final long serialVersionUID = 1L;

    private final JobRun run;
    private final StoreDoor.Opener opener;
    private transient JqFilter filter;
    private transient RecordErrors errors;
    private transient boolean skipping;

    public JqOperator(JobRun run, StoreDoor.Opener opener) {
        this.run = requireNonNull(run, "run");
        this.opener = requireNonNull(opener, "opener");
    }

    @Override
    public void open() throws Exception {
        super.open();
        PipelineSpec pipeline = run.pipeline();
        filter = new JqFilter(pipeline.transform().orElseThrow());
        errors = new RecordErrors(pipeline);
        skipping = pipeline.load().isSkippingAll();
    }

    @Override
    public void processElement(StreamRecord<KafkaFetch> element) {
        KafkaFetch fetch = element.getValue();
        List<PipelineError> leftOut = new ArrayList<>(fetch.leftOut());
        RecordBatch results =
                filter.apply(fetch.records(), (index, e) -> leftOut.add(leftOutOrThrown(fetch, index, e)));
        output.collect(new StreamRecord<>(
                new KafkaFetch(fetch.from(), fetch.to(), results, fetch.bytes(), fetch.readAtMillis(), leftOut)));
    }

    private PipelineError leftOutOrThrown(KafkaFetch fetch, int index, StatementException e) {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancelTaskException(e);
        }
        RecordBatch records = fetch.records();
        int start = records.starts()[index];
        PipelineError error = errors.transform(
                fetch.from().partition(),
                records.offsets()[index],
                Arrays.copyOfRange(
                        records.bytes(),
                        start,
                        start + Math.min(records.lengths()[index], PipelineError.RECORD_BYTES_MAX)),
                e.getMessage(),
                System.currentTimeMillis());
        if (!skipping) {
            throw RunEnd.failed(opener, run, e.state(), error);
        }
        return error;
    }
}
