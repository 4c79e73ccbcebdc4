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
import java.util.function.LongFunction;
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
    /** A round costs no call as long as seals are young. */
    static final long PAUSE_MILLIS = 1000;

    /** A batch is decided and published in less, as a rule. */
    static final Duration OLD = Duration.ofSeconds(4);

    /** Longer than writers wait for any of their calls, so that a live one has given up by itself. */
    static final Duration DEAD = Duration.ofMinutes(2);

    private static final Logger LOG = LoggerFactory.getLogger(SealSweep.class);

    private final LedPartitions partitions;
    private final BatchSource source;
    private final Duration old;
    private final Duration dead;
    private final Map<Seal, Long> since = new HashMap<>();
    private final Map<GatesAnswer.Held, Long> heldSince = new HashMap<>();
    private long lookedAtHolders = System.nanoTime();

    private record Seal(PartitionId partition, long table, long gate, BatchId batch) {}

    /**
     * @param old age of a seal at which its gate is asked for, and how often holders are looked at
     * @param dead how long a gate may be held
     */
    SealSweep(LedPartitions partitions, BatchSource source, Duration old, Duration dead) {
        this.partitions = requireNonNull(partitions, "partitions");
        this.source = requireNonNull(source, "source");
        this.old = requireNonNull(old, "old");
        this.dead = requireNonNull(dead, "dead");
    }

    void look() {
        long now = System.nanoTime();
        Map<Long, GatesAnswer> gates = new TreeMap<>();
        List<RowPartition> led = partitions.led();
        seals(led, now, database -> gates.computeIfAbsent(database, source::gates));
        if (now - lookedAtHolders >= old.toNanos()) {
            holders(led, now, database -> gates.computeIfAbsent(database, source::gates));
            lookedAtHolders = now;
        }
    }

    private void seals(List<RowPartition> led, long now, LongFunction<GatesAnswer> gates) {
        Set<Seal> standing = new HashSet<>();
        for (RowPartition partition : led) {
            for (PartitionTable table : partition.sealed()) {
                table.seal()
                        .ifPresent(batch -> standing.add(
                                new Seal(partition.id(), table.spec().id(), table.gate(), batch)));
            }
        }
        since.keySet().retainAll(standing);
        standing.forEach(seal -> since.putIfAbsent(seal, now));
        since.forEach((seal, from) -> {
            if (now - from >= old.toNanos()) {
                clear(seal, gates.apply(seal.partition().database()));
            }
        });
    }

    private void clear(Seal seal, GatesAnswer gates) {
        if (gates.isOver(seal.gate())) {
            LOG.info("{} clears the seal of {}, whose gate {} is over", seal.partition(), seal.batch(), seal.gate());
            long after = gates.lastTouched().get(seal.partition().ordinal());
            // Refused until all that was decided is published; the next round tries again.
            partitions.propose(seal.partition(), new LogEntry.Unseal(seal.gate(), after, List.of(seal.table())));
        }
    }

    /** Who only waits to be decided cannot take a dead holder's gate away: every leaf looks for such. */
    private void holders(List<RowPartition> led, long now, LongFunction<GatesAnswer> gates) {
        Set<GatesAnswer.Held> held = new HashSet<>();
        led.stream()
                .mapToLong(partition -> partition.id().database())
                .distinct()
                .forEach(database -> held.addAll(gates.apply(database).held()));
        heldSince.keySet().retainAll(held);
        held.forEach(holder -> heldSince.putIfAbsent(holder, now));
        heldSince.forEach((holder, from) -> {
            if (now - from >= dead.toNanos()) {
                LOG.warn("{} does not give gate {} back: it is taken away", holder.batch(), holder.gate());
                source.revoke(holder.batch());
            }
        });
    }
}
