package dev.millrace.aggregator.execute;

import static java.util.Objects.requireNonNull;

import dev.millrace.aggregator.catalog.CatalogView;
import dev.millrace.aggregator.plan.ChangePlanner;
import dev.millrace.aggregator.plan.PlannedChange;
import dev.millrace.ddl.Assignment;
import dev.millrace.ddl.Statement;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.WriteMode;
import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.RefusedException;
import java.util.List;
import java.util.Optional;

/**
 * UPDATE and DELETE: one change for all partitions that may have such rows, under the table's gate. Each of them scans
 * the table twice, when it checks and counts and when it publishes; no other writer of the table is let in between.
 */
final class ChangeRunner {
    private final InsertRunner statements;
    private final ChangePlanner planner;
    private final TableWrite.Tools tools;

    ChangeRunner(InsertRunner statements, ChangePlanner planner, TableWrite.Tools tools) {
        this.statements = requireNonNull(statements, "statements");
        this.planner = requireNonNull(planner, "planner");
        this.tools = requireNonNull(tools, "tools");
    }

    /** Answers the rows that have changed: a row that was already as it should be is not among them. */
    long update(Statement.Update update, List<Object> parameters, Session session) {
        return statements.whileTableChanges(view -> {
            TableSpec table = Names.checker(view, session).writableTable(update.table());
            PlannedChange change = planner.update(update, database(view, table), table, parameters, session.values());
            try {
                return run(change, table, view, session);
            } catch (RefusedException e) {
                throw placed(e, update.assignments())
                        .<RuntimeException>map(error -> error)
                        .orElse(e);
            }
        });
    }

    /** Answers the rows that are gone. */
    long delete(Statement.Delete delete, List<Object> parameters, Session session) {
        return statements.whileTableChanges(view -> {
            TableSpec table = Names.checker(view, session).writableTable(delete.table());
            PlannedChange change = planner.delete(delete, database(view, table), table, parameters, session.values());
            return run(change, table, view, session);
        });
    }

    private long run(PlannedChange planned, TableSpec table, CatalogView view, Session session) {
        try (TableWrite write =
                new TableWrite(tools, session, view, table, WriteMode.CHANGE, Optional.of(planned.change()))) {
            return write.change(planned.partitions());
        }
    }

    private static DatabaseSpec database(CatalogView view, TableSpec table) {
        return view.database(table.database())
                .orElseThrow(() -> new RefusedException(Refusal.TABLE_CHANGED, "no database " + table.database()));
    }

    /** An error of a value, at the assignment whose column it names. */
    static Optional<StatementException> placed(RefusedException refused, List<Assignment> assignments) {
        if (!refused.refusal().isOfValue()) {
            return Optional.empty();
        }
        String message = String.valueOf(refused.getMessage());
        return assignments.stream()
                .filter(assignment ->
                        message.contains("'" + assignment.column().name().text() + "'"))
                .findFirst()
                .map(assignment -> refused.toStatementException()
                        .at(assignment.value().at().position()));
    }
}
