package dev.millrace.aggregator.execute;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LikePatternTest {
    @Test
    void percentAndUnderscoreMatchWithoutCase() {
        assertThat(LikePattern.matches(null, "anything")).isTrue();
        assertThat(LikePattern.matches("%", "")).isTrue();
        assertThat(LikePattern.matches("T%s", "tweets")).isTrue();
        assertThat(LikePattern.matches("t_x%", "tweets")).isFalse();
        assertThat(LikePattern.matches("tw__ts", "tweets")).isTrue();
        assertThat(LikePattern.matches("a\\_b", "a_b")).isTrue();
        assertThat(LikePattern.matches("a\\_b", "axb")).isFalse();
        assertThat(LikePattern.matches("%a%a%", "banana")).isTrue();
        assertThat(LikePattern.matches("a", "ab")).isFalse();
    }
}
