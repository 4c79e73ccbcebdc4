package dev.millrace.job.source;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;

/** The connector's enumerator, and Flink's checkpoint interval for a backlog while a task has one. */
final class BacklogEnumerator implements SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> {
    private final SplitEnumeratorContext<KafkaPartitionSplit> context;
    private final SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> connector;
    private final Set<Integer> behind = new HashSet<>();

    BacklogEnumerator(
            SplitEnumeratorContext<KafkaPartitionSplit> context,
            SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> connector) {
        this.context = requireNonNull(context, "context");
        this.connector = requireNonNull(connector, "connector");
    }

    @Override
    public void handleSourceEvent(int subtask, SourceEvent event) {
        if (event instanceof Backlog.Changed changed) {
            set(subtask, changed.behind());
        } else {
            connector.handleSourceEvent(subtask, event);
        }
    }

    private void set(int subtask, boolean isBehind) {
        boolean before = !behind.isEmpty();
        if (isBehind) {
            behind.add(subtask);
        } else {
            behind.remove(subtask);
        }
        if (before == behind.isEmpty()) {
            context.setIsProcessingBacklog(!before);
        }
    }

    @Override
    public void start() {
        connector.start();
    }

    @Override
    public void handleSplitRequest(int subtask, String host) {
        connector.handleSplitRequest(subtask, host);
    }

    @Override
    public void addSplitsBack(List<KafkaPartitionSplit> splits, int subtask) {
        set(subtask, false); // its next attempt looks anew
        connector.addSplitsBack(splits, subtask);
    }

    @Override
    public void addReader(int subtask) {
        connector.addReader(subtask);
    }

    @Override
    public KafkaSourceEnumState snapshotState(long checkpointId) throws Exception {
        return connector.snapshotState(checkpointId);
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        connector.notifyCheckpointComplete(checkpointId);
    }

    @Override
    public void notifyCheckpointAborted(long checkpointId) throws Exception {
        connector.notifyCheckpointAborted(checkpointId);
    }

    @Override
    public void close() throws IOException {
        connector.close();
    }
}
