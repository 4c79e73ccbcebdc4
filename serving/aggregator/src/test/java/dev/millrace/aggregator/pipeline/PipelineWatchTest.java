package dev.millrace.aggregator.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class PipelineWatchTest {
    private final PipelineWatch watch = new PipelineWatch();
    private Instant now = Instant.EPOCH;
    private Instant loadedAt = Instant.MIN;

    private boolean falls(String job, boolean running) {
        now = now.plusSeconds(1);
        return watch.isFalling(job, running, loadedAt, now);
    }

    @Test
    void jobThatRunsAMomentBetweenRestartsIsFallingUntilItLoadsAndRunsForAWhile() {
        assertThat(falls("a", true)).isFalse();
        assertThat(falls("a", false)).isFalse();
        assertThat(falls("a", false)).isFalse();
        assertThat(falls("a", true)).isFalse();
        assertThat(falls("a", false)).isFalse();
        assertThat(falls("a", true)).isFalse();
        assertThat(falls("a", false)).isTrue();
        assertThat(falls("a", true)).isTrue();
        now = now.plus(PipelineWatch.STEADY);
        assertThat(falls("a", true)).isTrue();
        loadedAt = now;
        assertThat(falls("a", true)).isFalse();
    }

    @Test
    void jobThatFallsLateAndLoadsNothingIsFallingToo() {
        loadedAt = now;
        boolean falling = false;
        for (int i = 0; i < 3; i++) {
            falls("a", true);
            now = now.plusSeconds(15);
            assertThat(falls("a", true)).isFalse();
            falling = falls("a", false);
        }
        assertThat(falling).isTrue();
        falls("a", true);
        now = now.plus(PipelineWatch.STEADY_IDLE);
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
