package dev.millrace.aggregator.plan;

import dev.millrace.ddl.check.operator.Types;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.store.ShardHash;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.util.DateString;
import org.apache.calcite.util.TimestampString;

/** Partitions that a condition on the whole shard key leaves. Where a value's hash is in any doubt, all of them. */
final class Pruning {
    /** Combinations of values of a shard key of several columns that are worth hashing. */
    private static final int COMBINATIONS_MAX = 100_000;

    /** Values of one column. Wrapped, so that two of different classes never compare. */
    private record Value(Object value) {}

    private Pruning() {}

    static Placed.OnLeaves prune(Placed.OnLeaves placed, RexNode condition) {
        if (placed.isReplicated()) {
            return placed;
        }
        Placed.OnLeaves pruned = placed;
        for (Placed.ShardColumns key : placed.keys()) {
            pruned = prune(pruned, key, condition);
        }
        return pruned;
    }

    /** Partitions of a table that a condition over its columns leaves. */
    static Partitions partitions(DatabaseSpec database, TableSpec table, RexNode condition) {
        List<Integer> key = Arrays.stream(table.shardKeyIndexes()).boxed().toList();
        Partitions all = new Partitions.All();
        return key.isEmpty()
                ? all
                : ordinals(key, condition, database.partitions())
                        .map(ordinals -> intersect(all, ordinals))
                        .orElse(all);
    }

    private static Placed.OnLeaves prune(Placed.OnLeaves placed, Placed.ShardColumns key, RexNode condition) {
        return ordinals(key.columns(), condition, placed.database().partitions())
                .map(ordinals -> placed.over(intersect(placed.partitions(), ordinals)))
                .orElse(placed);
    }

    /** Homes of the rows that a condition leaves; empty if it bounds not every column of the key. */
    private static Optional<Set<Integer>> ordinals(List<Integer> key, RexNode condition, int partitions) {
        Map<Integer, Set<Value>> values = values(condition, Set.copyOf(key));
        List<List<Object>> rows = new ArrayList<>();
        rows.add(List.of());
        for (int column : key) {
            Set<Value> candidates = values.get(column);
            if (candidates == null || (long) rows.size() * candidates.size() > COMBINATIONS_MAX) {
                return Optional.empty();
            }
            List<List<Object>> longer = new ArrayList<>();
            for (List<Object> row : rows) {
                for (Value candidate : candidates) {
                    List<Object> extended = new ArrayList<>(row);
                    extended.add(candidate.value());
                    longer.add(extended);
                }
            }
            rows = longer;
        }
        Set<Integer> ordinals = new HashSet<>();
        for (List<Object> row : rows) {
            ordinals.add(ShardHash.partition(ShardHash.of(row), partitions));
        }
        return Optional.of(ordinals);
    }

    private static Partitions intersect(Partitions partitions, Set<Integer> ordinals) {
        Set<Integer> left = new HashSet<>(ordinals);
        if (partitions instanceof Partitions.Some some) {
            left.retainAll(some.ordinals());
            return left.isEmpty() ? Partitions.Some.of(Set.of(some.ordinals().first())) : Partitions.Some.of(left);
        }
        return left.isEmpty() ? Partitions.Some.of(Set.of(0)) : Partitions.Some.of(left);
    }

    /** Columns → all the values that fulfil the condition; columns that it does not bound are absent. */
    private static Map<Integer, Set<Value>> values(RexNode condition, Set<Integer> columns) {
        return switch (condition.getKind()) {
            case AND -> conjunction((RexCall) condition, columns);
            case OR -> disjunction((RexCall) condition, columns);
            case EQUALS -> equality((RexCall) condition, columns);
            default -> membership(condition, columns);
        };
    }

    private static Map<Integer, Set<Value>> conjunction(RexCall and, Set<Integer> columns) {
        Map<Integer, Set<Value>> bounds = new HashMap<>();
        for (RexNode part : RelOptUtil.conjunctions(and)) {
            values(part, columns)
                    .forEach((column, values) -> bounds.merge(column, values, (a, b) -> {
                        Set<Value> both = new LinkedHashSet<>(a);
                        both.retainAll(b);
                        return both;
                    }));
        }
        return bounds;
    }

    private static Map<Integer, Set<Value>> disjunction(RexCall or, Set<Integer> columns) {
        Map<Integer, Set<Value>> bounds = null;
        for (RexNode part : RelOptUtil.disjunctions(or)) {
            Map<Integer, Set<Value>> values = values(part, columns);
            if (bounds == null) {
                bounds = new HashMap<>(values);
                continue;
            }
            bounds.keySet().retainAll(values.keySet());
            bounds.replaceAll((column, before) -> {
                Set<Value> either = new LinkedHashSet<>(before);
                either.addAll(values.get(column));
                return either;
            });
        }
        return bounds == null ? Map.of() : bounds;
    }

    private static Map<Integer, Set<Value>> equality(RexCall equals, Set<Integer> columns) {
        RexNode left = equals.getOperands().get(0);
        RexNode right = equals.getOperands().get(1);
        Map<Integer, Set<Value>> found = bound(left, List.of(right), columns);
        return found.isEmpty() ? bound(right, List.of(left), columns) : found;
    }

    private static Map<Integer, Set<Value>> membership(RexNode condition, Set<Integer> columns) {
        if (condition instanceof RexCall call
                && call.getOperator().getName().equals("IN")
                && call.getOperands().size() > 1) {
            return bound(
                    call.getOperands().get(0),
                    call.getOperands().subList(1, call.getOperands().size()),
                    columns);
        }
        return Map.of();
    }

    private static Map<Integer, Set<Value>> bound(RexNode column, List<RexNode> candidates, Set<Integer> columns) {
        if (!(column instanceof RexInputRef input) || !columns.contains(input.getIndex())) {
            return Map.of();
        }
        Set<Value> values = new LinkedHashSet<>();
        for (RexNode candidate : candidates) {
            if (candidate.isA(SqlKind.CAST)
                    && ((RexCall) candidate).getOperands().get(0) instanceof RexLiteral literal
                    && literal.isNull()) {
                continue;
            }
            if (!(candidate instanceof RexLiteral literal)) {
                return Map.of();
            }
            if (literal.isNull()) {
                continue;
            }
            Optional<Optional<Object>> value = value(literal, input.getType());
            if (value.isEmpty()) {
                return Map.of();
            }
            value.get().ifPresent(known -> values.add(new Value(known)));
        }
        return Map.of(input.getIndex(), values);
    }

    /** The literal as a value of the column's type: nothing if that is uncertain, an empty one if no row can have it. */
    private static Optional<Optional<Object>> value(RexLiteral literal, RelDataType column) {
        Types.Family family = Types.family(literal.getType());
        boolean exact = family == Types.Family.INTEGER || family == Types.Family.DECIMAL;
        return switch (Types.family(column)) {
            case INTEGER -> exact ? Optional.of(whole(literal.getValueAs(BigDecimal.class))) : Optional.empty();
            case DECIMAL ->
                exact ? Optional.of(decimal(literal.getValueAs(BigDecimal.class), column)) : Optional.empty();
            case TEXT ->
                family == Types.Family.TEXT
                        ? Optional.of(Optional.of(literal.getValueAs(String.class)))
                        : Optional.empty();
            case DATE ->
                family == Types.Family.DATE
                        ? Optional.of(Optional.of(
                                (long) literal.getValueAs(DateString.class).getDaysSinceEpoch()))
                        : Optional.empty();
            case TIMESTAMP ->
                family == Types.Family.TIMESTAMP
                        ? Optional.of(Optional.of(micros(literal.getValueAs(TimestampString.class))))
                        : Optional.empty();
            case NULL, BOOL, APPROXIMATE, BINARY, OTHER -> Optional.empty();
        };
    }

    private static Optional<Object> whole(BigDecimal value) {
        try {
            return Optional.of(value.longValueExact());
        } catch (ArithmeticException e) {
            return Optional.empty();
        }
    }

    private static Optional<Object> decimal(BigDecimal value, RelDataType column) {
        try {
            return Optional.of(value.setScale(column.getScale(), RoundingMode.UNNECESSARY));
        } catch (ArithmeticException e) {
            return Optional.empty();
        }
    }

    private static long micros(TimestampString moment) {
        String text = moment.toString();
        int point = text.indexOf('.');
        String fraction = point < 0 ? "" : text.substring(point + 1);
        long micros = Long.parseLong((fraction + "000000").substring(0, 6));
        return Math.floorDiv(moment.getMillisSinceEpoch(), 1000L) * 1_000_000L + micros;
    }
}
