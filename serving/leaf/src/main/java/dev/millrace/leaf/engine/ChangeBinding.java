package dev.millrace.leaf.engine;

import static dev.millrace.leaf.engine.TableRows.quoted;

import dev.millrace.spec.ColumnChange;
import dev.millrace.spec.TableSpec;
import dev.millrace.store.RowChange;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Whether DuckDB understands a change's SQL over a table's columns. Asked by the leader before the change goes into the
 * log: in an apply, SQL that does not bind halts every replica, and again after each restart. It runs nothing.
 */
final class ChangeBinding {
    /** DuckDB's own limit is 1000. */
    private static final int DEPTH_MAX = 700;

    private final LeafDatabase database;

    /** A pipeline says the same with each of its chunks. */
    private volatile Optional<Understood> last = Optional.empty();

    private record Understood(TableSpec table, RowChange change) {}

    ChangeBinding(LeafDatabase database) {
        this.database = database;
    }

    /** What DuckDB says against it; empty if nothing. */
    Optional<String> problem(TableSpec table, RowChange change) {
        Understood asked = new Understood(table, change);
        if (last.filter(asked::equals).isPresent()) {
            return Optional.empty();
        }
        List<String> parts = new ArrayList<>();
        change.plain().ifPresent(condition -> parts.add("CAST(" + condition + " AS BOOLEAN)"));
        change.guarded().ifPresent(condition -> parts.add("CAST(" + condition + " AS BOOLEAN)"));
        for (ColumnChange column : change.columns()) {
            parts.add(column.given());
            parts.add("CAST(" + column.stored() + " AS "
                    + table.column(column.column()).orElseThrow().type().duckdb() + ")");
        }
        if (parts.isEmpty()) {
            return Optional.empty();
        }
        String row = table.columns().stream()
                .map(column -> "CAST(NULL AS " + column.type().duckdb() + ") AS " + quoted(column.name()))
                .collect(Collectors.joining(", ", "(SELECT ", ")"));
        String sql = "SELECT " + String.join(", ", parts) + " FROM " + row + " AS " + ColumnChange.ROW + ", " + row
                + " AS " + ColumnChange.VALUES;
        try (Connection connection = database.connect();
                Statement settings = connection.createStatement()) {
            // What applies it wraps it once more: what is as deep as it can be here must not be too deep there.
            settings.execute("SET max_expression_depth TO " + DEPTH_MAX);
            try (PreparedStatement bound = connection.prepareStatement(sql)) {
                bound.getMetaData();
            }
        } catch (SQLException e) {
            return Optional.of("a change of table " + table.name() + " is no SQL of the leaf: " + e.getMessage());
        }
        last = Optional.of(asked);
        return Optional.empty();
    }
}
