package dev.millrace.aggregator.pipeline;

import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.Cursor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** What is asked of Kafka before a pipeline reads: whether the topic is there, and where it begins. */
final class KafkaTopics {
    /** A statement waits for it; a broker on the same continent answers in far less. */
    private static final Duration PATIENCE = Duration.ofSeconds(6);

    private static final int REQUEST_MILLIS = 3_000;

    private KafkaTopics() {}

    /** Checks that a topic is there. */
    static void check(SourceSpec.Kafka source) {
        try (Admin admin = admin(source)) {
            describe(admin, source);
        }
    }

    /** The earliest offsets of all its partitions. */
    static List<Cursor> earliest(SourceSpec.Kafka source) {
        try (Admin admin = admin(source)) {
            TopicDescription topic = describe(admin, source);
            Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
            topic.partitions()
                    .forEach(partition -> wanted.put(
                            new TopicPartition(source.topic(), partition.partition()), OffsetSpec.earliest()));
            Map<TopicPartition, ListOffsetsResultInfo> offsets =
                    await(admin.listOffsets(wanted).all(), source);
            List<Cursor> cursors = new ArrayList<>();
            offsets.entrySet().stream()
                    .sorted(Comparator.comparingInt(entry -> entry.getKey().partition()))
                    .forEach(entry -> cursors.add(new Cursor(
                            topic.topicId().toString(),
                            String.valueOf(entry.getKey().partition()),
                            entry.getValue().offset())));
            return cursors;
        }
    }

    private static Admin admin(SourceSpec.Kafka source) {
        Properties properties = new Properties();
        properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, String.join(",", source.brokers()));
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_MILLIS);
        properties.put(AdminClientConfig.SOCKET_CONNECTION_SETUP_TIMEOUT_MS_CONFIG, (long) REQUEST_MILLIS);
        try {
            return Admin.create(properties);
        } catch (KafkaException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new StatementException(
                    SqlState.SOURCE_UNREACHABLE,
                    "Kafka at " + String.join(",", source.brokers()) + " cannot be used: " + cause.getMessage(),
                    e);
        }
    }

    private static TopicDescription describe(Admin admin, SourceSpec.Kafka source) {
        return await(
                admin.describeTopics(List.of(source.topic())).topicNameValues().get(source.topic()), source);
    }

    private static <T> T await(KafkaFuture<T> future, SourceSpec.Kafka source) {
        String brokers = String.join(",", source.brokers());
        try {
            return future.get(PATIENCE.toMillis() + 1_000, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof UnknownTopicOrPartitionException || cause instanceof InvalidTopicException) {
                throw new StatementException(
                        SqlState.UNKNOWN_TOPIC,
                        "Kafka at " + brokers + " has no topic '" + source.topic() + "'",
                        cause);
            }
            if (cause instanceof org.apache.kafka.common.errors.TimeoutException) {
                throw unreachable(brokers, cause);
            }
            throw new StatementException(
                    SqlState.SOURCE_UNREACHABLE, "Kafka at " + brokers + ": " + cause.getMessage(), cause);
        } catch (TimeoutException e) {
            throw unreachable(brokers, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StatementException(SqlState.QUERY_INTERRUPTED, "interrupted while asking Kafka", e);
        }
    }

    private static StatementException unreachable(String brokers, Throwable cause) {
        return new StatementException(
                SqlState.SOURCE_UNREACHABLE,
                "no Kafka broker answers at " + brokers + " within " + PATIENCE.toSeconds() + " s",
                cause);
    }
}
