package dev.millrace.spec;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Where a pipeline reads. */
public sealed interface SourceSpec {
    <R> R match(Cases<R> cases);

    /** One method for each kind of source. */
    interface Cases<R> {
        R kafka(Kafka source);
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
    }
}
