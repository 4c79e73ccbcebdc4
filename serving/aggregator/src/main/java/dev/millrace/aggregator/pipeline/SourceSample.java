package dev.millrace.aggregator.pipeline;

import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.transform.load.RecordBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The first records of a topic that the broker still has, read without leaving a trace. */
public final class SourceSample {
    /** A statement waits for it. */
    private static final Duration PATIENCE = Duration.ofSeconds(6);

    private static final int SAMPLE_BYTES_MAX = 32 << 20;

    private SourceSample() {}

    /**
     * At most so many records, partition by partition; none of an empty topic.
     *
     * @throws StatementException SOURCE_UNREACHABLE
     */
    public static RecordBatch read(SourceSpec.Kafka source, int recordsMax) {
        Properties properties = new Properties();
        properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, String.join(",", source.brokers()));
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, recordsMax);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(source.topic()).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            return read(consumer, recordsMax);
        } catch (KafkaException e) {
            throw new StatementException(
                    SqlState.SOURCE_UNREACHABLE,
                    "cannot read topic '" + source.topic() + "' at " + String.join(",", source.brokers()) + ": "
                            + e.getMessage(),
                    e);
        }
    }

    private static RecordBatch read(KafkaConsumer<byte[], byte[]> consumer, int recordsMax) {
        var ends = consumer.endOffsets(consumer.assignment());
        List<byte[]> values = new ArrayList<>();
        List<Long> offsets = new ArrayList<>();
        long bytes = 0;
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (values.size() < recordsMax
                && bytes < SAMPLE_BYTES_MAX
                && System.nanoTime() < deadline
                && ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                if (values.size() < recordsMax) {
                    values.add(record.value());
                    offsets.add(record.offset());
                    bytes += record.value() == null ? 0 : record.value().length;
                }
            }
        }
        RecordBatch packed = RecordBatch.of(0, values);
        long[] own = offsets.stream().mapToLong(Long::longValue).toArray();
        return new RecordBatch(packed.bytes(), packed.starts(), packed.lengths(), own, packed.count());
    }
}
