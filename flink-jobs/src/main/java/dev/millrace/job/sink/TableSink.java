package dev.millrace.job.sink;

import static java.util.Objects.requireNonNull;

import dev.millrace.job.extract.LoadedRows;
import dev.millrace.job.run.Faults;
import dev.millrace.job.run.JobRun;
import dev.millrace.job.run.NoState;
import dev.millrace.job.run.StoreDoor;
import java.util.Collection;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessageTypeInfo;
import org.apache.flink.streaming.api.connector.sink2.SupportsPreCommitTopology;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * The pipeline's table as a Flink sink.
 *
 * <pre>
 *   writer ──┐
 *   writer ──┼──► gather ──► committer (the first subtask; the others idle)
 *   writer ──┘
 *   stage         one committable      decide
 * </pre>
 */
public final class TableSink
        implements Sink<LoadedRows>,
                SupportsWriterState<LoadedRows, NoState>,
                SupportsPreCommitTopology<StagedBatch, StagedBatch>,
                SupportsCommitter<StagedBatch> {
    private static final long serialVersionUID = 1L;

    private final JobRun run;
    private final StoreDoor.Opener opener;
    private final Faults faults;

    public TableSink(JobRun run, StoreDoor.Opener opener, Faults faults) {
        this.run = requireNonNull(run, "run");
        this.opener = requireNonNull(opener, "opener");
        this.faults = requireNonNull(faults, "faults");
    }

    @Override
    public StatefulSinkWriter<LoadedRows, NoState> createWriter(WriterInitContext context) {
        return new TableWriter(run, opener, faults, context);
    }

    @Override
    public StatefulSinkWriter<LoadedRows, NoState> restoreWriter(
            WriterInitContext context, Collection<NoState> recovered) {
        return new TableWriter(run, opener, faults, context);
    }

    @Override
    public SimpleVersionedSerializer<NoState> getWriterStateSerializer() {
        return new NoState.Serializer();
    }

    @Override
    public DataStream<CommittableMessage<StagedBatch>> addPreCommitTopology(
            DataStream<CommittableMessage<StagedBatch>> staged) {
        return staged.global()
                .transform(
                        "gather", CommittableMessageTypeInfo.of(StagedBatchSerializer::new), new BatchGatherer(faults))
                .uid("gather")
                .setParallelism(1)
                .setMaxParallelism(1)
                .global();
    }

    @Override
    public SimpleVersionedSerializer<StagedBatch> getWriteResultSerializer() {
        return new StagedBatchSerializer();
    }

    @Override
    public Committer<StagedBatch> createCommitter(CommitterInitContext context) {
        return new TableCommitter(run, opener, faults, context);
    }

    @Override
    public SimpleVersionedSerializer<StagedBatch> getCommittableSerializer() {
        return new StagedBatchSerializer();
    }
}
