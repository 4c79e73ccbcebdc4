package dev.millrace.leaf.query;

import dev.millrace.leaf.engine.LeafDatabase;
import dev.millrace.leaf.engine.PartitionTable;
import dev.millrace.leaf.engine.RowPartition;
import dev.millrace.store.PartitionId;
import dev.millrace.store.TableRef;
import dev.millrace.store.query.Pin;
import dev.millrace.store.query.PinRequest;
import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.RefusedException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import org.duckdb.DuckDBConnection;

/**
 * Takes and holds pins.
 *
 * <p>A pin is right for the CSNs from the last that touched one of its partitions to the one before the next that will.
 * It is taken for a target S, the highest CSN that one of its partitions has: those that are right for S are touched at
 * once, the others when they have published what is missing. If one is published past S meanwhile, it begins again.
 */
public final class Pins implements AutoCloseable {
    /** A connection holds a snapshot, and with it old row versions. */
    private static final int CONNECTIONS_MAX = 512;

    /** More fragments of one statement on one leaf than any plan has. */
    private static final int CONNECTIONS_OF_PIN_MAX = 64;

    /** How long a table is waited for that nobody has heard of: the decision may be on its way here. */
    private static final Duration UNKNOWN_TABLE_WAIT = Duration.ofSeconds(2);

    private static final Duration WAIT_MAX = Duration.ofSeconds(60);

    private final LeafDatabase database;
    private final PinnablePartitions partitions;
    private final Horizon horizon;
    private final Map<Long, HeldPin> pins = new ConcurrentHashMap<>();
    private final AtomicLong ids = new AtomicLong();
    private final AtomicInteger connections = new AtomicInteger();
    private final ScheduledExecutorService sweeper = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "pin-leases");
        thread.setDaemon(true);
        return thread;
    });

    public Pins(LeafDatabase database, PinnablePartitions partitions, Horizon horizon) {
        this.database = database;
        this.partitions = partitions;
        this.horizon = horizon;
        long period = Pin.LEASE_MILLIS / 10;
        sweeper.scheduleWithFixedDelay(this::sweep, period, period, TimeUnit.MILLISECONDS);
    }

    private void sweep() {
        pins.values().stream()
                .filter(HeldPin::isOver)
                .forEach(pin -> release(pin.pin().id()));
    }

    /** Takes a pin; refused as PLAN_STALE, BEHIND, or as the partitions are. */
    public Pin pin(PinRequest request) {
        return hold(request).pin();
    }

    HeldPin hold(PinRequest request) {
        if (request.ordinals().isEmpty()
                || request.connections() < 1
                || request.connections() > CONNECTIONS_OF_PIN_MAX) {
            throw new RefusedException(
                    Refusal.MALFORMED,
                    "a pin of " + request.ordinals().size() + " partitions and " + request.connections()
                            + " connections");
        }
        if (connections.addAndGet(request.connections()) > CONNECTIONS_MAX) {
            connections.addAndGet(-request.connections());
            throw new RefusedException(Refusal.RESOURCES_EXHAUSTED, "too many statements read at once");
        }
        boolean held = false;
        try {
            HeldPin pin = request.database() == PartitionId.SYSTEM.database() ? system(request) : rows(request);
            pins.put(pin.pin().id(), pin);
            held = true;
            return pin;
        } finally {
            if (!held) {
                connections.addAndGet(-request.connections());
            }
        }
    }

    /** The pin of that id, while it lasts. */
    HeldPin held(long id) {
        return Optional.ofNullable(pins.get(id)).orElseThrow(() -> HeldPin.gone(id));
    }

    /** Lets a pin go; one that is gone is no error. */
    public void release(long id) {
        HeldPin pin = pins.remove(id);
        if (pin != null) {
            pin.release();
            connections.addAndGet(-pin.request().connections());
        }
    }

    /** Ends the fragments that run on a pin. */
    public void cancel(long id) {
        Optional.ofNullable(pins.get(id)).ifPresent(HeldPin::cancel);
    }

    /** The catalog has no CSNs: its newest state is right for all of them. */
    private HeldPin system(PinRequest request) {
        partitions.checkSystem();
        Deque<DuckDBConnection> opened = begin(request.connections());
        try {
            touch(opened, PartitionId.SYSTEM, "SELECT applied_index FROM " + PartitionId.SYSTEM.alias() + ".s_applied");
            return new HeldPin(new Pin(ids.incrementAndGet(), 0, Long.MAX_VALUE), request, opened);
        } catch (RuntimeException e) {
            opened.forEach(HeldPin::close);
            throw e;
        }
    }

    private HeldPin rows(PinRequest request) {
        long wait = Math.min(Math.max(0, request.waitMillis()), WAIT_MAX.toMillis());
        Deadline deadline = new Deadline(Duration.ofMillis(wait));
        long target = request.atLeast();
        while (true) {
            List<RowPartition> rows = new ArrayList<>();
            for (int ordinal : request.ordinals()) {
                rows.add(partitions.rows(new PartitionId(request.database(), ordinal)));
            }
            for (RowPartition partition : rows) {
                target = Math.max(target, partition.csn());
            }
            if (!horizon.awaitKnown(request.database(), target, deadline.left())) {
                throw behind(request, target);
            }
            Optional<Long> unknown = unknownTable(rows, request.tables(), target);
            if (unknown.isPresent()) {
                target = laterThan(request, target, unknown.get(), deadline);
                continue;
            }
            Attempt attempt = new Attempt(request, rows, target, deadline);
            Optional<HeldPin> pin = attempt.take();
            if (pin.isPresent()) {
                return pin.get();
            }
            horizon.hold(request.database());
        }
    }

    /** A table of the plan that is not here by now, and may be after more batches. */
    private Optional<Long> unknownTable(List<RowPartition> rows, List<TableRef> tables, long csn) {
        for (TableRef ref : tables) {
            for (RowPartition partition : rows) {
                Optional<PartitionTable> table = partition.table(ref.id());
                if (table.isEmpty()) {
                    long coming = horizon.lastTouching(
                            partition.id().database(), partition.id().ordinal(), csn);
                    if (coming <= partition.csn()) {
                        return Optional.of(ref.id());
                    }
                } else if (table.get().dropped() || table.get().spec().version() != ref.version()) {
                    throw stale(ref);
                }
            }
        }
        return Optional.empty();
    }

    private long laterThan(PinRequest request, long target, long table, Deadline deadline) {
        Duration left = deadline.left().compareTo(UNKNOWN_TABLE_WAIT) < 0 ? deadline.left() : UNKNOWN_TABLE_WAIT;
        if (!horizon.awaitKnown(request.database(), target + 1, left)) {
            throw new RefusedException(Refusal.PLAN_STALE, "table " + table + " is not here");
        }
        return target + 1;
    }

    private static RefusedException stale(TableRef table) {
        return new RefusedException(
                Refusal.PLAN_STALE, "table " + table.id() + " is not here in version " + table.version());
    }

    private static RefusedException behind(PinRequest request, long csn) {
        return new RefusedException(
                Refusal.BEHIND, "database " + request.database() + " is not published up to " + csn + " here");
    }

    /** One try to take a pin that is right for a CSN. */
    private final class Attempt {
        private final PinRequest request;
        private final List<RowPartition> rows;
        private final long target;
        private final Deadline deadline;

        Attempt(PinRequest request, List<RowPartition> rows, long target, Deadline deadline) {
            this.request = request;
            this.rows = rows;
            this.target = target;
            this.deadline = deadline;
        }

        /** Empty if a partition was published past the target. */
        Optional<HeldPin> take() {
            Deque<DuckDBConnection> opened = begin(request.connections());
            boolean taken = false;
            try {
                long lowest = 0;
                long highest = Long.MAX_VALUE;
                for (RowPartition partition : readyFirst()) {
                    if (!partition.awaitCsn(missing(partition), deadline.left())) {
                        throw behind(request, target);
                    }
                    long csn = touch(opened, partition);
                    if (csn > target) {
                        return Optional.empty();
                    }
                    checkTables(partition, csn);
                    lowest = Math.max(lowest, csn);
                    highest = Math.min(highest, highest(partition, csn));
                }
                if (highest < target || highest < lowest) {
                    return Optional.empty();
                }
                taken = true;
                return Optional.of(new HeldPin(new Pin(ids.incrementAndGet(), lowest, highest), request, opened));
            } finally {
                if (!taken) {
                    opened.forEach(HeldPin::close);
                }
            }
        }

        /** Those that have what the target needs, before those that are waited for. */
        private List<RowPartition> readyFirst() {
            List<RowPartition> ready = new ArrayList<>();
            List<RowPartition> behind = new ArrayList<>();
            for (RowPartition partition : rows) {
                (partition.csn() >= missing(partition) ? ready : behind).add(partition);
            }
            ready.addAll(behind);
            return ready;
        }

        private long missing(RowPartition partition) {
            return horizon.lastTouching(request.database(), partition.id().ordinal(), target);
        }

        /**
         * The highest CSN that a snapshot is right for. If the partition was published since, the batches in between may
         * be forgotten already, and the snapshot's own CSN is all that is certain.
         */
        private long highest(RowPartition partition, long csn) {
            long highest = horizon.highest(request.database(), partition.id().ordinal(), csn);
            return partition.csn() == csn ? highest : csn;
        }

        private void checkTables(RowPartition partition, long csn) {
            for (TableRef ref : request.tables()) {
                boolean there = partition
                        .table(ref.id())
                        .filter(table ->
                                !table.dropped() && table.spec().version() == ref.version() && table.csn() <= csn)
                        .isPresent();
                if (!there) {
                    throw stale(ref);
                }
            }
        }
    }

    private Deque<DuckDBConnection> begin(int count) {
        Deque<DuckDBConnection> opened = new ArrayDeque<>();
        try {
            for (int i = 0; i < count; i++) {
                DuckDBConnection connection = database.connect();
                opened.add(connection);
                try (Statement statement = connection.createStatement()) {
                    statement.execute("BEGIN TRANSACTION READ ONLY");
                }
            }
            return opened;
        } catch (SQLException e) {
            opened.forEach(HeldPin::close);
            throw new RefusedException(Refusal.UNAVAILABLE, "no snapshot: " + e.getMessage());
        }
    }

    /** Fixes the snapshot of a partition on all connections; answers its CSN. */
    private static long touch(Deque<DuckDBConnection> opened, RowPartition partition) {
        Lock lock = partition.commits();
        boolean locked = opened.size() > 1;
        if (locked) {
            lock.lock();
        }
        try {
            return touch(
                    opened, partition.id(), "SELECT csn FROM " + partition.id().alias() + "._meta");
        } finally {
            if (locked) {
                lock.unlock();
            }
        }
    }

    private static long touch(Deque<DuckDBConnection> opened, PartitionId partition, String sql) {
        long value = -1;
        for (DuckDBConnection connection : opened) {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(sql)) {
                row.next();
                value = row.getLong(1);
            } catch (SQLException e) {
                throw new RefusedException(Refusal.UNAVAILABLE, "no snapshot of " + partition + ": " + e.getMessage());
            }
        }
        return value;
    }

    @Override
    public void close() {
        sweeper.shutdownNow();
        List.copyOf(pins.keySet()).forEach(this::release);
    }

    /** A bound of several waits together. */
    private static final class Deadline {
        private final long at;

        Deadline(Duration wait) {
            at = System.nanoTime() + wait.toNanos();
        }

        Duration left() {
            return Duration.ofNanos(Math.max(0, at - System.nanoTime()));
        }
    }
}
