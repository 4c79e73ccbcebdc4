package dev.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MemoryPlanTest {
    @Test
    void sizesAreReadInPowersOf1024() {
        assertThat(MemoryPlan.parse("4g")).isEqualTo(4L << 30);
        assertThat(MemoryPlan.parse("1500M")).isEqualTo(1500L << 20);
        assertThat(MemoryPlan.parse("2GiB")).isEqualTo(2L << 30);
        assertThat(MemoryPlan.parse("1073741824")).isEqualTo(1L << 30);
    }

    @Test
    void otherTextIsRefusedByName() {
        assertThatThrownBy(() -> MemoryPlan.parse("much")).hasMessageContaining("--memory much");
        assertThatThrownBy(() -> MemoryPlan.parse("999999999999t")).hasMessageContaining("more than any machine");
        assertThatThrownBy(() -> MemoryPlan.of(1 << 20, 2)).hasMessageContaining("too little");
    }

    @Test
    void partsTogetherAreLessThanTheWhole() {
        MemoryPlan plan = MemoryPlan.of(4L << 30, 2);
        long heapAndDirect = plan.totalBytes() / 100 * 60;
        assertThat(heapAndDirect + 2 * plan.leafDuckDbBytes() + plan.aggregatorDuckDbBytes())
                .isLessThan(plan.totalBytes());
    }
}
