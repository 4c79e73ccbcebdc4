package dev.millrace.aggregator.plan;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.List;
import org.apache.calcite.plan.Contexts;
import org.apache.calcite.plan.RelOptRule;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.plan.RelRule;
import org.apache.calcite.plan.hep.HepPlanner;
import org.apache.calcite.plan.hep.HepProgram;
import org.apache.calcite.plan.hep.HepProgramBuilder;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.rules.CoreRules;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql2rel.RelDecorrelator;
import org.apache.calcite.tools.RelBuilder;
import org.apache.calcite.tools.RelBuilderFactory;

/**
 * Operators in the form that placement reads: no subqueries, no correlation, filters as low as they go, UNION ALL and
 * grouping in place of UNION. Rules that simplify expressions are left out: they know another SQL than MySQL's.
 */
final class NormalForm {
    /** Rule applications of one program. Queries of a thousand operators need fewer; nothing legitimate needs more. */
    private static final int MATCHES_MAX = 20_000;

    private static final RelBuilder.Config BUILDING = RelBuilder.Config.DEFAULT
            .withSimplify(false)
            .withSimplifyValues(false)
            .withDedupAggregateCalls(true)
            .withPruneInputOfAggregate(false);

    private static final RelBuilderFactory BUILDER = RelBuilder.proto(Contexts.of(BUILDING));

    private static final List<RelOptRule> SUBQUERIES = List.of(
            rule(CoreRules.FILTER_SUB_QUERY_TO_CORRELATE.config),
            rule(CoreRules.PROJECT_SUB_QUERY_TO_CORRELATE.config),
            rule(CoreRules.JOIN_SUB_QUERY_TO_CORRELATE.config));

    private static final List<RelOptRule> PUSH_DOWN = List.of(
            rule(CoreRules.FILTER_INTO_JOIN.config),
            rule(CoreRules.JOIN_CONDITION_PUSH.config),
            rule(CoreRules.FILTER_PROJECT_TRANSPOSE.config),
            rule(CoreRules.FILTER_AGGREGATE_TRANSPOSE.config),
            rule(CoreRules.FILTER_SET_OP_TRANSPOSE.config),
            rule(CoreRules.FILTER_MERGE.config),
            rule(CoreRules.PROJECT_MERGE.config),
            rule(CoreRules.PROJECT_REMOVE.config),
            rule(CoreRules.UNION_MERGE.config),
            rule(CoreRules.UNION_TO_DISTINCT.config));

    private NormalForm() {}

    private static RelOptRule rule(RelRule.Config config) {
        return config.withRelBuilderFactory(BUILDER).toRule();
    }

    static RelNode of(RelNode rel) {
        RelNode independent = independent(rel);
        if (!RelOptUtil.getVariablesUsed(independent).isEmpty() || hasCorrelate(independent)) {
            throw new StatementException(
                    SqlState.UNSUPPORTED, "a subquery that refers to the outer query in this way is not supported");
        }
        return run(independent.accept(new Sameness()), PUSH_DOWN);
    }

    /** Calcite's ways with subqueries end in these two exceptions for forms that they do not know. */
    private static RelNode independent(RelNode rel) {
        try {
            RelNode flat = run(EmptySubqueries.guarded(rel), SUBQUERIES);
            return RelDecorrelator.decorrelateQuery(flat, BUILDER.create(rel.getCluster(), null));
        } catch (IndexOutOfBoundsException | AssertionError e) {
            throw new StatementException(SqlState.UNSUPPORTED, "a subquery of this form is not supported", e);
        }
    }

    /** Decorrelation spells {@code IS NOT DISTINCT FROM} out, which no engine can hash; this puts it back. */
    private static final class Sameness extends RelHomogeneousShuttle {
        @Override
        public RelNode visit(RelNode rel) {
            RelNode visited = super.visit(rel);
            RexBuilder rex = rel.getCluster().getRexBuilder();
            return visited.accept(new RexShuttle() {
                @Override
                public RexNode visitCall(RexCall call) {
                    RexNode inner = super.visitCall(call);
                    return inner.isA(SqlKind.OR)
                            ? RelOptUtil.collapseExpandedIsNotDistinctFromExpr((RexCall) inner, rex)
                            : inner;
                }
            });
        }
    }

    private static boolean hasCorrelate(RelNode rel) {
        return rel instanceof Correlate || rel.getInputs().stream().anyMatch(NormalForm::hasCorrelate);
    }

    private static RelNode run(RelNode rel, List<RelOptRule> rules) {
        HepProgramBuilder program = HepProgram.builder().addMatchLimit(MATCHES_MAX);
        HepPlanner planner = new HepPlanner(
                program.addRuleCollection(rules).build(),
                null,
                true,
                null,
                rel.getCluster().getPlanner().getCostFactory());
        planner.setRoot(rel);
        return planner.findBestExp();
    }
}
