package dev.millrace.leaf.replica;

import dev.millrace.store.PartitionId;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.Refusal;
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.LifeCycle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ratis' side of a replica. Its snapshot is the engine's live file: {@link #getLatestSnapshot} answers the index that
 * the engine keeps, with no files, and {@link #takeSnapshot} moves that index.
 *
 * <p>A follower that is behind the leader's log would need the leader's file; that is not built, so such a follower
 * halts.
 */
final class PartitionStateMachine extends BaseStateMachine {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionStateMachine.class);

    private final PartitionId partition;
    private final ReplicaServer.Engines engines;
    private volatile Optional<Replica> replica = Optional.empty();
    private volatile String failure = "";
    private volatile long readyTerm = -1;

    PartitionStateMachine(PartitionId partition, ReplicaServer.Engines engines) {
        this.partition = partition;
        this.engines = engines;
    }

    Optional<PartitionEngine> engine() {
        return replica.map(Replica::engine);
    }

    /** Why it serves nobody; empty if it does when it is the leader. */
    Optional<Answer> halted() {
        return failure.isEmpty()
                ? replica.flatMap(Replica::halted)
                : Optional.of(Answer.refused(Refusal.UNAVAILABLE, failure));
    }

    /** The newest term in which it, as the leader, has applied everything from before the term. */
    long readyTerm() {
        return readyTerm;
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId group, RaftStorage storage) throws IOException {
        super.initialize(server, group, storage);
        getLifeCycle().startAndTransition(() -> open(storage));
    }

    /** Opens the engine. If it does not open, this replica is halted; an exception here would stop all of them. */
    private void open(RaftStorage storage) {
        try {
            PartitionEngine engine = engines.open(partition);
            replica = Optional.of(new Replica(partition, engine, this::updateLastAppliedTermIndex));
            checkAgainstLog(engine, storage);
        } catch (RuntimeException e) {
            fail(e.getMessage(), e);
        }
        if (failure.isEmpty()) {
            SnapshotInfo snapshot = getLatestSnapshot();
            if (snapshot != null) {
                setLastAppliedTermIndex(snapshot.getTermIndex());
            }
        }
    }

    private void checkAgainstLog(PartitionEngine engine, RaftStorage storage) {
        File[] segments = storage.getStorageDir().getCurrentDir().listFiles((folder, name) -> name.startsWith("log_"));
        long first = Long.MAX_VALUE;
        for (File segment : segments == null ? new File[0] : segments) {
            String name = segment.getName().replace("log_inprogress_", "").replace("log_", "");
            first = Math.min(first, Long.parseLong(name.replaceAll("-.*", "")));
        }
        if (first == Long.MAX_VALUE && engine.appliedIndex() >= 0) {
            throw new IllegalStateException("there is a file at index " + engine.appliedIndex() + " and no log");
        }
        if (first != Long.MAX_VALUE && first > engine.snapshotIndex() + 1) {
            throw new IllegalStateException("the log begins at index " + first + " and the file's snapshot is "
                    + engine.snapshotIndex() + ": the file is not the one of this log");
        }
    }

    private void fail(String reason, Throwable cause) {
        failure = "partition " + partition + " is halted: " + reason;
        LOG.error("{}; the other partitions go on", failure, cause);
    }

    @Override
    public SnapshotInfo getLatestSnapshot() {
        return failure.isEmpty()
                ? engine().filter(engine -> engine.snapshotIndex() >= 0)
                        .map(engine -> new LiveFile(TermIndex.valueOf(engine.snapshotTerm(), engine.snapshotIndex())))
                        .orElse(null)
                : null;
    }

    /** A snapshot that stands in the engine's own file. */
    private record LiveFile(TermIndex termIndex) implements SnapshotInfo {
        @Override
        public TermIndex getTermIndex() {
            return termIndex;
        }

        @Override
        public List<FileInfo> getFiles() {
            return List.of();
        }
    }

    @Override
    public StateMachineStorage getStateMachineStorage() {
        return new StateMachineStorage() {
            @Override
            public void init(RaftStorage storage) {}

            @Override
            public SnapshotInfo getLatestSnapshot() {
                return PartitionStateMachine.this.getLatestSnapshot();
            }

            @Override
            public void format() {}

            @Override
            public void cleanupOldSnapshots(SnapshotRetentionPolicy policy) {}
        };
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        LogEntryProto entry = transaction.getLogEntry();
        ByteString data = entry.getStateMachineLogEntry().getLogData();
        if (halted().isPresent()) {
            return CompletableFuture.completedFuture(message(halted().get()));
        }
        return replica.orElseThrow()
                .apply(new LoggedEntry(entry.getTerm(), entry.getIndex(), data.asReadOnlyByteBuffer()))
                .thenApply(PartitionStateMachine::message);
    }

    @Override
    public void notifyTermIndexUpdated(long term, long index) {
        if (halted().isEmpty()) {
            replica.orElseThrow().then(() -> updateLastAppliedTermIndex(term, index));
        }
    }

    @Override
    public void notifyLeaderReady() {
        replica.ifPresent(r -> {
            long term = currentTerm();
            r.then(() -> readyTerm = term);
        });
    }

    private long currentTerm() {
        try {
            return getServer().join().getDivision(getGroupId()).getInfo().getCurrentTerm();
        } catch (IOException e) {
            throw new IllegalStateException("partition " + partition + " leads and is not there", e);
        }
    }

    @Override
    public long takeSnapshot() {
        TermIndex last = getLastAppliedTermIndex();
        if (halted().isPresent() || last.getIndex() < 0) {
            return -1;
        }
        return replica.orElseThrow().snapshot(last.getTerm(), last.getIndex()) ? last.getIndex() : -1;
    }

    @Override
    public CompletableFuture<TermIndex> notifyInstallSnapshotFromLeader(RoleInfoProto role, TermIndex first) {
        fail(
                "it needs entries before " + first + " that its leader has no more; copying the file is not supported",
                null);
        return CompletableFuture.failedFuture(new IllegalStateException(failure));
    }

    @Override
    public void pause() {
        getLifeCycle().transition(LifeCycle.State.PAUSING);
        getLifeCycle().transition(LifeCycle.State.PAUSED);
    }

    @Override
    public void close() {
        replica.ifPresent(Replica::close);
    }

    private static Message message(Answer answer) {
        return Message.valueOf(UnsafeByteOperations.unsafeWrap(answer.toBytes()));
    }
}
