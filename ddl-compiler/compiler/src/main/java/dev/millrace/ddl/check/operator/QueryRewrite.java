package dev.millrace.ddl.check.operator;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.sql.JoinConditionType;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.SqlOrderBy;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlWindow;
import org.apache.calcite.sql.SqlWith;
import org.apache.calcite.sql.SqlWithItem;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.util.Litmus;

/** The parts of a query around its expressions: FROM items resolved, clauses that are not supported refused. */
final class QueryRewrite {
    /** More rows than there are; twice as many still fit 64 bits, as leaves are asked for LIMIT and OFFSET together. */
    private static final BigDecimal ROWS_MAX = BigDecimal.valueOf((1L << 62) - 1);

    private final RewriteContext context;
    private final OperatorRewrite expressions;

    /** Names of the common table expressions that can be seen, innermost first. */
    private final Deque<Set<String>> scopes = new ArrayDeque<>();

    QueryRewrite(RewriteContext context, OperatorRewrite expressions) {
        this.context = context;
        this.expressions = expressions;
    }

    SqlNode query(SqlNode node) {
        if (node instanceof SqlOrderBy ordered) {
            refuseDistinctWindows(ordered);
            return new SqlOrderBy(
                    ordered.getParserPosition(),
                    query(ordered.query),
                    list(ordered.orderList),
                    count(ordered.offset),
                    count(ordered.fetch));
        }
        if (node instanceof SqlWith with) {
            return with(with);
        }
        if (node instanceof SqlSelect select) {
            return select(select);
        }
        if (node instanceof SqlCall call) {
            return switch (call.getKind()) {
                case UNION, INTERSECT, EXCEPT -> setOperation(call);
                case VALUES -> values(call);
                default -> throw OperatorRewrite.unsupported(call.getOperator().getName(), call);
            };
        }
        throw OperatorRewrite.unsupported(node.getKind().name(), node);
    }

    /** ORDER BY of what DISTINCT made of a window function: Calcite looks for the window's columns in the SELECT list. */
    private static void refuseDistinctWindows(SqlOrderBy ordered) {
        SqlNode query = ordered.query instanceof SqlWith with ? with.body : ordered.query;
        if (!(query instanceof SqlSelect select) || !select.isDistinct()) {
            return;
        }
        for (SqlNode key : ordered.orderList) {
            SqlNode bare = key.getKind() == SqlKind.DESCENDING ? ((SqlCall) key).operand(0) : key;
            if (selected(select.getSelectList(), bare)
                    .filter(item -> contains(item, SqlKind.OVER))
                    .isPresent()) {
                throw OperatorRewrite.unsupported("ORDER BY of a window function in SELECT DISTINCT", key);
            }
        }
    }

    /** The item of a SELECT list that ORDER BY names by its place or its alias. */
    private static Optional<SqlNode> selected(SqlNodeList items, SqlNode key) {
        if (key instanceof SqlNumericLiteral number && number.isInteger()) {
            int place = number.intValue(true);
            return place >= 1 && place <= items.size() ? Optional.of(items.get(place - 1)) : Optional.empty();
        }
        return items.stream()
                .filter(item -> item.getKind() == SqlKind.AS
                        && ((SqlCall) item).operand(1).equalsDeep(key, Litmus.IGNORE))
                .findFirst();
    }

    private static boolean contains(SqlNode node, SqlKind kind) {
        return node.getKind() == kind
                || node instanceof SqlCall call
                        && call.getKind() != SqlKind.SELECT
                        && call.getOperandList().stream().anyMatch(part -> part != null && contains(part, kind));
    }

    private SqlNode setOperation(SqlCall call) {
        for (int i = 0; i < call.operandCount(); i++) {
            call.setOperand(i, query(call.operand(i)));
        }
        return call;
    }

    private SqlNode values(SqlCall call) {
        for (int i = 0; i < call.operandCount(); i++) {
            SqlCall row = call.operand(i);
            for (int j = 0; j < row.operandCount(); j++) {
                row.setOperand(j, expressions.expression(row.operand(j)));
            }
        }
        return call;
    }

    private SqlNode with(SqlWith with) {
        Set<String> names = new HashSet<>();
        scopes.push(names);
        for (SqlNode node : with.withList) {
            SqlWithItem item = (SqlWithItem) node;
            if (item.recursive.booleanValue()) {
                throw OperatorRewrite.unsupported("WITH RECURSIVE", item);
            }
            item.query = query(item.query);
            names.add(fold(item.name.getSimple()));
        }
        with.body = query(with.body);
        scopes.pop();
        return with;
    }

    private SqlNode select(SqlSelect select) {
        if (select.getQualify() != null) {
            throw OperatorRewrite.unsupported("QUALIFY", select.getQualify());
        }
        if (select.getFrom() != null) {
            select.setFrom(from(select.getFrom()));
        } else if (select.getWhere() != null || select.getGroup() != null) {
            select.setFrom(oneRow(select.getParserPosition()));
        }
        select.setSelectList(selectList(select.getSelectList()));
        if (select.getWhere() != null) {
            select.setWhere(expressions.condition(select.getWhere()));
        }
        if (select.getGroup() != null) {
            select.setGroupBy(list(select.getGroup()));
        }
        if (select.getHaving() != null) {
            select.setHaving(expressions.condition(select.getHaving()));
        }
        for (SqlNode window : select.getWindowList()) {
            window((SqlWindow) window);
        }
        if (select.getOrderList() != null) {
            select.setOrderBy(list(select.getOrderList()));
        }
        select.setOffset(count(select.getOffset()));
        select.setFetch(count(select.getFetch()));
        return select;
    }

    private SqlNodeList selectList(SqlNodeList items) {
        List<SqlNode> rewritten = new ArrayList<>(items.size());
        for (SqlNode item : items) {
            boolean star = item instanceof SqlIdentifier name && name.isStar();
            rewritten.add(star ? item : expressions.expression(item));
        }
        return new SqlNodeList(rewritten, items.getParserPosition());
    }

    private SqlNodeList list(SqlNodeList items) {
        return items == null ? null : new SqlNodeList(expressions.all(items), items.getParserPosition());
    }

    void window(SqlWindow window) {
        window.setPartitionList(list(window.getPartitionList()));
        window.setOrderList(list(window.getOrderList()));
    }

    /** LIMIT and OFFSET: a number, or a parameter that is one. */
    private SqlNode count(SqlNode node) {
        if (node == null) {
            return null;
        }
        SqlNode value = expressions.expression(node);
        boolean whole = value instanceof SqlLiteral literal
                && literal.getValue() instanceof BigDecimal number
                && number.signum() >= 0
                && number.scale() <= 0;
        if (!whole) {
            throw OperatorRewrite.at(
                    new StatementException(SqlState.WRONG_ARGUMENTS, "LIMIT takes a whole number that is not negative"),
                    node);
        }
        // "LIMIT 5, 18446744073709551615" is how MySQL's manual says "from the sixth on".
        boolean all = ((SqlLiteral) value).getValueAs(BigDecimal.class).compareTo(ROWS_MAX) > 0;
        return all ? SqlLiteral.createExactNumeric(ROWS_MAX.toPlainString(), value.getParserPosition()) : value;
    }

    private static SqlNode oneRow(SqlParserPos pos) {
        SqlNode row = SqlStdOperatorTable.ROW.createCall(pos, SqlLiteral.createExactNumeric("0", pos));
        SqlNode values = SqlStdOperatorTable.VALUES.createCall(pos, row);
        return SqlStdOperatorTable.AS.createCall(pos, values, new SqlIdentifier("DUAL", pos));
    }

    private SqlNode from(SqlNode node) {
        if (node instanceof SqlIdentifier name) {
            return table(name);
        }
        if (node instanceof SqlJoin join) {
            return join(join);
        }
        if (node.getKind() == SqlKind.AS) {
            SqlCall as = (SqlCall) node;
            as.setOperand(0, from(as.operand(0)));
            return as;
        }
        if (node.getKind() == SqlKind.TABLE_REF) {
            SqlCall reference = (SqlCall) node;
            if (!((SqlNodeList) reference.operand(1)).isEmpty()) {
                throw OperatorRewrite.unsupported("a hint", reference.operand(1));
            }
            return from(reference.operand(0));
        }
        if (node.getKind().belongsTo(SqlKind.QUERY)) {
            return query(node);
        }
        throw OperatorRewrite.unsupported(node.getKind() + " in FROM", node);
    }

    private SqlNode table(SqlIdentifier name) {
        if (name.isSimple()) {
            String folded = fold(name.getSimple());
            if (scopes.stream().anyMatch(scope -> scope.contains(folded))) {
                return name;
            }
            if (folded.equals("dual") && !name.isComponentQuoted(0)) {
                return oneRow(name.getParserPosition());
            }
        }
        return context.table(name);
    }

    private SqlNode join(SqlJoin join) {
        join.setLeft(from(join.getLeft()));
        join.setRight(from(join.getRight()));
        switch (join.getJoinType()) {
            case INNER, LEFT, RIGHT, CROSS, COMMA, FULL -> {}
            default -> throw OperatorRewrite.unsupported(join.getJoinType() + " JOIN", join);
        }
        if (join.getConditionType() == JoinConditionType.ON) {
            join.setOperand(5, expressions.condition(join.getCondition()));
        }
        return join;
    }

    private static String fold(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
