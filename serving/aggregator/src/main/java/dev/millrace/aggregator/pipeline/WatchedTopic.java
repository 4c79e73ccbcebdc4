package dev.millrace.aggregator.pipeline;

import dev.millrace.aggregator.pipeline.SourceWatch.Condition;
import dev.millrace.spec.Credentials;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.CatalogSnapshot.Pipeline;
import dev.millrace.store.Cursor;
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

/** The topic of one pipeline. */
final class WatchedTopic implements WatchedSource {
    /** What was looked at a moment ago is not looked at again. */
    private static final Duration FRESH = Duration.ofMillis(300);

    private static final Duration SILENCE = Duration.ofSeconds(5);

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
    private volatile Instant loadedAt = Instant.MIN;
    private volatile Optional<Condition> condition = Optional.empty();

    WatchedTopic(StoreClient client, InstantSource clock, Pipeline pipeline) {
        this.client = client;
        this.clock = clock;
        this.pipeline = pipeline.spec().id();
        this.source = pipeline.spec().source().asKafka();
        this.credentials = pipeline.credentials();
        this.movedAt = clock.instant();
    }

    @Override
    public boolean isOf(Pipeline other) {
        return other.spec().source().equals(source) && other.credentials().equals(credentials);
    }

    @Override
    public Optional<Condition> condition() {
        return condition;
    }

    @Override
    public Instant loadedAt() {
        return loadedAt;
    }

    @Override
    public synchronized void look(Pipeline now, boolean demanded) {
        boolean silent = condition.isPresent() && condition.get().state() == SqlState.SOURCE_UNREACHABLE;
        Duration fresh = demanded && silent ? SILENCE : FRESH;
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
        if (!answer.cursors().equals(cursors)) {
            loadedAt = clock.instant();
        }
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
        return behind ? WatchedSource.standstill(now, Duration.between(movedAt, clock.instant())) : Optional.empty();
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
