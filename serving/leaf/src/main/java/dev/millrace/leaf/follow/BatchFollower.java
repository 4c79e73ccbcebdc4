package dev.millrace.leaf.follow;

import dev.millrace.leaf.engine.RowPartition;
import dev.millrace.leaf.query.Horizon;
import dev.millrace.store.CatalogSnapshot;
import dev.millrace.store.DecidedBatch;
import dev.millrace.store.PartitionId;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.FollowRequest;
import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the list of decided batches and publishes them at the partitions that are led here.
 *
 * <p>A database is published in rounds: all its partitions here are proposed what is new up to the same CSN, and the
 * next round begins when they have it. So between rounds their snapshots are right for one CSN, and a pin finds that
 * moment. A partition that does not answer (halted, no quorum) leaves the rounds and does not hold up the others.
 */
public final class BatchFollower implements Horizon, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BatchFollower.class);

    /** A database that is new here is followed from the next request on, so requests do not wait long. */
    private static final long FOLLOW_MILLIS = 250;

    private static final Duration CATALOG_WAIT = Duration.ofSeconds(5);

    /** Longer than any publish of a healthy partition. */
    private static final long ROUND_SECONDS_MAX = 10;

    /** What three rounds of pins may cost a publish, design §4 "Reads". */
    private static final Duration HOLD = Duration.ofMillis(50);

    private static final long BACK_OFF_MILLIS = 100;

    /** A system partition that starts is no news; one that stays away is, every so often. */
    private static final long COMPLAIN_SECONDS = 30;

    /** Batches after which the system partition is told; it prunes its list by that. */
    private static final long REPORT_CSNS = 1000;

    private static final long REPORT_SECONDS = 30;

    /**
     * A partition whose database was never in the catalog: it is made before its database is, and if its maker died in
     * between it is of no use. Time only says when to look; no statement takes this long.
     */
    private static final Duration ORPHAN_AGE = Duration.ofMinutes(15);

    private final LedPartitions partitions;
    private final BatchSource source;
    private final Map<Long, FollowedDatabase> databases = new ConcurrentHashMap<>();
    private final Map<PartitionId, CompletableFuture<Answer>> late = new ConcurrentHashMap<>();
    private final Map<Long, Reported> reported = new HashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "follower");
        thread.setDaemon(true);
        return thread;
    });
    private final Set<Long> publishing = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private record Reported(long csn, long atNanos) {}

    public BatchFollower(LedPartitions partitions, BatchSource source) {
        this.partitions = partitions;
        this.source = source;
        threads.execute(() -> untilClosed("following the list of batches", this::follow));
        threads.execute(() -> untilClosed("following the catalog", new CatalogWatch()::look));
        SealSweep sweep = new SealSweep(partitions, source, SealSweep.OLD, SealSweep.DEAD);
        threads.execute(() -> untilClosed("clearing seals", () -> {
            pause(SealSweep.PAUSE_MILLIS);
            sweep.look();
        }));
    }

    private void untilClosed(String what, Runnable step) {
        long since = 0;
        while (!closed) {
            try {
                step.run();
                since = 0;
            } catch (RefusedException e) {
                since = since == 0 ? System.nanoTime() : since;
                if (!closed && System.nanoTime() - since > TimeUnit.SECONDS.toNanos(COMPLAIN_SECONDS)) {
                    LOG.warn("{} does not succeed: {}", what, e.getMessage());
                    since = System.nanoTime();
                }
                pause(BACK_OFF_MILLIS);
            } catch (RuntimeException e) {
                if (!closed) {
                    LOG.error("{}", what, e);
                }
                pause(BACK_OFF_MILLIS * 10);
            }
        }
    }

    private void follow() {
        Map<Long, List<RowPartition>> led = led();
        if (led.isEmpty()) {
            pause(BACK_OFF_MILLIS / 5);
            return;
        }
        List<FollowRequest.Known> known = new ArrayList<>();
        led.forEach((database, parts) -> {
            FollowedDatabase followed = databases.computeIfAbsent(database, id -> new FollowedDatabase(id, parts));
            followed.cover(parts);
            known.add(new FollowRequest.Known(database, followed.known()));
        });
        databases.keySet().retainAll(led.keySet());
        for (DecidedBatch batch :
                source.follow(new FollowRequest(known, FOLLOW_MILLIS)).batches()) {
            FollowedDatabase followed = databases.get(batch.database());
            if (followed != null) {
                followed.add(batch);
            }
        }
        for (FollowedDatabase followed : databases.values()) {
            if (followed.hasPending() && publishing.add(followed.database())) {
                threads.execute(() -> publish(followed));
            }
        }
        led.forEach(this::report);
    }

    private Map<Long, List<RowPartition>> led() {
        Map<Long, List<RowPartition>> led = new HashMap<>();
        for (RowPartition partition : partitions.led()) {
            led.computeIfAbsent(partition.id().database(), key -> new ArrayList<>())
                    .add(partition);
        }
        return led;
    }

    /** Runs rounds until nothing is left that can be published. */
    private void publish(FollowedDatabase database) {
        try {
            boolean progress = true;
            while (progress && !closed) {
                pause(database.held().toMillis());
                progress = round(database);
            }
            if (database.hasPending()) {
                pause(BACK_OFF_MILLIS);
            }
        } catch (RuntimeException e) {
            LOG.error("publishing database {}", database.database(), e);
            pause(BACK_OFF_MILLIS * 10);
        } finally {
            publishing.remove(database.database());
        }
    }

    private boolean round(FollowedDatabase database) {
        List<RowPartition> led = led().getOrDefault(database.database(), List.of());
        long end = database.roundEnd();
        Map<PartitionId, CompletableFuture<Answer>> proposed = new HashMap<>();
        for (RowPartition partition : led) {
            PartitionId id = partition.id();
            late.computeIfPresent(id, (key, answer) -> answer.isDone() ? null : answer);
            Optional<LogEntry.Publish> entry = database.publish(id.ordinal(), partition.csn(), end);
            if (entry.isPresent() && !late.containsKey(id)) {
                proposed.put(id, partitions.propose(id, entry.get()));
            }
        }
        boolean progress = false;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(ROUND_SECONDS_MAX);
        for (Map.Entry<PartitionId, CompletableFuture<Answer>> entry : proposed.entrySet()) {
            progress |= published(entry.getKey(), entry.getValue(), deadline);
        }
        database.prune(led);
        return progress;
    }

    private boolean published(PartitionId partition, CompletableFuture<Answer> proposed, long deadline) {
        try {
            Answer answer = proposed.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            if (answer instanceof Answer.Refused refused) {
                boolean known = refused.refusal() == Refusal.NOT_LEADER || refused.refusal() == Refusal.UNAVAILABLE;
                if (!known) {
                    LOG.warn("publishing {}: {} {}", partition, refused.refusal(), refused.message());
                }
                return false;
            }
            return true;
        } catch (TimeoutException e) {
            LOG.warn("partition {} has not published in {} s; the others go on", partition, ROUND_SECONDS_MAX);
            late.put(partition, proposed);
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("publishing " + partition, e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void report(long database, List<RowPartition> led) {
        FollowedDatabase followed = databases.get(database);
        long csn = followed == null ? 0 : followed.prune(led);
        Reported last = reported.getOrDefault(database, new Reported(0, 0));
        boolean due = csn >= last.csn() + REPORT_CSNS
                || System.nanoTime() - last.atNanos() > TimeUnit.SECONDS.toNanos(REPORT_SECONDS);
        // A partition that is not led at the moment may lack something.
        boolean whole = partitions.all().stream()
                        .filter(id -> id.database() == database)
                        .count()
                == led.size();
        if (csn > last.csn() && due && whole) {
            source.published(database, csn);
            reported.put(database, new Reported(csn, System.nanoTime()));
        }
    }

    /** Removes partitions whose database is gone. */
    private final class CatalogWatch {
        private final Set<Long> seen = new HashSet<>();
        private final Map<PartitionId, Long> orphans = new HashMap<>();
        private long version = -1;

        void look() {
            CatalogSnapshot catalog = source.catalog(version, CATALOG_WAIT);
            version = catalog.version();
            catalog.databases().forEach(database -> seen.add(database.spec().id()));
            for (PartitionId partition : partitions.all()) {
                if (catalog.database(partition.database()).isPresent()) {
                    orphans.remove(partition);
                    continue;
                }
                long since = orphans.computeIfAbsent(partition, key -> System.nanoTime());
                if (seen.contains(partition.database()) || System.nanoTime() - since > ORPHAN_AGE.toNanos()) {
                    LOG.info("partition {} is removed: its database is dropped", partition);
                    partitions.remove(partition);
                    orphans.remove(partition);
                }
            }
        }
    }

    @Override
    public long known(long database) {
        FollowedDatabase followed = databases.get(database);
        return followed == null ? 0 : followed.known();
    }

    @Override
    public boolean awaitKnown(long database, long csn, Duration wait) {
        FollowedDatabase followed = databases.get(database);
        long deadline = System.nanoTime() + wait.toNanos();
        while (followed == null && csn > 0 && System.nanoTime() < deadline && !closed) {
            pause(5); // a partition that has just become ready; the next request follows it
            followed = databases.get(database);
        }
        return csn <= 0
                || (followed != null
                        && followed.awaitKnown(csn, Duration.ofNanos(Math.max(0, deadline - System.nanoTime()))));
    }

    @Override
    public long highest(long database, int ordinal, long csn) {
        FollowedDatabase followed = databases.get(database);
        return followed == null ? csn : followed.highest(ordinal, csn);
    }

    @Override
    public long lastTouching(long database, int ordinal, long upto) {
        FollowedDatabase followed = databases.get(database);
        return followed == null ? 0 : followed.lastTouching(ordinal, upto);
    }

    @Override
    public void hold(long database) {
        FollowedDatabase followed = databases.get(database);
        if (followed != null) {
            followed.hold(HOLD);
        }
    }

    private void pause(long millis) {
        if (millis > 0) {
            try {
                TimeUnit.MILLISECONDS.sleep(millis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                closed = true; // only close() interrupts
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        threads.shutdownNow();
        try {
            threads.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
