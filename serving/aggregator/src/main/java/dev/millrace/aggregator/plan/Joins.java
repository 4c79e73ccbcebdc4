package dev.millrace.aggregator.plan;

import dev.millrace.ddl.check.operator.Types;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;

/** Joins whose matching rows are always in the same partition, and so on the same leaf. */
final class Joins {
    private Joins() {}

    /** @return nothing if the inputs have to be gathered */
    static Optional<Placed> local(Join join, Placed left, Placed right) {
        if (left instanceof Placed.Everywhere && right instanceof Placed.OnLeaves leaves) {
            return withReplicated(join, leaves, left.rel(), leaves.rel(), false);
        }
        if (right instanceof Placed.Everywhere && left instanceof Placed.OnLeaves leaves) {
            return withReplicated(join, leaves, leaves.rel(), right.rel(), true);
        }
        if (!(left instanceof Placed.OnLeaves a)
                || !(right instanceof Placed.OnLeaves b)
                || a.database().id() != b.database().id()) {
            return Optional.empty();
        }
        if (b.isReplicated()) {
            return withReplicated(join, a, a.rel(), b.rel(), true);
        }
        if (a.isReplicated()) {
            return withReplicated(join, b, a.rel(), b.rel(), false);
        }
        if (a.isWhole() && b.isWhole() && a.partitions().equals(b.partitions())) {
            return Optional.of(joined(join, a, a.partitions(), keys(join, a, b), b));
        }
        return colocated(join, a, b);
    }

    /**
     * A side that is the same everywhere joins where the other's rows are, unless it is kept without a match: it would
     * be kept in every partition.
     */
    private static Optional<Placed> withReplicated(
            Join join, Placed.OnLeaves sharded, RelNode left, RelNode right, boolean shardedIsLeft) {
        JoinRelType type = join.getJoinType();
        boolean ok = sharded.isWhole()
                || type == JoinRelType.INNER
                || shardedIsLeft && (type == JoinRelType.LEFT || type == JoinRelType.SEMI || type == JoinRelType.ANTI)
                || !shardedIsLeft && type == JoinRelType.RIGHT;
        if (!ok) {
            return Optional.empty();
        }
        RelNode rel = join.copy(join.getTraitSet(), List.of(left, right));
        boolean nullable = type == JoinRelType.FULL
                || (shardedIsLeft ? type.generatesNullsOnLeft() : type.generatesNullsOnRight());
        int shift = shardedIsLeft ? 0 : left.getRowType().getFieldCount();
        boolean visible = shardedIsLeft || type.projectsRight();
        List<Placed.ShardColumns> keys = nullable || !visible
                ? List.of()
                : sharded.keys().stream().map(key -> shifted(key, shift)).toList();
        return Optional.of(sharded.derived(rel, keys));
    }

    private static Optional<Placed> colocated(Join join, Placed.OnLeaves a, Placed.OnLeaves b) {
        int leftCount = join.getLeft().getRowType().getFieldCount();
        Set<List<Integer>> equated = equated(join.getCondition(), leftCount);
        for (Placed.ShardColumns left : a.keys()) {
            for (Placed.ShardColumns right : b.keys()) {
                if (meets(left, right, equated)) {
                    return Optional.of(joined(join, a, partitions(join.getJoinType(), a, b), keys(join, a, b), b));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean meets(Placed.ShardColumns left, Placed.ShardColumns right, Set<List<Integer>> equated) {
        if (!left.families().equals(right.families()) || left.families().contains(Types.Family.APPROXIMATE)) {
            return false;
        }
        for (int i = 0; i < left.columns().size(); i++) {
            if (!equated.contains(List.of(left.columns().get(i), right.columns().get(i)))) {
                return false;
            }
        }
        return true;
    }

    /** Pairs (column of the left, column of the right) that the condition makes equal. */
    private static Set<List<Integer>> equated(RexNode condition, int leftCount) {
        Set<List<Integer>> pairs = new HashSet<>();
        for (RexNode part : RelOptUtil.conjunctions(condition)) {
            boolean equality = part.isA(SqlKind.EQUALS) || part.isA(SqlKind.IS_NOT_DISTINCT_FROM);
            if (!equality
                    || !(((RexCall) part).getOperands().get(0) instanceof RexInputRef x)
                    || !(((RexCall) part).getOperands().get(1) instanceof RexInputRef y)) {
                continue;
            }
            int low = Math.min(x.getIndex(), y.getIndex());
            int high = Math.max(x.getIndex(), y.getIndex());
            if (low < leftCount && high >= leftCount) {
                pairs.add(List.of(low, high - leftCount));
            }
        }
        return pairs;
    }

    private static Partitions partitions(JoinRelType type, Placed.OnLeaves a, Placed.OnLeaves b) {
        return switch (type) {
            case INNER, SEMI -> smaller(a.partitions(), b.partitions());
            case LEFT, ANTI -> a.partitions();
            case RIGHT -> b.partitions();
            default -> a.partitions().equals(b.partitions()) ? a.partitions() : new Partitions.All();
        };
    }

    private static Partitions smaller(Partitions a, Partitions b) {
        if (a instanceof Partitions.Some left && b instanceof Partitions.Some right) {
            Set<Integer> both = new HashSet<>(left.ordinals());
            both.retainAll(right.ordinals());
            return both.isEmpty() ? Partitions.Some.of(Set.of(left.ordinals().first())) : Partitions.Some.of(both);
        }
        return a instanceof Partitions.Some ? a : b;
    }

    private static List<Placed.ShardColumns> keys(Join join, Placed.OnLeaves a, Placed.OnLeaves b) {
        JoinRelType type = join.getJoinType();
        List<Placed.ShardColumns> keys = new ArrayList<>();
        if (!type.generatesNullsOnLeft()) {
            keys.addAll(a.keys());
        }
        if (!type.generatesNullsOnRight() && type.projectsRight()) {
            int shift = join.getLeft().getRowType().getFieldCount();
            b.keys().forEach(key -> keys.add(shifted(key, shift)));
        }
        return keys;
    }

    private static Placed.ShardColumns shifted(Placed.ShardColumns key, int shift) {
        return key.at(key.columns().stream().map(column -> column + shift).toList());
    }

    private static Placed joined(
            Join join, Placed.OnLeaves a, Partitions partitions, List<Placed.ShardColumns> keys, Placed.OnLeaves b) {
        RelNode rel = join.copy(join.getTraitSet(), List.of(a.rel(), b.rel()));
        return new Placed.OnLeaves(rel, a.database(), partitions, keys, false);
    }
}
