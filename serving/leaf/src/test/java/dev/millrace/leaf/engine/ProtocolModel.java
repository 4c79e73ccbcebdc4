package dev.millrace.leaf.engine;

import dev.millrace.leaf.system.SystemFixture;
import dev.millrace.spec.TableSpec;
import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.CursorMove;
import dev.millrace.store.DecidedBatch;
import dev.millrace.store.PipelineState;
import dev.millrace.store.TableChange;
import dev.millrace.store.TableRef;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.FollowRequest;
import dev.millrace.store.wire.GatesAnswer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.LongStream;

/**
 * Writers, the real system partition and two partitions, and everything that can happen next. Entries for partitions and
 * decisions are mail that is never lost from sight: it may arrive never, late, or again and again. A writer that does
 * not move is one that was killed. What is asked of the system partition otherwise is answered at once.
 */
final class ProtocolModel {
    static final long PIPELINE = 501;
    static final long OTHER = 1000;
    static final TableSpec KEYED = SystemFixture.table(1050, "shop", "keyed");
    static final TableSpec KEYED_TOO = SystemFixture.table(1051, "shop", "keyed_too");
    static final TableSpec PLAIN =
            new TableSpec(1052, 1, "shop", "plain", false, KEYED.columns(), List.of(), List.of("id"));
    static final long STATEMENT = 99;
    static final long DATABASE = 1;
    static final int PARTITIONS = 2;
    private static final List<TableSpec> TABLES = List.of(KEYED, KEYED_TOO, PLAIN);

    /** An entry on its way; {@code to} is an ordinal, or {@link #PARTITIONS} for the system partition. */
    record Mail(int to, Object entry) {}

    private final ProtocolWorld.Setup setup;
    private final List<Mail> mails = new ArrayList<>();
    private final Map<Mail, Integer> names = new HashMap<>();
    private final Map<SystemFileModel, Map<SystemEntry, SystemFileModel.Applied>> applied = new HashMap<>();
    private final Map<PartitionModel, Map<LogEntry, PartitionModel.Applied>> taken = new HashMap<>();
    private final Map<SystemFileModel, List<DecidedBatch>> decided = new HashMap<>();
    private final Map<SystemFileModel, GatesAnswer> gates = new HashMap<>();

    ProtocolModel(ProtocolWorld.Setup setup) {
        this.setup = setup;
    }

    ProtocolWorld first() {
        SystemFileModel system = SystemFileModel.EMPTY;
        system = did(system, SystemFixture.node(1));
        system = did(system, new SystemEntry.RegisterWriter("other", 0));
        system = did(system, SystemFixture.database(DATABASE, "shop", PARTITIONS));
        for (TableSpec table : TABLES) {
            system = did(
                    system,
                    SystemFixture.decide(DATABASE, OTHER, new Attempt(1, 0), table.id())
                            .change(TableChange.Kind.CREATE, table)
                            .entry());
        }
        TableSpec target = setup.scripts().get(0).table();
        system = did(system, new SystemEntry.CreatePipeline(SystemFixture.pipeline(PIPELINE, "p", target), "…", 0));
        system = did(system, new SystemEntry.NewRun(PIPELINE, PipelineState.RUNNING, false, 0));
        ProtocolWorld world = new ProtocolWorld(
                system,
                Collections.nCopies(PARTITIONS, PartitionModel.EMPTY),
                Collections.nCopies(setup.scripts().size(), ProtocolWorld.Driver.NEW),
                new BitSet(),
                false);
        for (int i = 0; i < TABLES.size() * PARTITIONS; i++) {
            world = published(world, i % PARTITIONS).orElseThrow();
        }
        return world;
    }

    private static SystemFileModel did(SystemFileModel system, SystemEntry entry) {
        SystemFileModel.Applied done = system.apply(entry);
        done.answer().orThrow();
        return done.file();
    }

    ProtocolWorld.Setup setup() {
        return setup;
    }

    /** Batches with a CSN behind those of the tables. */
    List<DecidedBatch> decided(ProtocolWorld world) {
        return all(world).stream().filter(batch -> batch.change().isEmpty()).toList();
    }

    private List<DecidedBatch> all(ProtocolWorld world) {
        return decided.computeIfAbsent(
                world.system(), file -> file.load().after(List.of(new FollowRequest.Known(DATABASE, 0))));
    }

    ProtocolWorld.Script script(BatchId batch) {
        return setup.scripts().stream()
                .filter(script ->
                        script.writer() == batch.writer() && script.attempt().equals(batch.attempt()))
                .findFirst()
                .orElseThrow();
    }

    /** The number of a pipeline's batch says where it begins and ends. */
    static CursorMove move(BatchId batch) {
        return SystemFixture.move("0", batch.number() % 10, batch.number() / 10);
    }

    PartitionModel.Content content(BatchId batch) {
        ProtocolWorld.Script script = script(batch);
        List<Long> keys = script.pipeline()
                ? LongStream.range(move(batch).from().offset(), move(batch).to())
                        .boxed()
                        .toList()
                : List.of(0L);
        return new PartitionModel.Content(ref(script.table()), !script.table().isKeyless(), script.mode(), keys);
    }

    static TableRef ref(TableSpec table) {
        return new TableRef(table.id(), table.version());
    }

    /** Tells everything that can happen in a world, with the world after it. */
    void next(ProtocolWorld world, BiConsumer<Object, ProtocolWorld> step) {
        for (int i = 0; i < setup.scripts().size(); i++) {
            new ProtocolWriter(this, world, i, step).tell();
        }
        world.mail().stream().forEach(id -> arrive(world, mails.get(id), step));
        for (int ordinal = 0; ordinal < PARTITIONS; ordinal++) {
            int at = ordinal;
            published(world, ordinal).ifPresent(after -> step.accept("p" + at + " publishes", after));
        }
        sweep(world, (seal, mail) -> step.accept(mail + " is sent by a sweep", world.with(List.of(name(mail)))));
        if (setup.statement() && !world.statementDone()) {
            long table = setup.scripts().get(0).table().id();
            world.partitions()
                    .get(0)
                    .insert(table, 0, new BatchId(OTHER, new Attempt(1, 0), STATEMENT))
                    .ifPresent(after -> {
                        ProtocolWorld then = world.with(0, after);
                        step.accept(
                                "a statement inserts",
                                new ProtocolWorld(then.system(), then.partitions(), then.drivers(), then.mail(), true));
                    });
        }
    }

    /** What partitions do about seals whose gate is over. */
    private void sweep(ProtocolWorld world, BiConsumer<PartitionModel.Sealed, Mail> clear) {
        for (int ordinal = 0; ordinal < PARTITIONS; ordinal++) {
            int at = ordinal;
            world.partitions().get(ordinal).sealed().forEach((table, last) -> {
                if (last.seal().isPresent() && gates(world).isOver(last.gate())) {
                    long after = gates(world).lastTouched().get(at);
                    clear.accept(last, new Mail(at, new LogEntry.Unseal(last.gate(), after, List.of(table))));
                }
            });
        }
    }

    /** The world when all writers have died and the partitions have had time. */
    ProtocolWorld afterAll(ProtocolWorld world) {
        ProtocolWorld then = world;
        for (GatesAnswer.Held held : gates(world).held()) {
            then = then.with(
                    apply(then, new SystemEntry.RevokeGate(held.batch())).file());
        }
        for (int ordinal = 0; ordinal < PARTITIONS; ordinal++) {
            for (Optional<ProtocolWorld> more = published(then, ordinal);
                    more.isPresent();
                    more = published(then, ordinal)) {
                then = more.get();
            }
        }
        List<Mail> sweeps = new ArrayList<>();
        sweep(then, (seal, mail) -> sweeps.add(mail));
        for (Mail mail : sweeps) {
            PartitionModel partition = then.partitions().get(mail.to());
            then = then.with(
                    mail.to(),
                    partition.apply((LogEntry) mail.entry(), this::content).partition());
        }
        return then;
    }

    GatesAnswer gates(ProtocolWorld world) {
        return gates.computeIfAbsent(
                world.system(), file -> file.load().gates(DATABASE).orElseThrow());
    }

    private void arrive(ProtocolWorld world, Mail mail, BiConsumer<Object, ProtocolWorld> step) {
        ProtocolWorld after;
        Answer answer;
        if (mail.entry() instanceof SystemEntry entry) {
            SystemFileModel.Applied done = apply(world, entry);
            after = done.file().equals(world.system()) ? world : world.with(done.file());
            answer = done.answer();
        } else {
            PartitionModel before = world.partitions().get(mail.to());
            PartitionModel.Applied done = taken.computeIfAbsent(before, key -> new HashMap<>())
                    .computeIfAbsent((LogEntry) mail.entry(), entry -> before.apply(entry, this::content));
            after = done.partition().equals(before) ? world : world.with(mail.to(), done.partition());
            answer = done.answer();
        }
        boolean again =
                answer instanceof Answer.Refused refused && refused.refusal().isTransient();
        for (int i = 0; i < setup.scripts().size() && !again; i++) {
            ProtocolWriter waiting = new ProtocolWriter(this, after, i, step);
            if (waiting.waitsFor(mail.entry())) {
                waiting.hear(mail, answer);
                return;
            }
        }
        if (after != world) {
            step.accept(mail, after);
        }
    }

    SystemFileModel.Applied apply(ProtocolWorld world, SystemEntry entry) {
        return applied.computeIfAbsent(world.system(), file -> new HashMap<>())
                .computeIfAbsent(entry, known -> world.system().apply(known));
    }

    int name(Mail mail) {
        return names.computeIfAbsent(mail, key -> {
            mails.add(key);
            return mails.size() - 1;
        });
    }

    private Optional<ProtocolWorld> published(ProtocolWorld world, int ordinal) {
        PartitionModel partition = world.partitions().get(ordinal);
        return all(world).stream()
                .filter(batch -> batch.csn() > partition.csn())
                .filter(batch -> batch.participant(ordinal).isPresent())
                .findFirst()
                .map(batch -> new LogEntry.Publish(partition.csn(), batch.csn(), List.of(batch.onlyFor(ordinal))))
                .map(entry -> world.with(
                        ordinal, partition.apply(entry, this::content).partition()));
    }
}
