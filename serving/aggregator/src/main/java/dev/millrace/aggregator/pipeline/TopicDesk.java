package dev.millrace.aggregator.pipeline;

import static java.util.Objects.requireNonNull;

import dev.millrace.aggregator.pipeline.SourceSample.Sampled;
import dev.millrace.ddl.check.NewOffsets;
import dev.millrace.spec.Credentials;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.Cursor;
import dev.millrace.store.SourceOffsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A topic: Kafka is asked anew by each call. */
final class TopicDesk implements SourceDesk {
    private final SourceSpec.Kafka source;
    private final Credentials credentials;

    TopicDesk(SourceSpec.Kafka source, Credentials credentials) {
        this.source = requireNonNull(source, "source");
        this.credentials = requireNonNull(credentials, "credentials");
    }

    private KafkaTopics open() {
        return new KafkaTopics(source, credentials);
    }

    @Override
    public void check() {
        try (KafkaTopics topics = open()) {
            topics.topic();
        }
    }

    @Override
    public List<Cursor> earliest() {
        try (KafkaTopics topics = open()) {
            return topics.earliest();
        }
    }

    @Override
    public List<Cursor> ends(List<Cursor> known) {
        try (KafkaTopics topics = open()) {
            KafkaTopics.Topic topic = topics.topic();
            return topics.offsets(topic).stream()
                    .filter(item -> item.latest() > item.earliest())
                    .map(item -> new Cursor(topic.incarnation(), item.partition(), item.latest()))
                    .toList();
        }
    }

    /** Cursors of another topic under the name go with the first SET OFFSETS, whichever partitions that names. */
    @Override
    public Moves moves(Optional<NewOffsets> offsets, List<String> dropped, boolean orphans, List<Cursor> known) {
        if (offsets.isEmpty() && !orphans) {
            return new Moves(List.of(), dropped);
        }
        try (KafkaTopics topics = open()) {
            KafkaTopics.Topic topic = topics.topic();
            List<Cursor> cursors = offsets.map(to -> cursors(topics, to)).orElse(List.of());
            List<String> gone = known.stream()
                    .filter(cursor -> dropped.contains(cursor.partition())
                            || orphans && Integer.parseInt(cursor.partition()) >= topic.partitions()
                            || !cursors.isEmpty() && !cursor.incarnation().equals(topic.incarnation()))
                    .map(Cursor::partition)
                    .toList();
            return new Moves(cursors, gone);
        }
    }

    private static List<Cursor> cursors(KafkaTopics topics, NewOffsets offsets) {
        return offsets.match(new NewOffsets.Cases<>() {
            @Override
            public List<Cursor> earliest(NewOffsets.Earliest to) {
                return topics.earliest();
            }

            @Override
            public List<Cursor> latest(NewOffsets.Latest to) {
                return topics.latest();
            }

            @Override
            public List<Cursor> from(NewOffsets.From to) {
                return topics.from(to.time().toEpochMilli());
            }

            @Override
            public List<Cursor> given(NewOffsets.Given to) {
                Map<Integer, Long> byPartition = new HashMap<>();
                to.byPartition().forEach((partition, offset) -> byPartition.put(Integer.parseInt(partition), offset));
                return topics.given(byPartition);
            }
        });
    }

    @Override
    public List<Sampled> next(List<Cursor> known, SourceSample.Amount wanted) {
        Map<Integer, Long> cursors = new HashMap<>();
        known.forEach(cursor -> cursors.put(Integer.parseInt(cursor.partition()), cursor.offset()));
        return SourceSample.read(source, credentials, SourceSample.Ranges.behind(cursors, offsets()), wanted);
    }

    @Override
    public List<Sampled> range(String partition, Optional<Long> from, Optional<Long> to, long limit) {
        SourceOffsets there = offsets().stream()
                .filter(item -> item.partition().equals(partition))
                .findFirst()
                .orElseThrow(() -> new StatementException(
                        SqlState.WRONG_CONFIG, "topic '" + source.topic() + "' has no partition " + partition));
        int number = Integer.parseInt(partition);
        long first = Math.max(there.earliest(), from.orElse(there.earliest()));
        long end = Math.min(there.latest(), to.orElse(there.latest()));
        SourceSample.Ranges ranges = first < end
                ? new SourceSample.Ranges(Map.of(number, first), Map.of(number, end))
                : new SourceSample.Ranges(Map.of(), Map.of());
        return SourceSample.read(source, credentials, ranges, new SourceSample.Amount(limit, true));
    }

    private List<SourceOffsets> offsets() {
        try (KafkaTopics topics = open()) {
            return topics.offsets(topics.topic());
        }
    }
}
