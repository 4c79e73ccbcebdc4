package dev.millrace.ddl.check.operator;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import org.apache.calcite.rex.RexNode;

/**
 * Which rows of a table a statement changes.
 *
 * @param node the condition over the table's columns
 * @param plain in DuckDB's SQL, what of it fails for no row; empty if nothing is
 * @param guarded the rest, which may
 */
public record RowCondition(RexNode node, Optional<String> plain, Optional<String> guarded) {
    public RowCondition {
        requireNonNull(node, "node");
        requireNonNull(plain, "plain");
        requireNonNull(guarded, "guarded");
    }
}
