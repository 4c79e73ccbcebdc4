package dev.millrace.leaf.engine;

import dev.millrace.store.Attempt;
import dev.millrace.store.BatchId;
import dev.millrace.store.DecidedBatch;
import dev.millrace.store.TableRef;
import dev.millrace.store.WriteMode;
import dev.millrace.store.log.LogEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.Refusal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A partition as a value: the rules of {@link EntryApplier} a second time, without files and with batches of one chunk,
 * because the engine is too slow for all orders of events. Writers are remembered by the real {@link WriterState}.
 */
final class PartitionModel {
    static final PartitionModel EMPTY = new PartitionModel(0, new TreeMap<>(), new TreeMap<>(), List.of(), List.of());

    private static final Comparator<BatchId> ORDER = Comparator.comparing(BatchId::toString);

    private final long csn;
    private final TreeMap<Long, ByteBuffer> writers;
    private final TreeMap<Long, Sealed> sealed;
    private final List<BatchId> staged;
    private final List<Row> rows;
    private final int hash;

    private PartitionModel(
            long csn,
            TreeMap<Long, ByteBuffer> writers,
            TreeMap<Long, Sealed> sealed,
            List<BatchId> staged,
            List<Row> rows) {
        this.csn = csn;
        this.writers = writers;
        this.sealed = sealed;
        this.staged = staged;
        this.rows = rows;
        this.hash = Objects.hash(csn, writers, sealed, staged, rows);
    }

    /** The last gate seen and the seal of a table. */
    record Sealed(long gate, Optional<BatchId> seal) {
        static final Sealed NONE = new Sealed(0, Optional.empty());
    }

    record Row(long table, long key, BatchId by) {}

    /** What a batch puts into a partition. */
    record Content(TableRef table, boolean keyed, WriteMode mode, List<Long> keys) {}

    /** What an entry came to. */
    record Applied(Answer answer, PartitionModel partition) {}

    long csn() {
        return csn;
    }

    /** By table. */
    Map<Long, Sealed> sealed() {
        return sealed;
    }

    /** Of published batches and the statement. */
    List<Row> rows() {
        return rows;
    }

    Applied apply(LogEntry entry, Function<BatchId, Content> contents) {
        Changing changing = new Changing(this, contents);
        Answer answer = entry.match(changing);
        return new Applied(answer, changing.done());
    }

    /** A statement of one row that keeps a unique key. */
    Optional<PartitionModel> insert(long table, long key, BatchId by) {
        if (sealed.getOrDefault(table, Sealed.NONE).seal().isPresent() || has(table, key)) {
            return Optional.empty();
        }
        List<Row> more = new ArrayList<>(rows);
        more.add(new Row(table, key, by));
        return Optional.of(new PartitionModel(csn, writers, sealed, staged, List.copyOf(more)));
    }

    private boolean has(long table, long key) {
        return rows.stream().anyMatch(row -> row.table() == table && row.key() == key);
    }

    private static final class Changing implements LogEntry.Cases<Answer> {
        private final Function<BatchId, Content> contents;
        private final TreeMap<Long, WriterState> writers = new TreeMap<>();
        private final TreeMap<Long, Sealed> sealed;
        private final List<BatchId> staged;
        private final List<Row> rows;
        private long csn;

        Changing(PartitionModel before, Function<BatchId, Content> contents) {
            this.contents = contents;
            before.writers.forEach((id, bytes) -> writers.put(id, WriterState.fromBytes(bytes.array())));
            sealed = new TreeMap<>(before.sealed);
            staged = new ArrayList<>(before.staged);
            rows = new ArrayList<>(before.rows);
            csn = before.csn;
        }

        PartitionModel done() {
            TreeMap<Long, ByteBuffer> bytes = new TreeMap<>();
            writers.forEach((id, state) -> bytes.put(id, ByteBuffer.wrap(state.toBytes())));
            return new PartitionModel(
                    csn, bytes, sealed, staged.stream().sorted(ORDER).toList(), List.copyOf(rows));
        }

        private WriterState writer(long id) {
            return writers.computeIfAbsent(id, key -> new WriterState());
        }

        private Optional<Answer> fencedOrFinished(BatchId batch) {
            if (writer(batch.writer()).isFenced(batch.attempt())) {
                return Optional.of(Answer.refused(Refusal.FENCED, ""));
            }
            return writer(batch.writer()).isFinished(batch.attempt(), batch.number())
                    ? Optional.of(Answer.refused(Refusal.FINISHED, ""))
                    : Optional.empty();
        }

        private static Answer behind() {
            return Answer.refused(Refusal.BEHIND, "");
        }

        @Override
        public Answer stage(LogEntry.Stage entry) {
            Optional<Answer> refusal = fencedOrFinished(entry.batch());
            if (refusal.isPresent() || staged.contains(entry.batch())) {
                return refusal.orElse(Answer.OK);
            }
            staged.add(entry.batch());
            return Answer.OK;
        }

        @Override
        public Answer seal(LogEntry.Seal entry) {
            BatchId batch = entry.batch();
            WriterState writer = writer(batch.writer());
            Optional<Answer> known =
                    writer.answer(batch.attempt(), batch.number()).or(() -> fencedOrFinished(batch));
            if (known.isPresent()) {
                return known.get();
            }
            if (csn < entry.after()) {
                return behind();
            }
            if (!staged.contains(batch)) {
                return Answer.refused(Refusal.UNKNOWN, "");
            }
            Content content = contents.apply(batch);
            Sealed table = sealed.getOrDefault(content.table().id(), Sealed.NONE);
            boolean mine = table.seal().filter(batch::equals).isPresent();
            if (entry.gate() < table.gate()
                    || entry.gate() == table.gate() && table.seal().isPresent() && !mine) {
                return Answer.refused(Refusal.GATE_LOST, "");
            }
            if (mine && entry.gate() == table.gate()) {
                return Answer.OK;
            }
            if (content.mode() == WriteMode.INSERT && clashes(content)) {
                Answer verdict = Answer.refused(Refusal.DUPLICATE_KEY, "");
                writer.remember(batch.attempt(), batch.number(), verdict);
                supersede(batch);
                return verdict;
            }
            table.seal().filter(older -> !older.equals(batch)).ifPresent(this::supersede);
            sealed.put(content.table().id(), new Sealed(entry.gate(), Optional.of(batch)));
            return Answer.OK;
        }

        private boolean clashes(Content content) {
            return content.keyed()
                    && rows.stream()
                            .anyMatch(row -> row.table() == content.table().id()
                                    && content.keys().contains(row.key()));
        }

        private void supersede(BatchId batch) {
            letGo(batch);
            finish(batch);
        }

        private void letGo(BatchId batch) {
            sealed.replaceAll((id, table) -> table.seal().filter(batch::equals).isPresent()
                    ? new Sealed(table.gate(), Optional.empty())
                    : table);
        }

        private void finish(BatchId batch) {
            long lowestOpen = staged.stream()
                    .filter(open ->
                            open.writer() == batch.writer() && open.attempt().equals(batch.attempt()))
                    .mapToLong(BatchId::number)
                    .min()
                    .orElse(Long.MAX_VALUE);
            writer(batch.writer()).finish(batch.attempt(), batch.number(), lowestOpen);
            staged.remove(batch);
        }

        @Override
        public Answer unseal(LogEntry.Unseal entry) {
            if (csn < entry.after()) {
                return behind();
            }
            for (long id : entry.tables()) {
                Sealed table = sealed.getOrDefault(id, Sealed.NONE);
                if (table.gate() <= entry.gate()) {
                    table.seal().ifPresent(this::supersede);
                    sealed.put(id, new Sealed(entry.gate() + 1, Optional.empty()));
                }
            }
            return Answer.OK;
        }

        @Override
        public Answer discard(LogEntry.Discard entry) {
            if (csn < entry.after()) {
                return behind();
            }
            raiseFloor(entry.writer(), entry.below());
            return Answer.OK;
        }

        private void raiseFloor(long id, Attempt below) {
            if (writer(id).raise(below)) {
                List<BatchId> older = staged.stream()
                        .filter(batch -> batch.writer() == id && batch.attempt().isOlderThan(below))
                        .toList();
                older.forEach(this::letGo);
                staged.removeAll(older);
            }
        }

        @Override
        public Answer publish(LogEntry.Publish entry) {
            for (DecidedBatch batch : entry.batches()) {
                if (batch.change().isEmpty()) {
                    put(batch.id());
                }
                letGo(batch.id());
                finish(batch.id());
                raiseFloor(batch.id().writer(), batch.id().attempt());
            }
            csn = entry.upto();
            return Answer.number(csn);
        }

        private void put(BatchId batch) {
            Content content = contents.apply(batch);
            long table = content.table().id();
            if (!staged.contains(batch)) {
                throw new IllegalStateException("chunks of decided " + batch + " are missing");
            }
            boolean insert = content.mode() == WriteMode.INSERT;
            Optional<BatchId> seal = sealed.getOrDefault(table, Sealed.NONE).seal();
            if (insert && content.keyed() && seal.filter(batch::equals).isEmpty()) {
                throw new IllegalStateException("decided " + batch + " inserts and is not sealed");
            }
            if (!insert && content.keyed()) {
                rows.removeIf(row -> row.table() == table && content.keys().contains(row.key()));
            }
            content.keys().forEach(key -> rows.add(new Row(table, key, batch)));
        }

        @Override
        public Answer insert(LogEntry.Insert entry) {
            throw new IllegalStateException("statements come by another door here");
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PartitionModel that
                && hash == that.hash
                && csn == that.csn
                && writers.equals(that.writers)
                && sealed.equals(that.sealed)
                && staged.equals(that.staged)
                && rows.equals(that.rows);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
