package dev.millrace.job.source;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.source.reader.RecordEmitter;
import org.apache.flink.connector.base.source.reader.SingleThreadMultiplexSourceReaderBase;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplitState;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.metrics.groups.OperatorIOMetricGroup;

/**
 * Hands fetches to the task, and stops between two barriers when a batch is large enough: batches are limited here and
 * nowhere later, because a limit behind the source would keep the barrier from passing.
 */
final class FetchReader
        extends SingleThreadMultiplexSourceReaderBase<
                KafkaFetch, KafkaFetch, KafkaPartitionSplit, KafkaPartitionSplitState> {
    /**
     * What one task takes into a batch.
     *
     * @param offsetsMax of one source partition; {@code Integer.MAX_VALUE}: no limit
     */
    record Limits(long bytesMax, int offsetsMax) {}

    /** A limit of offsets holds exactly, because fetches come in pieces of at most half of it. */
    static int pieceOffsets(int offsetsMax) {
        return offsetsMax == Integer.MAX_VALUE ? Integer.MAX_VALUE : Math.max(1, offsetsMax / 2);
    }

    private final Volume volume;
    private final Backlog backlog;
    private CompletableFuture<Void> barrier = new CompletableFuture<>();

    FetchReader(
            Supplier<SplitReader<KafkaFetch, KafkaPartitionSplit>> splitReader,
            Backlog backlog,
            Limits limits,
            SourceReaderContext context) {
        this(splitReader, backlog, new Volume(limits, context.metricGroup().getIOMetricGroup()), context);
    }

    private FetchReader(
            Supplier<SplitReader<KafkaFetch, KafkaPartitionSplit>> splitReader,
            Backlog backlog,
            Volume volume,
            SourceReaderContext context) {
        super(splitReader, volume, new Configuration(), context);
        this.backlog = backlog;
        this.volume = volume;
    }

    @Override
    public InputStatus pollNext(ReaderOutput<KafkaFetch> output) throws Exception {
        return volume.isFull() ? InputStatus.NOTHING_AVAILABLE : super.pollNext(output);
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
        return volume.isFull() ? barrier : super.isAvailable();
    }

    @Override
    public List<KafkaPartitionSplit> snapshotState(long checkpointId) {
        // Waiting longer would not make batches larger that are limited.
        if (!volume.isLimited() && backlog.batchEnded(volume.records())) {
            context.sendSourceEventToCoordinator(new Backlog.Changed(backlog.isBehind()));
        }
        volume.empty();
        CompletableFuture<Void> passed = barrier;
        barrier = new CompletableFuture<>();
        passed.complete(null);
        return super.snapshotState(checkpointId);
    }

    @Override
    protected void onSplitFinished(Map<String, KafkaPartitionSplitState> finished) {}

    @Override
    protected KafkaPartitionSplitState initializedState(KafkaPartitionSplit split) {
        return new KafkaPartitionSplitState(split);
    }

    /** Offsets in Flink's state are for the curious; nobody seeks to them. */
    @Override
    protected KafkaPartitionSplit toSplitType(String splitId, KafkaPartitionSplitState state) {
        return state.toKafkaPartitionSplit();
    }

    /** Emits fetches and counts what is in them. */
    private static final class Volume implements RecordEmitter<KafkaFetch, KafkaFetch, KafkaPartitionSplitState> {
        private final Limits limits;
        private final Map<String, Long> offsets = new HashMap<>();
        private final FetchCounts counts;
        private long bytes;
        private long records;
        private boolean offsetsFull;

        Volume(Limits limits, OperatorIOMetricGroup metrics) {
            this.limits = limits;
            this.counts = new FetchCounts(metrics);
        }

        boolean isLimited() {
            return limits.offsetsMax() != Integer.MAX_VALUE;
        }

        boolean isFull() {
            return offsetsFull || bytes >= limits.bytesMax();
        }

        long records() {
            return records;
        }

        void empty() {
            bytes = 0;
            records = 0;
            offsets.clear();
            offsetsFull = false;
        }

        @Override
        public void emitRecord(KafkaFetch fetch, SourceOutput<KafkaFetch> output, KafkaPartitionSplitState split) {
            counts.add(fetch);
            bytes += fetch.bytes();
            records += fetch.records().count();
            output.collect(fetch);
            split.setCurrentOffset(fetch.to());
            if (isLimited()) {
                long taken =
                        offsets.merge(split.splitId(), fetch.to() - fetch.from().offset(), Long::sum);
                offsetsFull |= taken + pieceOffsets(limits.offsetsMax()) > limits.offsetsMax();
            }
        }
    }
}
