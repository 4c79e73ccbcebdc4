package dev.millrace.leaf.engine;

import static dev.millrace.leaf.engine.DrivenPartition.ref;

import dev.millrace.leaf.replica.LoggedEntry;
import dev.millrace.spec.ColumnChange;
import dev.millrace.spec.KeySpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.DecidedBatch;
import dev.millrace.store.Participant;
import dev.millrace.store.RowChange;
import dev.millrace.store.TableChange;
import dev.millrace.store.TaskChunks;
import dev.millrace.store.WriteMode;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.wire.Answer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A random log of one partition, with what a system partition and careless writers would send: chunks twice, late and
 * in any order, several open batches, decisions of whole batches only, new attempts with discards, gates, seals,
 * statements, changes of tables, repeated and premature publishes. It is made while a partition applies it, because
 * what is decided depends on what was answered.
 */
final class RandomLog {
    private static final TableSpec[] TABLES = {
        Rows.table(1001),
        Rows.table(1002, new KeySpec(KeySpec.PRIMARY, List.of("id"))),
        Rows.table(1003, new KeySpec(KeySpec.PRIMARY, List.of("id")), new KeySpec("by_name", List.of("na\"me")))
    };

    private static final String NAME = "r.\"na\"\"me\"";

    /** A name grows by one; one that has grown four times cannot. */
    private static final ColumnChange LONGER = new ColumnChange(
            "na\"me",
            NAME,
            "CASE WHEN " + NAME + " LIKE '%xxxx' THEN CAST(CAST('!' || " + NAME + " AS TINYINT) AS VARCHAR) ELSE "
                    + NAME + " || 'x' END",
            SqlState.DATA_TOO_LONG);

    final List<LoggedEntry> entries = new ArrayList<>();
    final List<Answer> answers = new ArrayList<>();

    private final DrivenPartition partition;
    private final SplittableRandom random;
    private final List<LogEntry> sent = new ArrayList<>();
    private final List<Draft> drafts = new ArrayList<>();
    private final List<DecidedBatch> decided = new ArrayList<>();
    private final Map<Long, Integer> attempts = new HashMap<>();
    private long index = 10;
    private long number;
    private long rowId;
    private long gate;
    private long csn;
    private long publishedCsn;

    /** A batch that its writer works on. */
    private static final class Draft {
        final BatchId id;
        final TableSpec table;
        final WriteMode mode;
        final List<LogEntry.Stage> chunks = new ArrayList<>();
        final Set<LogEntry.Stage> acknowledged = new HashSet<>();
        long gate;

        Draft(BatchId id, TableSpec table, WriteMode mode) {
            this.id = id;
            this.table = table;
            this.mode = mode;
        }
    }

    RandomLog(DrivenPartition partition, long seed) {
        this.partition = partition;
        this.random = new SplittableRandom(seed);
    }

    static List<TableSpec> tables() {
        return List.of(TABLES);
    }

    void make(int length) {
        for (TableSpec table : TABLES) {
            change(TableChange.Kind.CREATE, table);
            publish(0);
        }
        while (entries.size() < length) {
            step();
        }
        while (publishedCsn < csn) {
            publish(0);
        }
    }

    private void step() {
        int choice = random.nextInt(100);
        if (choice < 15) {
            begin();
        } else if (choice < 45) {
            stage();
        } else if (choice < 60) {
            decide();
        } else if (choice < 75) {
            publish(random.nextInt(10) == 0 ? 1 : 0);
        } else if (choice < 85) {
            insert();
        } else if (choice < 92 && !sent.isEmpty()) {
            apply(sent.get(random.nextInt(sent.size()))); // a late repeat of anything
        } else if (choice < 94) {
            newAttempt(1 + random.nextInt(2));
        } else if (choice < 98) {
            partition.partition.snapshot(1, index);
        } else {
            change(TableChange.Kind.TRUNCATE, TABLES[random.nextInt(TABLES.length)]);
        }
    }

    private void begin() {
        long writer = 1 + random.nextInt(2);
        TableSpec table = TABLES[random.nextInt(TABLES.length)];
        WriteMode mode = WriteMode.values()[random.nextInt(WriteMode.values().length)];
        Draft draft =
                new Draft(new BatchId(writer, new Attempt(1, attempts.getOrDefault(writer, 0)), ++number), table, mode);
        if (mode == WriteMode.CHANGE) {
            draft.chunks.add(LogEntry.Stage.change(draft.id, ref(table), rowChange()));
        }
        for (int task = 0; task < 2 && mode != WriteMode.CHANGE; task++) {
            int count = random.nextInt(3);
            for (int seq = 0; seq < count; seq++) {
                draft.chunks.add(chunk(draft, task, seq, rows(table)));
            }
        }
        if (!draft.chunks.isEmpty()) {
            drafts.add(draft);
        }
    }

    private LogEntry.Stage chunk(Draft draft, int task, int seq, String... rows) {
        if (draft.mode != WriteMode.MERGE) {
            return DrivenPartition.stage(draft.id, task, seq, draft.table, draft.mode, rows);
        }
        return new LogEntry.Stage(
                draft.id,
                task,
                seq,
                ref(draft.table),
                WriteMode.MERGE,
                Optional.of(RowChange.onDuplicateKey(List.of(LONGER))),
                rows.length,
                ByteBuffer.wrap(Rows.ipc(draft.table, rows)));
    }

    /** Some rows go, or have a longer name; at times a name becomes too long, and the seal refuses. */
    private RowChange rowChange() {
        Optional<String> plain = Optional.of("r.\"id\" % 5 = " + random.nextInt(5));
        return new RowChange(plain, Optional.empty(), random.nextInt(3) == 0 ? List.of() : List.of(LONGER));
    }

    private String[] rows(TableSpec table) {
        String[] rows = new String[1 + random.nextInt(3)];
        for (int i = 0; i < rows.length; i++) {
            String name = random.nextInt(6) == 0 ? "" : "n" + random.nextInt(30);
            rows[i] = table.isKeyless() ? ++rowId + ":r" : random.nextInt(30) + ":" + name;
        }
        return rows;
    }

    private void stage() {
        if (drafts.isEmpty()) {
            return;
        }
        Draft draft = drafts.get(random.nextInt(drafts.size()));
        LogEntry.Stage chunk = draft.chunks.get(random.nextInt(draft.chunks.size()));
        if (apply(chunk) instanceof Answer.Done) {
            draft.acknowledged.add(chunk);
        }
    }

    private void decide() {
        for (Draft draft : drafts) {
            if (draft.acknowledged.size() < draft.chunks.size()
                    || draft.id.attempt().number() != attempts.getOrDefault(draft.id.writer(), 0)) {
                continue;
            }
            List<TaskChunks> chunks = chunks(draft);
            if (draft.mode.isSealed(draft.table)) {
                if (drafts.stream().anyMatch(other -> other != draft && other.gate > 0 && other.table == draft.table)) {
                    continue;
                }
                draft.gate = draft.gate == 0 ? ++gate : draft.gate;
                Answer verdict = apply(new LogEntry.Seal(draft.id, draft.gate, csn, chunks));
                if (verdict instanceof Answer.Refused refused) {
                    if (!refused.refusal().isTransient()) {
                        apply(new LogEntry.Unseal(draft.gate, 0, List.of(draft.table.id())));
                        drafts.remove(draft);
                    }
                    return;
                }
            } else if (drafts.stream().anyMatch(other -> other.gate > 0 && other.table == draft.table)) {
                continue; // somebody has the gate
            }
            decided.add(new DecidedBatch(
                    DrivenPartition.ID.database(),
                    ++csn,
                    draft.id,
                    draft.gate,
                    List.of(new Participant(0, chunks)),
                    Optional.empty()));
            drafts.remove(draft);
            return;
        }
    }

    private static List<TaskChunks> chunks(Draft draft) {
        List<TaskChunks> chunks = new ArrayList<>();
        for (int task = 0; task < 2; task++) {
            int of = task;
            int count = (int) draft.chunks.stream().filter(c -> c.task() == of).count();
            if (count > 0) {
                chunks.add(new TaskChunks(task, count));
            }
        }
        return chunks;
    }

    private void change(TableChange.Kind kind, TableSpec table) {
        if (drafts.stream().anyMatch(draft -> draft.gate > 0 && draft.table == table)) {
            return;
        }
        csn++;
        decided.add(DrivenPartition.change(csn, kind, table).batches().get(0));
    }

    private void publish(long skip) {
        List<DecidedBatch> batches = decided.stream()
                .filter(batch -> batch.csn() > publishedCsn + skip)
                .limit(1 + random.nextInt(3))
                .toList();
        if (batches.isEmpty()) {
            return;
        }
        Answer answer = apply(new LogEntry.Publish(
                publishedCsn + skip, batches.get(batches.size() - 1).csn(), batches));
        if (answer instanceof Answer.Done) {
            publishedCsn = answer.orThrow().number();
        }
    }

    private void insert() {
        TableSpec table = TABLES[1 + random.nextInt(2)];
        BatchId statement = new BatchId(3, new Attempt(1, 0), ++number);
        String[] rows = rows(table);
        apply(new LogEntry.Insert(
                statement,
                number - random.nextInt(5),
                ref(table),
                WriteMode.values()[random.nextInt(3)],
                rows.length,
                Rows.ipc(table, rows)));
    }

    private void newAttempt(long writer) {
        int attempt = attempts.merge(writer, 1, Integer::sum);
        drafts.stream()
                .filter(draft -> draft.gate > 0 && draft.id.writer() == writer)
                .forEach(draft -> draft.gate = 0);
        drafts.removeIf(draft -> draft.id.writer() == writer && random.nextInt(4) > 0); // a few zombies go on
        apply(new LogEntry.Discard(writer, new Attempt(1, attempt), csn));
    }

    private Answer apply(LogEntry entry) {
        sent.add(entry);
        LoggedEntry logged = new LoggedEntry(1, ++index, ByteBuffer.wrap(entry.toBytes()));
        entries.add(logged);
        Answer answer = partition.partition.apply(List.of(logged)).get(0);
        answers.add(answer);
        return answer;
    }
}
