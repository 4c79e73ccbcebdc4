package dev.millrace.aggregator.pipeline;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.Credentials;
import dev.millrace.spec.KafkaSettings;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.SourceOffsets;
import dev.millrace.transform.load.RecordProperties;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Records of a source as they are, read beside a pipeline that may run: no cursor moves. */
public final class SourceSample {
    /** A statement waits for it and holds all of it. */
    static final long BYTES_MAX = 64L << 20;

    private static final Duration WAIT_MAX = Duration.ofSeconds(6);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration CLOSE_MAX = Duration.ofSeconds(1);

    private SourceSample() {}

    /**
     * A record.
     *
     * @param partition of the source: a topic's partition, a file's path
     * @param value null: it has none
     * @param schema by which it is written, where the source says so
     */
    public record Sampled(
            String partition, long offset, byte[] value, RecordProperties.Each properties, Optional<String> schema) {}

    /**
     * How much is wanted.
     *
     * @param records at most so many
     * @param all whether fewer of them, where they have more than {@link #BYTES_MAX}, are a failure
     */
    public record Amount(long records, boolean all) {
        /** So many, or those that come before the next would be too much. */
        boolean isFull(int count, long bytes) {
            if (bytes <= BYTES_MAX) {
                return false;
            }
            if (all || count == 0) {
                throw new StatementException(
                        SqlState.RESOURCES_EXHAUSTED,
                        "the records have more than " + (BYTES_MAX >> 20) + " MB: ask for fewer");
            }
            return true;
        }
    }

    /**
     * Half-open ranges of offsets.
     *
     * @param from first offset by partition
     * @param to end by partition
     */
    record Ranges(Map<Integer, Long> from, Map<Integer, Long> to) {
        Ranges {
            from = Map.copyOf(from);
            to = Map.copyOf(to);
        }

        /** From the given places to the end of what is there. */
        static Ranges behind(Map<Integer, Long> cursors, List<SourceOffsets> offsets) {
            Map<Integer, Long> from = new HashMap<>();
            Map<Integer, Long> to = new HashMap<>();
            for (SourceOffsets item : offsets) {
                int partition = Integer.parseInt(item.partition());
                long start = Math.max(item.earliest(), cursors.getOrDefault(partition, item.earliest()));
                if (start < item.latest()) {
                    from.put(partition, start);
                    to.put(partition, item.latest());
                }
            }
            return new Ranges(from, to);
        }
    }

    /**
     * Reads committed records in the order of partitions and offsets, at most so many.
     *
     * @throws StatementException SOURCE_UNREACHABLE if the source does not answer in time; RESOURCES_EXHAUSTED for more
     *     than {@link #BYTES_MAX}
     */
    static List<Sampled> read(SourceSpec.Kafka source, Credentials credentials, Ranges ranges, Amount wanted) {
        requireNonNull(source, "source");
        if (ranges.from().isEmpty() || wanted.records() == 0) {
            return List.of();
        }
        Map<String, Object> properties = new HashMap<>(KafkaSettings.properties(source, credentials));
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) WAIT_MAX.toMillis());
        properties.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) WAIT_MAX.toMillis() / 2);
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        try {
            return read(consumer, source.topic(), ranges, wanted);
        } catch (KafkaException e) {
            throw new StatementException(
                    SqlState.SOURCE_UNREACHABLE,
                    credentials.redact("Kafka at " + source.bootstrap() + ": " + e.getMessage()));
        } finally {
            consumer.close(CloseOptions.timeout(CLOSE_MAX));
        }
    }

    private static RecordProperties.Each properties(ConsumerRecord<byte[], byte[]> item) {
        List<RecordProperties.Header> headers = new ArrayList<>();
        item.headers()
                .forEach(header ->
                        headers.add(new RecordProperties.Header(header.key(), Optional.ofNullable(header.value()))));
        return new RecordProperties.Each(
                Integer.toString(item.partition()), item.timestamp(), Optional.ofNullable(item.key()), headers);
    }

    private static List<Sampled> read(
            KafkaConsumer<byte[], byte[]> consumer, String topic, Ranges ranges, Amount wanted) {
        Map<TopicPartition, Long> open = new HashMap<>();
        ranges.to().forEach((partition, end) -> open.put(new TopicPartition(topic, partition), end));
        consumer.assign(open.keySet());
        ranges.from().forEach((partition, offset) -> consumer.seek(new TopicPartition(topic, partition), offset));
        Map<Integer, List<Sampled>> read = new TreeMap<>();
        long bytes = 0;
        int count = 0;
        boolean full = false;
        long deadline = System.nanoTime() + WAIT_MAX.toNanos();
        while (!open.isEmpty() && count < wanted.records() && !full) {
            if (System.nanoTime() > deadline) {
                throw new StatementException(
                        SqlState.SOURCE_UNREACHABLE,
                        "the source gives no records within " + WAIT_MAX.toSeconds() + " s");
            }
            for (ConsumerRecord<byte[], byte[]> item : consumer.poll(POLL)) {
                if (full || item.offset() >= ranges.to().get(item.partition()) || count == wanted.records()) {
                    continue;
                }
                bytes += Math.max(0, item.serializedValueSize());
                full = wanted.isFull(count, bytes);
                if (full) {
                    continue;
                }
                count++;
                read.computeIfAbsent(item.partition(), p -> new ArrayList<>())
                        .add(new Sampled(
                                String.valueOf(item.partition()),
                                item.offset(),
                                item.value(),
                                properties(item),
                                Optional.empty()));
            }
            open.entrySet().removeIf(entry -> consumer.position(entry.getKey()) >= entry.getValue());
        }
        return read.values().stream()
                .flatMap(List::stream)
                .sorted(Comparator.comparingInt((Sampled item) -> Integer.parseInt(item.partition()))
                        .thenComparingLong(Sampled::offset))
                .toList();
    }
}
