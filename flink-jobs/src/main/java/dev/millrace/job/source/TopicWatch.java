package dev.millrace.job.source;

import static java.util.Objects.requireNonNull;

import dev.millrace.job.run.JobRun;
import dev.millrace.job.run.RunEnd;
import dev.millrace.job.run.StoreDoor;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.flink.connector.kafka.source.enumerator.subscriber.KafkaSubscriber;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the connector's enumerator which partitions there are, now and again. A broker that does not answer changes
 * nothing: readers wait for it as well. A topic that is gone, or another one under its name, ends the run.
 */
final class TopicWatch implements KafkaSubscriber {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(TopicWatch.class);

    /** A broker that has just started may not know its topics yet. */
    private static final int LOOKS_MAX = 5;

    private static final long PAUSE_MILLIS = 1_000;

    private final JobRun run;
    private final StoreDoor.Opener opener;
    private transient KafkaTopic known;

    TopicWatch(JobRun run, StoreDoor.Opener opener) {
        this.run = requireNonNull(run, "run");
        this.opener = requireNonNull(opener, "opener");
    }

    @Override
    public Set<TopicPartition> getSubscribedTopicPartitions(AdminClient admin) {
        SourceSpec.Kafka source = FetchSource.kafka(run);
        try {
            look(source, admin);
        } catch (StatementException e) {
            if (e.state() == SqlState.UNKNOWN_TOPIC || e.state() == SqlState.TOPIC_RECREATED) {
                throw RunEnd.failed(opener, run, e.state(), RunEnd.error("Extract", e.state(), e.getMessage()));
            }
            if (known == null) {
                throw e;
            }
            LOG.warn("cannot look for new partitions", e);
        }
        return IntStream.range(0, known.partitions())
                .mapToObj(partition -> new TopicPartition(known.name(), partition))
                .collect(Collectors.toSet());
    }

    private void look(SourceSpec.Kafka source, AdminClient admin) {
        for (int looks = 1; ; looks++) {
            try {
                KafkaTopic topic = KafkaTopic.describe(source, admin);
                if (known != null && !known.incarnation().equals(topic.incarnation())) {
                    throw new StatementException(
                            SqlState.TOPIC_RECREATED,
                            "topic '" + topic.name() + "' was recreated: it was " + known.incarnation() + " and is "
                                    + topic.incarnation()
                                    + "; ALTER PIPELINE … SET OFFSETS EARLIEST begins with the new one");
                }
                known = topic;
                return;
            } catch (StatementException e) {
                if (e.state() != SqlState.UNKNOWN_TOPIC || known != null && looks > 1 || looks == LOOKS_MAX) {
                    throw e;
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the topic is looked for", e);
        }
    }
}
