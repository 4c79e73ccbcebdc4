package dev.millrace.aggregator.plan;

import java.util.List;
import org.apache.calcite.plan.RelOptCluster;
import org.apache.calcite.plan.RelTraitSet;
import org.apache.calcite.rel.AbstractRelNode;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.RelWriter;
import org.apache.calcite.rel.type.RelDataType;

/** What comes back from a fragment: a leaf of the merge. */
final class Gather extends AbstractRelNode {
    private final int fragment;

    Gather(RelOptCluster cluster, RelTraitSet traits, int fragment, RelDataType rowType) {
        super(cluster, traits);
        this.fragment = fragment;
        this.rowType = rowType;
    }

    int fragment() {
        return fragment;
    }

    @Override
    public RelNode copy(RelTraitSet traits, List<RelNode> inputs) {
        return new Gather(getCluster(), traits, fragment, rowType);
    }

    @Override
    public RelWriter explainTerms(RelWriter writer) {
        return super.explainTerms(writer).item("fragment", fragment);
    }
}
