package dev.millrace.job.source;

import static java.util.Objects.requireNonNull;

import dev.millrace.job.run.JobRun;
import dev.millrace.job.run.RunEnd;
import dev.millrace.job.run.StoreDoor;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.Attempt;
import dev.millrace.store.Cursor;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.OpenAnswer;
import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.RefusedException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/**
 * Where an attempt begins to read: it opens, so that no older attempt can decide any more, and then takes the cursors
 * of the system partition. A partition without one gets it decided first, at its earliest offset: what arrives between
 * a crash and the restart is then not lost, and two attempts never begin at different places.
 */
final class StartingPoints {
    private final JobRun run;
    private final Attempt attempt;
    private final String job;
    private final StoreDoor.Opener opener;

    /** @param job Flink's job id in hexadecimal */
    StartingPoints(JobRun run, Attempt attempt, String job, StoreDoor.Opener opener) {
        this.run = requireNonNull(run, "run");
        this.attempt = requireNonNull(attempt, "attempt");
        this.job = requireNonNull(job, "job");
        this.opener = requireNonNull(opener, "opener");
    }

    /** Opens, for a task that is told elsewhere where to begin. */
    void open() {
        try (StoreDoor door = opener.open(run)) {
            door.system(new SystemEntry.Open(run.pipeline().id(), attempt, job));
        } catch (RefusedException e) {
            throw refused(e);
        }
    }

    /**
     * The cursors of partitions that this task is to read.
     *
     * @param earliest asks the broker for the earliest offsets
     */
    Map<TopicPartition, Cursor> cursors(
            Collection<TopicPartition> partitions,
            Function<Collection<TopicPartition>, Map<TopicPartition, Long>> earliest) {
        try (StoreDoor door = opener.open(run)) {
            KafkaTopic topic = topic(door);
            Map<String, Cursor> known = byPartition(OpenAnswer.read(
                    door.system(new SystemEntry.Open(run.pipeline().id(), attempt, job))));
            List<TopicPartition> without = partitions.stream()
                    .filter(partition -> !known.containsKey(name(partition)))
                    .toList();
            if (!without.isEmpty()) {
                List<Cursor> begin = new ArrayList<>();
                earliest.apply(without)
                        .forEach((partition, offset) ->
                                begin.add(new Cursor(topic.incarnation(), name(partition), offset)));
                known.putAll(byPartition(OpenAnswer.read(
                        door.system(new SystemEntry.AddCursors(run.pipeline().id(), attempt, begin)))));
            }
            Map<TopicPartition, Cursor> cursors = new HashMap<>();
            for (TopicPartition partition : partitions) {
                cursors.put(partition, checked(door, topic, partition, known.get(name(partition))));
            }
            return cursors;
        } catch (RefusedException e) {
            throw refused(e);
        }
    }

    /** The run's end when the broker no longer has what comes next, or not yet. */
    RuntimeException outOfRange(TopicPartition partition, long offset, long earliest, long end) {
        String message = "partition " + partition.partition() + " of topic '" + partition.topic()
                + "' cannot be read on at offset " + offset + ": the broker has offsets " + earliest + " to " + end
                + (offset < earliest ? "; retention has removed what is between" : "")
                + "; ALTER PIPELINE … SET OFFSETS says where to go on";
        SqlState state = offset < earliest ? SqlState.OFFSETS_EXPIRED : SqlState.CURSOR_MISMATCH;
        return RunEnd.failed(opener, run, state, RunEnd.error("Extract", state, message, name(partition), offset));
    }

    private KafkaTopic topic(StoreDoor door) {
        try {
            return KafkaTopic.describe(FetchSource.kafka(run), run.credentials());
        } catch (StatementException e) {
            if (e.state() == SqlState.UNKNOWN_TOPIC) {
                throw RunEnd.failed(door, run, e.state(), RunEnd.error("Extract", e.state(), e.getMessage()));
            }
            throw e;
        }
    }

    private Cursor checked(StoreDoor door, KafkaTopic topic, TopicPartition partition, Cursor cursor) {
        if (!partition.topic().equals(topic.name())) {
            throw new IllegalStateException("a split of topic " + partition.topic() + " in a job for " + topic.name());
        }
        if (cursor == null) {
            throw new IllegalStateException("the system partition decided no cursor for " + partition);
        }
        if (!cursor.incarnation().equals(topic.incarnation())) {
            String message = "topic '" + topic.name() + "' was recreated: partition " + cursor.partition()
                    + " was read up to offset " + cursor.offset() + " of topic " + cursor.incarnation()
                    + ", the broker now has topic " + topic.incarnation()
                    + "; ALTER PIPELINE … SET OFFSETS EARLIEST begins with the new one";
            SqlState state = SqlState.TOPIC_RECREATED;
            throw RunEnd.failed(
                    door, run, state, RunEnd.error("Extract", state, message, cursor.partition(), cursor.offset()));
        }
        return cursor;
    }

    private RuntimeException refused(RefusedException e) {
        Refusal refusal = e.refusal();
        if (refusal == Refusal.FENCED || refusal == Refusal.UNKNOWN) {
            return RunEnd.fenced(run, attempt, e);
        }
        if (refusal == Refusal.CURSOR_MISMATCH) {
            return RunEnd.failed(
                    opener,
                    run,
                    SqlState.TOPIC_RECREATED,
                    RunEnd.error("Extract", SqlState.TOPIC_RECREATED, e.getMessage()));
        }
        return e;
    }

    private static Map<String, Cursor> byPartition(OpenAnswer answer) {
        return answer.cursors().stream()
                .collect(Collectors.toMap(Cursor::partition, Function.identity(), (a, b) -> b, HashMap::new));
    }

    private static String name(TopicPartition partition) {
        return Integer.toString(partition.partition());
    }
}
