package dev.millrace.launch;

import static dev.millrace.spec.error.SqlState.SOURCE_UNREACHABLE;

import dev.millrace.spec.error.StatementException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes synthetic tweets with ascending ids from 1 into a topic. */
final class TweetFeed implements AutoCloseable {
    static final String TOPIC = "tweets";
    static final int PARTITIONS = 4;

    private static final long SEED = 20_110_711;

    /** Tweets that go to one partition in a row: enough for a full batch. */
    private static final int RUN = 500;

    private static final int ADMIN_SECONDS_MAX = 60;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final KafkaProducer<byte[], byte[]> producer;
    private final Tweets tweets = new Tweets(SEED);
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private long lastId;
    private long bytes;

    /** A feed into a new topic; one of that name is deleted first. */
    TweetFeed(String broker) {
        recreateTopic(broker);
        producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        broker,
                        "acks",
                        "1",
                        "linger.ms",
                        "5",
                        "batch.size",
                        Integer.toString(256 << 10),
                        "buffer.memory",
                        Integer.toString(64 << 20)),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** Writes tweets as fast as the broker takes them. */
    void write(long count) {
        long end = lastId + count;
        while (lastId < end) {
            send(System.currentTimeMillis());
        }
        flush();
    }

    /**
     * Writes tweets at an even rate.
     *
     * @param sent is told the time of each tweet, in milliseconds since 1970, in the order of their ids
     */
    void writeEvenly(long count, int perSecond, LongConsumer sent) {
        long begun = System.nanoTime();
        for (long written = 0; written < count; ) {
            long due = Math.min(count, (System.nanoTime() - begun) * perSecond / TimeUnit.SECONDS.toNanos(1));
            for (; written < due; written++) {
                long now = System.currentTimeMillis();
                sent.accept(now);
                send(now);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        flush();
    }

    /** The newest tweet's id; their number, too. */
    long lastId() {
        return lastId;
    }

    /** Bytes of all tweets so far. */
    long bytes() {
        return bytes;
    }

    @Override
    public void close() {
        producer.close();
    }

    private void send(long nowMillis) {
        long id = ++lastId;
        byte[] tweet = tweets.next(id, nowMillis * 1000 + id % 1000);
        bytes += tweet.length;
        int partition = (int) (id / RUN % PARTITIONS);
        producer.send(new ProducerRecord<>(TOPIC, partition, nowMillis, null, tweet), (written, exception) -> {
            if (exception != null) {
                failure.compareAndSet(null, exception);
            }
        });
        if (failure.get() != null) {
            flush();
        }
    }

    private void flush() {
        producer.flush();
        if (failure.get() != null) {
            throw new StatementException(SOURCE_UNREACHABLE, "Kafka refuses tweets", failure.get());
        }
    }

    private static void recreateTopic(String broker) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker))) {
            deleteTopic(admin);
            admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1)))
                    .all()
                    .get(ADMIN_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new StatementException(SOURCE_UNREACHABLE, "cannot create topic " + TOPIC + " at " + broker, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static void deleteTopic(Admin admin) throws ExecutionException, TimeoutException, InterruptedException {
        try {
            admin.deleteTopics(List.of(TOPIC)).all().get(ADMIN_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                throw e;
            }
        }
    }
}
