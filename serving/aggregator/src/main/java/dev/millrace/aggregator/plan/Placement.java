package dev.millrace.aggregator.plan;

import com.google.common.math.LongMath;
import dev.millrace.ddl.check.operator.Types;
import dev.millrace.spec.TableSpec;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelCollations;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.SetOp;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.core.Union;
import org.apache.calcite.rel.core.Values;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rel.logical.LogicalSort;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.util.ImmutableBitSet;

/**
 * Decides bottom-up where each operator runs. What is on the leaves stays there as long as that is right; the first
 * operator that needs rows of several partitions together gathers its inputs, and everything above it is the merge.
 *
 * <p>{@code needed} are the columns of a result that anybody above reads. Gathering sends only those; the others are
 * NULL in the merge, so that places of columns stay what they are.
 */
final class Placement {
    /** Rows that a LIMIT may ask of each partition before it is cheaper to say so to the leaves as a whole. */
    private static final long PER_PARTITION_ROWS_MAX = 100_000;

    /** A part of the plan that leaves run. */
    record Cut(RelNode rel, Placed.OnLeaves placed, boolean perPartition) {}

    private final List<Cut> cuts = new ArrayList<>();

    /** Fragments in the order of their numbers. */
    List<Cut> cuts() {
        return cuts;
    }

    Placed place(RelNode rel, ImmutableBitSet needed) {
        if (rel instanceof TableScan scan) {
            return scan(scan);
        }
        if (rel instanceof Values) {
            return new Placed.Everywhere(rel);
        }
        if (rel instanceof Filter filter) {
            return filter(filter, needed);
        }
        if (rel instanceof Project project) {
            return project(project, needed);
        }
        if (rel instanceof Aggregate aggregate) {
            return aggregate(aggregate);
        }
        if (rel instanceof Sort sort) {
            return sort(sort, needed);
        }
        if (rel instanceof Join join) {
            return join(join, needed);
        }
        if (rel instanceof SetOp setOp) {
            return setOperation(setOp, needed);
        }
        throw new UnsupportedOperationException(rel.getRelTypeName());
    }

    static ImmutableBitSet all(RelNode rel) {
        return ImmutableBitSet.range(rel.getRowType().getFieldCount());
    }

    private static Placed scan(TableScan scan) {
        CatalogTable table = scan.getTable().unwrapOrThrow(CatalogTable.class);
        TableSpec spec = table.spec();
        if (spec.reference()) {
            return new Placed.OnLeaves(scan, table.database(), new Partitions.AnyOne(), List.of(), true);
        }
        List<Placed.ShardColumns> keys = new ArrayList<>();
        if (!spec.shardKey().isEmpty()) {
            List<Integer> columns = IntStream.of(spec.shardKeyIndexes()).boxed().toList();
            List<RelDataTypeField> fields = scan.getRowType().getFieldList();
            keys.add(new Placed.ShardColumns(
                    columns,
                    columns.stream()
                            .map(column -> Types.family(fields.get(column).getType()))
                            .toList()));
        }
        Partitions partitions =
                table.database().partitions() == 1 ? Partitions.Some.of(Set.of(0)) : new Partitions.All();
        return new Placed.OnLeaves(scan, table.database(), partitions, keys, true);
    }

    private Placed filter(Filter filter, ImmutableBitSet needed) {
        ImmutableBitSet below = needed.union(RelOptUtil.InputFinder.bits(filter.getCondition()));
        Placed input = place(filter.getInput(), below);
        RelNode rel = filter.copy(filter.getTraitSet(), List.of(input.rel()));
        if (input instanceof Placed.OnLeaves leaves) {
            return Pruning.prune(leaves.with(rel, leaves.keys()), filter.getCondition());
        }
        return moved(input, rel);
    }

    private static Placed moved(Placed input, RelNode rel) {
        return input instanceof Placed.Everywhere ? new Placed.Everywhere(rel) : new Placed.AtMerge(rel);
    }

    private Placed project(Project project, ImmutableBitSet needed) {
        ImmutableBitSet below = ImmutableBitSet.of();
        for (int column : needed) {
            below = below.union(
                    RelOptUtil.InputFinder.bits(project.getProjects().get(column)));
        }
        Placed input = place(project.getInput(), below);
        if (input instanceof Placed.OnLeaves leaves) {
            if (!leaves.isWhole() && !windowsStay(project, needed, leaves)) {
                input = gather(leaves, below);
            } else {
                boolean bare = !RexOver.containsOver(project.getProjects(), null);
                RelNode rel = project.copy(project.getTraitSet(), List.of(leaves.rel()));
                List<Placed.ShardColumns> keys = mapped(leaves.keys(), project);
                return bare ? leaves.with(rel, keys) : leaves.derived(rel, keys);
            }
        }
        return moved(input, project.copy(project.getTraitSet(), List.of(input.rel())));
    }

    /** Whether each window's rows are in one partition, because PARTITION BY has the whole shard key. */
    private static boolean windowsStay(Project project, ImmutableBitSet needed, Placed.OnLeaves leaves) {
        boolean[] stays = {true};
        for (int column : needed) {
            project.getProjects().get(column).accept(new RexShuttle() {
                @Override
                public RexNode visitOver(RexOver over) {
                    Set<Integer> columns = new HashSet<>();
                    for (RexNode key : over.getWindow().partitionKeys) {
                        if (key instanceof RexInputRef input) {
                            columns.add(input.getIndex());
                        }
                    }
                    stays[0] &= leaves.keys().stream().anyMatch(key -> columns.containsAll(key.columns()));
                    return over;
                }
            });
        }
        return stays[0];
    }

    private static List<Placed.ShardColumns> mapped(List<Placed.ShardColumns> keys, Project project) {
        List<Placed.ShardColumns> mapped = new ArrayList<>();
        for (Placed.ShardColumns key : keys) {
            List<Integer> places = new ArrayList<>();
            for (int column : key.columns()) {
                for (int i = 0; i < project.getProjects().size(); i++) {
                    if (project.getProjects().get(i) instanceof RexInputRef input && input.getIndex() == column) {
                        places.add(i);
                        break;
                    }
                }
            }
            if (places.size() == key.columns().size()) {
                mapped.add(key.at(places));
            }
        }
        return mapped;
    }

    private Placed aggregate(Aggregate aggregate) {
        ImmutableBitSet below = read(aggregate);
        Placed input = place(aggregate.getInput(), below);
        if (!(input instanceof Placed.OnLeaves leaves)) {
            return moved(input, aggregate.copy(aggregate.getTraitSet(), List.of(input.rel())));
        }
        List<Placed.ShardColumns> kept = grouped(leaves.keys(), aggregate);
        if (leaves.isWhole() || !kept.isEmpty()) {
            return leaves.derived(aggregate.copy(aggregate.getTraitSet(), List.of(leaves.rel())), kept);
        }
        Optional<Partials.Split> split = Partials.split(aggregate, leaves.rel());
        if (split.isPresent()) {
            // One row for each: DuckDB knows count(*) of a table without reading, but not of a union, and under a union
            // it reads a column even where it needs none.
            boolean each = leaves.bare() && aggregate.getGroupSet().isEmpty();
            RelNode partial = split.get().leaves();
            Placed.AtMerge gathered = cut(leaves.derived(partial, List.of()), all(partial), each);
            return new Placed.AtMerge(split.get().merge().over(gathered.rel()));
        }
        Placed.AtMerge gathered = gather(leaves, below);
        return new Placed.AtMerge(aggregate.copy(aggregate.getTraitSet(), List.of(gathered.rel())));
    }

    private static ImmutableBitSet read(Aggregate aggregate) {
        ImmutableBitSet.Builder columns = ImmutableBitSet.builder().addAll(aggregate.getGroupSet());
        for (AggregateCall call : aggregate.getAggCallList()) {
            columns.addAll(call.getArgList());
            if (call.filterArg >= 0) {
                columns.set(call.filterArg);
            }
            columns.addAll(RelCollations.ordinals(call.collation));
        }
        return columns.build();
    }

    /** Shard keys that are among the keys of every grouping, so that no group has rows of two partitions. */
    private static List<Placed.ShardColumns> grouped(List<Placed.ShardColumns> keys, Aggregate aggregate) {
        if (aggregate.getGroupType() != Aggregate.Group.SIMPLE) {
            return List.of();
        }
        ImmutableBitSet groups = aggregate.getGroupSet();
        return keys.stream()
                .filter(key -> key.columns().stream().allMatch(groups::get))
                .map(key -> key.at(key.columns().stream().map(groups::indexOf).toList()))
                .toList();
    }

    private Placed sort(Sort sort, ImmutableBitSet needed) {
        ImmutableBitSet below = needed.union(ImmutableBitSet.of(RelCollations.ordinals(sort.getCollation())));
        Placed input = place(sort.getInput(), below);
        if (!(input instanceof Placed.OnLeaves leaves)) {
            return moved(input, sort.copy(sort.getTraitSet(), List.of(input.rel())));
        }
        if (leaves.isWhole()) {
            return leaves.derived(sort.copy(sort.getTraitSet(), List.of(leaves.rel())), leaves.keys());
        }
        Placed.AtMerge gathered;
        if (sort.fetch == null) {
            gathered = gather(leaves, below);
        } else {
            long rows = LongMath.saturatedAdd(number(sort.offset), number(sort.fetch));
            boolean ordered = !sort.getCollation().getFieldCollations().isEmpty();
            RexBuilder rex = sort.getCluster().getRexBuilder();
            RelNode top = LogicalSort.create(
                    leaves.rel(), sort.getCollation(), null, rex.makeExactLiteral(BigDecimal.valueOf(rows)));
            gathered = cut(
                    leaves.derived(top, List.of()), below, leaves.bare() && ordered && rows <= PER_PARTITION_ROWS_MAX);
        }
        return new Placed.AtMerge(sort.copy(sort.getTraitSet(), List.of(gathered.rel())));
    }

    private static long number(RexNode node) {
        return node == null
                ? 0
                : ((RexLiteral) node).getValueAs(BigDecimal.class).longValue();
    }

    private Placed join(Join join, ImmutableBitSet needed) {
        int leftCount = join.getLeft().getRowType().getFieldCount();
        ImmutableBitSet read = needed.union(RelOptUtil.InputFinder.bits(join.getCondition()));
        ImmutableBitSet leftNeeded = read.intersect(ImmutableBitSet.range(leftCount));
        ImmutableBitSet rightNeeded = read.except(leftNeeded).shift(-leftCount);
        Placed left = place(join.getLeft(), leftNeeded);
        Placed right = place(join.getRight(), rightNeeded);
        if (left instanceof Placed.Everywhere && right instanceof Placed.Everywhere) {
            return new Placed.Everywhere(join.copy(join.getTraitSet(), List.of(left.rel(), right.rel())));
        }
        Optional<Placed> local = Joins.local(join, left, right);
        if (local.isPresent()) {
            return local.get();
        }
        RelNode gatheredLeft = toMerge(left, leftNeeded);
        RelNode gatheredRight = toMerge(right, rightNeeded);
        return new Placed.AtMerge(join.copy(join.getTraitSet(), List.of(gatheredLeft, gatheredRight)));
    }

    private Placed setOperation(SetOp setOp, ImmutableBitSet needed) {
        boolean keepsColumns = setOp instanceof Union && setOp.all;
        List<Placed> inputs = new ArrayList<>();
        List<ImmutableBitSet> read = new ArrayList<>();
        for (RelNode input : setOp.getInputs()) {
            read.add(keepsColumns ? needed : all(input));
            inputs.add(place(input, read.get(read.size() - 1)));
        }
        if (inputs.stream().allMatch(Placed.Everywhere.class::isInstance)) {
            return new Placed.Everywhere(setOp.copy(
                    setOp.getTraitSet(), inputs.stream().map(Placed::rel).toList()));
        }
        Optional<Placed> local = onLeaves(setOp, inputs);
        if (local.isPresent()) {
            return local.get();
        }
        List<RelNode> gathered = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            gathered.add(toMerge(inputs.get(i), read.get(i)));
        }
        return new Placed.AtMerge(setOp.copy(setOp.getTraitSet(), gathered));
    }

    /**
     * A union of partitioned inputs is partitioned; whatever lies in the same single partition stays there. An input that
     * was worked on in its one partition as a whole must not run in others too: a count would give a row in each.
     */
    private static Optional<Placed> onLeaves(SetOp setOp, List<Placed> inputs) {
        List<Placed.OnLeaves> leaves = new ArrayList<>();
        for (Placed input : inputs) {
            if (!(input instanceof Placed.OnLeaves placed)
                    || !leaves.isEmpty()
                            && placed.database().id()
                                    != leaves.get(0).database().id()) {
                return Optional.empty();
            }
            leaves.add(placed);
        }
        RelNode rel =
                setOp.copy(setOp.getTraitSet(), inputs.stream().map(Placed::rel).toList());
        Placed.OnLeaves first = leaves.get(0);
        boolean together = leaves.stream()
                .allMatch(placed -> placed.isWhole() && placed.partitions().equals(first.partitions()));
        boolean bag = setOp instanceof Union
                && setOp.all
                && leaves.stream().noneMatch(placed -> placed.isReplicated() || placed.isWhole() && !placed.bare());
        if (!together && !bag) {
            return Optional.empty();
        }
        Partitions partitions = first.partitions();
        for (Placed.OnLeaves placed : leaves) {
            partitions = union(partitions, placed.partitions());
        }
        return Optional.of(new Placed.OnLeaves(rel, first.database(), partitions, List.of(), false));
    }

    private static Partitions union(Partitions left, Partitions right) {
        if (left instanceof Partitions.Some a && right instanceof Partitions.Some b) {
            Set<Integer> both = new LinkedHashSet<>(a.ordinals());
            both.addAll(b.ordinals());
            return Partitions.Some.of(both);
        }
        return left instanceof Partitions.Some ? right : left;
    }

    private RelNode toMerge(Placed placed, ImmutableBitSet needed) {
        return placed instanceof Placed.OnLeaves leaves ? gather(leaves, needed).rel() : placed.rel();
    }

    private Placed.AtMerge gather(Placed.OnLeaves leaves, ImmutableBitSet needed) {
        return cut(leaves, needed, false);
    }

    /** Makes a fragment; its columns are the needed ones, at least one. */
    private Placed.AtMerge cut(Placed.OnLeaves leaves, ImmutableBitSet needed, boolean perPartition) {
        RelNode rel = leaves.rel();
        int count = rel.getRowType().getFieldCount();
        ImmutableBitSet sent = needed.isEmpty() && count > 0 ? ImmutableBitSet.of() : needed;
        RexBuilder rex = rel.getCluster().getRexBuilder();
        RelNode narrow = rel;
        if (sent.cardinality() < count) {
            List<RexNode> columns = new ArrayList<>();
            List<String> names = new ArrayList<>();
            for (int column : sent) {
                columns.add(rex.makeInputRef(rel, column));
                names.add("c" + columns.size());
            }
            if (columns.isEmpty()) {
                columns.add(rex.makeLiteral(true));
                names.add("c1");
            }
            narrow = LogicalProject.create(rel, List.of(), columns, names);
        }
        RelNode gather = new Gather(rel.getCluster(), rel.getTraitSet(), cuts.size(), narrow.getRowType());
        cuts.add(new Cut(narrow, leaves, perPartition));
        return new Placed.AtMerge(sent.cardinality() < count ? widened(gather, rel, sent) : gather);
    }

    private static RelNode widened(RelNode gather, RelNode rel, ImmutableBitSet sent) {
        RexBuilder rex = rel.getCluster().getRexBuilder();
        List<RexNode> columns = new ArrayList<>();
        for (RelDataTypeField field : rel.getRowType().getFieldList()) {
            columns.add(
                    sent.get(field.getIndex())
                            ? rex.makeInputRef(gather, sent.indexOf(field.getIndex()))
                            : rex.makeAbstractCast(field.getType(), rex.makeNullLiteral(field.getType())));
        }
        return LogicalProject.create(gather, List.of(), columns, rel.getRowType());
    }

    /** The whole plan is one fragment whose rows are the answer. */
    void cutWhole(Placed.OnLeaves leaves) {
        cuts.add(new Cut(leaves.rel(), leaves, false));
    }
}
