package dev.millrace.job.source;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.Cursor;
import dev.millrace.transform.load.RecordBatch;
import dev.millrace.transform.load.RecordProperties;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Supplier;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsChange;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Headers;

/** Polls Kafka for the splits of one task and packs what comes. Runs in the fetcher's thread. */
final class FetchSplitReader implements SplitReader<KafkaFetch, KafkaPartitionSplit> {
    private static final Duration POLL_MAX = Duration.ofSeconds(10);
    private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

    /** A fetch is handed on in pieces of about this size, so that load needs memory for one of them. */
    private static final int PIECE_BYTES_MAX = 4 << 20;

    /** Buffers kept for use again: those in Flink's queue (2), in the task and in the making. */
    private static final int BUFFERS_MAX = 4;

    private static final int BUFFER_BYTES_MIN = 64 << 10;

    private final KafkaConsumer<byte[], Integer> consumer;
    private final PackingDeserializer packing;
    private final StartingPoints starts;
    private final Backlog backlog;
    private final int pieceOffsetsMax;
    private final boolean tellsProperties;
    private final Map<TopicPartition, Cursor> positions = new HashMap<>();
    private final BlockingQueue<byte[]> buffers = new ArrayBlockingQueue<>(BUFFERS_MAX);

    /**
     * @param pieceOffsetsMax most offsets of a piece; {@code Integer.MAX_VALUE}: only bytes count
     * @param tellsProperties whether keys, headers and the like go with the values
     */
    FetchSplitReader(
            KafkaConsumer<byte[], Integer> consumer,
            PackingDeserializer packing,
            StartingPoints starts,
            Backlog backlog,
            int pieceOffsetsMax,
            boolean tellsProperties) {
        this.consumer = requireNonNull(consumer, "consumer");
        this.packing = requireNonNull(packing, "packing");
        this.starts = requireNonNull(starts, "starts");
        this.backlog = requireNonNull(backlog, "backlog");
        this.pieceOffsetsMax = pieceOffsetsMax;
        this.tellsProperties = tellsProperties;
    }

    @Override
    public RecordsWithSplitIds<KafkaFetch> fetch() {
        byte[] buffer = buffers.poll();
        packing.begin(buffer == null ? new byte[BUFFER_BYTES_MIN] : buffer);
        ConsumerRecords<byte[], Integer> records;
        try {
            records = consumer.poll(POLL_MAX);
        } catch (WakeupException e) {
            records = ConsumerRecords.empty();
        } catch (OffsetOutOfRangeException e) {
            throw outOfRange(e);
        }
        backlog.unread(unread());
        byte[] bytes = packing.bytes();
        Map<String, List<KafkaFetch>> bySplit = new HashMap<>();
        for (Map.Entry<TopicPartition, OffsetAndMetadata> next :
                records.nextOffsets().entrySet()) {
            TopicPartition partition = next.getKey();
            List<KafkaFetch> pieces = pieces(
                    partition, records.records(partition), next.getValue().offset(), bytes);
            if (!pieces.isEmpty()) {
                bySplit.put(KafkaPartitionSplit.toSplitId(partition), pieces);
            }
        }
        return new Fetches(bySplit, () -> buffers.offer(bytes));
    }

    /** As the last answers of the brokers said; what none has said yet is not counted. */
    private long unread() {
        long unread = 0;
        for (TopicPartition partition : positions.keySet()) {
            unread += consumer.currentLag(partition).orElse(0);
        }
        return unread;
    }

    @Override
    public void handleSplitsChanges(SplitsChange<KafkaPartitionSplit> change) {
        if (!(change instanceof SplitsAddition)) {
            throw new UnsupportedOperationException("splits change of " + change.getClass());
        }
        List<TopicPartition> added = change.splits().stream()
                .map(KafkaPartitionSplit::getTopicPartition)
                .toList();
        Map<TopicPartition, Cursor> cursors =
                starts.cursors(added, partitions -> again(() -> consumer.beginningOffsets(partitions)));
        List<TopicPartition> all = new ArrayList<>(consumer.assignment());
        all.addAll(added);
        consumer.assign(all);
        cursors.forEach((partition, cursor) -> consumer.seek(partition, cursor.offset()));
        positions.putAll(cursors);
    }

    @Override
    public void wakeUp() {
        consumer.wakeup();
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(CLOSE_MAX));
    }

    /** Watermarks are not used, so nothing is ever paused. */
    @Override
    public void pauseOrResumeSplits(Collection<KafkaPartitionSplit> pause, Collection<KafkaPartitionSplit> resume) {
        throw new UnsupportedOperationException("pausing splits");
    }

    private List<KafkaFetch> pieces(
            TopicPartition partition, List<ConsumerRecord<byte[], Integer>> records, long next, byte[] bytes) {
        Cursor position = positions.get(partition);
        long now = System.currentTimeMillis();
        List<KafkaFetch> pieces = new ArrayList<>();
        int begin = 0;
        while (position.offset() < next) {
            int end = begin;
            long size = 0;
            long bound = position.offset() + pieceOffsetsMax;
            while (end < records.size()
                    && size < PIECE_BYTES_MAX
                    && records.get(end).offset() < bound) {
                size += Math.max(0, records.get(end).serializedValueSize());
                end++;
            }
            long to = Math.min(bound, end < records.size() ? records.get(end).offset() : next);
            pieces.add(new KafkaFetch(position, to, pack(records.subList(begin, end), bytes), size, now));
            position = new Cursor(position.incarnation(), position.partition(), to);
            begin = end;
        }
        positions.put(partition, position);
        return pieces;
    }

    private RecordBatch pack(List<ConsumerRecord<byte[], Integer>> records, byte[] bytes) {
        int[] starts = new int[records.size()];
        int[] lengths = new int[records.size()];
        long[] offsets = new long[records.size()];
        for (int i = 0; i < starts.length; i++) {
            ConsumerRecord<byte[], Integer> record = records.get(i);
            boolean tombstone = record.value() == null;
            starts[i] = tombstone ? 0 : record.value();
            lengths[i] = tombstone ? RecordBatch.NULL_VALUE : record.serializedValueSize();
            offsets[i] = record.offset();
        }
        return new RecordBatch(
                bytes,
                starts,
                lengths,
                offsets,
                starts.length,
                tellsProperties && !records.isEmpty() ? Optional.of(properties(records)) : Optional.empty());
    }

    private static RecordProperties properties(List<ConsumerRecord<byte[], Integer>> records) {
        String partition = Integer.toString(records.get(0).partition());
        return new RecordProperties(
                records.get(0).topic(),
                records.stream()
                        .map(each -> new RecordProperties.Each(
                                partition, each.timestamp(), Optional.ofNullable(each.key()), headers(each.headers())))
                        .toList());
    }

    private static List<RecordProperties.Header> headers(Headers headers) {
        List<RecordProperties.Header> list = new ArrayList<>();
        headers.forEach(
                header -> list.add(new RecordProperties.Header(header.key(), Optional.ofNullable(header.value()))));
        return list;
    }

    private RuntimeException outOfRange(OffsetOutOfRangeException e) {
        Map.Entry<TopicPartition, Long> first =
                e.offsetOutOfRangePartitions().entrySet().iterator().next();
        TopicPartition partition = first.getKey();
        // Another topic under the name is the likelier reason, and has a message of its own.
        starts.cursors(List.of(partition), partitions -> Map.of());
        List<TopicPartition> asked = List.of(partition);
        long earliest = again(() -> consumer.beginningOffsets(asked)).get(partition);
        long end = again(() -> consumer.endOffsets(asked)).get(partition);
        return starts.outOfRange(partition, first.getValue(), earliest, end);
    }

    /** A wake-up that came before the call must not end it. */
    private static <T> T again(Supplier<T> call) {
        try {
            return call.get();
        } catch (WakeupException e) {
            return call.get();
        }
    }
}
