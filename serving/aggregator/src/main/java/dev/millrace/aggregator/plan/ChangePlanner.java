package dev.millrace.aggregator.plan;

import static java.util.Objects.requireNonNull;

import dev.millrace.ddl.Assignment;
import dev.millrace.ddl.Identifier;
import dev.millrace.ddl.SqlText;
import dev.millrace.ddl.Statement;
import dev.millrace.ddl.check.Catalog;
import dev.millrace.ddl.check.operator.RowCondition;
import dev.millrace.ddl.check.operator.RowExpressions;
import dev.millrace.spec.ColumnChange;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.RowChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * UPDATE, DELETE and ON DUPLICATE KEY UPDATE → what partitions are to do. Parameters, NOW() and whatever else depends on
 * the session are constants in it: every replica makes the same of it.
 */
public final class ChangePlanner {
    private final Catalog catalog;

    public ChangePlanner(Catalog catalog) {
        this.catalog = requireNonNull(catalog, "catalog");
    }

    /**
     * Plans an UPDATE.
     *
     * @param parameters as {@link Planner#plan} takes them
     */
    public PlannedChange update(
            Statement.Update update,
            DatabaseSpec database,
            TableSpec table,
            List<?> parameters,
            SessionValues session) {
        RowExpressions expressions = new RowExpressions(table, clause("UPDATE", update.alias()));
        Values values = new Values(parameters, 0, session);
        // The condition is read last, as its parameters are, and sees the row as it was.
        RowExpressions before = new RowExpressions(table, clause("UPDATE", update.alias()));
        List<ColumnChange> columns = values.changes(update.assignments(), expressions);
        refuseRowid(table, columns);
        return planned(update.where(), before, values, columns, database, table);
    }

    /** The check of keys finds rows by what DuckDB calls so. */
    private static void refuseRowid(TableSpec table, List<ColumnChange> columns) {
        boolean key = table.keys().stream()
                .flatMap(unique -> unique.columns().stream())
                .anyMatch(name ->
                        columns.stream().anyMatch(column -> column.column().equalsIgnoreCase(name)));
        if (key && table.column("rowid").isPresent()) {
            throw new StatementException(
                    SqlState.UNSUPPORTED,
                    "UPDATE of a unique key of table '" + table.name()
                            + "', which has a column rowid, is not supported");
        }
    }

    /** Plans a DELETE. */
    public PlannedChange delete(
            Statement.Delete delete,
            DatabaseSpec database,
            TableSpec table,
            List<?> parameters,
            SessionValues session) {
        RowExpressions expressions = new RowExpressions(table, clause("DELETE", delete.alias()));
        Values values = new Values(parameters, 0, session);
        return planned(delete.where(), expressions, values, List.of(), database, table);
    }

    /**
     * What becomes of a row whose key another one was to take.
     *
     * @param firstParameter how many parameters of the statement stand before
     */
    public List<ColumnChange> onDuplicateKey(
            List<Assignment> assignments,
            TableSpec table,
            List<?> parameters,
            int firstParameter,
            SessionValues session) {
        RowExpressions.Clause clause = new RowExpressions.Clause("ON DUPLICATE KEY UPDATE", Optional.empty(), true);
        return new Values(parameters, firstParameter, session).changes(assignments, new RowExpressions(table, clause));
    }

    private static RowExpressions.Clause clause(String words, Optional<Identifier> alias) {
        return new RowExpressions.Clause(words, alias.map(Identifier::text), false);
    }

    private static PlannedChange planned(
            Optional<SqlText> where,
            RowExpressions expressions,
            Values values,
            List<ColumnChange> columns,
            DatabaseSpec database,
            TableSpec table) {
        Optional<RowCondition> condition =
                where.map(text -> values.read(context -> expressions.condition(text, context)));
        Partitions partitions = condition
                .filter(known -> !table.reference())
                .map(known -> Pruning.partitions(database, table, known.node()))
                .orElseGet(Partitions.All::new);
        RowChange change = new RowChange(
                condition.flatMap(RowCondition::plain), condition.flatMap(RowCondition::guarded), columns);
        return new PlannedChange(change, partitions);
    }

    /** Gives each expression its parameters, which are counted from the expression's own first. */
    private final class Values {
        private final List<?> parameters;
        private final SessionValues session;
        private int next;

        Values(List<?> parameters, int next, SessionValues session) {
            this.parameters = parameters;
            this.next = next;
            this.session = session;
        }

        List<ColumnChange> changes(List<Assignment> assignments, RowExpressions expressions) {
            List<ColumnChange> changes = new ArrayList<>();
            for (Assignment assignment : assignments) {
                changes.add(read(context -> expressions.change(assignment, context)));
            }
            return changes;
        }

        <T> T read(Function<QueryContext, T> reader) {
            QueryContext context =
                    new QueryContext(catalog, session, parameters.subList(next, parameters.size()), true);
            T read = Analyzer.guarded(() -> reader.apply(context));
            next += context.parametersSeen();
            return read;
        }
    }
}
