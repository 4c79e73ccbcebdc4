package dev.millrace.aggregator.pipeline;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.Credentials;
import dev.millrace.spec.KafkaSettings;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.Cursor;
import dev.millrace.store.SourceOffsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * What is asked of Kafka about a topic: whether it is there, and which offsets it has. Every call has a time-out, and
 * fails as UNKNOWN_TOPIC or SOURCE_UNREACHABLE; no secret is in its message.
 */
final class KafkaTopics implements AutoCloseable {
    /** A statement waits for it; a broker on the same continent answers in far less. */
    static final Duration PATIENCE = Duration.ofSeconds(6);

    private static final Duration CLOSE_MAX = Duration.ofSeconds(1);

    private final SourceSpec.Kafka source;
    private final Credentials credentials;
    private final Duration patience;
    private final Admin admin;

    KafkaTopics(SourceSpec.Kafka source, Credentials credentials) {
        this(source, credentials, PATIENCE);
    }

    KafkaTopics(SourceSpec.Kafka source, Credentials credentials, Duration patience) {
        this.source = requireNonNull(source, "source");
        this.credentials = requireNonNull(credentials, "credentials");
        this.patience = requireNonNull(patience, "patience");
        int request = (int) patience.toMillis() / 2;
        Map<String, Object> properties = new HashMap<>(KafkaSettings.properties(source, credentials));
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) patience.toMillis());
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, request);
        properties.put(AdminClientConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG, (long) request);
        try {
            admin = Admin.create(properties);
        } catch (KafkaException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw unreachable("Kafka at " + source.bootstrap() + " cannot be used: " + cause.getMessage(), credentials);
        }
    }

    /**
     * A topic as it is.
     *
     * @param incarnation its UUID
     * @param partitions how many
     */
    record Topic(String incarnation, int partitions) {}

    /** Fails if the topic is not there. */
    Topic topic() {
        TopicDescription topic = await(
                admin.describeTopics(List.of(source.topic())).topicNameValues().get(source.topic()));
        return new Topic(topic.topicId().toString(), topic.partitions().size());
    }

    /** Cursors at the oldest records of all partitions. */
    List<Cursor> earliest() {
        return cursors(OffsetSpec.earliest());
    }

    /** Cursors behind the newest committed records of all partitions. */
    List<Cursor> latest() {
        return cursors(OffsetSpec.latest());
    }

    /** Cursors at the first records that are not older; behind the newest where there are none. */
    List<Cursor> from(long timeMillis) {
        Topic topic = topic();
        Map<Integer, Long> latest = offsets(topic, OffsetSpec.latest());
        Map<Integer, Long> from = offsets(topic, OffsetSpec.forTimestamp(timeMillis));
        return cursors(topic, partition -> from.get(partition) < 0 ? latest.get(partition) : from.get(partition));
    }

    /** Cursors where the user wants them, of the partitions that are named. */
    List<Cursor> given(Map<Integer, Long> byPartition) {
        Topic topic = topic();
        List<Cursor> cursors = new ArrayList<>();
        new TreeMap<>(byPartition).forEach((partition, offset) -> {
            if (partition >= topic.partitions()) {
                throw new StatementException(
                        SqlState.WRONG_CONFIG,
                        "topic '" + source.topic() + "' has partitions 0 to " + (topic.partitions() - 1) + ", not "
                                + partition);
            }
            cursors.add(new Cursor(topic.incarnation(), String.valueOf(partition), offset));
        });
        return cursors;
    }

    /** First and last offsets of all partitions. */
    List<SourceOffsets> offsets(Topic topic) {
        Map<Integer, Long> earliest = offsets(topic, OffsetSpec.earliest());
        Map<Integer, Long> latest = offsets(topic, OffsetSpec.latest());
        List<SourceOffsets> offsets = new ArrayList<>();
        earliest.forEach((partition, offset) ->
                offsets.add(new SourceOffsets(String.valueOf(partition), offset, latest.get(partition), -1)));
        return offsets;
    }

    private List<Cursor> cursors(OffsetSpec spec) {
        Topic topic = topic();
        return cursors(topic, offsets(topic, spec)::get);
    }

    private static List<Cursor> cursors(Topic topic, Function<Integer, Long> offsets) {
        List<Cursor> cursors = new ArrayList<>();
        for (int partition = 0; partition < topic.partitions(); partition++) {
            cursors.add(new Cursor(topic.incarnation(), String.valueOf(partition), offsets.apply(partition)));
        }
        return cursors;
    }

    private Map<Integer, Long> offsets(Topic topic, OffsetSpec spec) {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        for (int partition = 0; partition < topic.partitions(); partition++) {
            wanted.put(new TopicPartition(source.topic(), partition), spec);
        }
        Map<TopicPartition, ListOffsetsResultInfo> answer =
                await(admin.listOffsets(wanted, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                        .all());
        Map<Integer, Long> offsets = new TreeMap<>();
        answer.forEach((partition, info) -> offsets.put(partition.partition(), info.offset()));
        return offsets;
    }

    private <T> T await(KafkaFuture<T> future) {
        try {
            return future.get(patience.toMillis() + 1_000, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof UnknownTopicOrPartitionException || cause instanceof InvalidTopicException) {
                throw new StatementException(
                        SqlState.UNKNOWN_TOPIC,
                        "Kafka at " + source.bootstrap() + " has no topic '" + source.topic() + "'");
            }
            throw cause instanceof org.apache.kafka.common.errors.TimeoutException
                    ? silent()
                    : unreachable("Kafka at " + source.bootstrap() + ": " + cause.getMessage(), credentials);
        } catch (TimeoutException e) {
            throw silent();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StatementException(SqlState.QUERY_INTERRUPTED, "interrupted while asking Kafka", e);
        }
    }

    private StatementException silent() {
        return unreachable(
                "no Kafka broker answers at " + source.bootstrap() + " within " + patience.toSeconds() + " s",
                credentials);
    }

    /** Without the cause, whose text nobody has looked through. */
    private static StatementException unreachable(String message, Credentials credentials) {
        return new StatementException(SqlState.SOURCE_UNREACHABLE, credentials.redact(message));
    }

    @Override
    public void close() {
        admin.close(CLOSE_MAX);
    }
}
