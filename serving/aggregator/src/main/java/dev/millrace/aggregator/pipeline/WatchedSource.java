package dev.millrace.aggregator.pipeline;

import dev.millrace.aggregator.pipeline.SourceWatch.Condition;
import dev.millrace.spec.Credentials;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.CatalogSnapshot.Pipeline;
import dev.millrace.store.Cursor;
import dev.millrace.store.PipelineState;
import dev.millrace.store.SourceOffsets;
import dev.millrace.store.client.StoreClient;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.OpenAnswer;
import dev.millrace.store.wire.RefusedException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;

/** The source of one pipeline, looked at again and again. Looks are one after the other. */
final class WatchedSource implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofMillis(1_500);

    /** How long cursors may stand still although there is something to read, beside two batch intervals. */
    private static final Duration STANDSTILL_MAX = Duration.ofSeconds(10);

    private final StoreClient client;
    private final InstantSource clock;
    private final long pipeline;
    private final SourceSpec.Kafka source;
    private final Credentials credentials;
    private Optional<KafkaTopics> topics = Optional.empty();
    private Optional<PendingRecords> pending = Optional.empty();
    private boolean closed;

    private Instant lookedAt = Instant.MIN;
    private List<SourceOffsets> reported = List.of();
    private boolean behind = true;
    private List<Cursor> cursors = List.of();
    private Instant movedAt;
    private long movedRun = -1;
    private volatile Optional<Condition> condition = Optional.empty();

    WatchedSource(StoreClient client, InstantSource clock, Pipeline pipeline) {
        this.client = client;
        this.clock = clock;
        this.pipeline = pipeline.spec().id();
        this.source = pipeline.spec().source().match(kafka -> kafka);
        this.credentials = pipeline.credentials();
        this.movedAt = clock.instant();
    }

    boolean isOf(Pipeline other) {
        return other.spec().source().equals(source) && other.credentials().equals(credentials);
    }

    Optional<Condition> condition() {
        return condition;
    }

    /** @param fresh a look that is not older is not repeated */
    synchronized void look(Pipeline now, Duration fresh) {
        if (closed || clock.instant().isBefore(lookedAt.plus(fresh))) {
            return;
        }
        try {
            if (topics.isEmpty()) {
                topics = Optional.of(new KafkaTopics(source, credentials, PATIENCE));
            }
            KafkaTopics.Topic topic = topics.get().topic();
            List<SourceOffsets> offsets = topics.get().offsets(topic);
            if (behind || !offsets.equals(reported)) {
                report(now, offsets);
            }
            condition = judge(now, topic, offsets);
        } catch (StatementException e) {
            condition = Optional.of(new Condition(e.state(), e.getMessage()));
        } catch (RefusedException e) {
            // The store's own trouble is said elsewhere.
        } finally {
            lookedAt = clock.instant();
        }
    }

    private void report(Pipeline now, List<SourceOffsets> offsets) {
        OpenAnswer answer = send(offsets);
        if (!answer.cursors().equals(cursors) || now.run() != movedRun) {
            cursors = answer.cursors();
            movedAt = clock.instant();
            movedRun = now.run();
        }
        Map<Integer, Long> open = new HashMap<>();
        Map<String, Long> next =
                cursors.stream().collect(Collectors.toMap(Cursor::partition, Cursor::offset, (a, b) -> b));
        for (SourceOffsets item : offsets) {
            long from = Math.max(item.earliest(), next.getOrDefault(item.partition(), item.earliest()));
            if (from < item.latest()) {
                open.put(Integer.parseInt(item.partition()), from);
            }
        }
        behind = !open.isEmpty();
        reported = offsets;
        if (behind) {
            Map<Integer, Long> times = timestamps(open);
            send(offsets.stream()
                    .map(item -> new SourceOffsets(
                            item.partition(),
                            item.earliest(),
                            item.latest(),
                            times.getOrDefault(Integer.parseInt(item.partition()), -1L)))
                    .toList());
        }
    }

    private OpenAnswer send(List<SourceOffsets> offsets) {
        return OpenAnswer.read(client.system(new SystemEntry.ReportOffsets(pipeline, offsets, clock.millis())));
    }

    private Map<Integer, Long> timestamps(Map<Integer, Long> open) {
        try {
            if (pending.isEmpty()) {
                pending = Optional.of(new PendingRecords(source, credentials));
            }
            return pending.get().timestamps(open);
        } catch (KafkaException e) {
            return Map.of(); // lag in seconds is not known, then
        }
    }

    private Optional<Condition> judge(Pipeline now, KafkaTopics.Topic topic, List<SourceOffsets> offsets) {
        Map<String, SourceOffsets> byPartition =
                offsets.stream().collect(Collectors.toMap(SourceOffsets::partition, item -> item));
        for (Cursor cursor : cursors) {
            if (!cursor.incarnation().equals(topic.incarnation())) {
                return said(
                        SqlState.TOPIC_RECREATED,
                        "topic '" + source.topic() + "' was recreated: the cursors are of topic "
                                + cursor.incarnation() + ", the broker has " + topic.incarnation()
                                + "; ALTER PIPELINE … SET OFFSETS EARLIEST begins with the new one");
            }
            SourceOffsets there = byPartition.get(cursor.partition());
            if (there != null && cursor.offset() < there.earliest()) {
                return said(
                        SqlState.OFFSETS_EXPIRED,
                        "partition " + cursor.partition() + " of topic '" + source.topic() + "' begins at offset "
                                + there.earliest() + ", the next to load was " + cursor.offset()
                                + "; ALTER PIPELINE … SET OFFSETS says where to go on");
            }
        }
        Duration standstill = Duration.between(movedAt, clock.instant());
        Duration allowed = STANDSTILL_MAX.plus(now.spec().batchInterval().multipliedBy(2));
        return now.state() == PipelineState.RUNNING && behind && standstill.compareTo(allowed) > 0
                ? said(
                        SqlState.NOT_PROGRESSING,
                        "nothing was loaded for " + standstill.toSeconds()
                                + " s although the source has records; the job's page in Flink's dashboard shows where"
                                + " it waits, STOP and START begin anew")
                : Optional.empty();
    }

    private static Optional<Condition> said(SqlState state, String message) {
        return Optional.of(new Condition(state, message));
    }

    @Override
    public synchronized void close() {
        closed = true;
        topics.ifPresent(KafkaTopics::close);
        pending.ifPresent(PendingRecords::close);
    }
}
