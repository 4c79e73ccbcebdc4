package dev.millrace.job.sink;

import static java.util.Objects.requireNonNull;

import dev.millrace.job.extract.LeftOut;
import dev.millrace.store.BatchId;
import dev.millrace.store.CursorMove;
import dev.millrace.store.Participant;
import dev.millrace.store.TaskChunks;
import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What one task, or all of them together, staged under one batch: the committable.
 *
 * @param moves the range read of each source partition
 * @param participants the partitions with rows, by ordinal
 * @param bytes of the records
 * @param startedAtMillis when the first of its records was read, epoch milliseconds
 * @param leftOut records that cannot be loaded
 * @param origins where rows came from that a seal may leave out
 */
record StagedBatch(
        BatchId id,
        List<CursorMove> moves,
        List<Participant> participants,
        long rows,
        long bytes,
        long startedAtMillis,
        LeftOut leftOut,
        List<ChunkOrigins> origins) {
    StagedBatch {
        requireNonNull(id, "id");
        moves = List.copyOf(moves);
        participants = List.copyOf(participants);
        requireNonNull(leftOut, "leftOut");
        origins = List.copyOf(origins);
        if (moves.isEmpty()) {
            throw new IllegalArgumentException("a batch without input: " + id);
        }
    }

    /** This and what another task staged under the same batch. */
    StagedBatch with(StagedBatch other) {
        if (!id.equals(other.id)) {
            throw new IllegalArgumentException(id + " and " + other.id + " are not one batch");
        }
        List<CursorMove> allMoves = new ArrayList<>(moves);
        allMoves.addAll(other.moves);
        TreeMap<Integer, List<TaskChunks>> chunks = new TreeMap<>();
        for (List<Participant> side : List.of(participants, other.participants)) {
            side.forEach(participant -> chunks.computeIfAbsent(participant.ordinal(), o -> new ArrayList<>())
                    .addAll(participant.chunks()));
        }
        List<Participant> all = new ArrayList<>();
        chunks.forEach((ordinal, tasks) -> {
            tasks.sort(Comparator.comparingInt(TaskChunks::task));
            all.add(new Participant(ordinal, tasks));
        });
        return new StagedBatch(
                id,
                allMoves,
                all,
                rows + other.rows,
                bytes + other.bytes,
                Math.min(startedAtMillis, other.startedAtMillis),
                leftOut.with(other.leftOut),
                Stream.concat(origins.stream(), other.origins.stream()).toList());
    }

    /** The same without rows whose key is taken. */
    StagedBatch without(long clashing, LeftOut errors) {
        return new StagedBatch(
                id, moves, participants, rows - clashing, bytes, startedAtMillis, leftOut.with(errors), origins);
    }

    void write(WireWriter out) {
        id.write(out);
        out.list(moves, (o, item) -> item.write(o)).list(participants, (o, item) -> item.write(o));
        out.number(rows).number(bytes).number(startedAtMillis);
        leftOut.write(out);
        out.list(origins, (o, item) -> item.write(o));
    }

    static StagedBatch read(WireReader in) {
        return new StagedBatch(
                BatchId.read(in),
                in.list(CursorMove::read),
                in.list(Participant::read),
                in.number(),
                in.number(),
                in.number(),
                LeftOut.read(in),
                in.list(ChunkOrigins::read));
    }
}
