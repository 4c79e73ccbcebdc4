package dev.millrace.job.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.job.extract.LeftOut;
import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.Cursor;
import dev.millrace.store.CursorMove;
import dev.millrace.store.Participant;
import dev.millrace.store.PipelineError;
import dev.millrace.store.TaskChunks;
import dev.millrace.store.log.SystemEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StagedBatchSerializerTest {
    private static final BatchId ID = new BatchId(1003, new Attempt(7, 2), 41);

    /** The bytes of version 2; checkpoints hold them. */
    private static final String GOLDEN =
            "d60f0e045202087575696402302890030408020a0612020c0480d00f80a0abfef962d00f000000";

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
        assertThatThrownBy(() -> serializer.deserialize(StagedBatchSerializer.VERSION + 1, bytes))
                .isInstanceOf(IOException.class);
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
                50,
                new LeftOut(List.of(error(7)), Map.of()),
                List.of());

        StagedBatch all = one.with(two);

        assertThat(all.moves()).hasSize(2);
        assertThat(all.participants())
                .containsExactly(
                        new Participant(4, List.of(new TaskChunks(0, 1), new TaskChunks(5, 3))),
                        new Participant(9, List.of(new TaskChunks(0, 2), new TaskChunks(6, 2))));
        assertThat(all.rows()).isEqualTo(one.rows() + 3);
        assertThat(all.bytes()).isEqualTo(one.bytes() + 30);
        assertThat(all.startedAtMillis()).isEqualTo(50);
        assertThat(all.leftOut().listed()).hasSize(1);
    }

    @Test
    void whatWasLeftOutComesBack() throws IOException {
        LeftOut leftOut = new LeftOut(List.of(error(7), error(9)), Map.of("3", new LeftOut.Rest("t", 5, 10, 90)));
        StagedBatch plain = batch(0, 4, 20, 200);
        StagedBatch batch = new StagedBatch(
                plain.id(),
                plain.moves(),
                plain.participants(),
                plain.rows(),
                plain.bytes(),
                plain.startedAtMillis(),
                leftOut,
                List.of(new ChunkOrigins(2, 1, 0, List.of(new ChunkOrigins.Run("3", new long[] {5, 6, 900})))));
        StagedBatch again = serializer.deserialize(StagedBatchSerializer.VERSION, serializer.serialize(batch));
        assertThat(again).usingRecursiveComparison().isEqualTo(batch);
        assertThat(again.origins().get(0).of(2)).isEqualTo(new ChunkOrigins.Origin("3", 900));
    }

    @Test
    void errorsBeyondTheBoundAreCounted() {
        LeftOut all = LeftOut.NONE;
        long offset = 0;
        for (int fetch = 0; fetch < 40; fetch++) {
            List<PipelineError> errors = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                errors.add(error(offset++));
            }
            all = all.with(new LeftOut(errors, Map.of("0", new LeftOut.Rest("t", 2, offset, offset))));
        }
        int listed = all.listed().size();
        assertThat(listed).isBetween(1_000, 3_000);
        assertThat(all.rest().get("0").count()).isEqualTo(4_000 - listed + 80);
        assertThat(all.rest().get("0").lastOffset()).isEqualTo(4_000);
        List<PipelineError> errors = all.errors(1);
        assertThat(errors).hasSize(listed + 1);
        assertThat(errors.get(listed).message())
                .startsWith(4_080 - listed + " more records of topic 't' partition 0 were left out");
        assertThat(errors.stream().mapToLong(PipelineError::sizeBytes).sum())
                .isLessThan(SystemEntry.Decide.ERRORS_BYTES_MAX);
    }

    private static PipelineError error(long offset) {
        return new PipelineError(1, "Load", 1366, "no number", "t", "0", offset, 1, "id", new byte[1000]);
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
                1_000,
                LeftOut.NONE,
                List.of());
    }
}
