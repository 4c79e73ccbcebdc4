package dev.millrace.acceptance;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A topic with the records {@code 0,word 0}, {@code 1,word 1}, …, or what else a form makes of each number: each once,
 * over four partitions.
 */
record Numbers(String broker, String topic, LongFunction<byte[]> form) {
    static final int PARTITIONS = 4;

    Numbers(String broker, String topic) {
        this(broker, topic, number -> (number + ",word " + number).getBytes(US_ASCII));
    }

    void create() throws InterruptedException, ExecutionException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker))) {
            admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1)))
                    .all()
                    .get();
        }
    }

    /** Produces the records from {@code first} to {@code last} − 1 at a rate; returns when the broker has them. */
    void produce(long first, long last, int perSecond) {
        produce(first, last, perSecond, true);
    }

    /** The same; without idempotence for producers that come and go, whose ids the embedded broker may give out twice. */
    void produce(long first, long last, int perSecond, boolean idempotent) {
        AtomicReference<Exception> failure = new AtomicReference<>();
        Map<String, Object> settings = Map.of(
                "bootstrap.servers",
                broker,
                "linger.ms",
                5,
                "acks",
                "all",
                "enable.idempotence",
                idempotent,
                // A partition that has just come to be refuses the first batch and takes the second; then the first
                // one's
                // number is out of order, and the producer says it again until its time is over.
                "max.in.flight.requests.per.connection",
                1);
        long start = System.nanoTime();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (long number = first; number < last; number++) {
                byte[] record = form.apply(number);
                producer.send(
                        new ProducerRecord<>(topic, (int) (number % PARTITIONS), null, record), (metadata, error) -> {
                            if (error != null) {
                                failure.set(error);
                            }
                        });
                long due = start + (number - first) * 1_000_000_000L / perSecond;
                if (due - System.nanoTime() > 1_000_000) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
            }
        }
        if (failure.get() != null) {
            throw new AssertionError("producing failed", failure.get());
        }
    }
}
