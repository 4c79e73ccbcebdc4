package dev.millrace.aggregator.execute;

import static java.util.Objects.requireNonNull;

import dev.millrace.aggregator.plan.ResultColumn;
import dev.millrace.ddl.ParsedStatement;
import dev.millrace.spec.type.SqlType;
import java.util.List;
import java.util.Optional;

/**
 * A statement that was read, and as far as it was asked for, described.
 *
 * @param columns of its rows; empty if it has none or was not described
 * @param parameterTypes types of its parameters as far as they are known
 */
public record Prepared(
        ParsedStatement parsed, Kind kind, List<ResultColumn> columns, List<Optional<SqlType>> parameterTypes) {
    /** What comes back. */
    public enum Kind {
        /** Rows. */
        QUERY,
        /** A count of rows. */
        INSERT,
        /** Neither, or rows whose columns are known when it has run. */
        OTHER
    }

    public Prepared {
        requireNonNull(parsed, "parsed");
        requireNonNull(kind, "kind");
        columns = List.copyOf(columns);
        parameterTypes = List.copyOf(parameterTypes);
    }

    public String sql() {
        return parsed.sql();
    }

    public int parameters() {
        return parsed.parameters();
    }

    public Optional<SqlType> parameterType(int index) {
        return index < parameterTypes.size() ? parameterTypes.get(index) : Optional.empty();
    }
}
