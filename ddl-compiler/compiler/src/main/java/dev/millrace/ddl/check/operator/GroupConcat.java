package dev.millrace.ddl.check.operator;

import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.fun.SqlInternalOperators;
import org.apache.calcite.sql.fun.SqlLibraryOperators;

/** GROUP_CONCAT([DISTINCT] text, … [ORDER BY …] [SEPARATOR text]). */
final class GroupConcat {
    private GroupConcat() {}

    static SqlNode rewrite(OperatorRewrite rewrite, SqlCall call) {
        if (call.getKind() != SqlKind.GROUP_CONCAT) {
            throw OperatorRewrite.unsupported(call.getOperator().getName(), call);
        }
        List<SqlNode> texts = new ArrayList<>();
        List<SqlNode> rest = new ArrayList<>();
        boolean separated = false;
        for (SqlNode operand : call.getOperandList()) {
            if (operand instanceof SqlNodeList order) {
                rest.add(rewrite.expression(order));
            } else if (operand.getKind() == SqlKind.SEPARATOR) {
                rest.add(operand);
                separated = true;
            } else {
                texts.add(rewrite.expression(operand));
            }
        }
        if (!separated) {
            rest.add(OperatorRewrite.call(
                    SqlInternalOperators.SEPARATOR,
                    call.getParserPosition(),
                    SqlLiteral.createCharString(",", call.getParserPosition())));
        }
        List<SqlNode> operands = new ArrayList<>();
        operands.add(new SqlBasicCall(TextOperators.JOINED, texts, call.getParserPosition()));
        operands.addAll(rest);
        return OperatorRewrite.withOperator((SqlBasicCall) call, SqlLibraryOperators.GROUP_CONCAT, operands);
    }
}
