package dev.millrace.aggregator.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RootCauseTest {
    @Test
    void innermostCauseSpeaks() {
        assertThat(RootCause.of("""
                        org.apache.flink.runtime.JobException: Recovery is suppressed
                        \tat org.apache.flink.Foo.bar(Foo.java:1)
                        Caused by: java.lang.IllegalStateException: outer
                        Caused by: dev.millrace.spec.error.StatementException: the cursor is at 7, the batch begins at 5
                        \t... 7 more
                        """)).isEqualTo("the cursor is at 7, the batch begins at 5");
        assertThat(RootCause.of("java.io.IOException: no space")).isEqualTo("IOException: no space");
        assertThat(RootCause.of("java.lang.NullPointerException")).isEqualTo("NullPointerException");
        assertThat(RootCause.of("plain words")).isEqualTo("plain words");
    }
}
