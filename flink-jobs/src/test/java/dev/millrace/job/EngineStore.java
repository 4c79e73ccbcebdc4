package dev.millrace.job;

import dev.millrace.job.run.JobRun;
import dev.millrace.job.run.StoreDoor;
import dev.millrace.leaf.engine.LeafDatabase;
import dev.millrace.leaf.engine.RowPartition;
import dev.millrace.leaf.replica.LoggedEntry;
import dev.millrace.leaf.system.RowChange;
import dev.millrace.leaf.system.SystemState;
import dev.millrace.leaf.system.SystemTable;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.json.SpecJson;
import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.CatalogSnapshot;
import dev.millrace.store.DecidedBatch;
import dev.millrace.store.Participant;
import dev.millrace.store.PartitionId;
import dev.millrace.store.PartitionMap;
import dev.millrace.store.PipelineError;
import dev.millrace.store.PipelineState;
import dev.millrace.store.TableChange;
import dev.millrace.store.WriteMode;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.FollowRequest;
import dev.millrace.store.wire.RefusedException;
import dev.millrace.store.wire.WireReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.arrow.memory.RootAllocator;

/**
 * A store in this JVM: the real rules of the system partition and the real engines of the partitions of one database,
 * without logs and wire between. Tasks find it by its name, because Flink copies what it runs.
 */
final class EngineStore implements AutoCloseable {
    static final int PARTITIONS = 4;

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Map<String, EngineStore> STORES = new ConcurrentHashMap<>();

    private final String name;
    private final RootAllocator allocator = new RootAllocator();
    private final LeafDatabase database;
    private final SystemState system = new SystemState();
    private final List<RowPartition> partitions = new ArrayList<>();
    private final long[] indexes = new long[PARTITIONS];
    private final ExecutorService calls = Executors.newFixedThreadPool(8, task -> {
        Thread thread = new Thread(task, "engine-store");
        thread.setDaemon(true);
        return thread;
    });
    private final List<PipelineError> errors = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, byte[]> programs = new ConcurrentHashMap<>();
    private final List<SystemEntry.Decide> decisions = Collections.synchronizedList(new ArrayList<>());
    private final int port = freePort();
    private final long databaseId;
    private final long writer;
    private long published;
    private long statements;

    EngineStore(String name, Path folder) {
        this.name = name;
        database = new LeafDatabase(
                new LeafDatabase.Limits(512L << 20, 2, folder.resolve("tmp"), folder.resolve("partitions")));
        long node = system(new SystemEntry.RegisterNode("leaf", "127.0.0.1", port, 7500))
                .number();
        databaseId = system(new SystemEntry.AllocateId()).number();
        system(new SystemEntry.CreateDatabase(
                new DatabaseSpec(databaseId, "db", PARTITIONS, 1),
                new PartitionMap(databaseId, 1, Collections.nCopies(PARTITIONS, List.of(node)))));
        for (int ordinal = 0; ordinal < PARTITIONS; ordinal++) {
            PartitionId id = new PartitionId(databaseId, ordinal);
            partitions.add(
                    new RowPartition(database, id, folder.resolve("partitions").resolve(id.alias()), allocator));
        }
        writer = system(new SystemEntry.RegisterWriter("test", 0)).number();
        system(new SystemEntry.Open(writer, new Attempt(1, 0), ""));
        STORES.put(name, this);
    }

    /** What tasks open. */
    static StoreDoor open(JobRun run) {
        EngineStore store = STORES.get(run.system());
        return new StoreDoor() {
            @Override
            public WireReader system(SystemEntry entry) {
                // Not on the task's thread: an interrupt would close the engine's files.
                try {
                    return CompletableFuture.supplyAsync(() -> store.system(entry), store.calls)
                            .join();
                } catch (CompletionException e) {
                    throw e.getCause() instanceof RefusedException refused ? refused : e;
                }
            }

            @Override
            public byte[] program(String sha256, int part) {
                return store.programs.get(sha256 + "." + part);
            }

            @Override
            public CompletableFuture<WireReader> submit(PartitionId partition, LogEntry entry) {
                return CompletableFuture.supplyAsync(() -> store.submit(partition.ordinal(), entry), store.calls);
            }

            @Override
            public void close() {}
        };
    }

    /** Where its only leaf is said to be; {@link StoreServer} listens there. */
    int port() {
        return port;
    }

    CatalogSnapshot catalog() {
        synchronized (system) {
            return system.catalog();
        }
    }

    /** What the system partition answers, refusals as they are. */
    Answer answer(SystemEntry entry) {
        return apply(entry);
    }

    Answer answer(int ordinal, LogEntry entry) {
        return propose(ordinal, entry);
    }

    long newId() {
        return system(new SystemEntry.AllocateId()).number();
    }

    TableSpec create(TableSpec table) {
        TableSpec created = table.withIdentity(newId(), 1);
        change(new TableChange(TableChange.Kind.CREATE, created));
        return created;
    }

    void change(TableChange change) {
        system(new SystemEntry.Decide(
                new BatchId(writer, new Attempt(1, 0), ++statements),
                databaseId,
                1,
                List.of(),
                WriteMode.INSERT,
                0,
                List.of(),
                List.of(),
                Optional.of(change),
                0,
                0,
                0,
                0));
    }

    PipelineSpec create(PipelineSpec pipeline) {
        PipelineSpec created = pipeline.withId(newId());
        system(new SystemEntry.CreatePipeline(created, "CREATE PIPELINE", 0));
        return created;
    }

    /** A new run, as START PIPELINE and a submission take it. */
    JobRun newRun(PipelineSpec pipeline) {
        long number = system(new SystemEntry.NewRun(pipeline.id(), PipelineState.RUNNING, false, 0))
                .number();
        return new JobRun(name, SpecJson.write(pipeline), databaseId, 1, PARTITIONS, number);
    }

    CatalogSnapshot.Pipeline pipeline(PipelineSpec pipeline) {
        return catalog().pipeline(pipeline.database(), pipeline.name()).orElseThrow();
    }

    List<PipelineError> errors() {
        return List.copyOf(errors);
    }

    /** Decisions of pipelines that were answered with yes, repeats too. */
    List<SystemEntry.Decide> decisions() {
        return List.copyOf(decisions);
    }

    /** A number over all published rows, which are called {@code rows}. */
    long number(TableSpec table, String select) {
        String rows = IntStream.range(0, PARTITIONS)
                .mapToObj(ordinal -> "SELECT * FROM d" + databaseId + "_p" + ordinal + ".t" + table.id())
                .collect(Collectors.joining(" UNION ALL "));
        return query("WITH rows AS (" + rows + ") SELECT " + select + " FROM rows");
    }

    /** The same over one partition. */
    long number(TableSpec table, int ordinal, String select) {
        return query("SELECT " + select + " FROM d" + databaseId + "_p" + ordinal + ".t" + table.id());
    }

    private long query(String sql) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    WireReader system(SystemEntry entry) {
        return patiently(() -> apply(SystemEntry.fromBytes(ByteBuffer.wrap(entry.toBytes()))));
    }

    private Answer apply(SystemEntry entry) {
        synchronized (system) {
            SystemState.Outcome outcome = system.apply(entry);
            Answer answer = outcome.answer();
            if (answer instanceof Answer.Done) {
                if (entry instanceof SystemEntry.StoreProgram stored) {
                    programs.put(stored.sha256() + "." + stored.part(), stored.bytes());
                }
                boolean recorded = outcome.changes().stream()
                        .anyMatch(change -> change instanceof RowChange.Insert && change.table() == SystemTable.ERROR);
                if (recorded && entry instanceof SystemEntry.RecordErrors stopping) {
                    errors.addAll(stopping.errors());
                }
                if (recorded && entry instanceof SystemEntry.Decide decide) {
                    errors.addAll(decide.errors());
                }
                if (entry instanceof SystemEntry.Decide decide && decide.batch().writer() != writer) {
                    decisions.add(decide);
                }
                publish();
            }
            return answer;
        }
    }

    private void publish() {
        for (DecidedBatch batch : system.after(List.of(new FollowRequest.Known(databaseId, published)))) {
            for (Participant participant : batch.participants()) {
                int ordinal = participant.ordinal();
                apply(
                                ordinal,
                                new LogEntry.Publish(
                                        partitions.get(ordinal).csn(), batch.csn(), List.of(batch.onlyFor(ordinal))))
                        .orThrow();
            }
            published = batch.csn();
        }
    }

    private WireReader submit(int ordinal, LogEntry entry) {
        return patiently(() -> propose(ordinal, entry));
    }

    private Answer propose(int ordinal, LogEntry entry) {
        return partitions
                .get(ordinal)
                .beforePropose(ByteBuffer.wrap(entry.toBytes()), Duration.ofSeconds(1))
                .orElseGet(() -> apply(ordinal, entry));
    }

    private Answer apply(int ordinal, LogEntry entry) {
        RowPartition partition = partitions.get(ordinal);
        synchronized (partition) {
            return partition
                    .apply(List.of(new LoggedEntry(1, indexes[ordinal]++, ByteBuffer.wrap(entry.toBytes()))))
                    .get(0);
        }
    }

    private static WireReader patiently(Supplier<Answer> call) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Answer answer = call.get();
            boolean again = answer instanceof Answer.Refused refused
                    && refused.refusal().isTransient()
                    && System.nanoTime() < deadline;
            if (!again) {
                return answer.orThrow();
            }
            Thread.onSpinWait();
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        STORES.remove(name);
        calls.shutdownNow();
        partitions.forEach(RowPartition::close);
        database.close();
        allocator.close();
    }
}
