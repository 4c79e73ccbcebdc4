package dev.millrace.spec;

import static java.util.Objects.requireNonNull;

import java.util.List;

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
     */
    record Kafka(List<String> brokers, String topic) implements SourceSpec {
        public static final int PORT_DEFAULT = 9092;

        public Kafka {
            brokers = List.copyOf(brokers);
            requireNonNull(topic, "topic");
            if (brokers.isEmpty()) {
                throw new IllegalArgumentException("no broker for topic " + topic);
            }
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.kafka(this);
        }
    }
}
