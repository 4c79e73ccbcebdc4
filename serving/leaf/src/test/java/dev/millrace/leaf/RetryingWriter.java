package dev.millrace.leaf;

import dev.millrace.leaf.engine.Rows;
import dev.millrace.leaf.system.SystemFixture;
import dev.millrace.spec.ColumnChange;
import dev.millrace.spec.KeySpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.CatalogSnapshot;
import dev.millrace.store.Cursor;
import dev.millrace.store.CursorMove;
import dev.millrace.store.Participant;
import dev.millrace.store.PartitionId;
import dev.millrace.store.PipelineState;
import dev.millrace.store.RowChange;
import dev.millrace.store.TableRef;
import dev.millrace.store.TaskChunks;
import dev.millrace.store.WriteMode;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.GateAnswer;
import dev.millrace.store.wire.OpenAnswer;
import dev.millrace.store.wire.RefusedException;
import dev.millrace.store.wire.WireReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Loads a source partition as a pipeline does, and puts a statement on one partition between its batches. When the leaf
 * is killed it either repeats its calls until they have answers, or it dies too: then a newer attempt opens and reads on
 * from the cursor, while calls of the dead one are still on their way.
 *
 * <p>Each offset becomes a row in every partition: in the table without keys but for every third, in the table with a
 * key but for another third.
 */
final class RetryingWriter {
    static final int PARTITIONS = 3;

    private static final int OFFSETS_MAX = 3;

    private final TestStore store;
    private final CatalogSnapshot.Database database;
    private final TableSpec keyless;
    private final TableSpec keyed;
    private final TableSpec counted;
    private final TableSpec changed;
    private final long pipeline;
    private final long run;
    private final Kills kills;
    private final RandomGenerator random;
    private final Set<Long> ends = new TreeSet<>();
    private final List<CompletableFuture<WireReader>> orphans = new ArrayList<>();
    private Attempt attempt;
    private long cursor;
    private long number;
    private int statements;
    private Optional<LogEntry.Insert> statement = Optional.empty();

    /** The writer dies with the leaf. */
    private static final class Died extends RuntimeException {}

    RetryingWriter(
            TestStore store,
            CatalogSnapshot.Database database,
            TableSpec keyless,
            TableSpec keyed,
            Kills kills,
            RandomGenerator random) {
        this.store = store;
        this.database = database;
        this.keyless = keyless;
        this.keyed = keyed;
        this.counted = store.createTable(database, new KeySpec(KeySpec.PRIMARY, List.of("id")));
        this.changed = store.createTable(database);
        Map<Integer, String[]> zeros = new HashMap<>();
        IntStream.range(0, PARTITIONS).forEach(ordinal -> zeros.put(ordinal, new String[] {ordinal + ":0"}));
        store.awaitPublished(database, store.write(database, changed, zeros));
        this.kills = kills;
        this.random = random;
        pipeline = store.client.system(new SystemEntry.AllocateId()).number();
        store.client.system(
                new SystemEntry.CreatePipeline(SystemFixture.pipeline(pipeline, "p" + pipeline, keyed), "…", 0));
        run = store.client
                .system(new SystemEntry.NewRun(pipeline, PipelineState.RUNNING, false, 0))
                .number();
        attempt = new Attempt(run, -1);
        open();
        store.client.system(
                new SystemEntry.AddCursors(pipeline, attempt, List.of(new Cursor(SystemFixture.TOPIC, "0", 0))));
    }

    TableSpec keyless() {
        return keyless;
    }

    TableSpec keyed() {
        return keyed;
    }

    /** Its one row in each partition counts the offsets: each puts the row in or changes the one there. */
    TableSpec counted() {
        return counted;
    }

    /** Its one row in each partition counts the offsets: each batch updates it. */
    TableSpec changed() {
        return changed;
    }

    /** Offsets where decided batches end. */
    Set<Long> ends() {
        return ends;
    }

    int statements() {
        return statements;
    }

    /** Whether the keyless table, or else the keyed one, has rows of an offset. */
    static boolean isIn(boolean keylessTable, long offset) {
        return offset % 3 != (keylessTable ? 1 : 0);
    }

    /** The cursor as the system partition knows it. */
    long decidedCursor() {
        return OpenAnswer.read(store.client.system(new SystemEntry.Open(pipeline, attempt, "")))
                .cursors()
                .get(0)
                .offset();
    }

    /** Loads until all kills are done, and a little more. */
    void load() {
        int rest = 5;
        while (rest > 0) {
            try {
                batch();
                statement();
                rest -= kills.isOver() ? 1 : 0;
            } catch (Died e) {
                open();
            }
        }
    }

    /** Calls that dead attempts left behind: each came in time or was refused for what it is. */
    List<RefusedException> refusedOrphans() {
        List<RefusedException> refused = new ArrayList<>();
        for (CompletableFuture<WireReader> call : orphans) {
            try {
                join(call);
            } catch (RefusedException e) {
                refused.add(e);
            }
        }
        return refused;
    }

    private void open() {
        attempt = new Attempt(run, attempt.number() + 1);
        number = 0;
        OpenAnswer opened = OpenAnswer.read(store.client.system(new SystemEntry.Open(pipeline, attempt, "")));
        cursor = opened.cursors().stream().findFirst().map(Cursor::offset).orElse(0L);
        ends.add(cursor);
        List<CompletableFuture<WireReader>> discards = new ArrayList<>();
        for (int ordinal = 0; ordinal < PARTITIONS; ordinal++) {
            discards.add(store.client.submitAsync(
                    partition(ordinal),
                    new LogEntry.Discard(pipeline, attempt, opened.lastTouched().get(ordinal))));
        }
        discards.forEach(RetryingWriter::join);
    }

    private void batch() {
        long end = cursor + 1 + random.nextInt(OFFSETS_MAX);
        BatchId batch = new BatchId(pipeline, attempt, ++number);
        List<Participant> participants = stage(batch, end);
        List<TableRef> tables = Stream.of(keyless, keyed)
                .filter(table -> LongStream.range(cursor, end).anyMatch(offset -> isIn(table == keyless, offset)))
                .map(TestStore::ref)
                .collect(Collectors.toCollection(ArrayList::new));
        tables.add(TestStore.ref(counted));
        tables.add(TestStore.ref(changed));
        long gate = seal(batch, tables, participants);
        CursorMove move = new CursorMove(new Cursor(SystemFixture.TOPIC, "0", cursor), end);
        long csn = during(Kills.Step.DECIDE, List.of(decide(batch, tables, gate, participants, move)))
                .get(0)
                .number();
        cursor = end;
        ends.add(end);
        CompletableFuture<Void> kill = kills.during(Kills.Step.PUBLISH);
        store.awaitPublished(database, csn);
        kill.join();
    }

    private List<Participant> stage(BatchId batch, long end) {
        List<Participant> participants = new ArrayList<>();
        List<CompletableFuture<WireReader>> calls = new ArrayList<>();
        for (int ordinal = 0; ordinal < PARTITIONS; ordinal++) {
            int seq = 0;
            for (boolean withoutKey : new boolean[] {true, false}) {
                int at = ordinal;
                String[] rows = LongStream.range(cursor, end)
                        .filter(offset -> isIn(withoutKey, offset))
                        .mapToObj(offset -> offset * PARTITIONS + at + ":" + attempt.number())
                        .toArray(String[]::new);
                if (rows.length > 0) {
                    TableSpec table = withoutKey ? keyless : keyed;
                    LogEntry.Stage chunk = new LogEntry.Stage(
                            batch,
                            0,
                            seq++,
                            TestStore.ref(table),
                            WriteMode.INSERT,
                            rows.length,
                            Rows.ipc(table, rows));
                    calls.add(store.client.submitAsync(partition(ordinal), chunk));
                    if (random.nextInt(4) == 0) {
                        calls.add(store.client.submitAsync(partition(ordinal), chunk)); // as after a lost answer
                    }
                }
            }
            for (LogEntry.Stage chunk : counting(batch, ordinal, seq, end)) {
                calls.add(store.client.submitAsync(partition(ordinal), chunk));
            }
            participants.add(new Participant(ordinal, List.of(new TaskChunks(0, seq + 2))));
        }
        during(Kills.Step.STAGE, calls);
        return participants;
    }

    private List<LogEntry.Stage> counting(BatchId batch, int ordinal, int seq, long end) {
        String[] ones =
                LongStream.range(cursor, end).mapToObj(offset -> ordinal + ":1").toArray(String[]::new);
        RowChange oneMore = RowChange.onDuplicateKey(List.of(more("CAST(v.\"na\"\"me\" AS BIGINT)")));
        RowChange allMore =
                new RowChange(Optional.empty(), Optional.empty(), List.of(more(Long.toString(end - cursor))));
        return List.of(
                new LogEntry.Stage(
                        batch,
                        0,
                        seq,
                        TestStore.ref(counted),
                        WriteMode.MERGE,
                        Optional.of(oneMore),
                        ones.length,
                        ByteBuffer.wrap(Rows.ipc(counted, ones))),
                new LogEntry.Stage(
                        batch,
                        0,
                        seq + 1,
                        TestStore.ref(changed),
                        WriteMode.CHANGE,
                        Optional.of(allMore),
                        0,
                        ByteBuffer.wrap(new byte[0])));
    }

    private static ColumnChange more(String sql) {
        String sum = "CAST(CAST(r.\"na\"\"me\" AS BIGINT) + " + sql + " AS VARCHAR)";
        return new ColumnChange("na\"me", sum, sum, SqlState.DATA_TOO_LONG);
    }

    private long seal(BatchId batch, List<TableRef> tables, List<Participant> participants) {
        GateAnswer gate = GateAnswer.read(store.client.system(new SystemEntry.TakeGate(
                batch, database.spec().id(), tables.stream().map(TableRef::id).toList())));
        if (!gate.granted()) {
            throw new IllegalStateException("the fence left a gate to " + gate.holder());
        }
        during(
                Kills.Step.SEAL,
                participants.stream()
                        .map(participant -> store.client.submitAsync(
                                partition(participant.ordinal()),
                                new LogEntry.Seal(
                                        batch,
                                        gate.gate(),
                                        gate.lastTouched().get(participant.ordinal()),
                                        participant.chunks())))
                        .toList());
        return gate.gate();
    }

    private CompletableFuture<WireReader> decide(
            BatchId batch, List<TableRef> tables, long gate, List<Participant> participants, CursorMove move) {
        SystemEntry.Decide entry = new SystemEntry.Decide(
                batch,
                database.spec().id(),
                database.map().version(),
                tables,
                WriteMode.INSERT,
                gate,
                List.of(move),
                participants,
                Optional.empty(),
                1,
                1,
                0,
                0);
        return CompletableFuture.supplyAsync(() -> store.client.system(entry));
    }

    /** One that has no answer is sent again under its name, whatever happened to who sent it. */
    private void statement() {
        LogEntry.Insert insert = statement.orElseGet(() -> {
            BatchId id = store.nextStatement();
            return new LogEntry.Insert(
                    id, id.number(), TestStore.ref(keyed), WriteMode.INSERT, 1, Rows.ipc(keyed, -id.number() + ":s"));
        });
        statement = Optional.of(insert);
        PartitionId partition = partition((int) (insert.statement().number() % PARTITIONS));
        long rows = during(Kills.Step.STATEMENT, List.of(store.client.submitAsync(partition, insert)))
                .get(0)
                .number();
        if (rows != 1) {
            throw new IllegalStateException(insert.statement() + " was answered with " + rows);
        }
        statement = Optional.empty();
        statements++;
    }

    /** Waits for the answers, over a kill if there is one, or dies with it. */
    private List<WireReader> during(Kills.Step step, List<CompletableFuture<WireReader>> calls) {
        CompletableFuture<Void> kill = kills.during(step);
        boolean harmless = kill.isDone();
        kill.join();
        if (!harmless && random.nextBoolean()) {
            orphans.addAll(calls);
            throw new Died();
        }
        return calls.stream().map(RetryingWriter::join).toList();
    }

    private static WireReader join(CompletableFuture<WireReader> call) {
        try {
            return call.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RefusedException refused ? refused : e;
        }
    }

    private PartitionId partition(int ordinal) {
        return new PartitionId(database.spec().id(), ordinal);
    }
}
