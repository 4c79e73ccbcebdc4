package dev.millrace.aggregator.execute;

import static java.util.Objects.requireNonNull;

import dev.millrace.aggregator.catalog.CatalogView;
import dev.millrace.aggregator.plan.Partitions;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.BatchId;
import dev.millrace.store.Participant;
import dev.millrace.store.PartitionId;
import dev.millrace.store.PartitionMap;
import dev.millrace.store.RowChange;
import dev.millrace.store.ShardHash;
import dev.millrace.store.TableRef;
import dev.millrace.store.TaskChunks;
import dev.millrace.store.WriteMode;
import dev.millrace.store.client.StoreClient;
import dev.millrace.store.client.TableGate;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.RefusedException;
import dev.millrace.store.wire.WireReader;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Rows of one statement on their way into one table. Few rows for one partition become one entry of its log; all else
 * becomes a batch that is staged on its partitions, sealed if the table has keys that can refuse it, decided, and waited
 * for.
 */
final class TableWrite implements AutoCloseable {
    /** A chunk is closed at this size: an entry must stay below 3.5 MB. */
    private static final long CHUNK_BYTES = 2_000_000;

    /** Longest single row. */
    private static final long ROW_BYTES_MAX = LogEntry.BYTES_MAX - 200_000;

    /** Rows of a statement in memory, over all partitions; beyond it the largest chunk is staged. */
    private static final long BYTES_MAX = 48_000_000;

    /** Chunks of a statement that may be under way, so that the answer of a slow partition bounds the rest. */
    private static final int CALLS_MAX = 8;

    /** MySQL's innodb_lock_wait_timeout. */
    private static final Duration GATE_WAIT = Duration.ofSeconds(50);

    /** How long a statement waits until its batch can be read; it exists all the same. */
    private static final Duration PUBLISH_WAIT = Duration.ofSeconds(30);

    private final StoreClient client;
    private final StatementWriter writer;
    private final InstantSource clock;
    private final BufferAllocator allocator;
    private final Session session;
    private final TableSpec table;
    private final TableRef ref;
    private final WriteMode mode;
    private final Optional<RowChange> change;
    private final DatabaseSpec database;
    private final PartitionMap map;
    private final BatchId batch;
    private final long startedAtMillis;
    private final int[] shardKey;
    private final Map<Integer, RowsBuilder> builders = new TreeMap<>();
    private final Map<Integer, Integer> chunks = new TreeMap<>();
    private final List<CompletableFuture<WireReader>> calls = new ArrayList<>();
    private int home;
    private long rows;
    private long bytes;
    private long buffered;
    private boolean done;

    /** What a write talks to, the same for all writes. */
    record Tools(StoreClient client, StatementWriter writer, InstantSource clock, BufferAllocator allocator) {}

    TableWrite(Tools tools, Session session, CatalogView catalog, TableSpec table, WriteMode mode) {
        this(tools, session, catalog, table, mode, Optional.empty());
    }

    /** @param change of rows that are there, for the modes that have one */
    TableWrite(
            Tools tools,
            Session session,
            CatalogView catalog,
            TableSpec table,
            WriteMode mode,
            Optional<RowChange> change) {
        this.client = tools.client();
        this.writer = tools.writer();
        this.clock = tools.clock();
        this.allocator = tools.allocator();
        this.session = requireNonNull(session, "session");
        this.table = requireNonNull(table, "table");
        this.mode = requireNonNull(mode, "mode");
        this.change = requireNonNull(change, "change");
        this.ref = new TableRef(table.id(), table.version());
        this.database = catalog.database(table.database())
                .orElseThrow(() -> new RefusedException(Refusal.TABLE_CHANGED, "no database " + table.database()));
        this.map = catalog.map(database.id())
                .orElseThrow(() -> new RefusedException(Refusal.MAP_CHANGED, "no map of " + table.database()));
        this.shardKey = table.shardKeyIndexes();
        this.home = ThreadLocalRandom.current().nextInt(map.partitions());
        this.startedAtMillis = clock.millis();
        this.batch = writer.begin();
    }

    /** Adds a row of values as {@link Coercion} makes them. */
    void add(Object[] row) {
        long size = RowsBuilder.size(row);
        if (size > ROW_BYTES_MAX) {
            throw new StatementException(
                    SqlState.PACKET_TOO_LARGE,
                    "row " + (rows + 1) + " of table '" + table.name() + "' has about " + size + " bytes; at most "
                            + ROW_BYTES_MAX + " are possible");
        }
        rows++;
        if (table.reference()) {
            for (int ordinal = 0; ordinal < map.partitions(); ordinal++) {
                add(ordinal, row, size);
            }
        } else {
            add(home(row), row, size);
        }
    }

    private int home(Object[] row) {
        if (shardKey.length == 0) {
            return home; // rows go anywhere: together they are one entry
        }
        List<Object> key = new ArrayList<>(shardKey.length);
        for (int index : shardKey) {
            Object value = row[index];
            key.add(value instanceof Boolean flag ? (Object) (flag ? 1L : 0L) : value);
        }
        return ShardHash.partition(ShardHash.of(key), map.partitions());
    }

    private void add(int ordinal, Object[] row, long size) {
        RowsBuilder builder = builders.computeIfAbsent(ordinal, o -> new RowsBuilder(table, allocator));
        if (builder.rows() > 0 && builder.bytes() + size > ROW_BYTES_MAX) {
            stage(ordinal, builder);
        }
        long before = builder.bytes();
        builder.add(row);
        buffered += builder.bytes() - before;
        if (builder.bytes() >= CHUNK_BYTES) {
            stage(ordinal, builder);
            if (shardKey.length == 0 && !table.reference()) {
                home = (home + 1) % map.partitions();
            }
        } else if (buffered > BYTES_MAX) {
            builders.entrySet().stream()
                    .max((a, b) ->
                            Long.compare(a.getValue().bytes(), b.getValue().bytes()))
                    .ifPresent(largest -> stage(largest.getKey(), largest.getValue()));
        }
    }

    private void stage(int ordinal, RowsBuilder builder) {
        int seq = chunks.merge(ordinal, 1, Integer::sum) - 1;
        int count = builder.rows();
        buffered -= builder.bytes();
        byte[] ipc = builder.toIpc();
        bytes += ipc.length;
        while (calls.size() >= CALLS_MAX) {
            join(calls.remove(0));
        }
        calls.add(client.submitAsync(
                new PartitionId(database.id(), ordinal),
                new LogEntry.Stage(batch, 0, seq, ref, mode, change, count, ByteBuffer.wrap(ipc))));
    }

    /** Carries the change of a {@link WriteMode#CHANGE} out on some partitions. Answers the rows affected. */
    long change(Partitions partitions) {
        List<Integer> ordinals = partitions instanceof Partitions.Some some
                ? List.copyOf(some.ordinals())
                : IntStream.range(0, map.partitions()).boxed().toList();
        return ending(() -> {
            LogEntry.Stage chunk = LogEntry.Stage.change(batch, ref, change.orElseThrow());
            for (int ordinal : ordinals) {
                chunks.put(ordinal, 1);
                calls.add(client.submitAsync(new PartitionId(database.id(), ordinal), chunk));
            }
            calls.forEach(TableWrite::join);
            return decide();
        });
    }

    /** Ends the statement: its rows are there for everybody when this returns. Answers the rows affected. */
    long finish() {
        if (rows == 0) {
            return 0;
        }
        return ending(() -> {
            List<Integer> filled = builders.entrySet().stream()
                    .filter(entry -> entry.getValue().rows() > 0)
                    .map(Map.Entry::getKey)
                    .toList();
            if (chunks.isEmpty() && filled.size() == 1 && change.isEmpty()) {
                return insert(filled.get(0));
            }
            filled.forEach(ordinal -> stage(ordinal, builders.get(ordinal)));
            calls.forEach(TableWrite::join);
            return decide();
        });
    }

    private long ending(LongSupplier steps) {
        try {
            return steps.getAsLong();
        } catch (RefusedException e) {
            if (e.refusal() == Refusal.FENCED) {
                writer.retire(batch);
            }
            throw e;
        }
    }

    private long insert(int ordinal) {
        RowsBuilder builder = builders.get(ordinal);
        int count = builder.rows();
        return client.submit(
                        new PartitionId(database.id(), ordinal),
                        new LogEntry.Insert(batch, writer.finishedBelow(), ref, mode, count, builder.toIpc()))
                .number();
    }

    private long decide() {
        List<Participant> participants = chunks.entrySet().stream()
                .map(entry -> new Participant(entry.getKey(), List.of(new TaskChunks(0, entry.getValue()))))
                .toList();
        Optional<TableGate> gate = mode.isSealed(table) ? Optional.of(seal(participants)) : Optional.empty();
        refuseKilled(gate);
        long csn = decided(participants, gate);
        done = true;
        writer.decided(staged(), csn);
        session.saw(database.id(), csn);
        Published.await(
                client,
                database.id(),
                csn,
                participants.stream().map(Participant::ordinal).toList(),
                PUBLISH_WAIT);
        return rows;
    }

    /** The last moment at which KILL ends a statement that writes. */
    private void refuseKilled(Optional<TableGate> gate) {
        session.killed().ifPresent(reason -> {
            gate.ifPresent(TableGate::letGo);
            throw new StatementException(
                    SqlState.QUERY_INTERRUPTED, "Query execution was interrupted: " + reason + "; nothing is written");
        });
    }

    private long decided(List<Participant> participants, Optional<TableGate> gate) {
        SystemEntry.Decide decide = new SystemEntry.Decide(
                batch,
                database.id(),
                map.version(),
                List.of(ref),
                mode,
                gate.map(TableGate::number).orElse(0L),
                List.of(),
                participants,
                Optional.empty(),
                rows,
                bytes,
                startedAtMillis,
                clock.millis());
        try {
            return client.system(decide).number();
        } catch (RefusedException e) {
            boolean unknown = e.refusal() == Refusal.UNAVAILABLE || e.refusal() == Refusal.NOT_LEADER;
            if (unknown) {
                // It may have been decided: its seals stand until the partitions find that it was not.
                done = true;
                writer.retire(batch);
                throw new StatementException(
                        SqlState.STORE_UNREACHABLE,
                        "the system partition did not answer; the statement may have been carried out: "
                                + e.getMessage(),
                        e);
            }
            gate.ifPresentOrElse(TableGate::letGo, () -> client.system(new SystemEntry.ReleaseGate(batch)));
            throw e;
        }
    }

    private List<PartitionId> staged() {
        return chunks.keySet().stream()
                .map(ordinal -> new PartitionId(database.id(), ordinal))
                .toList();
    }

    /** Takes the table's gate and has every participant check the rows; a refusal gives the gate back. */
    private TableGate seal(List<Participant> participants) {
        TableGate gate = new TableGate(new Calls(), batch, database.id(), table.id(), participants);
        boolean sealed = false;
        try {
            if (!gate.take(GATE_WAIT)) {
                throw new StatementException(
                        SqlState.LOCK_WAIT_TIMEOUT,
                        "Lock wait timeout exceeded; another statement writes to table '" + table.name() + "'");
            }
            List<WireReader> verdicts = gate.seal();
            if (change.isPresent()) {
                // Every partition has all rows of a reference table.
                rows = verdicts.stream()
                        .limit(table.reference() ? 1 : verdicts.size())
                        .mapToLong(WireReader::number)
                        .sum();
            }
            sealed = true;
            return gate;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StatementException(SqlState.QUERY_INTERRUPTED, "Query execution was interrupted", e);
        } finally {
            if (!sealed) {
                gate.letGo();
            }
        }
    }

    private final class Calls implements TableGate.Store {
        @Override
        public WireReader system(SystemEntry entry) {
            return client.system(entry);
        }

        @Override
        public CompletableFuture<WireReader> submit(PartitionId partition, LogEntry entry) {
            return client.submitAsync(partition, entry);
        }

        @Override
        public List<Long> lastTouched() {
            return client.gates(database.id()).lastTouched();
        }
    }

    private static void join(CompletableFuture<WireReader> call) {
        try {
            call.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    @Override
    public void close() {
        builders.values().forEach(RowsBuilder::close);
        if (!done && !chunks.isEmpty()) {
            writer.abandoned(staged());
        }
        writer.finished(batch);
    }
}
