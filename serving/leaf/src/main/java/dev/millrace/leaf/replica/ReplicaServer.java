package dev.millrace.leaf.replica;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.PartitionId;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.GroupManagementRequest;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.exceptions.AlreadyExistsException;
import org.apache.ratis.protocol.exceptions.GroupMismatchException;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/**
 * The partitions that a leaf holds replicas of, each a Raft group of one Raft server. Entries are submitted in process
 * at the partition's leader; elsewhere they are refused.
 */
public final class ReplicaServer implements AutoCloseable {
    /*
     * A group's id: the database, then a mark, the low bits of the database again, and the ordinal. Ratis' own names
     * (logs, JMX) show the last 48 bits only, so these tell partitions apart.
     */
    private static final long GROUP_MARK = 0x4D52_0000_0000_0000L;

    private static final int ORDINAL_BITS = 16;

    private final RaftServer server;
    private final RaftPeerId peer;
    private final ClientId client = ClientId.randomId();
    private final AtomicLong calls = new AtomicLong();
    private final Map<PartitionId, PartitionStateMachine> machines = new ConcurrentHashMap<>();

    /**
     * Where the Raft server stands.
     *
     * @param peer its lasting name among the peers
     * @param port 0 for any
     */
    public record Config(String peer, String host, int port, Path folder) {
        public Config {
            requireNonNull(peer, "peer");
            requireNonNull(host, "host");
            requireNonNull(folder, "folder");
        }
    }

    /** A replica of a partition elsewhere or here. */
    public record Peer(String name, String host, int port) {}

    /** Gives the engines of partitions. */
    public interface Engines {
        /** Opens the engine of a partition, making its file if there is none. */
        PartitionEngine open(PartitionId partition);

        /** Deletes what a partition has on disk; its engine is closed. */
        void delete(PartitionId partition);
    }

    private final Engines engines;

    /** Starts the server with all partitions that its folder has. */
    public ReplicaServer(Config config, Engines engines) {
        this.engines = requireNonNull(engines, "engines");
        this.peer = RaftPeerId.valueOf(config.peer());
        checkPort(config); // Ratis would end the process
        try {
            server = RaftServer.newBuilder()
                    .setServerId(peer)
                    .setProperties(RatisSettings.of(config))
                    .setStateMachineRegistry(this::machine)
                    .setOption(RaftStorage.StartupOption.RECOVER)
                    .build();
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException("the Raft server does not start", e);
        }
    }

    private static void checkPort(Config config) {
        if (config.port() == 0) {
            return;
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(config.host(), config.port()));
        } catch (IOException e) {
            throw new StatementException(
                    SqlState.WRONG_CONFIG,
                    "port " + config.port() + " on " + config.host() + " (Raft) is taken or not allowed: "
                            + e.getMessage(),
                    e);
        }
    }

    private PartitionStateMachine machine(RaftGroupId group) {
        UUID id = group.getUuid();
        int ordinal = (int) (id.getLeastSignificantBits() & ((1 << ORDINAL_BITS) - 1));
        PartitionId partition = new PartitionId(id.getMostSignificantBits(), ordinal);
        if (!group(partition).equals(group)) {
            throw new IllegalStateException("group " + id + " is not a partition's");
        }
        PartitionStateMachine machine = new PartitionStateMachine(partition, engines);
        machines.put(partition, machine);
        return machine;
    }

    private static RaftGroupId group(PartitionId partition) {
        long shown = (partition.database() & 0xFFFF_FFFFL) << ORDINAL_BITS | partition.ordinal();
        return RaftGroupId.valueOf(new UUID(partition.database(), GROUP_MARK | shown));
    }

    /** The port that was taken. */
    public int port() {
        return server.getServerRpc().getInetSocketAddress().getPort();
    }

    /** The partitions that have a replica here, halted ones too. */
    public List<PartitionId> partitions() {
        return machines.keySet().stream().sorted().toList();
    }

    /** The engine of a partition that has a replica here. */
    public Optional<PartitionEngine> engine(PartitionId partition) {
        return Optional.ofNullable(machines.get(partition)).flatMap(PartitionStateMachine::engine);
    }

    /** Makes a partition's replica here if it is not there. */
    public void create(PartitionId partition, List<Peer> peers) {
        List<RaftPeer> raftPeers = new ArrayList<>();
        for (Peer replica : peers) {
            raftPeers.add(RaftPeer.newBuilder()
                    .setId(replica.name())
                    .setAddress(new InetSocketAddress(replica.host(), replica.port()))
                    .build());
        }
        manage(GroupManagementRequest.newAdd(
                client, peer, calls.incrementAndGet(), RaftGroup.valueOf(group(partition), raftPeers)));
    }

    /** Removes a partition's replica with everything it has on disk. */
    public void remove(PartitionId partition) {
        manage(GroupManagementRequest.newRemove(client, peer, calls.incrementAndGet(), group(partition), true, false));
        machines.remove(partition);
        engines.delete(partition);
    }

    private void manage(GroupManagementRequest request) {
        try {
            RaftClientReply reply = server.groupManagement(request);
            if (!reply.isSuccess()) {
                throw reply.getException();
            }
        } catch (AlreadyExistsException | GroupMismatchException e) {
            return; // it is as it should be
        } catch (IOException e) {
            throw new UncheckedIOException("changing partition groups", e);
        }
    }

    /** Why a partition here is halted; empty if it is not. */
    public Optional<Answer> halted(PartitionId partition) {
        return Optional.ofNullable(machines.get(partition)).flatMap(PartitionStateMachine::halted);
    }

    /** Why a partition is not served here: halted, not its leader, not ready yet. Empty if it is served. */
    public Optional<Answer> notServed(PartitionId partition) {
        PartitionStateMachine machine = machines.get(partition);
        if (machine == null) {
            return notLeader(partition, "has no replica here");
        }
        if (machine.halted().isPresent()) {
            return machine.halted();
        }
        try {
            DivisionInfo info = server.getDivision(group(partition)).getInfo();
            if (!info.isLeader()) {
                return notLeader(partition, "is not led here");
            }
            return info.isLeaderReady() && machine.readyTerm() == info.getCurrentTerm()
                    ? Optional.empty()
                    : Optional.of(Answer.refused(Refusal.UNAVAILABLE, "partition " + partition + " is starting"));
        } catch (IOException e) {
            return notLeader(partition, "has no replica here");
        }
    }

    /** Whether a partition alone here is not served yet and will be. */
    public boolean isStarting(PartitionId partition) {
        PartitionStateMachine machine = machines.get(partition);
        if (machine == null
                || machine.halted().isPresent()
                || notServed(partition).isEmpty()) {
            return false;
        }
        try {
            return server.getDivision(group(partition)).getGroup().getPeers().size() == 1;
        } catch (IOException e) {
            return false; // it is being removed
        }
    }

    private static Optional<Answer> notLeader(PartitionId partition, String why) {
        return Optional.of(Answer.refused(Refusal.NOT_LEADER, "partition " + partition + " " + why));
    }

    /**
     * Submits an entry to a partition that is led here.
     *
     * @param wait how long the engine may wait for what apply would refuse as too early; on the caller's thread
     */
    public CompletableFuture<Answer> submit(PartitionId partition, ByteBuffer entry, Duration wait) {
        Optional<Answer> refusal = notServed(partition);
        if (refusal.isEmpty()) {
            refusal = engine(partition).orElseThrow().beforePropose(entry, wait);
        }
        if (refusal.isPresent()) {
            return CompletableFuture.completedFuture(refusal.get());
        }
        RaftClientRequest request = RaftClientRequest.newBuilder()
                .setClientId(client)
                .setServerId(peer)
                .setGroupId(group(partition))
                .setCallId(calls.incrementAndGet())
                .setMessage(Message.valueOf(UnsafeByteOperations.unsafeWrap(entry)))
                .setType(RaftClientRequest.writeRequestType())
                .build();
        try {
            return server.submitClientRequestAsync(request)
                    .handle((reply, error) -> error == null ? answer(partition, reply) : failed(partition, error));
        } catch (IOException e) {
            return CompletableFuture.completedFuture(failed(partition, e));
        }
    }

    private static Answer answer(PartitionId partition, RaftClientReply reply) {
        return reply.isSuccess()
                ? Answer.fromBytes(reply.getMessage().getContent().toByteArray())
                : failed(partition, reply.getException());
    }

    private static Answer failed(PartitionId partition, Throwable error) {
        Throwable cause = error.getCause() == null ? error : error.getCause();
        if (cause instanceof NotLeaderException && !(cause instanceof LeaderNotReadyException)) {
            return notLeader(partition, "is not led here").orElseThrow();
        }
        return Answer.refused(Refusal.UNAVAILABLE, "partition " + partition + ": " + cause.getMessage());
    }

    /** Stops all replicas; what is committed is applied before. */
    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the Raft server does not stop", e);
        }
    }
}
