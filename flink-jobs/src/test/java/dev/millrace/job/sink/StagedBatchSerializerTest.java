package dev.millrace.job.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.Cursor;
import dev.millrace.store.CursorMove;
import dev.millrace.store.Participant;
import dev.millrace.store.TaskChunks;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class StagedBatchSerializerTest {
    private static final BatchId ID = new BatchId(1003, new Attempt(7, 2), 41);

    /** The bytes of version 1; checkpoints hold them. */
    private static final String GOLDEN = "d60f0e045202087575696402302890030408020a0612020c0480d00f80a0abfef962d00f";

    private final StagedBatchSerializer serializer = new StagedBatchSerializer();

    @Test
    void bytesAreAPromise() throws IOException {
        byte[] bytes = serializer.serialize(batch(0, 4, 20, 200));
        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo(GOLDEN);
        assertThat(serializer.deserialize(StagedBatchSerializer.VERSION, bytes)).isEqualTo(batch(0, 4, 20, 200));
    }

    @Test
    void malformedBytesAreRefused() {
        byte[] bytes = serializer.serialize(batch(0, 4, 20, 200));
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> serializer.deserialize(StagedBatchSerializer.VERSION, cut))
                    .isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> serializer.deserialize(2, bytes)).isInstanceOf(IOException.class);
    }

    @Test
    void tasksBecomeOneBatch() {
        StagedBatch one = batch(0, 4, 20, 200);
        StagedBatch two = new StagedBatch(
                ID,
                List.of(new CursorMove(new Cursor("uuid", "1", 5), 6)),
                List.of(
                        new Participant(4, List.of(new TaskChunks(0, 1))),
                        new Participant(9, List.of(new TaskChunks(0, 2)))),
                3,
                30,
                50);

        StagedBatch all = one.with(two);

        assertThat(all.moves()).hasSize(2);
        assertThat(all.participants())
                .containsExactly(
                        new Participant(4, List.of(new TaskChunks(0, 1), new TaskChunks(5, 3))),
                        new Participant(9, List.of(new TaskChunks(0, 2), new TaskChunks(6, 2))));
        assertThat(all.rows()).isEqualTo(one.rows() + 3);
        assertThat(all.bytes()).isEqualTo(one.bytes() + 30);
        assertThat(all.startedAtMillis()).isEqualTo(50);
    }

    private static StagedBatch batch(int sourcePartition, int ordinal, long from, long to) {
        return new StagedBatch(
                ID,
                List.of(new CursorMove(new Cursor("uuid", Integer.toString(sourcePartition), from), to)),
                List.of(
                        new Participant(ordinal, List.of(new TaskChunks(5, 3))),
                        new Participant(9, List.of(new TaskChunks(6, 2)))),
                128_000,
                1_700_000_000_000L,
                1_000);
    }
}
