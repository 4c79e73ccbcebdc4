package dev.millrace.aggregator.plan;

import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexVisitorImpl;

/** How often an expression reads a column. */
final class RexReads {
    private RexReads() {}

    static int count(RexNode expression, int column) {
        int[] count = {0};
        expression.accept(new RexVisitorImpl<Void>(true) {
            @Override
            public Void visitInputRef(RexInputRef input) {
                count[0] += input.getIndex() == column ? 1 : 0;
                return null;
            }
        });
        return count[0];
    }
}
