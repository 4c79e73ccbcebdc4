package dev.millrace.aggregator.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class PipelineWatchTest {
    private final PipelineWatch watch = new PipelineWatch();
    private Instant now = Instant.EPOCH;

    private boolean falls(String job, boolean running) {
        now = now.plusSeconds(1);
        return watch.isFalling(job, running, now);
    }

    @Test
    void jobThatRunsAMomentBetweenRestartsIsFallingUntilItRunsForAWhile() {
        assertThat(falls("a", true)).isFalse();
        assertThat(falls("a", false)).isFalse();
        assertThat(falls("a", false)).isFalse();
        assertThat(falls("a", true)).isFalse();
        assertThat(falls("a", false)).isFalse();
        assertThat(falls("a", true)).isFalse();
        assertThat(falls("a", false)).isTrue();
        assertThat(falls("a", true)).isTrue();
        now = now.plus(PipelineWatch.STEADY);
        assertThat(falls("a", true)).isFalse();
    }

    @Test
    void anotherJobBeginsAnew() {
        for (int i = 0; i < 3; i++) {
            falls("a", true);
            falls("a", false);
        }
        assertThat(falls("b", true)).isFalse();
    }
}
