package dev.millrace.leaf.system;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.BatchId;
import dev.millrace.store.CatalogSnapshot;
import dev.millrace.store.DecidedBatch;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.store.wire.Answer;
import dev.millrace.store.wire.FollowAnswer;
import dev.millrace.store.wire.FollowRequest;
import dev.millrace.store.wire.GatesAnswer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The system partition in memory: entry in, answer and changed rows out. Not safe for several threads: its owner lets
 * in one at a time.
 */
public final class SystemState {
    private final SystemRows rows = new SystemRows();
    private final Rules rules = new Rules(rows);

    /**
     * What an entry came to.
     *
     * @param changes what to write to the file, in this order
     */
    public record Outcome(Answer answer, List<RowChange> changes) {
        public Outcome {
            requireNonNull(answer, "answer");
            changes = List.copyOf(changes);
        }
    }

    /** Applies an entry. A refusal may have changes too: a place in a queue. */
    public Outcome apply(SystemEntry entry) {
        Answer answer = entry.match(rules);
        return new Outcome(answer, rows.takeChanges());
    }

    /** Puts back a row that the file holds; table by table in the order of {@link SystemTable}, before any entry. */
    public void load(SystemTable table, List<Object> row) {
        rows.load(table, row);
    }

    public long catalogVersion() {
        return rows.counters().catalogVersion();
    }

    /** The catalog as it is now. */
    public CatalogSnapshot catalog() {
        return new CatalogSnapshot(
                catalogVersion(),
                rows.nodes.all().stream().map(NodeRow::node).toList(),
                rows.databases.all().stream()
                        .map(row -> new CatalogSnapshot.Database(row.spec(), row.map()))
                        .toList(),
                rows.tables.all().stream()
                        .map(row -> new CatalogSnapshot.Table(row.spec(), row.csn()))
                        .toList(),
                rows.pipelines.all().stream()
                        .map(row -> new CatalogSnapshot.Pipeline(
                                row.spec(),
                                row.sql(),
                                row.credentials(),
                                row.state(),
                                row.run(),
                                row.isAltered(),
                                row.job(),
                                row.condition(),
                                row.message()))
                        .toList());
    }

    /**
     * Batches behind those known, at most {@link FollowAnswer#BATCHES_MAX}. What is missing in between was published
     * long ago by every partition that takes part in it.
     */
    public List<DecidedBatch> after(List<FollowRequest.Known> known) {
        List<DecidedBatch> batches = new ArrayList<>();
        for (FollowRequest.Known item : known) {
            int room = FollowAnswer.BATCHES_MAX - batches.size();
            batches.addAll(rows.history.after(item.database(), item.csn(), room));
        }
        return batches;
    }

    /** The gates of a database that is there. */
    public Optional<GatesAnswer> gates(long database) {
        return rows.progress
                .find(database)
                .map(row -> new GatesAnswer(rows.counters().nextGate(), rows.gates.held(database), row.lastTouched()));
    }

    /** Whether a batch has a place in the queue for gates and would still be refused: asking again changes nothing. */
    public boolean waitsForGate(BatchId batch) {
        return rows.gates.waits(batch);
    }

    SystemRows rows() {
        return rows;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SystemState that && rows.equals(that.rows);
    }

    @Override
    public int hashCode() {
        return rows.hashCode();
    }

    @Override
    public String toString() {
        return rows.toString();
    }

    private static final class Rules implements SystemEntry.Cases<Answer> {
        private final SystemRows rows;
        private final CatalogRules catalog;
        private final PipelineRules pipelines;
        private final BatchRules batches;
        private final ProgramRules programs;

        Rules(SystemRows rows) {
            this.rows = rows;
            programs = new ProgramRules(rows);
            catalog = new CatalogRules(rows);
            pipelines = new PipelineRules(rows, programs);
            batches = new BatchRules(rows, pipelines);
        }

        @Override
        public Answer registerNode(SystemEntry.RegisterNode entry) {
            return catalog.registerNode(entry);
        }

        @Override
        public Answer registerWriter(SystemEntry.RegisterWriter entry) {
            return catalog.registerWriter(entry);
        }

        @Override
        public Answer allocateId(SystemEntry.AllocateId entry) {
            return Answer.number(rows.nextId());
        }

        @Override
        public Answer createDatabase(SystemEntry.CreateDatabase entry) {
            return catalog.createDatabase(entry);
        }

        @Override
        public Answer dropDatabase(SystemEntry.DropDatabase entry) {
            return catalog.dropDatabase(entry);
        }

        @Override
        public Answer createPipeline(SystemEntry.CreatePipeline entry) {
            return pipelines.create(entry);
        }

        @Override
        public Answer dropPipeline(SystemEntry.DropPipeline entry) {
            return pipelines.drop(entry);
        }

        @Override
        public Answer newRun(SystemEntry.NewRun entry) {
            return pipelines.newRun(entry);
        }

        @Override
        public Answer setPipelineState(SystemEntry.SetPipelineState entry) {
            return pipelines.setState(entry);
        }

        @Override
        public Answer open(SystemEntry.Open entry) {
            return batches.open(entry);
        }

        @Override
        public Answer addCursors(SystemEntry.AddCursors entry) {
            return batches.addCursors(entry);
        }

        @Override
        public Answer decide(SystemEntry.Decide entry) {
            return batches.decide(entry);
        }

        @Override
        public Answer takeGate(SystemEntry.TakeGate entry) {
            return batches.takeGate(entry);
        }

        @Override
        public Answer releaseGate(SystemEntry.ReleaseGate entry) {
            rows.gates.drop(entry.batch());
            return Answer.OK;
        }

        @Override
        public Answer revokeGate(SystemEntry.RevokeGate entry) {
            rows.gates.drop(entry.batch());
            return Answer.OK;
        }

        @Override
        public Answer recordErrors(SystemEntry.RecordErrors entry) {
            return pipelines.recordErrors(entry);
        }

        @Override
        public Answer reportPublished(SystemEntry.ReportPublished entry) {
            return catalog.reportPublished(entry);
        }

        @Override
        public Answer storeProgram(SystemEntry.StoreProgram entry) {
            return programs.store(entry);
        }

        @Override
        public Answer replacePipeline(SystemEntry.ReplacePipeline entry) {
            return pipelines.replace(entry);
        }

        @Override
        public Answer clearErrors(SystemEntry.ClearErrors entry) {
            return pipelines.clearErrors(entry);
        }

        @Override
        public Answer reportOffsets(SystemEntry.ReportOffsets entry) {
            return pipelines.reportOffsets(entry);
        }
    }
}
