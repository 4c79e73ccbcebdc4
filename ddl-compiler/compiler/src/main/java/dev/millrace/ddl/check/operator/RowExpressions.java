package dev.millrace.ddl.check.operator;

import dev.millrace.ddl.Assignment;
import dev.millrace.ddl.ObjectName;
import dev.millrace.ddl.SqlText;
import dev.millrace.ddl.parser.SqlParsers;
import dev.millrace.spec.ColumnChange;
import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.util.SqlShuttle;

/**
 * Expressions over one row of a table, as UPDATE, DELETE and ON DUPLICATE KEY UPDATE have them, in DuckDB's SQL: the row
 * is {@code r}, the one that was to be put in {@code v} ({@link ColumnChange}). As in MySQL an assignment sees what the
 * ones before it have made of their columns.
 */
public final class RowExpressions {
    /** Of one statement; assignments that repeat each other may grow. */
    private static final int SQL_LENGTH_MAX = 1_000_000;

    private static final String VALUES = "VALUES";

    private final TableSpec table;
    private final Clause clause;
    private final MySqlTypeFactory types = new MySqlTypeFactory();
    private final RexBuilder rex = new RexBuilder(types);
    private final NamedInputs inputs = new NamedInputs(types, rex);
    private final Map<Integer, String> assigned = new HashMap<>();

    /**
     * Where the expressions stand.
     *
     * @param words for messages: {@code UPDATE}
     * @param alias what the table is called there; empty: its name
     * @param values whether {@code VALUES(c)} has a meaning
     */
    public record Clause(String words, Optional<String> alias, boolean values) {}

    public RowExpressions(TableSpec table, Clause clause) {
        this.table = table;
        this.clause = clause;
        for (ColumnSpec column : table.columns()) {
            inputs.add(column.name(), Types.of(types, column.type(), column.nullable()));
        }
        // A column's name does not end with a space.
        for (ColumnSpec column : clause.values() ? table.columns() : List.<ColumnSpec>of()) {
            inputs.add(column.name() + " ", Types.of(types, column.type(), column.nullable()));
        }
    }

    /**
     * Which rows fulfil a condition.
     *
     * @throws StatementException for what is not in the table of operators, or is no column
     */
    public RowCondition condition(SqlText text, RewriteContext context) {
        RexNode node = inputs.convert(parsed(text, "where clause"), true, context);
        List<String> plain = new ArrayList<>();
        List<String> guarded = new ArrayList<>();
        boolean truth = Types.family(node.getType()) == Types.Family.BOOL;
        for (RexNode part : truth ? RelOptUtil.conjunctions(node) : List.of(node)) {
            (isInfallible(part) ? plain : guarded).add(truth(part));
        }
        return new RowCondition(node, all(plain), all(guarded));
    }

    private String truth(RexNode node) {
        RelDataType truth = types.createTypeWithNullability(types.createSqlType(SqlTypeName.BOOLEAN), true);
        return Conversion.convert(writer().write(node), node.getType(), truth);
    }

    private static Optional<String> all(List<String> parts) {
        return parts.isEmpty() ? Optional.empty() : Optional.of("(" + String.join(" AND ", parts) + ")");
    }

    /** Comparisons of columns and constants of one family: an engine may evaluate them in any order, and skip blocks. */
    private static boolean isInfallible(RexNode node) {
        if (node instanceof RexInputRef || node instanceof RexLiteral) {
            return true;
        }
        if (!(node instanceof RexCall call)) {
            return false;
        }
        boolean kind = call.isA(SqlKind.COMPARISON)
                || call.getOperator() == LogicOperators.IN
                || call.isA(List.of(SqlKind.AND, SqlKind.OR, SqlKind.NOT, SqlKind.IS_NULL, SqlKind.IS_NOT_NULL));
        List<RexNode> operands = call.getOperands();
        return kind
                && operands.stream().allMatch(RowExpressions::isInfallible)
                && operands.stream()
                                .map(operand -> Types.family(operand.getType()))
                                .distinct()
                                .count()
                        == 1;
    }

    /** What an assignment makes of its column. Assignments come in the order of the statement. */
    public ColumnChange change(Assignment assignment, RewriteContext context) {
        ColumnSpec column = column(assignment);
        SqlText text = assignment.value();
        if (text.sql().equalsIgnoreCase("DEFAULT")) {
            throw new StatementException(
                    SqlState.UNSUPPORTED,
                    "DEFAULT in " + clause.words() + " is not supported",
                    text.at().position());
        }
        RexNode node = inputs.convert(parsed(text, "field list"), false, context);
        try {
            String given = writer().writeTyped(node);
            StoredValue stored = StoredValue.of(given, node.getType(), column.type());
            if (stored.sql().length() > SQL_LENGTH_MAX) {
                throw new StatementException(
                        SqlState.UNSUPPORTED, clause.words() + " with so long expressions is not supported");
            }
            assigned.put(
                    table.indexOf(column.name()),
                    "CAST(" + stored.sql() + " AS " + column.type().duckdb() + ")");
            return new ColumnChange(column.name(), given, stored.sql(), stored.misfit());
        } catch (StatementException e) {
            throw e.position().isPresent() ? e : e.at(text.at().position());
        }
    }

    /** The column that an assignment names; one of the shard key or of a unique key may not change. */
    private ColumnSpec column(Assignment assignment) {
        assignment
                .column()
                .table()
                .map(ObjectName::name)
                .filter(owner -> !owner.text().equalsIgnoreCase(clause.alias().orElse(table.name())))
                .ifPresent(owner -> {
                    throw unknown(assignment.column().toString(), "field list", assignment);
                });
        ColumnSpec column = table.column(assignment.column().name().text())
                .orElseThrow(() -> unknown(assignment.column().toString(), "field list", assignment));
        if (table.shardKey().stream().anyMatch(column.name()::equalsIgnoreCase)) {
            throw new StatementException(
                    SqlState.UNSUPPORTED,
                    clause.words() + " of the shard key's column '" + column.name()
                            + "' is not supported: delete the row and insert it anew",
                    assignment.column().at().position());
        }
        boolean ofKey =
                table.keys().stream().anyMatch(key -> key.columns().stream().anyMatch(column.name()::equalsIgnoreCase));
        if (clause.values() && ofKey) {
            throw new StatementException(
                    SqlState.UNSUPPORTED,
                    clause.words() + " of the unique key's column '" + column.name() + "' is not supported",
                    assignment.column().at().position());
        }
        return column;
    }

    private StatementException unknown(String name, String where, Assignment assignment) {
        return new StatementException(
                SqlState.UNKNOWN_COLUMN,
                "Unknown column '" + name + "' in '" + where + "'",
                assignment.column().at().position());
    }

    private RexWriter writer() {
        int columns = table.columns().size();
        return new RexWriter(rex, input -> {
            String name = '"' + table.columns().get(input % columns).name().replace("\"", "\"\"") + '"';
            return input < columns
                    ? assigned.getOrDefault(input, ColumnChange.ROW + "." + name)
                    : ColumnChange.VALUES + "." + name;
        });
    }

    private SqlNode parsed(SqlText text, String where) {
        SqlNode parsed = clause.values() ? SqlParsers.onDuplicateKey(text) : SqlParsers.expression(text);
        return parsed.accept(new Names(where));
    }

    /** Names become the columns' own spelling; {@code VALUES(c)}, which the parser makes a call, becomes a name. */
    private final class Names extends SqlShuttle {
        private final String where;

        Names(String where) {
            this.where = where;
        }

        @Override
        public SqlNode visit(SqlCall call) {
            if (clause.values()
                    && call.getOperator().getName().equalsIgnoreCase(VALUES)
                    && call.operandCount() == 1
                    && call.operand(0) instanceof SqlIdentifier column) {
                return new SqlIdentifier(known(column) + " ", call.getParserPosition());
            }
            String name = call.getOperator().getName().toUpperCase(Locale.ROOT);
            if (Operators.aggregate(name).isPresent() || Operators.window(name).isPresent()) {
                throw new StatementException(
                        SqlState.INVALID_GROUP_FUNCTION,
                        "Invalid use of group function: in " + clause.words(),
                        Operator.position(call.getParserPosition()));
            }
            if (call.isA(SqlKind.QUERY)) {
                throw new StatementException(
                        SqlState.UNSUPPORTED,
                        "a subquery in " + clause.words() + " is not supported",
                        Operator.position(call.getParserPosition()));
            }
            return super.visit(call);
        }

        @Override
        public SqlNode visit(SqlIdentifier name) {
            boolean word = name.isSimple()
                    && !name.isComponentQuoted(0)
                    && name.getSimple().regionMatches(true, 0, "CURRENT_", 0, 8)
                    && table.column(name.getSimple()).isEmpty();
            return word ? name : new SqlIdentifier(known(name), name.getParserPosition());
        }

        private String known(SqlIdentifier name) {
            int parts = name.names.size();
            Optional<ColumnSpec> column = table.column(name.names.get(parts - 1));
            boolean ofTable = parts == 1
                    || name.names.get(parts - 2).equalsIgnoreCase(clause.alias().orElse(table.name()))
                            && (parts == 2 || name.names.get(parts - 3).equalsIgnoreCase(table.database()));
            if (column.isEmpty() || !ofTable) {
                throw new StatementException(
                        SqlState.UNKNOWN_COLUMN,
                        "Unknown column '" + String.join(".", name.names) + "' in '" + where + "'",
                        Operator.position(name.getParserPosition()));
            }
            return column.get().name();
        }
    }
}
