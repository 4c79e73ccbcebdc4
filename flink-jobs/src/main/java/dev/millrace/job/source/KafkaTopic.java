package dev.millrace.job.source;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.Credentials;
import dev.millrace.spec.KafkaSettings;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * A topic as the broker describes it.
 *
 * @param incarnation the topic's UUID: another one is another topic, whatever its name
 * @param partitions how many; they are numbered from 0
 */
public record KafkaTopic(String name, String incarnation, int partitions) {
    /** One request. */
    private static final int REQUEST_MILLIS_MAX = 5_000;

    /** All tries of a call: long enough for a broker that elects, short enough for somebody who waits. */
    private static final int CALL_MILLIS_MAX = 10_000;

    public KafkaTopic {
        requireNonNull(name, "name");
        requireNonNull(incarnation, "incarnation");
    }

    /**
     * Asks the broker.
     *
     * @throws StatementException UNKNOWN_TOPIC, SOURCE_UNREACHABLE, WRONG_CONFIG
     */
    public static KafkaTopic describe(SourceSpec.Kafka source, Credentials credentials) {
        Properties properties = new Properties();
        properties.putAll(KafkaSettings.properties(source, credentials));
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_MILLIS_MAX);
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, CALL_MILLIS_MAX);
        try (Admin admin = Admin.create(properties)) {
            return describe(source, admin);
        } catch (KafkaException e) {
            throw unreachable(source, e, credentials);
        }
    }

    static KafkaTopic describe(SourceSpec.Kafka source, Admin admin) {
        try {
            TopicDescription topic = admin.describeTopics(List.of(source.topic()))
                    .allTopicNames()
                    .get()
                    .get(source.topic());
            return new KafkaTopic(
                    source.topic(),
                    topic.topicId().toString(),
                    topic.partitions().size());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException
                    || e.getCause() instanceof InvalidTopicException) {
                throw new StatementException(
                        SqlState.UNKNOWN_TOPIC,
                        "topic '" + source.topic() + "' does not exist on broker " + brokers(source),
                        e);
            }
            throw unreachable(source, e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unreachable(source, e);
        }
    }

    static String brokers(SourceSpec.Kafka source) {
        return source.bootstrap();
    }

    private static StatementException unreachable(SourceSpec.Kafka source, Throwable cause) {
        return unreachable(source, cause, Credentials.NONE);
    }

    private static StatementException unreachable(SourceSpec.Kafka source, Throwable cause, Credentials credentials) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return new StatementException(
                SqlState.SOURCE_UNREACHABLE,
                "cannot reach Kafka broker " + brokers(source) + ": "
                        + credentials.redact(String.valueOf(root.getMessage())),
                cause);
    }
}
