package dev.millrace.aggregator.plan;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.sql.SqlKind;

/**
 * Takes the separator of GROUP_CONCAT out of the columns, where Calcite puts it: a gathered column is no constant any
 * more, and DuckDB wants one.
 */
final class Separators {
    private Separators() {}

    static RelNode resolved(RelNode rel) {
        List<RelNode> inputs =
                rel.getInputs().stream().map(Separators::resolved).toList();
        RelNode copy = inputs.equals(rel.getInputs()) ? rel : rel.copy(rel.getTraitSet(), inputs);
        boolean concatenates = copy instanceof Aggregate aggregate
                && aggregate.getAggCallList().stream()
                        .anyMatch(call -> call.getAggregation().getKind() == SqlKind.LISTAGG);
        return concatenates ? resolved((Aggregate) copy) : copy;
    }

    private static RelNode resolved(Aggregate aggregate) {
        List<AggregateCall> calls = new ArrayList<>();
        for (AggregateCall call : aggregate.getAggCallList()) {
            calls.add(call.getAggregation().getKind() == SqlKind.LISTAGG ? resolved(call, aggregate) : call);
        }
        return aggregate.copy(
                aggregate.getTraitSet(), aggregate.getInput(), aggregate.getGroupSet(), aggregate.groupSets, calls);
    }

    private static AggregateCall resolved(AggregateCall call, Aggregate aggregate) {
        String separator = call.getArgList().size() < 2
                ? ","
                : literal(aggregate, call.getArgList().get(1));
        return AggregateCall.create(
                TypedAggregate.concat(call.getAggregation(), call.getType(), separator),
                call.isDistinct(),
                false,
                false,
                List.of(),
                call.getArgList().subList(0, 1),
                call.filterArg,
                null,
                call.collation,
                call.getType(),
                call.getName());
    }

    private static String literal(Aggregate aggregate, int column) {
        if (aggregate.getInput() instanceof Project project
                && project.getProjects().get(column) instanceof RexLiteral literal
                && !literal.isNull()) {
            return literal.getValueAs(String.class);
        }
        throw new StatementException(SqlState.UNSUPPORTED, "GROUP_CONCAT with this SEPARATOR is not supported");
    }
}
