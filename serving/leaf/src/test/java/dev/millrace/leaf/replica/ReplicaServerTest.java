package dev.millrace.leaf.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.leaf.engine.LeafDatabase;
import dev.millrace.leaf.engine.RowPartition;
import dev.millrace.leaf.engine.Rows;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.DecidedBatch;
import dev.millrace.store.Participant;
import dev.millrace.store.PartitionId;
import dev.millrace.store.TableChange;
import dev.millrace.store.TableRef;
import dev.millrace.store.TaskChunks;
import dev.millrace.store.WriteMode;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.Refusal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicaServerTest {
    private static final PartitionId P0 = new PartitionId(1, 0);
    private static final PartitionId P1 = new PartitionId(1, 1);
    private static final TableSpec TABLE = Rows.table(1001);

    @TempDir
    Path folder;

    private LeafDatabase database;
    private ReplicaServer server;

    @BeforeEach
    void open() {
        database = new LeafDatabase(
                new LeafDatabase.Limits(256L << 20, 2, folder.resolve("tmp"), folder.resolve("partitions")));
        server = new ReplicaServer(
                new ReplicaServer.Config("n1", "127.0.0.1", 0, folder.resolve("raft")), new ReplicaServer.Engines() {
                    @Override
                    public PartitionEngine open(PartitionId partition) {
                        return new RowPartition(database, partition, folderOf(partition), Rows.ALLOCATOR);
                    }

                    @Override
                    public void delete(PartitionId partition) {
                        try (Stream<Path> files = Files.walk(folderOf(partition))) {
                            files.sorted((a, b) -> b.compareTo(a))
                                    .forEach(file -> file.toFile().delete());
                        } catch (IOException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                });
    }

    private Path folderOf(PartitionId partition) {
        return folder.resolve("partitions").resolve(partition.alias());
    }

    @AfterEach
    void close() {
        server.close();
        database.close();
    }

    private void reopen() {
        close();
        open();
    }

    private void create(PartitionId partition) {
        server.create(partition, List.of(new ReplicaServer.Peer("n1", "127.0.0.1", server.port())));
    }

    private Answer submit(PartitionId partition, LogEntry entry) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            Answer answer = submitOnce(partition, entry).join();
            boolean again = answer instanceof Answer.Refused refused
                    && (refused.refusal() == Refusal.NOT_LEADER
                            || refused.message().contains("starting"));
            if (!again || System.nanoTime() > deadline) {
                return answer;
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    private CompletableFuture<Answer> submitOnce(PartitionId partition, LogEntry entry) {
        return server.submit(partition, ByteBuffer.wrap(entry.toBytes()), Duration.ZERO);
    }

    private void createTable(PartitionId partition) {
        submit(
                        partition,
                        new LogEntry.Publish(
                                0,
                                1,
                                List.of(new DecidedBatch(
                                        1,
                                        1,
                                        new BatchId(99, new Attempt(1, 0), 1),
                                        0,
                                        List.of(new Participant(partition.ordinal(), List.of())),
                                        Optional.of(new TableChange(TableChange.Kind.CREATE, TABLE))))))
                .orThrow();
    }

    private static LogEntry.Insert insert(long number) {
        return new LogEntry.Insert(
                new BatchId(7, new Attempt(1, 0), number),
                number - 100,
                new TableRef(TABLE.id(), TABLE.version()),
                WriteMode.INSERT,
                1,
                Rows.ipc(TABLE, number + ":x"));
    }

    private long count(PartitionId partition) throws Exception {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT count(*), count(DISTINCT id) FROM " + partition.alias() + ".t" + TABLE.id())) {
            rows.next();
            assertThat(rows.getLong(1)).isEqualTo(rows.getLong(2));
            return rows.getLong(1);
        }
    }

    private static long bytes(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(f -> f.toFile().length())
                    .sum();
        }
    }

    @Test
    void newPartitionTakesEntriesAndKeepsThemOverARestart() throws Exception {
        create(P0);
        create(P0);
        create(P1);
        createTable(P0);
        createTable(P1);
        assertThat(submit(P0, insert(1)).orThrow().number()).isEqualTo(1);
        assertThat(submit(P1, insert(2)).orThrow().number()).isEqualTo(1);
        reopen();
        assertThat(server.partitions()).containsExactly(P0, P1);
        assertThat(submit(P0, insert(1)).orThrow().number()).isEqualTo(1);
        assertThat(submit(P0, insert(3)).orThrow().number()).isEqualTo(1);
        assertThat(count(P0)).isEqualTo(2);
        assertThat(count(P1)).isEqualTo(1);
    }

    @Test
    void logStaysBoundedAndARestartReplaysOnlyItsEnd() throws Exception {
        create(P0);
        createTable(P0);
        byte[] big = Rows.ipc(
                TABLE,
                Stream.iterate(0, i -> i + 1).limit(30_000).map(i -> i + ":abc").toArray(String[]::new));
        long csn = 1;
        for (int batch = 1; batch <= 900; batch++) {
            BatchId id = new BatchId(8, new Attempt(1, 0), batch);
            byte[] ipc = batch % 10 == 0 ? big : Rows.ipc(TABLE, batch + ":x");
            int rows = batch % 10 == 0 ? 30_000 : 1;
            submit(P0, new LogEntry.Stage(id, 0, 0, new TableRef(1001, 1), WriteMode.INSERT, rows, ipc))
                    .orThrow();
            if (batch % 100 == 0) {
                csn++;
                submit(
                                P0,
                                new LogEntry.Publish(
                                        csn - 1,
                                        csn,
                                        List.of(new DecidedBatch(
                                                1,
                                                csn,
                                                id,
                                                0,
                                                List.of(new Participant(0, List.of(new TaskChunks(0, 1)))),
                                                Optional.empty()))))
                        .orThrow();
            }
        }
        assertThat(bytes(folder.resolve("raft"))).isLessThan(big.length * 40L);
        long applied = server.engine(P0).orElseThrow().appliedIndex();
        reopen();
        assertThat(server.engine(P0).orElseThrow().snapshotIndex()).isGreaterThanOrEqualTo(applied);
        submit(P0, insert(1)).orThrow();
    }

    @Test
    void manyEntriesAtOnceAreAppliedInGroups() throws Exception {
        create(P0);
        createTable(P0);
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 1; i <= 2000; i++) {
            answers.add(submitOnce(P0, insert(i)));
        }
        for (CompletableFuture<Answer> answer : answers) {
            assertThat(answer.join().orThrow().number()).isEqualTo(1);
        }
        assertThat(count(P0)).isEqualTo(2000);
    }

    @Test
    void haltedPartitionRefusesWithItsReasonAndOthersGoOn() throws Exception {
        create(P0);
        create(P1);
        createTable(P0);
        createTable(P1);
        LogEntry.Publish impossible = new LogEntry.Publish(
                1,
                2,
                List.of(new DecidedBatch(
                        1,
                        2,
                        new BatchId(8, new Attempt(1, 0), 1),
                        0,
                        List.of(new Participant(0, List.of(new TaskChunks(0, 1)))),
                        Optional.empty())));
        Answer answer = submit(P0, impossible);
        assertThat(answer).isInstanceOf(Answer.Refused.class);
        Answer.Refused later = (Answer.Refused) submitOnce(P0, insert(1)).join();
        assertThat(later.refusal()).isEqualTo(Refusal.UNAVAILABLE);
        assertThat(later.message()).contains("d1_p0 is halted").contains("missing");
        assertThat(submit(P1, insert(1)).orThrow().number()).isEqualTo(1);
    }

    @Test
    void partitionWhoseFileIsGoneDoesNotStartEmpty() throws Exception {
        create(P0);
        create(P1);
        createTable(P0);
        createTable(P1);
        for (int i = 1; i <= 500; i++) {
            submit(P0, insert(i));
        }
        close();
        Files.delete(folderOf(P0).resolve("data.duckdb"));
        open();
        // A log that was never purged may rebuild the file; otherwise the replica says why it does not serve.
        Answer answer = submit(P0, insert(501));
        if (answer instanceof Answer.Refused refused) {
            assertThat(refused.message()).contains("halted");
        } else {
            assertThat(count(P0)).isEqualTo(501);
        }
        assertThat(submit(P1, insert(1)).orThrow().number()).isEqualTo(1);
    }

    @Test
    void removedPartitionIsGoneAndMayBeMadeAgain() throws Exception {
        create(P0);
        createTable(P0);
        submit(P0, insert(1));
        server.remove(P0);
        assertThat(server.partitions()).isEmpty();
        assertThat(folderOf(P0)).doesNotExist();
        create(P0);
        createTable(P0);
        assertThat(count(P0)).isZero();
    }

    @Test
    void takenPortIsAnErrorThatNamesIt() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            ReplicaServer.Config config =
                    new ReplicaServer.Config("n2", "127.0.0.1", taken.getLocalPort(), folder.resolve("raft2"));
            assertThatThrownBy(() -> new ReplicaServer(config, null)).isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> new ReplicaServer(config, new NoEngines()))
                    .isInstanceOf(StatementException.class)
                    .hasMessageContaining("port " + taken.getLocalPort());
        }
    }

    private static final class NoEngines implements ReplicaServer.Engines {
        @Override
        public PartitionEngine open(PartitionId partition) {
            throw new IllegalStateException("none");
        }

        @Override
        public void delete(PartitionId partition) {}
    }
}
