package dev.millrace.leaf.follow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.leaf.engine.LeafDatabase;
import dev.millrace.leaf.engine.RowPartition;
import dev.millrace.leaf.engine.Rows;
import dev.millrace.leaf.replica.LoggedEntry;
import dev.millrace.spec.KeySpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.CatalogSnapshot;
import dev.millrace.store.DecidedBatch;
import dev.millrace.store.Participant;
import dev.millrace.store.PartitionId;
import dev.millrace.store.TableChange;
import dev.millrace.store.TableRef;
import dev.millrace.store.TaskChunks;
import dev.millrace.store.WriteMode;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.FollowAnswer;
import dev.millrace.store.wire.FollowRequest;
import dev.millrace.store.wire.GatesAnswer;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealSweepTest {
    private static final PartitionId ID = new PartitionId(3, 0);
    private static final TableSpec TABLE = Rows.table(1002, new KeySpec(KeySpec.PRIMARY, List.of("id")));
    private static final BatchId BATCH = new BatchId(7, new Attempt(1, 0), 1);
    private static final List<TaskChunks> CHUNKS = List.of(new TaskChunks(0, 1));
    private static final long GATE = 5;
    private static final GatesAnswer HELD =
            new GatesAnswer(GATE + 1, List.of(new GatesAnswer.Held(GATE, BATCH)), List.of(1L));

    @TempDir
    Path folder;

    private final Store store = new Store();
    private LeafDatabase database;
    private RowPartition partition;
    private long index = 10;

    @BeforeEach
    void sealedTable() {
        database = new LeafDatabase(
                new LeafDatabase.Limits(128L << 20, 1, folder.resolve("tmp"), folder.resolve("partitions")));
        partition = new RowPartition(database, ID, folder.resolve("partitions").resolve(ID.alias()), Rows.ALLOCATOR);
        TableRef ref = new TableRef(TABLE.id(), TABLE.version());
        apply(publish(1, BATCH, List.of(), Optional.of(new TableChange(TableChange.Kind.CREATE, TABLE))));
        apply(new LogEntry.Stage(BATCH, 0, 0, ref, WriteMode.INSERT, 1, Rows.ipc(TABLE, "1:a")));
        assertThat(apply(new LogEntry.Seal(BATCH, GATE, 1, CHUNKS))).isEqualTo(Answer.OK);
    }

    @AfterEach
    void close() {
        partition.close();
        database.close();
    }

    @Test
    void sealUnderAHeldGateStandsUntilItsHolderIsTakenForDead() {
        store.gates = HELD;
        sweep(Duration.ofDays(1), Duration.ofDays(1)).look();
        assertThat(store.asked).isZero();
        sweep(Duration.ZERO, Duration.ofDays(1)).look();
        assertThat(store.asked).isOne();
        assertThat(store.revoked).isEmpty();
        sweep(Duration.ZERO, Duration.ZERO).look();
        assertThat(store.revoked).containsExactly(BATCH);
        assertThat(partition.sealed()).hasSize(1);
    }

    @Test
    void holderThatDiedBeforeItSealedAnythingIsTakenForDeadToo() {
        BatchId unsealed = new BatchId(8, BATCH.attempt(), 1);
        store.gates = new GatesAnswer(GATE + 2, List.of(new GatesAnswer.Held(GATE + 1, unsealed)), List.of(1L));
        sweep(Duration.ZERO, Duration.ofDays(1)).look();
        assertThat(store.revoked).isEmpty();
        sweep(Duration.ZERO, Duration.ZERO).look();
        assertThat(store.revoked).containsExactly(unsealed);
    }

    @Test
    void sealUnderAGateThatIsNotKnownYetStands() {
        store.gates = new GatesAnswer(GATE, List.of(), List.of(1L));
        sweep(Duration.ZERO, Duration.ofDays(1)).look();
        assertThat(partition.sealed()).hasSize(1);
    }

    @Test
    void sealUnderAGateThatIsOverGoes() {
        store.gates = new GatesAnswer(GATE + 1, List.of(), List.of(1L));
        sweep(Duration.ZERO, Duration.ofDays(1)).look();
        assertThat(partition.sealed()).isEmpty();
        assertThat(partition.table(TABLE.id()).orElseThrow().gate()).isEqualTo(GATE + 1);
    }

    @Test
    void decidedBatchIsPublishedFirst() {
        store.gates = new GatesAnswer(GATE + 1, List.of(), List.of(2L));
        SealSweep sweep = sweep(Duration.ZERO, Duration.ofDays(1));
        sweep.look();
        assertThat(partition.sealed()).hasSize(1);
        assertThat(apply(publish(2, BATCH, CHUNKS, Optional.empty())).orThrow().number())
                .isEqualTo(2);
        sweep.look();
        assertThat(partition.sealed()).isEmpty();
    }

    private SealSweep sweep(Duration old, Duration dead) {
        return new SealSweep(store, store, old, dead);
    }

    private static LogEntry.Publish publish(
            long csn, BatchId batch, List<TaskChunks> chunks, Optional<TableChange> change) {
        BatchId id = change.isPresent() ? new BatchId(99, batch.attempt(), csn) : batch;
        return new LogEntry.Publish(
                csn - 1,
                csn,
                List.of(new DecidedBatch(ID.database(), csn, id, 0, List.of(new Participant(0, chunks)), change)));
    }

    private Answer apply(LogEntry entry) {
        return partition
                .apply(List.of(new LoggedEntry(1, ++index, ByteBuffer.wrap(entry.toBytes()))))
                .get(0);
    }

    /** The system partition as far as it is asked, and a log that applies at once. */
    private final class Store implements BatchSource, LedPartitions {
        private GatesAnswer gates = HELD;
        private int asked;
        private final List<BatchId> revoked = new ArrayList<>();

        @Override
        public GatesAnswer gates(long id) {
            asked++;
            return gates;
        }

        @Override
        public void revoke(BatchId batch) {
            revoked.add(batch);
        }

        @Override
        public List<RowPartition> led() {
            return List.of(partition);
        }

        @Override
        public CompletableFuture<Answer> propose(PartitionId id, LogEntry entry) {
            return CompletableFuture.completedFuture(apply(entry));
        }

        @Override
        public FollowAnswer follow(FollowRequest request) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CatalogSnapshot catalog(long newerThan, Duration wait) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void published(long id, long csn) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<PartitionId> all() {
            return List.of(ID);
        }

        @Override
        public void remove(PartitionId id) {
            throw new UnsupportedOperationException();
        }
    }
}
