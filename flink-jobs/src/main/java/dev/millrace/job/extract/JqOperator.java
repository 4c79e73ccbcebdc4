package dev.millrace.job.extract;

import static java.util.Objects.requireNonNull;

import dev.millrace.job.run.JobRun;
import dev.millrace.job.run.RunEnd;
import dev.millrace.job.run.StoreDoor;
import dev.millrace.job.source.KafkaFetch;
import dev.millrace.spec.error.StatementException;
import dev.millrace.transform.jq.JqFilter;
import dev.millrace.transform.load.RecordBatch;
import org.apache.flink.runtime.execution.CancelTaskException;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/** Fetches through a jq program, record by record: each result keeps its record's place in the source. */
public final class JqOperator extends AbstractStreamOperator<KafkaFetch>
        implements OneInputStreamOperator<KafkaFetch, KafkaFetch> {
    private static final long serialVersionUID = 1L;

    private final JobRun run;
    private final StoreDoor.Opener opener;
    private transient JqFilter filter;

    public JqOperator(JobRun run, StoreDoor.Opener opener) {
        this.run = requireNonNull(run, "run");
        this.opener = requireNonNull(opener, "opener");
    }

    @Override
    public void open() throws Exception {
        super.open();
        filter = new JqFilter(run.pipeline().transform().orElseThrow());
    }

    @Override
    public void processElement(StreamRecord<KafkaFetch> element) {
        KafkaFetch fetch = element.getValue();
        RecordBatch results = filter.apply(
                fetch.records(), (offset, e) -> refused(fetch.from().partition(), offset, e));
        output.collect(new StreamRecord<>(
                new KafkaFetch(fetch.from(), fetch.to(), results, fetch.bytes(), fetch.readAtMillis())));
    }

    private RuntimeException refused(String partition, long offset, StatementException e) {
        if (Thread.currentThread().isInterrupted()) {
            return new CancelTaskException(e);
        }
        String message = e.getMessage() + "; record at offset " + offset + " of source partition " + partition;
        return RunEnd.failed(opener, run, e.state(), RunEnd.error("Transform", e.state(), message, partition, offset));
    }
}
