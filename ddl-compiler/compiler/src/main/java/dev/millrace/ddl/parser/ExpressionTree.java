package dev.millrace.ddl.parser;

import dev.millrace.spec.error.Position;
import dev.millrace.spec.error.StatementException;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlPostfixOperator;
import org.apache.calcite.sql.SqlPrefixOperator;
import org.apache.calcite.sql.fun.SqlBetweenOperator;
import org.apache.calcite.sql.fun.SqlLikeOperator;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.parser.SqlParserUtil.ToTreeListItem;

/**
 * Makes a tree of the operators and operands that the grammar has lined up. It reads from left to right, each operator
 * once, by their precedences; Calcite's own way looks for the tightest operator again after each step, which takes
 * minutes for what a program can write in one WHERE. The trees are the same; a test compares them.
 */
final class ExpressionTree {
    private final List<Object> items;
    private int at;

    ExpressionTree(List<Object> items) {
        this.items = items;
    }

    SqlNode build() {
        SqlNode tree = parse(0, false);
        if (at < items.size()) {
            throw misplaced();
        }
        return tree;
    }

    /**
     * @param min operators that bind less tightly are left for the caller
     * @param beforeAnd whether an AND ends this, because it is BETWEEN's
     */
    private SqlNode parse(int min, boolean beforeAnd) {
        SqlNode left = operand(beforeAnd);
        while (at < items.size()) {
            ToTreeListItem item = operator();
            SqlOperator operator = item.getOperator();
            boolean ends = beforeAnd && operator.getKind() == SqlKind.AND;
            if (ends || operator.getLeftPrec() <= min) {
                return left;
            }
            at++;
            if (operator instanceof SqlPostfixOperator) {
                left = call(item, List.of(left));
            } else if (operator instanceof SqlBetweenOperator) {
                left = between(item, left, beforeAnd);
            } else if (operator instanceof SqlLikeOperator) {
                left = like(item, left, beforeAnd);
            } else {
                left = call(item, List.of(left, parse(operator.getRightPrec(), beforeAnd)));
            }
        }
        return left;
    }

    private SqlNode operand(boolean beforeAnd) {
        if (at >= items.size()) {
            throw misplaced();
        }
        Object item = items.get(at);
        if (item instanceof SqlNode node) {
            at++;
            return node;
        }
        ToTreeListItem prefix = operator();
        if (!(prefix.getOperator() instanceof SqlPrefixOperator)) {
            throw misplaced();
        }
        at++;
        SqlNode operand = parse(prefix.getOperator().getRightPrec(), beforeAnd);
        if (operand instanceof SqlNumericLiteral number) {
            if (prefix.getOperator() == SqlStdOperatorTable.UNARY_MINUS) {
                return SqlLiteral.createNegative(number, prefix.getPos().plusAll(List.of(operand)));
            }
            if (prefix.getOperator() == SqlStdOperatorTable.UNARY_PLUS) {
                return operand;
            }
        }
        return call(prefix, List.of(operand));
    }

    private SqlNode between(ToTreeListItem item, SqlNode left, boolean beforeAnd) {
        SqlNode lower = parse(0, true);
        if (at >= items.size() || operator().getOperator().getKind() != SqlKind.AND) {
            throw misplaced();
        }
        at++;
        SqlNode upper = parse(item.getOperator().getRightPrec(), beforeAnd);
        return call(item, List.of(left, lower, upper));
    }

    private SqlNode like(ToTreeListItem item, SqlNode left, boolean beforeAnd) {
        int right = item.getOperator().getRightPrec();
        List<SqlNode> operands = new ArrayList<>(List.of(left, parse(right, beforeAnd)));
        if (at < items.size() && operator().getOperator().getKind() == SqlKind.ESCAPE) {
            at++;
            operands.add(parse(right, beforeAnd));
        }
        return call(item, operands);
    }

    private ToTreeListItem operator() {
        if (items.get(at) instanceof ToTreeListItem item) {
            return item;
        }
        throw misplaced();
    }

    private static SqlNode call(ToTreeListItem item, List<SqlNode> operands) {
        return item.getOperator().createCall(item.getPos().plusAll(operands), operands);
    }

    private StatementException misplaced() {
        Object item = items.get(Math.min(at, items.size() - 1));
        SqlParserPos place =
                item instanceof ToTreeListItem operator ? operator.getPos() : ((SqlNode) item).getParserPosition();
        String what =
                item instanceof ToTreeListItem operator ? operator.getOperator().getName() : item.toString();
        return SyntaxError.because(
                "You have an error in your SQL syntax near '" + what + "'",
                new Position(place.getLineNum(), place.getColumnNum()));
    }
}
