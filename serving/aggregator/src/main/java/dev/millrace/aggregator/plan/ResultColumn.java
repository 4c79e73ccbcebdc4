package dev.millrace.aggregator.plan;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.type.SqlType;
import java.util.Optional;

/**
 * A column of an answer.
 *
 * @param label the alias, the column's name, or the expression as it was written; labels may repeat
 * @param type what every value has, whichever way the query ran
 * @param origin the column of a table that it is, unchanged
 */
public record ResultColumn(String label, SqlType type, boolean nullable, Optional<Origin> origin) {
    public ResultColumn {
        requireNonNull(label, "label");
        requireNonNull(type, "type");
        requireNonNull(origin, "origin");
    }

    /** A column of a table, names spelled as in the catalog. */
    public record Origin(String database, String table, String column) {
        public Origin {
            requireNonNull(database, "database");
            requireNonNull(table, "table");
            requireNonNull(column, "column");
        }
    }
}
