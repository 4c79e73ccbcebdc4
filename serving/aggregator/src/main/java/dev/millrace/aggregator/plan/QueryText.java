package dev.millrace.aggregator.plan;

import dev.millrace.ddl.parser.SqlParsers;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOrderBy;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlWith;
import org.apache.calcite.sql.parser.SqlParserPos;

/** The text of a query: parsed, and quoted for the labels of columns without a name. */
final class QueryText {
    private QueryText() {}

    static SqlNode parse(String sql) {
        return SqlParsers.query(sql);
    }

    /** Labels of an answer: aliases and names of columns, and for everything else the expression as it was written. */
    static List<String> labels(String sql, SqlNode valid, List<RelDataTypeField> fields) {
        List<SqlNode> items = items(valid);
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
            String name = fields.get(i).getName();
            labels.add(items.size() == fields.size() ? label(sql, items.get(i), name) : name);
        }
        return labels;
    }

    /** Calcite invents aliases for expressions, and for columns that * finds twice. */
    private static String label(String sql, SqlNode item, String name) {
        if (item.getKind() != SqlKind.AS) {
            return item instanceof SqlIdentifier column ? last(column) : written(sql, item, name);
        }
        SqlNode expression = ((SqlCall) item).operand(0);
        SqlIdentifier alias = ((SqlCall) item).operand(1);
        if (written(sql, alias, "").replaceAll("^[`\"']|[`\"']$", "").equalsIgnoreCase(alias.getSimple())) {
            return alias.getSimple();
        }
        return expression instanceof SqlIdentifier column ? last(column) : written(sql, expression, name);
    }

    private static String last(SqlIdentifier column) {
        return column.names.get(column.names.size() - 1);
    }

    private static List<SqlNode> items(SqlNode query) {
        if (query instanceof SqlSelect select) {
            return select.getSelectList();
        }
        if (query instanceof SqlOrderBy ordered) {
            return items(ordered.query);
        }
        if (query instanceof SqlWith with) {
            return items(with.body);
        }
        if (query instanceof SqlCall call && call.getKind().belongsTo(SqlKind.SET_QUERY)) {
            return items(call.operand(0));
        }
        if (query instanceof SqlCall call && call.getKind() == SqlKind.VALUES) {
            return ((SqlCall) call.operand(0)).getOperandList();
        }
        return List.of();
    }

    private static String written(String sql, SqlNode expression, String name) {
        SqlParserPos pos = expression.getParserPosition();
        if (pos.getLineNum() < 1) {
            return name;
        }
        int start = offset(sql, pos.getLineNum(), pos.getColumnNum());
        int end = offset(sql, pos.getEndLineNum(), pos.getEndColumnNum()) + 1;
        return start < 0 || end > sql.length() || end <= start ? name : sql.substring(start, end);
    }

    private static int offset(String sql, int line, int column) {
        int start = 0;
        for (int i = 1; i < line; i++) {
            start = sql.indexOf('\n', start) + 1;
            if (start == 0) {
                return -1;
            }
        }
        return start + column - 1;
    }
}
