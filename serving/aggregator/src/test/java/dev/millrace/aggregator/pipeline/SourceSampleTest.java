package dev.millrace.aggregator.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import org.junit.jupiter.api.Test;

class SourceSampleTest {
    @Test
    void sampleThatMayBeSmallerEndsWhereItIsTooMuchAndAnotherFails() {
        long max = SourceSample.BYTES_MAX;
        SourceSample.Amount some = new SourceSample.Amount(100, false);
        SourceSample.Amount all = new SourceSample.Amount(100, true);
        assertThat(some.isFull(9, max)).isFalse();
        assertThat(all.isFull(9, max)).isFalse();
        assertThat(some.isFull(9, max + 1)).isTrue();
        assertThat(refusal(all, 9)).isEqualTo(SqlState.RESOURCES_EXHAUSTED);
        // One record that is too large alone.
        assertThat(refusal(some, 0)).isEqualTo(SqlState.RESOURCES_EXHAUSTED);
    }

    private static SqlState refusal(SourceSample.Amount wanted, int count) {
        return catchThrowableOfType(StatementException.class, () -> wanted.isFull(count, SourceSample.BYTES_MAX + 1))
                .state();
    }
}
