package dev.millrace.leaf.system;

import dev.millrace.spec.Credentials;
import dev.millrace.spec.TableSpec;
import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.Cursor;
import dev.millrace.store.CursorMove;
import dev.millrace.store.PipelineError;
import dev.millrace.store.PipelineState;
import dev.millrace.store.SourceOffsets;
import dev.millrace.store.TableChange;
import dev.millrace.store.WriteMode;
import dev.millrace.store.log.SystemEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Entries as several careless writers would send them: mostly sensible, for they peek at the state, often late, repeated
 * or wrong. Small numbers of everything, so that they meet.
 */
public final class RandomEntries {
    public static final int PARTITIONS = 3;
    private static final long[] DATABASES = {1, 2};
    private static final long[] PIPELINES = {501, 502, 503};
    private static final int SENT_MAX = 60;

    private final SplittableRandom random;
    private final List<SystemEntry> sent = new ArrayList<>();
    private final SystemRows rows;
    private long number;

    public RandomEntries(long seed, SystemState state) {
        random = new SplittableRandom(seed);
        rows = state.rows();
    }

    /** The next entry: often one that was sent before. */
    public SystemEntry next() {
        if (!sent.isEmpty() && random.nextInt(5) == 0) {
            return sent.get(random.nextInt(sent.size()));
        }
        SystemEntry entry = make();
        sent.add(entry);
        if (sent.size() > SENT_MAX) {
            sent.remove(random.nextInt(SENT_MAX));
        }
        return entry;
    }

    private SystemEntry make() {
        int kind = random.nextInt(100);
        long database = DATABASES[random.nextInt(DATABASES.length)];
        if (kind < 3) {
            return SystemFixture.node(1 + random.nextInt(3));
        }
        if (kind < 5) {
            return new SystemEntry.RegisterWriter("agg", 1);
        }
        if (kind < 6) {
            return new SystemEntry.AllocateId();
        }
        if (kind < 9) {
            return SystemFixture.database(database, "db" + database, PARTITIONS);
        }
        if (kind < 10) {
            return random.nextInt(8) == 0 ? new SystemEntry.DropDatabase(database) : new SystemEntry.AllocateId();
        }
        if (kind < 16) {
            return pipelineEntry();
        }
        if (kind < 22) {
            return open();
        }
        if (kind < 29) {
            long writer = writer();
            return new SystemEntry.AddCursors(writer, attempt(writer), List.of(cursor(), cursor()));
        }
        if (kind < 39) {
            return changing(database);
        }
        if (kind < 55) {
            return gateEntry(database);
        }
        if (kind < 58) {
            return new SystemEntry.ReportPublished(1 + random.nextInt(3), database, random.nextInt(200));
        }
        return rows(database);
    }

    private SystemEntry open() {
        long writer = writer();
        long run = rows.writers.find(writer).map(WriterRow::run).orElse(1L);
        return new SystemEntry.Open(
                writer, new Attempt(run + (random.nextInt(8) == 0 ? 1 : 0), random.nextInt(4)), "job");
    }

    private SystemEntry pipelineEntry() {
        long id = PIPELINES[random.nextInt(PIPELINES.length)];
        return switch (random.nextInt(9)) {
            case 0, 1 ->
                new SystemEntry.CreatePipeline(
                        random.nextBoolean()
                                ? SystemFixture.pipeline(id, "p" + id, table(1))
                                : SystemFixture.pipeline(id, "p" + id, table(1))
                                        .withTransform(SystemFixture.transform("f" + random.nextInt(2))),
                        "…",
                        1);
            case 6 -> replaced(id);
            case 7 ->
                new SystemEntry.ReportOffsets(
                        id, List.of(new SourceOffsets("0", 0, random.nextInt(9), -1)), random.nextInt(9));
            case 2, 3 -> new SystemEntry.NewRun(id, state(), random.nextBoolean(), 1);
            case 8 ->
                new SystemEntry.StoreProgram("f" + random.nextInt(2), 2, random.nextInt(3) / 2, new byte[] {1, 2});
            case 4 -> new SystemEntry.SetPipelineState(id, 1 + random.nextInt(4), state(), "UNKNOWN_TOPIC", "m", 1);
            default ->
                random.nextInt(3) == 0
                        ? new SystemEntry.DropPipeline(id)
                        : new SystemEntry.RecordErrors(
                                id, 1, List.of(new PipelineError(1, "Load", 1, "m", "0", 1, 1, "", new byte[] {1})));
        };
    }

    private SystemEntry replaced(long id) {
        long run = rows.writers.find(id).map(WriterRow::run).orElse(0L);
        boolean moved = random.nextInt(3) == 0;
        return new SystemEntry.ReplacePipeline(
                run - random.nextInt(2),
                SystemFixture.pipeline(id, "p" + id, table(1)),
                "…",
                Credentials.NONE,
                moved ? List.of(new Cursor("t", "0", random.nextInt(5))) : List.of(),
                List.of(),
                random.nextInt(1_000_000));
    }

    private SystemEntry gateEntry(long database) {
        return switch (random.nextInt(6)) {
            case 0 -> new SystemEntry.ReleaseGate(recent());
            case 1, 2 -> new SystemEntry.RevokeGate(somebodyInTheRow());
            default -> {
                List<Long> tables = random.nextBoolean()
                        ? List.of(table(database).id())
                        : List.of(table(database).id(), table(database).id());
                yield new SystemEntry.TakeGate(random.nextBoolean() ? recent() : batch(), database, tables);
            }
        };
    }

    private BatchId somebodyInTheRow() {
        List<GateRow> row = List.copyOf(rows.gateRows.all());
        return row.isEmpty()
                ? recent()
                : row.get(random.nextInt(Math.min(4, row.size()))).batch();
    }

    private SystemEntry changing(long database) {
        TableChange.Kind kind = TableChange.Kind.values()[Math.max(0, random.nextInt(5) - 2)];
        return decision(batch(), database).change(kind, table(database)).entry();
    }

    private SystemEntry rows(long database) {
        if (rows.gateRows.size() > 0 && random.nextBoolean()) {
            BatchId again = somebodyInTheRow();
            GateRow row = rows.gateRows.all().stream()
                    .filter(item -> item.batch().equals(again))
                    .findFirst()
                    .orElseThrow();
            long table = row.tables().get(0);
            return decision(again, row.database())
                    .rows(SystemFixture.table(table, "db" + row.database(), "t" + table % 10), 0)
                    .gate(row.gate())
                    .entry();
        }
        BatchId batch = random.nextInt(4) == 0 ? recent() : batch();
        SystemFixture.Decision decision = decision(batch, database).gate(gate(batch));
        int partitions = random.nextInt(1 << PARTITIONS);
        int[] ordinals = IntStream.range(0, PARTITIONS)
                .filter(i -> (partitions >> i & 1) == 1)
                .toArray();
        if (ordinals.length > 0) {
            decision = decision.rows(table(database), ordinals)
                    .mode(random.nextInt(4) == 0 ? WriteMode.INSERT : WriteMode.IGNORE);
        }
        if (random.nextInt(10) < (batch.writer() < 1000 ? 8 : 1)) {
            decision = decision.moves(move(batch.writer()));
        }
        return random.nextInt(4) > 0
                ? decision.entry()
                : decision.entry(List.of(new PipelineError(2_000, "Load", 1, "m", "t", "0", 1, 1, "", new byte[] {1})));
    }

    private CursorMove move(long writer) {
        String partition = Integer.toString(random.nextInt(2));
        long from = rows.cursors
                .find(writer)
                .flatMap(row -> row.cursor(partition))
                .filter(cursor -> random.nextInt(6) > 0)
                .map(Cursor::offset)
                .orElseGet(() -> (long) random.nextInt(20));
        return new CursorMove(new Cursor(SystemFixture.TOPIC, partition, from), from + random.nextInt(5));
    }

    private static SystemFixture.Decision decision(BatchId batch, long database) {
        return SystemFixture.decide(database, batch.writer(), batch.attempt(), batch.number());
    }

    private TableSpec table(long database) {
        int number = random.nextInt(2);
        return SystemFixture.table(1050 + 10 * database + number, "db" + database, "t" + number);
    }

    private Cursor cursor() {
        return new Cursor(
                random.nextInt(10) == 0 ? "other" : SystemFixture.TOPIC, Integer.toString(random.nextInt(2)), 0);
    }

    private BatchId recent() {
        List<SystemEntry> batches = sent.stream()
                .filter(entry -> entry instanceof SystemEntry.Decide || entry instanceof SystemEntry.TakeGate)
                .toList();
        if (batches.isEmpty()) {
            return batch();
        }
        SystemEntry entry = batches.get(random.nextInt(batches.size()));
        return entry instanceof SystemEntry.Decide decide ? decide.batch() : ((SystemEntry.TakeGate) entry).batch();
    }

    private BatchId batch() {
        number++;
        long writer = writer();
        return new BatchId(writer, attempt(writer), number);
    }

    private Attempt attempt(long writer) {
        return rows.writers
                .find(writer)
                .filter(row -> random.nextInt(10) > 0)
                .map(WriterRow::current)
                .orElseGet(() -> new Attempt(1 + random.nextInt(3), random.nextInt(2)));
    }

    private long gate(BatchId batch) {
        return rows.gateRows.all().stream()
                .filter(row -> row.batch().equals(batch))
                .map(GateRow::gate)
                .findFirst()
                .orElseGet(() -> random.nextInt(10) == 0 ? 1L + random.nextInt(40) : 0);
    }

    /** A pipeline, or one of the first aggregators. */
    private long writer() {
        List<Long> aggregators = rows.writers.all().stream()
                .filter(row -> !row.pipeline())
                .limit(3)
                .map(WriterRow::id)
                .toList();
        return aggregators.isEmpty() || random.nextBoolean()
                ? PIPELINES[random.nextInt(PIPELINES.length)]
                : aggregators.get(random.nextInt(aggregators.size()));
    }

    private PipelineState state() {
        return random.nextInt(3) == 0 ? PipelineState.STOPPED : PipelineState.RUNNING;
    }
}
