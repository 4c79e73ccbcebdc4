package dev.millrace.benchmark;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A topic of the benchmark: filled once, then read by the bare consumer and by the product. */
record Topic(String broker, String name, int partitions) {
    /** Gives the record of a number. */
    interface Records {
        byte[] record(long number);
    }

    void create() throws InterruptedException, ExecutionException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker))) {
            admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1)))
                    .all()
                    .get();
        }
    }

    /** Produces records 0 … count − 1, round robin over the partitions; answers seconds. */
    double fill(long count, Records records) {
        long start = System.nanoTime();
        AtomicReference<Exception> failure = new AtomicReference<>();
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", broker, "linger.ms", 20, "batch.size", 256 * 1024, "buffer.memory", 64L << 20);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (long i = 0; i < count; i++) {
                producer.send(
                        new ProducerRecord<>(name, (int) (i % partitions), null, records.record(i)),
                        (metadata, error) -> {
                            if (error != null) {
                                failure.set(error);
                            }
                        });
            }
        }
        if (failure.get() != null) {
            throw new IllegalStateException("producing failed", failure.get());
        }
        return seconds(start);
    }

    /** The baseline: bare consumers that poll and count, with the fetch settings of the pipeline's source; answers seconds. */
    double consumeBare(long count, int threads) throws InterruptedException, ExecutionException {
        long start = System.nanoTime();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Long>> counts = IntStream.range(0, threads)
                    .mapToObj(thread -> pool.submit(() -> consumePartitions(thread, threads)))
                    .toList();
            long read = 0;
            for (Future<Long> part : counts) {
                read += part.get();
            }
            if (read != count) {
                throw new IllegalStateException("the bare consumer read " + read + " of " + count);
            }
        } finally {
            pool.shutdownNow();
        }
        return seconds(start);
    }

    private long consumePartitions(int thread, int threads) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                broker,
                "max.poll.records",
                20_000,
                "max.partition.fetch.bytes",
                4 << 20,
                "fetch.max.bytes",
                32 << 20,
                "receive.buffer.bytes",
                1 << 20,
                "isolation.level",
                "read_committed");
        List<TopicPartition> own = IntStream.range(0, partitions)
                .filter(partition -> partition % threads == thread)
                .mapToObj(partition -> new TopicPartition(name, partition))
                .toList();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(own);
            consumer.seekToBeginning(own);
            long left = consumer.endOffsets(own).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            long read = 0;
            while (read < left) {
                read += consumer.poll(Duration.ofMillis(100)).count();
            }
            return read;
        }
    }

    static double seconds(long startNanos) {
        return (System.nanoTime() - startNanos) / 1e9;
    }
}
