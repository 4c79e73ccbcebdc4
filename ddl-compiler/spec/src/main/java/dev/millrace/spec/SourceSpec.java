package dev.millrace.spec;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Where a pipeline reads. */
public sealed interface SourceSpec {
    <R> R match(Cases<R> cases);

    /** The word for it behind LOAD DATA. */
    String kind();

    /** The topic whose partitions cursors are of; empty if it is no topic. */
    String topic();

    /** One of its partitions, in a sentence. */
    String place(String partition);

    /** One method for each kind of source. */
    interface Cases<R> {
        R kafka(Kafka source);

        R files(Files source);
    }

    /**
     * A Kafka topic.
     *
     * @param brokers {@code host:port}, at least one
     * @param config settings as users write them, checked by {@link KafkaSettings}; without secrets
     */
    record Kafka(List<String> brokers, String topic, Map<String, String> config) implements SourceSpec {
        public static final int PORT_DEFAULT = 9092;

        public Kafka {
            brokers = List.copyOf(brokers);
            requireNonNull(topic, "topic");
            config = Collections.unmodifiableMap(new TreeMap<>(config));
            if (brokers.isEmpty()) {
                throw new IllegalArgumentException("no broker for topic " + topic);
            }
        }

        /** A topic that needs no settings. */
        public Kafka(List<String> brokers, String topic) {
            this(brokers, topic, Map.of());
        }

        /** {@code host:port,host:port}. */
        public String bootstrap() {
            return String.join(",", brokers);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.kafka(this);
        }

        @Override
        public String kind() {
            return "KAFKA";
        }

        @Override
        public String place(String partition) {
            return "topic '" + topic + "' partition " + partition;
        }
    }

    /**
     * Files of the servers on which tasks run; each is a source partition with its path as name, and its offsets are
     * bytes of its content, unpacked.
     *
     * @param pattern an absolute path, perhaps with wildcards
     */
    record Files(String pattern, FileSettings settings) implements SourceSpec {
        public Files {
            requireNonNull(pattern, "pattern");
            requireNonNull(settings, "settings");
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.files(this);
        }

        @Override
        public String kind() {
            return "FS";
        }

        @Override
        public String topic() {
            return "";
        }

        @Override
        public String place(String partition) {
            return "file '" + partition + "'";
        }
    }

    /** The topic of a source that must be one. */
    default Kafka asKafka() {
        return match(new Cases<>() {
            @Override
            public Kafka kafka(Kafka source) {
                return source;
            }

            @Override
            public Kafka files(Files source) {
                throw new IllegalStateException("files where a topic is needed: " + source.pattern());
            }
        });
    }

    /** Whether it is files. */
    default boolean isFiles() {
        return this instanceof Files;
    }
}
