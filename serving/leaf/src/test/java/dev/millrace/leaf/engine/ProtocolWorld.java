package dev.millrace.leaf.engine;

import dev.millrace.spec.TableSpec;
import dev.millrace.store.Attempt;
import dev.millrace.store.WriteMode;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.GateAnswer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Everything at one moment.
 *
 * @param mail numbers of the entries that were sent
 * @param statementDone whether the statement has been carried out
 */
record ProtocolWorld(
        SystemFileModel system,
        List<PartitionModel> partitions,
        List<Driver> drivers,
        BitSet mail,
        boolean statementDone) {
    /**
     * What is explored.
     *
     * @param offsets that the source has, each a row in every partition
     * @param giveUp whether writers lose patience
     * @param revoke whether somebody takes gates away
     * @param statement whether a statement puts the row of offset 0 into the first partition
     */
    record Setup(List<Script> scripts, int offsets, boolean giveUp, boolean revoke, boolean statement) {}

    /** A writer's attempt: of the pipeline, which reads on from its cursor, or of another, which has one batch. */
    record Script(long writer, Attempt attempt, TableSpec table, WriteMode mode) {
        boolean pipeline() {
            return writer == ProtocolModel.PIPELINE;
        }

        boolean needsGate() {
            return mode == WriteMode.INSERT && !table.isKeyless();
        }
    }

    enum Pc {
        NEW,
        RUN,
        STAGING,
        SEALING,
        DECIDING,
        LETTING_GO,
        GAVE_BACK,
        OVER
    }

    /**
     * Where a writer stands.
     *
     * @param from where its batch begins, {@code to} where it ends
     * @param takes gates taken for the batch
     * @param done partitions that have answered what it waits for, as bits
     * @param refusal of what it waits for; empty if there is none
     */
    record Driver(Pc pc, long from, long to, long gate, List<Long> after, int takes, int done, String refusal) {
        static final Driver NEW = new Driver(Pc.NEW, 0, 0, 0, List.of(), 0, 0, "");
        private static final int ALL = (1 << ProtocolModel.PARTITIONS) - 1;

        Driver at(Pc next) {
            return new Driver(next, from, to, gate, after, takes, 0, "");
        }

        Driver on(long newFrom, long newTo, Pc next) {
            return new Driver(next, newFrom, newTo, 0, List.of(), 0, 0, "");
        }

        Driver holding(GateAnswer answer) {
            return new Driver(Pc.SEALING, from, to, answer.gate(), answer.lastTouched(), takes + 1, 0, "");
        }

        Driver hears(int ordinal, Answer answer) {
            return answer instanceof Answer.Refused refused
                    ? new Driver(
                            pc,
                            from,
                            to,
                            gate,
                            after,
                            takes,
                            done,
                            refused.refusal().name())
                    : new Driver(pc, from, to, gate, after, takes, done | 1 << ordinal, refusal);
        }

        boolean hasAll() {
            return done == ALL;
        }

        boolean isRefused() {
            return !refusal.isEmpty();
        }
    }

    ProtocolWorld with(SystemFileModel newSystem) {
        return new ProtocolWorld(newSystem, partitions, drivers, mail, statementDone);
    }

    ProtocolWorld with(int ordinal, PartitionModel partition) {
        List<PartitionModel> all = new ArrayList<>(partitions);
        all.set(ordinal, partition);
        return new ProtocolWorld(system, all, drivers, mail, statementDone);
    }

    ProtocolWorld with(int index, Driver driver) {
        List<Driver> all = new ArrayList<>(drivers);
        all.set(index, driver);
        return new ProtocolWorld(system, partitions, all, mail, statementDone);
    }

    ProtocolWorld with(List<Integer> sent) {
        BitSet more = (BitSet) mail.clone();
        sent.forEach(more::set);
        return new ProtocolWorld(system, partitions, drivers, more, statementDone);
    }
}
