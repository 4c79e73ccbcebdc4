package dev.millrace.aggregator.plan;

import dev.millrace.ddl.check.operator.RexWriter;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.SetOp;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.core.Values;
import org.apache.calcite.rex.RexNode;

/** A plan for people: the operators with the fragments at their places, then the SQL of each part. */
final class Explain {
    /** Longer expressions are cut: their SQL follows. */
    private static final int LENGTH_MAX = 120;

    private final StringBuilder out = new StringBuilder();
    private final List<Placement.Cut> cuts;

    private Explain(List<Placement.Cut> cuts) {
        this.cuts = cuts;
    }

    static String of(
            Optional<RelNode> merge,
            List<Placement.Cut> cuts,
            List<PlannedFragment> fragments,
            Optional<String> mergeSql) {
        Explain explain = new Explain(cuts);
        if (merge.isPresent()) {
            explain.line(0, "Merge");
            explain.tree(merge.get(), 1);
        } else {
            explain.fragment(0, 0);
        }
        for (PlannedFragment fragment : fragments) {
            explain.out
                    .append(fragment.name())
                    .append(": ")
                    .append(fragment.fragment().sql())
                    .append('\n');
        }
        mergeSql.ifPresent(sql -> explain.out.append("merge: ").append(sql).append('\n'));
        return explain.out.toString();
    }

    private void line(int depth, String text) {
        out.append("  ".repeat(depth)).append(text).append('\n');
    }

    private void fragment(int number, int depth) {
        Placement.Cut cut = cuts.get(number);
        Partitions partitions = cut.placed().partitions();
        line(
                depth,
                "Gather g" + number + " (" + cut.placed().database().name() + ", partitions=" + partitions
                        + (cut.perPartition() ? ", each by itself" : "") + ")");
        tree(cut.rel(), depth + 1);
    }

    private void tree(RelNode rel, int depth) {
        if (rel instanceof Gather gather) {
            fragment(gather.fragment(), depth);
            return;
        }
        line(depth, label(rel));
        rel.getInputs().forEach(input -> tree(input, depth + 1));
    }

    private static String label(RelNode rel) {
        if (rel instanceof TableScan scan) {
            CatalogTable table = scan.getTable().unwrapOrThrow(CatalogTable.class);
            return "Scan " + table.database().name() + "." + table.spec().name()
                    + (table.spec().reference() ? " (reference)" : "");
        }
        if (rel instanceof Filter filter) {
            return "Filter " + sql(filter.getCondition(), filter.getInput());
        }
        if (rel instanceof Project project) {
            return "Project "
                    + project.getProjects().stream()
                            .map(expression -> sql(expression, project.getInput()))
                            .collect(Collectors.joining(", "));
        }
        if (rel instanceof Aggregate aggregate) {
            return aggregate(aggregate);
        }
        if (rel instanceof Join join) {
            return "Join " + join.getJoinType() + " on " + sql(join.getCondition(), join);
        }
        if (rel instanceof Sort sort) {
            return "Sort "
                    + sort.getCollation().getFieldCollations().stream()
                            .map(key -> name(sort, key.getFieldIndex()) + RelSql.direction(key))
                            .collect(Collectors.joining(", "))
                    + (sort.offset == null ? "" : " offset " + sort.offset)
                    + (sort.fetch == null ? "" : " limit " + sort.fetch);
        }
        if (rel instanceof SetOp setOp) {
            return setOp.kind + (setOp.all ? " ALL" : "");
        }
        if (rel instanceof Values values) {
            return "Values " + values.tuples.size() + " rows";
        }
        return rel.getRelTypeName();
    }

    private static String aggregate(Aggregate aggregate) {
        String keys = aggregate.getGroupSet().asList().stream()
                .map(key -> name(aggregate.getInput(), key))
                .collect(Collectors.joining(", "));
        String calls = aggregate.getAggCallList().stream()
                .map(call -> call.getAggregation().getName() + "(" + (call.isDistinct() ? "DISTINCT " : "")
                        + call.getArgList().stream()
                                .map(argument -> name(aggregate.getInput(), argument))
                                .collect(Collectors.joining(", "))
                        + ")")
                .collect(Collectors.joining(", "));
        return "Aggregate " + calls + (keys.isEmpty() ? "" : (calls.isEmpty() ? "" : " ") + "by " + keys);
    }

    private static String name(RelNode rel, int column) {
        return rel.getRowType().getFieldNames().get(column);
    }

    /** An expression with the names of the columns below it. */
    private static String sql(RexNode expression, RelNode input) {
        List<String> names =
                input instanceof Join join ? joined(join) : input.getRowType().getFieldNames();
        IntFunction<String> columns = names::get;
        String sql = new RexWriter(
                        input.getCluster().getRexBuilder(),
                        columns,
                        over -> new WindowSql(input.getCluster().getRexBuilder(), columns).write(over))
                .write(expression);
        return sql.length() <= LENGTH_MAX ? sql : sql.substring(0, LENGTH_MAX) + "…";
    }

    private static List<String> joined(Join join) {
        return Stream.concat(
                        join.getLeft().getRowType().getFieldNames().stream(),
                        join.getRight().getRowType().getFieldNames().stream())
                .toList();
    }
}
