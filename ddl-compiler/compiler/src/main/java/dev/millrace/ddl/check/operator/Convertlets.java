package dev.millrace.ddl.check.operator;

import dev.millrace.spec.error.StatementException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql2rel.SqlRexContext;
import org.apache.calcite.sql2rel.SqlRexConvertlet;
import org.apache.calcite.sql2rel.SqlRexConvertletTable;
import org.apache.calcite.sql2rel.StandardConvertletTable;

/** Validated calls → plan expressions: our operators put their conversions in, the rest is Calcite's frame. */
public final class Convertlets implements SqlRexConvertletTable {
    @Override
    public SqlRexConvertlet get(SqlCall call) {
        if (call.getOperator() instanceof Operator operator) {
            return (cx, node) -> convert(cx, operator, node);
        }
        return switch (call.getKind()) {
            case AVG, STDDEV_POP, STDDEV_SAMP, VAR_POP, VAR_SAMP -> Convertlets::aggregate;
            default -> StandardConvertletTable.INSTANCE.get(call);
        };
    }

    /** Calcite would spell these out in its own arithmetic, and lose digits. */
    private static RexNode aggregate(SqlRexContext cx, SqlCall call) {
        List<RexNode> operands = new ArrayList<>(call.operandCount());
        for (SqlNode operand : call.getOperandList()) {
            operands.add(cx.convertExpression(operand));
        }
        RelDataType type = cx.getValidator().getValidatedNodeType(call);
        return cx.getRexBuilder().makeCall(type, call.getOperator(), operands);
    }

    private static RexNode convert(SqlRexContext cx, Operator operator, SqlCall call) {
        List<RexNode> operands = new ArrayList<>(call.operandCount());
        for (SqlNode operand : call.getOperandList()) {
            operands.add(cx.convertExpression(operand));
        }
        RelDataType type = cx.getValidator().getValidatedNodeType(call);
        try {
            RexNode lowered = operator.lower(cx.getRexBuilder(), type, operands);
            if (lowered instanceof RexCall written && written.getOperator() instanceof Operator kept) {
                // What its SQL cannot express is refused here, where the place is still known.
                kept.write(written, Collections.nCopies(written.getOperands().size(), "x"));
            }
            return lowered;
        } catch (StatementException e) {
            throw e.position().isPresent() ? e : OperatorRewrite.at(e, call);
        }
    }
}
