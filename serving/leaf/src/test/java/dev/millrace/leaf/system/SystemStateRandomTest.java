package dev.millrace.leaf.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.store.log.SystemEntry;
import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SystemStateRandomTest {
    private static final int ENTRIES = 4_000;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void promisesHoldAfterEveryEntry(long seed) {
        SystemState state = new SystemState();
        RandomEntries entries = new RandomEntries(seed, state);
        Promises promises = new Promises(state);
        for (int i = 0; i < ENTRIES; i++) {
            SystemEntry entry =
                    SystemEntry.fromBytes(ByteBuffer.wrap(entries.next().toBytes()));
            SystemState.Outcome outcome = state.apply(entry);
            int number = i;
            promises.check(() -> "seed " + seed + ", entry " + number + ": " + entry, entry, outcome.answer());
        }
        assertThat(promises.batches()).as("batches decided").isGreaterThan(100);
        assertThat(promises.grants()).as("gates granted").isGreaterThan(10);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12})
    void sameEntriesGiveTheSameAnswersAndTheSameState(long seed) {
        SystemState one = new SystemState();
        SystemState two = new SystemState();
        RandomEntries first = new RandomEntries(seed, one);
        RandomEntries second = new RandomEntries(seed, two);
        for (int i = 0; i < ENTRIES; i++) {
            assertThat(one.apply(first.next()).answer().toBytes())
                    .isEqualTo(two.apply(second.next()).answer().toBytes());
        }
        assertThat(one).isEqualTo(two);
    }
}
