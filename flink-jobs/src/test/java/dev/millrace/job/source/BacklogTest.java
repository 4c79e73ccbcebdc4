package dev.millrace.job.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.junit.jupiter.api.Test;

class BacklogTest {
    private final List<Boolean> told = new ArrayList<>();
    private final List<SourceEvent> passedOn = new ArrayList<>();

    @Test
    void taskIsBehindWhileMoreIsLeftThanItsLastBatchTook() {
        Backlog backlog = new Backlog();
        backlog.unread(500_000);
        assertThat(backlog.batchEnded(100_000)).isTrue();
        assertThat(backlog.isBehind()).isTrue();
        backlog.unread(400_001);
        assertThat(backlog.batchEnded(400_000)).isFalse();
        assertThat(backlog.isBehind()).isTrue();
        backlog.unread(400_000);
        assertThat(backlog.batchEnded(400_000)).isTrue();
        assertThat(backlog.isBehind()).isFalse();
    }

    @Test
    void fewRecordsAreNoBacklog() {
        Backlog backlog = new Backlog();
        backlog.unread(20_000);
        assertThat(backlog.batchEnded(0)).isFalse();
        assertThat(backlog.isBehind()).isFalse();
    }

    @Test
    void sourceIsBehindWhileOneOfItsTasksIs() {
        BacklogEnumerator enumerator = new BacklogEnumerator(context(), connector());
        enumerator.handleSourceEvent(0, new Backlog.Changed(true));
        enumerator.handleSourceEvent(1, new Backlog.Changed(true));
        assertThat(told).containsExactly(true);
        enumerator.handleSourceEvent(0, new Backlog.Changed(false));
        assertThat(told).containsExactly(true);
        enumerator.addSplitsBack(List.of(), 1);
        assertThat(told).containsExactly(true, false);
        enumerator.handleSourceEvent(1, new Backlog.Changed(true));
        assertThat(told).containsExactly(true, false, true);
    }

    @Test
    void otherEventsGoToTheConnector() {
        SourceEvent other = new SourceEvent() {};
        new BacklogEnumerator(context(), connector()).handleSourceEvent(0, other);
        assertThat(passedOn).containsExactly(other);
    }

    @SuppressWarnings("unchecked")
    private SplitEnumeratorContext<KafkaPartitionSplit> context() {
        return (SplitEnumeratorContext<KafkaPartitionSplit>) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {SplitEnumeratorContext.class},
                (self, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("setIsProcessingBacklog");
                    told.add((Boolean) arguments[0]);
                    return null;
                });
    }

    @SuppressWarnings("unchecked")
    private SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> connector() {
        return (SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState>) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {SplitEnumerator.class}, (self, method, arguments) -> {
                    if (method.getName().equals("handleSourceEvent")) {
                        passedOn.add((SourceEvent) arguments[1]);
                    }
                    return null;
                });
    }
}
