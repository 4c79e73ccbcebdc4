package dev.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class PartsTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final List<String> stopped = new CopyOnWriteArrayList<>();

    @Test
    void partsStopInTheOppositeOrder() {
        try (Parts parts = new Parts()) {
            parts.add("leaf", LONG, () -> stopped.add("leaf"));
            parts.add("aggregator", LONG, () -> stopped.add("aggregator"));
        }
        assertThat(stopped).containsExactly("aggregator", "leaf");
    }

    @Test
    void partThatHangsOrFailsHoldsUpNobody() {
        CountDownLatch never = new CountDownLatch(1);
        try (Parts parts = new Parts()) {
            parts.add("leaf", LONG, () -> stopped.add("leaf"));
            parts.add("broken", LONG, () -> {
                throw new IllegalStateException("broken");
            });
            parts.add("stuck", Duration.ofMillis(50), never::await);
        }
        never.countDown();
        assertThat(stopped).containsExactly("leaf");
    }

    @Test
    void partThatStartsAfterTheStopIsStoppedAtOnce() {
        Parts parts = new Parts();
        parts.close();

        assertThatThrownBy(() -> parts.add("late", LONG, () -> stopped.add("late")))
                .hasMessageContaining("stopped while starting");
        assertThat(stopped).containsExactly("late");
    }
}
