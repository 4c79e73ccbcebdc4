package dev.millrace.job.sink;

import static java.util.Objects.requireNonNull;

import dev.millrace.job.extract.LeftOut;
import dev.millrace.job.run.JobRun;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.store.CursorMove;
import dev.millrace.store.PipelineError;
import dev.millrace.store.wire.ClashingRows;
import dev.millrace.store.wire.WireReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rows that the seals of a batch leave out, as errors of the records they came from. */
final class Clashes {
    private record Chunk(int ordinal, int task, int seq) {}

    private final StagedBatch batch;
    private final SourceSpec source;
    private final boolean throughProgram;
    private final Map<Chunk, ChunkOrigins> origins = new HashMap<>();

    Clashes(JobRun run, StagedBatch batch) {
        this.batch = requireNonNull(batch, "batch");
        this.source = run.pipeline().source();
        this.throughProgram = run.pipeline().isThroughProgram();
        batch.origins().forEach(chunk -> origins.put(new Chunk(chunk.ordinal(), chunk.task(), chunk.seq()), chunk));
    }

    /** @param seals the answer of each participant */
    StagedBatch leaveOut(List<WireReader> seals) {
        long now = System.currentTimeMillis();
        long count = 0;
        List<PipelineError> errors = new ArrayList<>();
        for (int i = 0; i < seals.size(); i++) {
            ClashingRows clashing = ClashingRows.read(seals.get(i));
            int ordinal = batch.participants().get(i).ordinal();
            count += clashing.count();
            clashing.rows().forEach(row -> errors.add(error(ordinal, row, now)));
        }
        long unknown = count - errors.size();
        Map<String, LeftOut.Rest> rest =
                unknown == 0 ? Map.of() : Map.of("", new LeftOut.Rest(source.topic(), unknown, -1, -1));
        return batch.without(count, new LeftOut(errors, rest));
    }

    private PipelineError error(int ordinal, ClashingRows.Row row, long atMillis) {
        ChunkOrigins.Origin origin =
                origins.get(new Chunk(ordinal, row.task(), row.seq())).of(row.row());
        if (throughProgram && source.isFiles()) {
            return new PipelineError(
                    atMillis,
                    "Stage",
                    SqlState.DUPLICATE_KEY.number(),
                    source.place(origin.partition()) + ", row " + origin.offset() + " of the transform's output: "
                            + row.message(),
                    source.topic(),
                    origin.partition(),
                    -1,
                    0,
                    "",
                    new byte[0]);
        }
        if (throughProgram) {
            return outputError(origin.offset(), row.message(), atMillis);
        }
        return new PipelineError(
                atMillis,
                "Stage",
                SqlState.DUPLICATE_KEY.number(),
                source.place(origin.partition()) + ", record at offset " + origin.offset() + ": " + row.message(),
                source.topic(),
                origin.partition(),
                origin.offset(),
                0,
                "",
                new byte[0]);
    }

    /** A row of a program's output is known by its number in the batch; where it came from only if there is one place. */
    private PipelineError outputError(long number, String message, long atMillis) {
        boolean one = batch.moves().size() == 1;
        CursorMove move = batch.moves().get(0);
        return new PipelineError(
                atMillis,
                "Stage",
                SqlState.DUPLICATE_KEY.number(),
                "row " + number + " of the transform's output in its batch: " + message
                        + (one
                                ? "; made of topic '" + source.topic() + "' partition "
                                        + move.from().partition() + " offsets "
                                        + move.from().offset() + " to " + (move.to() - 1)
                                : ""),
                source.topic(),
                one ? move.from().partition() : "",
                -1,
                0,
                "",
                new byte[0]);
    }
}
