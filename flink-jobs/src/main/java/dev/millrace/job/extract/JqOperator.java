package dev.millrace.job.extract;

import static java.util.Objects.requireNonNull;

import dev.millrace.job.run.JobRun;
import dev.millrace.job.run.RunEnd;
import dev.millrace.job.run.StoreDoor;
import dev.millrace.job.source.KafkaFetch;
import dev.millrace.spec.error.StatementException;
import dev.millrace.transform.jq.JqFilter;
import dev.millrace.transform.load.RecordBatch;
import java.io.ByteArrayOutputStream;
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
    public void processElement(StreamRecord<KafkaFetch> element) throws InterruptedException {
        KafkaFetch fetch = element.getValue();
        RecordBatch records = fetch.records();
        ByteArrayOutputStream results = new ByteArrayOutputStream();
        int[] starts = new int[records.count()];
        int[] lengths = new int[records.count()];
        for (int i = 0; i < records.count(); i++) {
            starts[i] = results.size();
            if (records.lengths()[i] > 0) {
                apply(fetch, i, results);
            }
            lengths[i] = results.size() - starts[i];
        }
        RecordBatch filtered =
                new RecordBatch(results.toByteArray(), starts, lengths, records.offsets(), records.count());
        output.collect(new StreamRecord<>(
                new KafkaFetch(fetch.from(), fetch.to(), filtered, fetch.bytes(), fetch.readAtMillis())));
    }

    private void apply(KafkaFetch fetch, int index, ByteArrayOutputStream results) throws InterruptedException {
        RecordBatch records = fetch.records();
        try {
            filter.apply(records.bytes(), records.starts()[index], records.lengths()[index], results);
        } catch (StatementException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedException("cancelled in a jq program");
            }
            String partition = fetch.from().partition();
            long offset = records.offsets()[index];
            String message = e.getMessage() + "; record at offset " + offset + " of source partition " + partition;
            throw RunEnd.failed(
                    opener, run, e.state(), RunEnd.error("Transform", e.state(), message, partition, offset));
        }
    }
}
