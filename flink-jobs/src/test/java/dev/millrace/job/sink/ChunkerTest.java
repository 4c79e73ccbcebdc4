package dev.millrace.job.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.job.run.JobRun;
import dev.millrace.job.run.StoreDoor;
import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.json.SpecJson;
import dev.millrace.spec.type.SqlType;
import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.Participant;
import dev.millrace.store.PartitionId;
import dev.millrace.store.ShardHash;
import dev.millrace.store.TaskChunks;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.WireReader;
import dev.millrace.transform.load.Loader;
import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChunkerTest {
    private static final int PARTITIONS = 3;
    private static final BatchId BATCH = new BatchId(9, new Attempt(1, 0), 1);

    private final BufferAllocator allocator = new RootAllocator();
    private final Map<Integer, List<LogEntry.Stage>> staged = new TreeMap<>();

    @AfterEach
    void nothingIsLeaked() {
        allocator.close();
    }

    @Test
    void rowsArriveUnchangedAndInOrderAtTheirHomes() throws Exception {
        SplittableRandom random = new SplittableRandom(11);
        List<List<Object>> all = new ArrayList<>();
        TableSpec table = table(false, List.of("id"));
        List<Participant> participants;
        try (Chunker chunker = chunker(table)) {
            for (int add = 0; add < 5; add++) {
                List<List<Object>> rows = rows(random, 7_000);
                all.addAll(rows);
                try (VectorSchemaRoot root = root(table, rows)) {
                    chunker.add(BATCH, root);
                }
            }
            participants = chunker.finish(BATCH);
        }

        Map<Integer, List<List<Object>>> homes = new HashMap<>();
        for (List<Object> row : all) {
            int home = ShardHash.partition(ShardHash.of(List.of(row.get(0))), PARTITIONS);
            homes.computeIfAbsent(home, h -> new ArrayList<>()).add(row);
        }
        for (int home = 0; home < PARTITIONS; home++) {
            assertThat(read(home)).isEqualTo(homes.get(home));
            assertThat(participants.get(home))
                    .isEqualTo(new Participant(
                            home, List.of(new TaskChunks(1, staged.get(home).size()))));
            assertThat(staged.get(home))
                    .hasSizeGreaterThan(1)
                    .allSatisfy(
                            chunk -> assertThat(chunk.ipc().remaining()).isLessThan(Chunker.CHUNK_BYTES_MAX + 10_000));
        }
    }

    @Test
    void fewRowsWithoutShardKeyAreOneChunkAndTheNextGoesElsewhere() throws Exception {
        SplittableRandom random = new SplittableRandom(12);
        TableSpec table = table(false, List.of());
        try (Chunker chunker = chunker(table)) {
            for (int batch = 0; batch < PARTITIONS; batch++) {
                for (int add = 0; add < 10; add++) {
                    try (VectorSchemaRoot root = root(table, rows(random, 10))) {
                        chunker.add(BATCH, root);
                    }
                }
                assertThat(chunker.finish(BATCH)).hasSize(1);
            }
        }
        assertThat(staged.values()).hasSize(PARTITIONS).allMatch(chunks -> chunks.size() == 1);
    }

    @Test
    void referenceRowsGoEverywhere() throws Exception {
        List<List<Object>> rows = rows(new SplittableRandom(13), 100);
        TableSpec table = table(true, List.of());
        try (Chunker chunker = chunker(table);
                VectorSchemaRoot root = root(table, rows)) {
            chunker.add(BATCH, root);
            assertThat(chunker.finish(BATCH)).hasSize(PARTITIONS);
        }
        for (int home = 0; home < PARTITIONS; home++) {
            assertThat(read(home)).isEqualTo(rows);
        }
    }

    @Test
    void rowThatNoEntryHoldsIsRefused() throws Exception {
        TableSpec table = table(false, List.of("id"));
        List<List<Object>> rows = List.of(row(1L, "x".repeat(Chunker.ROW_BYTES_MAX)));
        try (Chunker chunker = chunker(table);
                VectorSchemaRoot root = root(table, rows)) {
            assertThatThrownBy(() -> chunker.add(BATCH, root))
                    .isInstanceOf(StatementException.class)
                    .hasMessageContaining("the limit is " + Chunker.ROW_BYTES_MAX);
        }
    }

    @Test
    void largestRowFitsAnEntry() throws Exception {
        TableSpec table = table(false, List.of("id"));
        List<List<Object>> rows = List.of(row(1L, "x".repeat(Chunker.ROW_BYTES_MAX - 100)));
        try (Chunker chunker = chunker(table);
                VectorSchemaRoot root = root(table, rows)) {
            chunker.add(BATCH, root);
            chunker.finish(BATCH);
        }
        assertThat(staged.values().iterator().next().get(0).toBytes().length).isLessThan(LogEntry.BYTES_MAX);
    }

    private Chunker chunker(TableSpec table) {
        StoreDoor door = new StoreDoor() {
            @Override
            public WireReader system(SystemEntry entry) {
                throw new IllegalStateException("not asked in this test");
            }

            @Override
            public byte[] program(String sha256, int part) {
                throw new IllegalStateException("not asked in this test");
            }

            @Override
            public CompletableFuture<WireReader> submit(PartitionId partition, LogEntry entry) {
                LogEntry.Stage chunk = (LogEntry.Stage) entry;
                List<LogEntry.Stage> chunks = staged.computeIfAbsent(partition.ordinal(), o -> new ArrayList<>());
                assertThat(chunk.seq()).isEqualTo(chunks.size());
                chunks.add(chunk);
                return CompletableFuture.completedFuture(new WireReader(new byte[0]));
            }

            @Override
            public void close() {}
        };
        return new Chunker(run(table), 1, new StageWindow(door), allocator);
    }

    private static JobRun run(TableSpec table) {
        PipelineSpec pipeline = new PipelineSpec(
                9,
                "db",
                "p",
                new SourceSpec.Kafka(List.of("broker"), "topic"),
                new FormatSpec.Json(List.of(new FormatSpec.Mapping("id", List.of("id"), Optional.empty()))),
                table,
                Duration.ofMillis(500),
                OptionalInt.empty());
        return new JobRun("leaf:1", SpecJson.write(pipeline), 3, 1, PARTITIONS, 1);
    }

    private static TableSpec table(boolean reference, List<String> shardKey) {
        return new TableSpec(
                17,
                1,
                "db",
                "t",
                reference,
                List.of(
                        column("id", SqlType.of(SqlType.Kind.BIGINT)),
                        column("name", SqlType.of(SqlType.Kind.TEXT)),
                        column("flag", SqlType.of(SqlType.Kind.BOOL)),
                        column("price", SqlType.decimal(20, 2)),
                        column("small", SqlType.of(SqlType.Kind.SMALLINT))),
                List.of(),
                shardKey);
    }

    private static ColumnSpec column(String name, SqlType type) {
        return new ColumnSpec(name, type, true, Optional.empty());
    }

    private static List<List<Object>> rows(SplittableRandom random, int count) {
        List<List<Object>> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(row(random.nextLong(), random.nextInt(5) == 0 ? null : "n".repeat(random.nextInt(300))));
        }
        return rows;
    }

    private static List<Object> row(long id, String name) {
        List<Object> row = new ArrayList<>();
        row.add(id);
        row.add(name);
        row.add(id % 7 == 0 ? null : id % 2 == 0);
        row.add(BigDecimal.valueOf(id, 2));
        row.add(id % 3 == 0 ? null : (short) id);
        return row;
    }

    private VectorSchemaRoot root(TableSpec table, List<List<Object>> rows) {
        VectorSchemaRoot root = VectorSchemaRoot.create(Loader.schema(table), allocator);
        for (int i = 0; i < rows.size(); i++) {
            List<Object> row = rows.get(i);
            ((BigIntVector) root.getVector(0)).setSafe(i, (Long) row.get(0));
            if (row.get(1) != null) {
                ((VarCharVector) root.getVector(1)).setSafe(i, ((String) row.get(1)).getBytes(UTF_8));
            }
            if (row.get(2) != null) {
                ((BitVector) root.getVector(2)).setSafe(i, (Boolean) row.get(2) ? 1 : 0);
            }
            ((DecimalVector) root.getVector(3)).setSafe(i, (BigDecimal) row.get(3));
            if (row.get(4) != null) {
                ((SmallIntVector) root.getVector(4)).setSafe(i, (Short) row.get(4));
            }
        }
        root.setRowCount(rows.size());
        return root;
    }

    private List<List<Object>> read(int home) throws Exception {
        List<List<Object>> rows = new ArrayList<>();
        for (LogEntry.Stage chunk : staged.get(home)) {
            int before = rows.size();
            try (ArrowStreamReader reader =
                    new ArrowStreamReader(new ByteArrayInputStream(chunk.ipc().array()), allocator)) {
                while (reader.loadNextBatch()) {
                    VectorSchemaRoot root = reader.getVectorSchemaRoot();
                    for (int i = 0; i < root.getRowCount(); i++) {
                        List<Object> row = new ArrayList<>();
                        for (int column = 0; column < 5; column++) {
                            Object value = root.getVector(column).getObject(i);
                            row.add(column == 1 && value != null ? value.toString() : value);
                        }
                        rows.add(row);
                    }
                }
            }
            assertThat(rows.size() - before).isEqualTo(chunk.rows());
        }
        return rows;
    }
}
