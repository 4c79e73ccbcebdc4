package dev.millrace.leaf.system;

import static dev.millrace.leaf.system.SystemFixture.decide;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.spec.TableSpec;
import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.TableChange;
import dev.millrace.store.WriteMode;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.GateAnswer;
import dev.millrace.store.wire.Refusal;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GatesTest {
    private static final long SHOP = 1;
    private static final Attempt FIRST = new Attempt(1, 0);
    private static final TableSpec CLICKS = SystemFixture.table(1050, "shop", "clicks");
    private static final TableSpec USERS = SystemFixture.table(1051, "shop", "users");

    private final SystemState state = new SystemState();
    private long writer;
    private BatchId a;
    private BatchId b;
    private BatchId c;

    @BeforeEach
    void shopWithTwoTables() {
        apply(SystemFixture.node(1));
        apply(SystemFixture.database(SHOP, "shop", 2));
        writer = apply(new SystemEntry.RegisterWriter("agg", 0)).orThrow().number();
        for (TableSpec table : List.of(CLICKS, USERS)) {
            decided(decide(SHOP, writer, FIRST, table.id())
                    .change(TableChange.Kind.CREATE, table)
                    .entry());
        }
        a = new BatchId(writer, FIRST, 2_001);
        b = new BatchId(writer, FIRST, 2_002);
        c = new BatchId(writer, FIRST, 2_003);
    }

    @Test
    void gateOfOneTableHasOneHolderAndTheNextInTheRowIsNext() {
        GateAnswer first = take(a, CLICKS);
        assertThat(first.granted()).isTrue();
        assertThat(first.lastTouched()).containsExactly(2L, 2L);
        assertThat(take(a, CLICKS)).isEqualTo(first);
        assertThat(take(b, CLICKS).holder()).containsExactly(a);
        assertThat(take(c, CLICKS).holder()).containsExactly(a);
        apply(new SystemEntry.ReleaseGate(a));
        assertThat(take(c, CLICKS).holder()).containsExactly(b);
        assertThat(take(b, CLICKS).gate()).isGreaterThan(first.gate());
    }

    @Test
    void gatesOfSeveralTablesAreTakenTogetherOrNotAtAll() {
        assertThat(take(a, CLICKS).granted()).isTrue();
        assertThat(take(b, USERS, CLICKS).granted()).isFalse();
        assertThat(take(c, USERS).holder()).containsExactly(a);
        apply(new SystemEntry.ReleaseGate(a));
        assertThat(take(b, CLICKS, USERS).granted()).isTrue();
        assertThat(take(c, USERS).holder()).containsExactly(b);
    }

    @Test
    void gatesOfDifferentTablesDoNotMeet() {
        assertThat(take(a, CLICKS).granted()).isTrue();
        assertThat(take(b, USERS).granted()).isTrue();
    }

    @Test
    void holderIsDecidedAndLetsGo() {
        long gate = take(a, CLICKS).gate();
        take(b, CLICKS);
        assertThat(decided(rows(a, gate, CLICKS))).isEqualTo(3);
        assertThat(take(b, CLICKS).granted()).isTrue();
        assertThat(decided(rows(a, gate, CLICKS))).isEqualTo(3);
    }

    @Test
    void batchWithoutTheGateWaitsItsTurnWhileSomebodyHoldsIt() {
        long gate = take(a, CLICKS).gate();
        refused(rows(b, 0, CLICKS), Refusal.BUSY);
        assertThat(take(c, CLICKS).holder()).containsExactly(a);
        decided(rows(a, gate, CLICKS));
        assertThat(take(c, CLICKS).holder()).containsExactly(b);
        decided(rows(b, 0, CLICKS));
        assertThat(take(c, CLICKS).granted()).isTrue();
    }

    @Test
    void decisionsWithoutGatesStarveNobodyWhoAsksForOne() {
        take(a, CLICKS);
        take(b, CLICKS);
        refused(rows(c, 0, CLICKS), Refusal.BUSY);
        apply(new SystemEntry.ReleaseGate(a));
        refused(rows(c, 0, CLICKS), Refusal.BUSY);
        refused(rows(new BatchId(writer, FIRST, 2_004), 0, CLICKS), Refusal.BUSY);
        assertThat(take(b, CLICKS).granted()).isTrue();
        apply(new SystemEntry.ReleaseGate(b));
        decided(rows(new BatchId(writer, FIRST, 2_004), 0, CLICKS));
        decided(rows(c, 0, CLICKS));
    }

    @Test
    void gateThatIsNotHeldAnyMoreDecidesNothing() {
        long gate = take(a, CLICKS).gate();
        apply(new SystemEntry.RevokeGate(a));
        refused(rows(a, gate, CLICKS), Refusal.GATE_LOST);
        assertThat(take(b, CLICKS).granted()).isTrue();
        refused(rows(a, gate, CLICKS), Refusal.GATE_LOST);
        refused(rows(b, gate, CLICKS), Refusal.GATE_LOST);
    }

    @Test
    void gateCoversTheTablesItWasTakenForOnly() {
        long gate = take(a, CLICKS).gate();
        refused(rows(a, gate, USERS), Refusal.GATE_LOST);
        refused(rows(a, 0, CLICKS), Refusal.GATE_LOST);
        refused(new SystemEntry.TakeGate(a, SHOP, List.of(USERS.id())), Refusal.MALFORMED);
    }

    @Test
    void fenceTakesGatesAndPlacesOfOlderAttempts() {
        take(a, CLICKS);
        BatchId newer = new BatchId(writer, new Attempt(1, 1), 1);
        BatchId other = other();
        take(b, CLICKS);
        take(other, CLICKS);
        apply(new SystemEntry.Open(writer, newer.attempt(), ""));
        assertThat(take(other, CLICKS).granted()).isTrue();
        refused(new SystemEntry.TakeGate(a, SHOP, List.of(CLICKS.id())), Refusal.FENCED);
        assertThat(take(newer, CLICKS).holder()).containsExactly(other);
    }

    @Test
    void revokedWaiterIsInNobodysWay() {
        take(a, CLICKS);
        take(b, CLICKS);
        refused(rows(c, 0, CLICKS), Refusal.BUSY);
        apply(new SystemEntry.RevokeGate(b));
        apply(new SystemEntry.ReleaseGate(a));
        decided(rows(c, 0, CLICKS));
    }

    @Test
    void batchThatCannotBeDecidedGivesUpItsPlace() {
        take(a, CLICKS);
        refused(rows(b, 0, CLICKS), Refusal.BUSY);
        refused(rows(b, 0, CLICKS.withIdentity(CLICKS.id(), 9)), Refusal.TABLE_CHANGED);
        assertThat(take(c, CLICKS).holder()).containsExactly(a);
    }

    @Test
    void placeIsGoodForTheTablesItWasGivenForOnly() {
        take(a, CLICKS);
        take(c, USERS);
        refused(rows(b, 0, CLICKS), Refusal.BUSY);
        apply(new SystemEntry.ReleaseGate(a));
        refused(rows(b, 0, USERS), Refusal.BUSY);
        apply(new SystemEntry.ReleaseGate(c));
        decided(rows(b, 0, USERS));
    }

    @Test
    void changeOfATableWaitsForItsGateAndClearsTheRowOfADroppedOne() {
        long gate = take(a, CLICKS).gate();
        SystemEntry drop = decide(SHOP, writer, FIRST, 3_000)
                .change(TableChange.Kind.DROP, CLICKS)
                .entry();
        refused(drop, Refusal.BUSY);
        take(c, CLICKS, USERS);
        decided(rows(a, gate, CLICKS));
        decided(drop);
        refused(new SystemEntry.TakeGate(c, SHOP, List.of(CLICKS.id(), USERS.id())), Refusal.TABLE_CHANGED);
        assertThat(take(b, USERS).granted()).isTrue();
    }

    @Test
    void decidedBatchAsksForNoGateAgain() {
        long gate = take(a, CLICKS).gate();
        decided(rows(a, gate, CLICKS));
        refused(new SystemEntry.TakeGate(a, SHOP, List.of(CLICKS.id())), Refusal.FINISHED);
    }

    @Test
    void rowsThatAKeyMayRefuseAreNotDecidedWithoutTheGate() {
        SystemEntry.Decide without = decide(SHOP, writer, FIRST, a.number())
                .rows(CLICKS, 0, 1)
                .mode(WriteMode.INSERT)
                .entry();
        refused(without, Refusal.MALFORMED);
        long gate = take(a, CLICKS).gate();
        decided(decide(SHOP, writer, FIRST, a.number())
                .rows(CLICKS, 0, 1)
                .mode(WriteMode.INSERT)
                .gate(gate)
                .entry());
        decided(decide(SHOP, writer, FIRST, b.number())
                .rows(CLICKS, 0)
                .mode(WriteMode.IGNORE)
                .entry());
        TableSpec keyless =
                new TableSpec(1052, 1, "shop", "lines", false, CLICKS.columns(), List.of(), CLICKS.shardKey());
        decided(decide(SHOP, writer, FIRST, keyless.id())
                .change(TableChange.Kind.CREATE, keyless)
                .entry());
        decided(decide(SHOP, writer, FIRST, c.number())
                .rows(keyless, 0)
                .mode(WriteMode.INSERT)
                .entry());
    }

    private BatchId other() {
        return new BatchId(
                apply(new SystemEntry.RegisterWriter("other", 0)).orThrow().number(), FIRST, 1);
    }

    private static SystemEntry.Decide rows(BatchId batch, long gate, TableSpec table) {
        return decide(SHOP, batch.writer(), batch.attempt(), batch.number())
                .rows(table, 0)
                .gate(gate)
                .entry();
    }

    private GateAnswer take(BatchId batch, TableSpec... tables) {
        List<Long> ids = List.of(tables).stream().map(TableSpec::id).toList();
        return GateAnswer.read(apply(new SystemEntry.TakeGate(batch, SHOP, ids)).orThrow());
    }

    private long decided(SystemEntry entry) {
        return apply(entry).orThrow().number();
    }

    private void refused(SystemEntry entry, Refusal refusal) {
        Answer.Refused answer = (Answer.Refused) apply(entry);
        assertThat(answer.refusal()).as(answer.message()).isEqualTo(refusal);
    }

    private Answer apply(SystemEntry entry) {
        return state.apply(entry).answer();
    }
}
