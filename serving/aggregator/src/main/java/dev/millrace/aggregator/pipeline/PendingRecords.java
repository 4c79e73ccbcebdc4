package dev.millrace.aggregator.pipeline;

import dev.millrace.spec.Credentials;
import dev.millrace.spec.KafkaSettings;
import dev.millrace.spec.SourceSpec;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Looks when the first records that are not loaded yet were written. Used by one thread at a time. */
final class PendingRecords implements AutoCloseable {
    private static final Duration LOOK_MAX = Duration.ofMillis(1_500);
    private static final int FETCH_WAIT_MILLIS = 100;
    private static final Duration CLOSE_MAX = Duration.ofSeconds(1);

    /** The broker answers with one of its batches at least, however large that is. */
    private static final int FETCH_BYTES_MAX = 1_024;

    private final String topic;
    private final KafkaConsumer<byte[], byte[]> consumer;

    PendingRecords(SourceSpec.Kafka source, Credentials credentials) {
        this.topic = source.topic();
        Map<String, Object> properties = new HashMap<>(KafkaSettings.properties(source, credentials));
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES_MAX);
        properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_WAIT_MILLIS);
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) LOOK_MAX.toMillis());
        properties.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) LOOK_MAX.toMillis());
        consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * Timestamps of the first records at or behind offsets, for as many partitions as answer in time.
     *
     * @param offsets by partition
     */
    Map<Integer, Long> timestamps(Map<Integer, Long> offsets) {
        Map<TopicPartition, Long> wanted = new HashMap<>();
        offsets.forEach((partition, offset) -> wanted.put(new TopicPartition(topic, partition), offset));
        consumer.assign(wanted.keySet());
        consumer.resume(consumer.paused()); // what was found at an earlier look
        wanted.forEach(consumer::seek);
        Map<Integer, Long> found = new HashMap<>();
        long deadline = System.nanoTime() + LOOK_MAX.toNanos();
        while (found.size() < offsets.size() && System.nanoTime() < deadline) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(FETCH_WAIT_MILLIS))) {
                if (found.putIfAbsent(record.partition(), record.timestamp()) == null) {
                    consumer.pause(java.util.List.of(new TopicPartition(topic, record.partition())));
                }
            }
        }
        return found;
    }

    @Override
    public void close() {
        consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(CLOSE_MAX));
    }
}
