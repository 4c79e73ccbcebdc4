package dev.millrace.leaf.follow;

import static java.util.Objects.requireNonNull;

import dev.millrace.leaf.engine.PartitionTable;
import dev.millrace.leaf.engine.RowPartition;
import dev.millrace.store.BatchId;
import dev.millrace.store.PartitionId;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.wire.GatesAnswer;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clears seals that nobody will: a writer may die, or be fenced, before it does, and the next batch of its table need not
 * touch all its partitions. So a partition that finds a seal standing asks the system partition for the gates. One that
 * is over is never decided under; if something was decided under it before, the partition has published that by the CSN
 * that came with the answer, and until then it refuses to clear the seal.
 *
 * <p>Time only says when to look, and when a holder is taken for dead. A live one whose gate is taken away is refused
 * when it decides.
 */
final class SealSweep {
    /** A round costs one call for each database that has old seals. */
    static final long PAUSE_MILLIS = 1000;

    /** A batch is decided and published in less, as a rule. */
    static final Duration OLD = Duration.ofSeconds(4);

    /** Longer than writers wait for any of their calls, so that a live one has given up by itself. */
    static final Duration DEAD = Duration.ofSeconds(60);

    private static final Logger LOG = LoggerFactory.getLogger(SealSweep.class);

    private final LedPartitions partitions;
    private final BatchSource source;
    private final Duration old;
    private final Duration dead;
    private final Map<Seal, Long> since = new HashMap<>();

    private record Seal(PartitionId partition, long table, long gate, BatchId batch) {}

    /**
     * @param old age of a seal at which its gate is asked for
     * @param dead age at which a gate that is held is taken away
     */
    SealSweep(LedPartitions partitions, BatchSource source, Duration old, Duration dead) {
        this.partitions = requireNonNull(partitions, "partitions");
        this.source = requireNonNull(source, "source");
        this.old = requireNonNull(old, "old");
        this.dead = requireNonNull(dead, "dead");
    }

    void look() {
        long now = System.nanoTime();
        Set<Seal> standing = new HashSet<>();
        for (RowPartition partition : partitions.led()) {
            for (PartitionTable table : partition.sealed()) {
                table.seal()
                        .ifPresent(batch -> standing.add(
                                new Seal(partition.id(), table.spec().id(), table.gate(), batch)));
            }
        }
        since.keySet().retainAll(standing);
        standing.forEach(seal -> since.putIfAbsent(seal, now));
        Map<Long, GatesAnswer> gates = new TreeMap<>();
        since.forEach((seal, from) -> {
            if (now - from >= old.toNanos()) {
                clear(seal, gates.computeIfAbsent(seal.partition().database(), source::gates), now - from);
            }
        });
    }

    private void clear(Seal seal, GatesAnswer gates, long ageNanos) {
        if (gates.isOver(seal.gate())) {
            LOG.info("{} clears the seal of {}, whose gate {} is over", seal.partition(), seal.batch(), seal.gate());
            long after = gates.lastTouched().get(seal.partition().ordinal());
            // Refused until all that was decided is published; the next round tries again.
            partitions.propose(seal.partition(), new LogEntry.Unseal(seal.gate(), after, List.of(seal.table())));
        } else if (ageNanos >= dead.toNanos()) {
            LOG.warn(
                    "{} holds gate {} for {} s: it is taken away", seal.batch(), seal.gate(), ageNanos / 1_000_000_000);
            source.revoke(seal.batch());
        }
    }
}
