package dev.millrace.leaf.system;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.KeySpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.SourceSpec;
import dev.millrace.spec.SqlExpression;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.TransformSpec;
import dev.millrace.spec.type.SqlType;
import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.Cursor;
import dev.millrace.store.CursorMove;
import dev.millrace.store.Participant;
import dev.millrace.store.PartitionMap;
import dev.millrace.store.PipelineError;
import dev.millrace.store.TableChange;
import dev.millrace.store.TableRef;
import dev.millrace.store.TaskChunks;
import dev.millrace.store.WriteMode;
import dev.millrace.store.log.SystemEntry;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** Entries and specs for tests of the system partition. */
public final class SystemFixture {
    public static final String TOPIC = "topic-1";

    private SystemFixture() {}

    public static SystemEntry.RegisterNode node(int number) {
        return new SystemEntry.RegisterNode("leaf-" + number, "127.0.0.1", 7400 + number, 7500 + number);
    }

    public static SystemEntry.CreateDatabase database(long id, String name, int partitions) {
        return new SystemEntry.CreateDatabase(
                new DatabaseSpec(id, name, partitions, 1),
                new PartitionMap(id, 1, Collections.nCopies(partitions, List.of(1L))));
    }

    public static TableSpec table(long id, String database, String name) {
        return new TableSpec(
                id,
                1,
                database,
                name,
                false,
                List.of(
                        new ColumnSpec("id", SqlType.of(SqlType.Kind.BIGINT), false, Optional.empty()),
                        new ColumnSpec(
                                "page",
                                SqlType.of(SqlType.Kind.VARCHAR, 20),
                                true,
                                Optional.of(new SqlExpression("'it''s'", "'it''s'")))),
                List.of(new KeySpec(KeySpec.PRIMARY, List.of("id"))),
                List.of("id"));
    }

    public static PipelineSpec pipeline(long id, String name, TableSpec table) {
        return new PipelineSpec(
                id,
                table.database(),
                name,
                new SourceSpec.Kafka(List.of("127.0.0.1:9092"), "clicks"),
                new FormatSpec.Csv("\t", "", false, "\\", "\n", "", List.of("id", "page")),
                table,
                Duration.ofMillis(500),
                OptionalInt.empty());
    }

    public static TransformSpec transform(String sha256) {
        return new TransformSpec("file:///opt/t.py", "", "", TransformSpec.Framing.LENGTH, sha256, 2);
    }

    /** A decision by itself: no rows, no moves. */
    public static Decision decide(long database, long writer, Attempt attempt, long number) {
        return new Decision(
                new BatchId(writer, attempt, number),
                database,
                List.of(),
                WriteMode.REPLACE,
                0,
                List.of(),
                List.of(),
                Optional.empty());
    }

    public static CursorMove move(String partition, long from, long to) {
        return new CursorMove(new Cursor(TOPIC, partition, from), to);
    }

    /** Builds a decision step by step. */
    public record Decision(
            BatchId batch,
            long database,
            List<TableRef> tables,
            WriteMode mode,
            long gate,
            List<CursorMove> moves,
            List<Participant> participants,
            Optional<TableChange> change) {
        public Decision rows(TableSpec table, int... ordinals) {
            List<Participant> all = IntStream.of(ordinals)
                    .mapToObj(ordinal -> new Participant(ordinal, List.of(new TaskChunks(0, 1))))
                    .toList();
            return new Decision(
                    batch,
                    database,
                    List.of(new TableRef(table.id(), table.version())),
                    mode,
                    gate,
                    moves,
                    all,
                    change);
        }

        public Decision mode(WriteMode newMode) {
            return new Decision(batch, database, tables, newMode, gate, moves, participants, change);
        }

        public Decision moves(CursorMove... newMoves) {
            return new Decision(batch, database, tables, mode, gate, List.of(newMoves), participants, change);
        }

        public Decision gate(long newGate) {
            return new Decision(batch, database, tables, mode, newGate, moves, participants, change);
        }

        public Decision change(TableChange.Kind kind, TableSpec table) {
            return new Decision(
                    batch,
                    database,
                    tables,
                    mode,
                    gate,
                    moves,
                    participants,
                    Optional.of(new TableChange(kind, table)));
        }

        public SystemEntry.Decide entry() {
            return entry(List.of());
        }

        /** The decision on a batch out of which records were left. */
        public SystemEntry.Decide entry(List<PipelineError> errors) {
            return new SystemEntry.Decide(
                    batch,
                    database,
                    1,
                    tables,
                    mode,
                    gate,
                    moves,
                    participants,
                    change,
                    participants.size(),
                    100L * participants.size(),
                    1_000,
                    2_000,
                    errors);
        }
    }
}
