package dev.millrace.job.sink;

import static java.util.Objects.requireNonNull;

import dev.millrace.job.run.Faults;
import java.util.TreeMap;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.CommittableSummary;
import org.apache.flink.streaming.api.connector.sink2.CommittableWithLineage;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Makes one committable of what all tasks staged for a checkpoint. It needs no state: checkpoints are aligned, so
 * between two barriers it has everything of the interval.
 *
 * <p>A task that did not see a checkpoint which was given up goes on under the batch it had, while the others have begun
 * the next one. Then there are two batches behind a barrier, each whole, and they leave in order. Nothing leaves for an
 * interval without input.
 */
final class BatchGatherer extends AbstractStreamOperator<CommittableMessage<StagedBatch>>
        implements OneInputStreamOperator<CommittableMessage<StagedBatch>, CommittableMessage<StagedBatch>> {
    private static final long serialVersionUID = 1L;

    private final Faults faults;
    private transient TreeMap<Long, StagedBatch> gathered;
    private transient long lastCheckpoint;

    BatchGatherer(Faults faults) {
        this.faults = requireNonNull(faults, "faults");
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        gathered = new TreeMap<>();
        lastCheckpoint = context.getRestoredCheckpointId().orElse(0);
    }

    @Override
    public void processElement(StreamRecord<CommittableMessage<StagedBatch>> element) {
        if (element.getValue() instanceof CommittableWithLineage<StagedBatch> message) {
            StagedBatch batch = message.getCommittable();
            gathered.merge(batch.id().number(), batch, StagedBatch::with);
        }
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpoint) {
        emit(checkpoint);
    }

    /** The end of input after a stop with drain: the last interval belongs to the checkpoint that follows. */
    @Override
    public void finish() {
        emit(lastCheckpoint + 1);
    }

    private void emit(long checkpoint) {
        lastCheckpoint = checkpoint;
        if (gathered.isEmpty()) {
            return;
        }
        faults.pass(Faults.Point.GATHERED);
        output.collect(new StreamRecord<>(new CommittableSummary<>(0, 1, checkpoint, gathered.size(), 0)));
        gathered.values()
                .forEach(batch ->
                        output.collect(new StreamRecord<>(new CommittableWithLineage<>(batch, checkpoint, 0))));
        gathered.clear();
    }
}
