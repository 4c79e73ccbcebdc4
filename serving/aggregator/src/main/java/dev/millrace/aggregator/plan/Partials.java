package dev.millrace.aggregator.plan;

import dev.millrace.ddl.check.operator.Operators;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.rel.RelCollations;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.logical.LogicalAggregate;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.util.ImmutableBitSet;

/**
 * An aggregation in two steps. The leaves group by the keys and by what DISTINCT counts, and aggregate the rest; the
 * merge groups by the keys again. Groups of the first step are finer than those of the second, so COUNT, SUM, MIN and the
 * like combine, and DISTINCT sees each value at least once.
 */
final class Partials {
    /** @param leaves over the input @param merge step over what {@code leaves} gives */
    record Split(RelNode leaves, Merge merge) {}

    /** The second step, over the gathered rows of the first. */
    interface Merge {
        RelNode over(RelNode gathered);
    }

    private final Aggregate aggregate;
    private final RexBuilder rex;
    private final RelDataTypeFactory types;
    private final List<Integer> leafKeys = new ArrayList<>();
    private final List<AggregateCall> leafCalls = new ArrayList<>();
    private final List<AggregateCall> mergeCalls = new ArrayList<>();
    private final List<Averages> results = new ArrayList<>();

    /** Where a result is among the merge's calls: one, or a sum and a count that are divided. */
    private record Averages(int call, boolean divided) {}

    private Partials(Aggregate aggregate) {
        this.aggregate = aggregate;
        rex = aggregate.getCluster().getRexBuilder();
        types = aggregate.getCluster().getTypeFactory();
    }

    /** @return nothing for aggregates that need all rows in one place */
    static Optional<Split> split(Aggregate aggregate, RelNode input) {
        boolean simple = aggregate.getGroupType() == Aggregate.Group.SIMPLE;
        if (!simple || !aggregate.getAggCallList().stream().allMatch(Partials::splits)) {
            return Optional.empty();
        }
        return Optional.of(new Partials(aggregate).split(input));
    }

    private static boolean splits(AggregateCall call) {
        if (call.isDistinct() && reduces(call)) {
            return !call.hasFilter() && call.collation.equals(RelCollations.EMPTY);
        }
        return reduces(call) && call.collation.equals(RelCollations.EMPTY);
    }

    private static boolean reduces(AggregateCall call) {
        return switch (call.getAggregation().getKind()) {
            case COUNT, SUM, SUM0, MIN, MAX, AVG, ANY_VALUE, BIT_AND, BIT_OR, BIT_XOR -> true;
            default -> false;
        };
    }

    private static boolean isDistinct(AggregateCall call) {
        boolean same = switch (call.getAggregation().getKind()) {
            case MIN, MAX, ANY_VALUE, BIT_AND, BIT_OR -> true;
            default -> false;
        };
        return call.isDistinct() && !same;
    }

    private Split split(RelNode input) {
        leafKeys.addAll(aggregate.getGroupSet().asList());
        for (AggregateCall call : aggregate.getAggCallList()) {
            if (isDistinct(call)) {
                for (int argument : call.getArgList()) {
                    if (!leafKeys.contains(argument)) {
                        leafKeys.add(argument);
                    }
                }
            }
        }
        ImmutableBitSet groups = ImmutableBitSet.of(leafKeys);
        for (AggregateCall call : aggregate.getAggCallList()) {
            add(call, groups, input);
        }
        RelNode leaves = LogicalAggregate.create(input, List.of(), groups, null, leafCalls);
        return new Split(leaves, gathered -> merge(gathered, groups));
    }

    private void add(AggregateCall call, ImmutableBitSet groups, RelNode input) {
        if (isDistinct(call)) {
            List<Integer> arguments =
                    call.getArgList().stream().map(groups::indexOf).toList();
            results.add(new Averages(mergeCalls.size(), false));
            mergeCalls.add(call(call.getAggregation(), true, arguments, -1, call.getType()));
            return;
        }
        switch (call.getAggregation().getKind()) {
            case COUNT -> twoSteps(call, call.getAggregation(), SqlStdOperatorTable.SUM0, call.getType(), groups);
            case AVG -> {
                results.add(new Averages(mergeCalls.size(), true));
                RelDataType argument = input.getRowType()
                        .getFieldList()
                        .get(call.getArgList().get(0))
                        .getType();
                RelDataType sum =
                        types.createTypeWithNullability(types.getTypeSystem().deriveSumType(types, argument), true);
                RelDataType count = types.createSqlType(SqlTypeName.BIGINT);
                step(call, SqlStdOperatorTable.SUM, SqlStdOperatorTable.SUM, sum, groups);
                step(call, SqlStdOperatorTable.COUNT, SqlStdOperatorTable.SUM0, count, groups);
            }
            default -> twoSteps(call, call.getAggregation(), call.getAggregation(), call.getType(), groups);
        }
    }

    private void twoSteps(
            AggregateCall call, SqlAggFunction first, SqlAggFunction second, RelDataType type, ImmutableBitSet groups) {
        results.add(new Averages(mergeCalls.size(), false));
        step(call, first, second, type, groups);
    }

    private void step(
            AggregateCall call, SqlAggFunction first, SqlAggFunction second, RelDataType type, ImmutableBitSet groups) {
        int place = groups.cardinality() + leafCalls.size();
        leafCalls.add(call(first, false, call.getArgList(), call.filterArg, type));
        mergeCalls.add(call(second, false, List.of(place), -1, type));
    }

    private static AggregateCall call(
            SqlAggFunction function, boolean distinct, List<Integer> arguments, int filter, RelDataType type) {
        return AggregateCall.create(
                TypedAggregate.of(function, type),
                distinct,
                false,
                false,
                List.of(),
                arguments,
                filter,
                null,
                RelCollations.EMPTY,
                type,
                null);
    }

    private RelNode merge(RelNode gathered, ImmutableBitSet groups) {
        List<Integer> keys =
                aggregate.getGroupSet().asList().stream().map(groups::indexOf).toList();
        ImmutableBitSet mergeKeys = ImmutableBitSet.of(keys);
        RelNode merged = LogicalAggregate.create(gathered, List.of(), mergeKeys, null, mergeCalls);
        List<RexNode> columns = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            columns.add(rex.makeInputRef(merged, mergeKeys.indexOf(keys.get(i))));
        }
        for (int i = 0; i < results.size(); i++) {
            Averages result = results.get(i);
            int place = keys.size() + result.call();
            RexNode value = rex.makeInputRef(merged, place);
            columns.add(
                    result.divided()
                            ? Operators.quotient(
                                    rex,
                                    value,
                                    rex.makeInputRef(merged, place + 1),
                                    aggregate.getAggCallList().get(i).getType())
                            : value);
        }
        boolean same = keys.equals(mergeKeys.asList()) && results.stream().noneMatch(Averages::divided);
        return same ? merged : LogicalProject.create(merged, List.of(), columns, aggregate.getRowType(), Set.of());
    }
}
