package dev.millrace.job.source;

import static java.util.Objects.requireNonNull;

import dev.millrace.job.run.InTask;
import dev.millrace.job.run.JobRun;
import dev.millrace.job.run.StoreDoor;
import dev.millrace.spec.KafkaSettings;
import dev.millrace.spec.SourceSpec;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceOptions;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.runtime.metrics.scope.ScopeFormat;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;

/** A Kafka topic as a stream of fetches. Everything but the reader is the connector's. */
public final class FetchSource
        implements Source<KafkaFetch, KafkaPartitionSplit, KafkaSourceEnumState>, ResultTypeQueryable<KafkaFetch> {
    private static final long serialVersionUID = 1L;

    /** What one task takes into a batch before it waits for the barrier. */
    public static final long BATCH_BYTES_MAX = 256L << 20;

    /** How often new partitions of the topic are looked for. */
    static final long DISCOVERY_MILLIS = 2_500;

    private static final int POLL_RECORDS_MAX = 20_000;
    private static final int PARTITION_FETCH_BYTES_MAX = 4 << 20;
    private static final int FETCH_BYTES_MAX = 32 << 20;
    private static final int RECEIVE_BUFFER_BYTES = 1 << 20;

    private final JobRun run;
    private final StoreDoor.Opener opener;
    private final long batchBytesMax;
    private final KafkaSource<byte[]> connector;

    public FetchSource(JobRun run, StoreDoor.Opener opener) {
        this(run, opener, BATCH_BYTES_MAX, DISCOVERY_MILLIS);
    }

    public FetchSource(JobRun run, StoreDoor.Opener opener, long batchBytesMax, long discoveryMillis) {
        this.run = requireNonNull(run, "run");
        this.opener = requireNonNull(opener, "opener");
        this.batchBytesMax = batchBytesMax;
        this.connector = KafkaSource.<byte[]>builder()
                .setProperties(clientProperties(run))
                .setKafkaSubscriber(new TopicWatch(run, opener))
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setClientIdPrefix(clientId(run))
                .setProperty(KafkaSourceOptions.PARTITION_DISCOVERY_INTERVAL_MS.key(), Long.toString(discoveryMillis))
                .setDeserializer(KafkaRecordDeserializationSchema.valueOnly(ByteArrayDeserializer.class))
                .build();
    }

    static SourceSpec.Kafka kafka(JobRun run) {
        return run.pipeline().source().asKafka();
    }

    @Override
    public Boundedness getBoundedness() {
        return Boundedness.CONTINUOUS_UNBOUNDED;
    }

    @Override
    public SourceReader<KafkaFetch, KafkaPartitionSplit> createReader(SourceReaderContext context) {
        Map<String, String> variables = context.metricGroup().getAllVariables();
        int flinkAttempt = Integer.parseInt(variables.get(ScopeFormat.SCOPE_TASK_ATTEMPT_NUM));
        StartingPoints starts =
                new StartingPoints(run, run.attempt(flinkAttempt), variables.get(ScopeFormat.SCOPE_JOB_ID), opener);
        Properties properties = consumerProperties(context.getIndexOfSubtask());
        boolean tellsProperties = !run.pipeline().load().properties().isEmpty();
        Backlog backlog = new Backlog();
        int pieceOffsetsMax =
                FetchReader.pieceOffsets(run.pipeline().limits().offsets().orElse(Integer.MAX_VALUE));
        return new FetchReader(
                () -> {
                    PackingDeserializer packing = new PackingDeserializer();
                    return new FetchSplitReader(
                            new KafkaConsumer<>(
                                    properties, tellsProperties ? new ByteArrayDeserializer() : new NoKeys(), packing),
                            packing,
                            starts,
                            backlog,
                            pieceOffsetsMax,
                            tellsProperties);
                },
                backlog,
                new FetchReader.Limits(
                        batchBytesMax, run.pipeline().limits().offsets().orElse(Integer.MAX_VALUE)),
                context);
    }

    @Override
    public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> createEnumerator(
            SplitEnumeratorContext<KafkaPartitionSplit> context) {
        return new BacklogEnumerator(context, connector.createEnumerator(context));
    }

    @Override
    public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> restoreEnumerator(
            SplitEnumeratorContext<KafkaPartitionSplit> context, KafkaSourceEnumState state)
            throws java.io.IOException {
        return new BacklogEnumerator(context, connector.restoreEnumerator(context, state));
    }

    @Override
    public SimpleVersionedSerializer<KafkaPartitionSplit> getSplitSerializer() {
        return connector.getSplitSerializer();
    }

    @Override
    public SimpleVersionedSerializer<KafkaSourceEnumState> getEnumeratorCheckpointSerializer() {
        return connector.getEnumeratorCheckpointSerializer();
    }

    @Override
    public TypeInformation<KafkaFetch> getProducedType() {
        return new InTask<>(KafkaFetch.class);
    }

    private Properties consumerProperties(int subtask) {
        Properties properties = clientProperties(run);
        properties.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId(run) + "-" + subtask);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, POLL_RECORDS_MAX);
        properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, PARTITION_FETCH_BYTES_MAX);
        properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES_MAX);
        properties.put(ConsumerConfig.RECEIVE_BUFFER_CONFIG, RECEIVE_BUFFER_BYTES);
        return properties;
    }

    /** Of consumers and of the enumerator's admin client. */
    private static Properties clientProperties(JobRun run) {
        Properties properties = new Properties();
        properties.putAll(KafkaSettings.properties(kafka(run), run.credentials()));
        return properties;
    }

    private static String clientId(JobRun run) {
        return "millrace-" + run.pipeline().qualifiedName();
    }

    /** Keys that nobody asks for. */
    private static final class NoKeys implements Deserializer<byte[]> {
        @Override
        public byte[] deserialize(String topic, byte[] key) {
            return null;
        }

        @Override
        public byte[] deserialize(
                String topic, org.apache.kafka.common.header.Headers headers, java.nio.ByteBuffer key) {
            return null;
        }
    }
}
