package dev.millrace.job.source;

import static java.util.Objects.requireNonNull;

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
import org.apache.flink.core.io.InputStatus;

/**
 * Hands pieces of files to the task, and stops between two barriers when a batch is large enough, as {@link FetchReader}
 * does. It asks for files only after it has opened its attempt: from then on no older one can load any.
 */
final class FileReader extends SingleThreadMultiplexSourceReaderBase<KafkaFetch, KafkaFetch, FileSplit, FileSplit> {
    private final Volume volume;
    private final Runnable open;
    private CompletableFuture<Void> barrier = new CompletableFuture<>();

    FileReader(
            Supplier<SplitReader<KafkaFetch, FileSplit>> splitReader,
            Runnable open,
            Volume volume,
            SourceReaderContext context) {
        super(splitReader, volume, new Configuration(), context);
        this.open = requireNonNull(open, "open");
        this.volume = volume;
    }

    @Override
    public void start() {
        open.run();
        context.sendSplitRequest();
    }

    @Override
    public InputStatus pollNext(ReaderOutput<KafkaFetch> output) throws Exception {
        return volume.isFull() ? InputStatus.NOTHING_AVAILABLE : super.pollNext(output);
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
        return volume.isFull() ? barrier : super.isAvailable();
    }

    /** Nothing: the cursors say what is left of which file. */
    @Override
    public List<FileSplit> snapshotState(long checkpointId) {
        volume.empty();
        CompletableFuture<Void> passed = barrier;
        barrier = new CompletableFuture<>();
        passed.complete(null);
        return List.of();
    }

    @Override
    protected void onSplitFinished(Map<String, FileSplit> finished) {
        if (getNumberOfCurrentlyAssignedSplits() == 0) {
            context.sendSplitRequest();
        }
    }

    @Override
    protected FileSplit initializedState(FileSplit split) {
        return split;
    }

    @Override
    protected FileSplit toSplitType(String splitId, FileSplit state) {
        return state;
    }

    /** What a task takes into a batch. */
    static final class Volume implements RecordEmitter<KafkaFetch, KafkaFetch, FileSplit> {
        /** Names of files that a batch's decision holds, of all tasks together. */
        private static final int PATH_BYTES_MAX = 256 << 10;

        /** What is with the name of a file that moves: its version, its places. */
        private static final int MOVE_BYTES = 40;

        private final long bytesMax;
        private final long pathBytesMax;
        private final FetchCounts counts;
        private long bytes;
        private long pathBytes;

        Volume(long bytesMax, SourceReaderContext context) {
            this.bytesMax = bytesMax;
            this.pathBytesMax = PATH_BYTES_MAX / context.currentParallelism();
            this.counts = new FetchCounts(context.metricGroup().getIOMetricGroup());
        }

        boolean isFull() {
            return bytes >= bytesMax || pathBytes >= pathBytesMax;
        }

        void empty() {
            bytes = 0;
            pathBytes = 0;
        }

        @Override
        public void emitRecord(KafkaFetch fetch, SourceOutput<KafkaFetch> output, FileSplit split) {
            counts.add(fetch);
            bytes += fetch.bytes();
            pathBytes += split.splitId().length() + MOVE_BYTES;
            output.collect(fetch);
        }
    }
}
