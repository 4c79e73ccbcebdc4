package dev.millrace.store.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.Participant;
import dev.millrace.store.PartitionId;
import dev.millrace.store.TaskChunks;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.GateAnswer;
import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.RefusedException;
import dev.millrace.store.wire.WireReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class TableGateTest {
    private static final BatchId BATCH = new BatchId(7, new Attempt(1, 0), 1);
    private static final BatchId OTHER = new BatchId(8, new Attempt(1, 0), 1);
    private static final long TABLE = 1001;
    private static final List<TaskChunks> CHUNKS = List.of(new TaskChunks(0, 1));
    private static final List<Participant> BOTH = List.of(new Participant(0, CHUNKS), new Participant(1, CHUNKS));
    private static final Duration LONG = Duration.ofSeconds(30);

    private final List<Object> said = new ArrayList<>();
    private boolean held;
    private int duplicateAt = -1;

    @Test
    void undecidedBatchGivesBackTheGateBeforeItsSeals() throws Exception {
        TableGate gate = gate(LONG);
        assertThat(gate.take(LONG)).isTrue();
        gate.seal();
        gate.letGo();
        assertThat(said)
                .containsExactly(
                        new SystemEntry.TakeGate(BATCH, 3, List.of(TABLE)),
                        new LogEntry.Seal(BATCH, 5, 40, CHUNKS),
                        new LogEntry.Seal(BATCH, 5, 41, CHUNKS),
                        new SystemEntry.ReleaseGate(BATCH),
                        "last touched",
                        new LogEntry.Unseal(5, 50, List.of(TABLE)),
                        new LogEntry.Unseal(5, 51, List.of(TABLE)));
    }

    @Test
    void refusalOfOneParticipantComesWhenAllHaveAnswered() throws Exception {
        duplicateAt = 0;
        TableGate gate = gate(LONG);
        gate.take(LONG);
        assertThatThrownBy(gate::seal)
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.refusal()).isEqualTo(Refusal.DUPLICATE_KEY));
        assertThat(said).hasSize(3);
    }

    @Test
    void placeInTheRowIsGivenBackWithoutAnUnseal() throws Exception {
        held = true;
        TableGate gate = gate(LONG);
        assertThat(gate.take(Duration.ZERO)).isFalse();
        assertThat(gate.holder()).containsExactly(OTHER);
        gate.letGo();
        assertThat(said).last().isEqualTo(new SystemEntry.ReleaseGate(BATCH));
    }

    @Test
    void holderThatDoesNotMoveIsTakenForDead() throws Exception {
        held = true;
        assertThat(gate(Duration.ofMillis(20)).take(LONG)).isTrue();
        assertThat(said).contains(new SystemEntry.RevokeGate(OTHER));
    }

    @Test
    void interruptedWriterGivesItsGateBackAndStaysInterrupted() throws Exception {
        TableGate gate = gate(LONG);
        gate.take(LONG);
        Thread.currentThread().interrupt();
        gate.letGo();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(said).last().isEqualTo(new LogEntry.Unseal(5, 51, List.of(TABLE)));
    }

    private TableGate gate(Duration stuck) {
        return new TableGate(new Recording(), BATCH, 3, TABLE, BOTH, stuck);
    }

    private final class Recording implements TableGate.Store {
        @Override
        public WireReader system(SystemEntry entry) {
            said.add(entry);
            held &= !(entry instanceof SystemEntry.RevokeGate);
            GateAnswer answer = held
                    ? new GateAnswer(0, List.of(), List.of(OTHER))
                    : new GateAnswer(5, List.of(40L, 41L), List.of());
            return (entry instanceof SystemEntry.TakeGate ? Answer.of(answer::write) : Answer.OK).orThrow();
        }

        @Override
        public CompletableFuture<WireReader> submit(PartitionId partition, LogEntry entry) {
            said.add(entry);
            return partition.ordinal() == duplicateAt
                    ? CompletableFuture.failedFuture(new RefusedException(Refusal.DUPLICATE_KEY, "twice"))
                    : CompletableFuture.completedFuture(Answer.OK.orThrow());
        }

        @Override
        public List<Long> lastTouched() {
            said.add("last touched");
            return List.of(50L, 51L);
        }
    }
}
