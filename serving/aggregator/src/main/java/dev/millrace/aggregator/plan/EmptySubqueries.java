package dev.millrace.aggregator.plan;

import java.util.List;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;

/**
 * {@code x IN (…)} and {@code x < ANY (…)} over no rows are FALSE, also where x is NULL. Calcite tells by counting the
 * subquery's rows, and decorrelation makes a count of none NULL; so where a correlated subquery decides between FALSE and
 * NULL, EXISTS asks first.
 */
final class EmptySubqueries {
    private EmptySubqueries() {}

    static RelNode guarded(RelNode rel) {
        RexBuilder rex = rel.getCluster().getRexBuilder();
        return rel.accept(new RelHomogeneousShuttle() {
            @Override
            public RelNode visit(RelNode other) {
                RelNode visited = super.visit(other);
                return visited instanceof Filter filter ? filtered(filter, rex) : visited.accept(new Guard(rex, true));
            }
        });
    }

    /** WHERE takes FALSE and NULL for one. */
    private static RelNode filtered(Filter filter, RexBuilder rex) {
        List<RexNode> parts = RelOptUtil.conjunctions(filter.getCondition()).stream()
                .map(part -> part.accept(new Guard(rex, !(part instanceof RexSubQuery))))
                .toList();
        return filter.copy(filter.getTraitSet(), filter.getInput(), RexUtil.composeConjunction(rex, parts));
    }

    private static final class Guard extends RexShuttle {
        private final RexBuilder rex;
        private final boolean guards;

        Guard(RexBuilder rex, boolean guards) {
            this.rex = rex;
            this.guards = guards;
        }

        @Override
        public RexNode visitSubQuery(RexSubQuery subQuery) {
            RexSubQuery inner = ((RexSubQuery) super.visitSubQuery(subQuery)).clone(guarded(subQuery.rel));
            boolean decides = inner.getKind() == SqlKind.IN || inner.getKind() == SqlKind.SOME;
            boolean correlated = !RelOptUtil.getVariablesUsed(inner.rel).isEmpty();
            return guards && decides && correlated && inner.getType().isNullable()
                    ? rex.makeCall(
                            inner.getType(),
                            SqlStdOperatorTable.CASE,
                            List.of(RexSubQuery.exists(inner.rel), inner, rex.makeLiteral(false)))
                    : inner;
        }
    }
}
