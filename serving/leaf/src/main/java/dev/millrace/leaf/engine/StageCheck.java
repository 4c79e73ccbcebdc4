package dev.millrace.leaf.engine;

import dev.millrace.spec.ColumnChange;
import dev.millrace.spec.TableSpec;
import dev.millrace.store.WriteMode;
import dev.millrace.store.log.LogEntry;
import java.util.Optional;

/** What is wrong with a chunk that is to be staged for a table; empty if nothing is. */
final class StageCheck {
    private StageCheck() {}

    /** Of rows, looks at the heads of their messages. */
    static Optional<String> heads(LogEntry.Stage entry, TableSpec table) {
        return change(entry, table)
                .or(() -> entry.mode() == WriteMode.CHANGE
                        ? Optional.empty()
                        : IpcCheck.heads(entry.ipc(), entry.rows(), table));
    }

    /** Looks at the layout of their values, too. */
    static Optional<String> layout(LogEntry.Stage entry, TableSpec table) {
        return change(entry, table)
                .or(() -> entry.mode() == WriteMode.CHANGE
                        ? Optional.empty()
                        : IpcCheck.layout(entry.ipc(), entry.rows(), table));
    }

    private static Optional<String> change(LogEntry.Stage entry, TableSpec table) {
        if (entry.mode() == WriteMode.CHANGE
                && (entry.rows() != 0 || entry.ipc().hasRemaining())) {
            return Optional.of("rows with a change");
        }
        if (entry.mode() == WriteMode.MERGE && table.keys().size() > 1) {
            return Optional.of("table " + table.name() + " has several unique keys");
        }
        return entry.change().stream()
                .flatMap(change -> change.columns().stream())
                .map(ColumnChange::column)
                .filter(column -> table.indexOf(column) < 0)
                .findFirst()
                .map(column -> "table " + table.name() + " has no column " + column);
    }
}
