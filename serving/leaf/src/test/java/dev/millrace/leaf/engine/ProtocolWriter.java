package dev.millrace.leaf.engine;

import dev.millrace.leaf.engine.ProtocolWorld.Pc;
import dev.millrace.leaf.system.SystemFixture;
import dev.millrace.store.BatchId;
import dev.millrace.store.Cursor;
import dev.millrace.store.Participant;
import dev.millrace.store.TaskChunks;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.GateAnswer;
import dev.millrace.store.wire.OpenAnswer;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;

/** What one writer can do. */
final class ProtocolWriter {
    /** Gates that one batch may take, one after the other. */
    private static final int TAKES_MAX = 2;

    private static final byte[] NO_ROWS = {};
    private static final List<TaskChunks> CHUNKS = List.of(new TaskChunks(0, 1));

    private final ProtocolModel model;
    private final ProtocolWorld world;
    private final int index;
    private final ProtocolWorld.Script script;
    private final ProtocolWorld.Driver driver;
    private final BatchId batch;
    private final BiConsumer<Object, ProtocolWorld> step;

    ProtocolWriter(ProtocolModel model, ProtocolWorld world, int index, BiConsumer<Object, ProtocolWorld> step) {
        this.model = model;
        this.world = world;
        this.index = index;
        this.step = step;
        script = model.setup().scripts().get(index);
        driver = world.drivers().get(index);
        batch = batch(driver.from(), driver.to());
    }

    private BatchId batch(long from, long to) {
        return new BatchId(script.writer(), script.attempt(), script.pipeline() ? to * 10 + from : 1);
    }

    void tell() {
        switch (driver.pc()) {
            case NEW -> open();
            case RUN -> run();
            case STAGING -> {
                if (driver.hasAll()) {
                    takeGate();
                }
            }
            case SEALING, DECIDING -> {
                if (model.setup().giveUp() && driver.gate() > 0) {
                    told("gives up", world.with(index, driver.at(Pc.LETTING_GO)));
                }
                if (driver.refusal().equals("GATE_LOST") && driver.takes() < TAKES_MAX) {
                    told("tries again", stage(driver.from(), driver.to(), driver.takes()));
                }
            }
            case LETTING_GO -> letGo();
            case GAVE_BACK -> unseal();
            case OVER -> {}
        }
        if (model.setup().revoke() && driver.gate() > 0) {
            told(
                    "loses its gate",
                    world.with(model.apply(world, new SystemEntry.RevokeGate(batch))
                            .file()));
        }
    }

    private void told(String what, ProtocolWorld after) {
        step.accept("writer " + index + " " + batch + " " + what, after);
    }

    /** Whether an entry is one whose answer the writer waits for. */
    boolean waitsFor(Object entry) {
        return switch (driver.pc()) {
            case STAGING ->
                entry instanceof LogEntry.Stage stage && stage.batch().equals(batch);
            case SEALING -> entry instanceof LogEntry.Seal seal && seal.gate() == driver.gate();
            case DECIDING ->
                entry instanceof SystemEntry.Decide decide
                        && decide.batch().equals(batch)
                        && decide.gate() == driver.gate();
            case NEW, RUN, LETTING_GO, GAVE_BACK, OVER -> false;
        };
    }

    /** An answer comes; what follows from it without asking anybody is done at once. */
    void hear(ProtocolModel.Mail mail, Answer answer) {
        ProtocolWorld.Driver heard = driver.hears(mail.to(), answer);
        ProtocolWorld after = world.with(index, heard);
        if (driver.pc() == Pc.DECIDING && !heard.isRefused()) {
            after = world.with(
                    index, script.pipeline() ? driver.on(driver.to(), driver.to(), Pc.RUN) : driver.at(Pc.OVER));
        } else if (heard.refusal().equals("CURSOR_MISMATCH")) {
            throw new IllegalStateException(batch + " is of the current attempt and does not meet the cursor");
        } else if (heard.isRefused()) {
            after = world.with(index, heard.gate() == 0 ? driver.at(Pc.OVER) : heard);
        } else if (heard.hasAll() && (driver.pc() == Pc.SEALING || driver.pc() == Pc.STAGING && !script.needsGate())) {
            after = world.with(index, driver.at(Pc.DECIDING)).with(List.of(decision()));
        }
        step.accept(mail, after);
    }

    private void open() {
        if (!script.pipeline()) {
            told("begins", world.with(index, driver.on(0, 0, Pc.RUN)));
            return;
        }
        SystemFileModel.Applied open =
                model.apply(world, new SystemEntry.Open(ProtocolModel.PIPELINE, script.attempt(), ""));
        if (open.answer() instanceof Answer.Refused) {
            told("is too late to open", world.with(open.file()).with(index, driver.at(Pc.OVER)));
            return;
        }
        SystemFileModel.Applied cursors = open.file()
                .apply(new SystemEntry.AddCursors(
                        ProtocolModel.PIPELINE, script.attempt(), List.of(new Cursor(SystemFixture.TOPIC, "0", 0))));
        OpenAnswer opened = OpenAnswer.read(cursors.answer().orThrow());
        long cursor = opened.cursors().get(0).offset();
        ProtocolWorld after = world.with(cursors.file()).with(index, driver.on(cursor, cursor, Pc.RUN));
        told(
                "opens at " + cursor,
                after.with(mail(ordinal -> new LogEntry.Discard(
                        ProtocolModel.PIPELINE,
                        script.attempt(),
                        opened.lastTouched().get(ordinal)))));
    }

    private void run() {
        long last = script.pipeline() ? model.setup().offsets() : 1;
        for (long to = driver.from() + 1; to <= last; to++) {
            told("stages up to " + to, stage(driver.from(), to, 0));
        }
    }

    private ProtocolWorld stage(long from, long to, int takes) {
        BatchId next = batch(from, to);
        return world.with(index, new ProtocolWorld.Driver(Pc.STAGING, from, to, 0, List.of(), takes, 0, ""))
                .with(mail(ordinal ->
                        new LogEntry.Stage(next, 0, 0, ProtocolModel.ref(script.table()), script.mode(), 1, NO_ROWS)));
    }

    private void takeGate() {
        SystemFileModel.Applied take = model.apply(
                world,
                new SystemEntry.TakeGate(
                        batch, ProtocolModel.DATABASE, List.of(script.table().id())));
        if (take.answer() instanceof Answer.Refused) {
            told("gets no gate", world.with(take.file()).with(index, driver.at(Pc.OVER)));
            return;
        }
        GateAnswer gate = GateAnswer.read(take.answer().orThrow());
        if (!gate.granted()) {
            told("waits for the gate", world.with(take.file()));
            return;
        }
        told(
                "takes gate " + gate.gate(),
                world.with(take.file())
                        .with(index, driver.holding(gate))
                        .with(mail(ordinal -> new LogEntry.Seal(
                                batch, gate.gate(), gate.lastTouched().get(ordinal), CHUNKS))));
    }

    private int decision() {
        return model.name(new ProtocolModel.Mail(
                ProtocolModel.PARTITIONS,
                new SystemFixture.Decision(
                                batch,
                                ProtocolModel.DATABASE,
                                List.of(ProtocolModel.ref(script.table())),
                                script.mode(),
                                driver.gate(),
                                script.pipeline() ? List.of(ProtocolModel.move(batch)) : List.of(),
                                List.of(new Participant(0, CHUNKS), new Participant(1, CHUNKS)),
                                Optional.empty())
                        .entry()));
    }

    /** First the gate, so that nothing is decided under it any more. */
    private void letGo() {
        SystemFileModel.Applied release = model.apply(world, new SystemEntry.ReleaseGate(batch));
        told("gives its gate back", world.with(release.file()).with(index, driver.at(Pc.GAVE_BACK)));
    }

    /** What was decided under it after all is published before the seals go. */
    private void unseal() {
        List<Long> after = model.gates(world).lastTouched();
        told(
                "clears its seals",
                world.with(index, driver.at(Pc.OVER))
                        .with(mail(ordinal -> new LogEntry.Unseal(
                                driver.gate(),
                                after.get(ordinal),
                                List.of(script.table().id())))));
    }

    private List<Integer> mail(IntFunction<LogEntry> entry) {
        return List.of(
                model.name(new ProtocolModel.Mail(0, entry.apply(0))),
                model.name(new ProtocolModel.Mail(1, entry.apply(1))));
    }
}
