package dev.millrace.ddl.check.operator;

import dev.millrace.spec.error.StatementException;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
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
        return call.getOperator() instanceof Operator operator
                ? (cx, node) -> convert(cx, operator, node)
                : StandardConvertletTable.INSTANCE.get(call);
    }

    private static RexNode convert(SqlRexContext cx, Operator operator, SqlCall call) {
        List<RexNode> operands = new ArrayList<>(call.operandCount());
        for (SqlNode operand : call.getOperandList()) {
            operands.add(cx.convertExpression(operand));
        }
        RelDataType type = cx.getValidator().getValidatedNodeType(call);
        try {
            return operator.lower(cx.getRexBuilder(), type, operands);
        } catch (StatementException e) {
            throw e.position().isPresent() ? e : OperatorRewrite.at(e, call);
        }
    }
}
