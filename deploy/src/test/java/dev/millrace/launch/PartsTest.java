package dev.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.launch.Parts.Stage;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class PartsTest {
    private final List<String> stopped = new CopyOnWriteArrayList<>();

    @Test
    void partsStopStageByStageWhateverOrderTheyCameIn() {
        try (Parts parts = new Parts(1)) {
            parts.add(Stage.FLINK, "flink", () -> stopped.add("flink"));
            parts.add(Stage.STORE, "leaf", () -> stopped.add("leaf"));
            parts.add(Stage.AGGREGATOR, "aggregator", () -> stopped.add("aggregator"));
        }
        assertThat(stopped).containsExactly("aggregator", "flink", "leaf");
    }

    @Test
    void partThatHangsOrFailsHoldsUpNobody() {
        CountDownLatch never = new CountDownLatch(1);
        try (Parts parts = new Parts(1)) {
            parts.add(Stage.AGGREGATOR, "stuck", never::await);
            parts.add(Stage.FLINK, "broken", () -> {
                throw new IllegalStateException("broken");
            });
            parts.add(Stage.STORE, "leaf", () -> stopped.add("leaf"));
        }
        never.countDown();
        assertThat(stopped).containsExactly("leaf");
    }

    @Test
    void partThatStartsAfterTheStopIsStoppedAtOnce() {
        Parts parts = new Parts(1);
        parts.close();

        assertThatThrownBy(() -> parts.add(Stage.STORE, "late", () -> stopped.add("late")))
                .hasMessageContaining("stopped while starting");
        assertThat(stopped).containsExactly("late");
    }
}
