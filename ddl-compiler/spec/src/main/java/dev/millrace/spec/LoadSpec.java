package dev.millrace.spec;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What happens to records between their format and the table.
 *
 * @param stopOnError whether a record that no mode covers stops the pipeline; otherwise it is left out, too
 * @param set columns and variables that are computed, in the order of the statement
 * @param where rows that do not fulfil it are dropped; empty: all stay
 * @param onDuplicateKey what becomes of the row whose unique key is taken, in the order of the statement; empty: the
 *     error mode says
 */
public record LoadSpec(
        ErrorMode errors,
        boolean stopOnError,
        List<Computed> set,
        Optional<SqlExpression> where,
        List<OnDuplicateKey> onDuplicateKey) {
    /** No clause said: a record that cannot be loaded stops the pipeline. */
    public static final LoadSpec PLAIN = new LoadSpec(ErrorMode.FAIL, true, List.of(), Optional.empty());

    /** What a variable's name begins with where formats name what they fill. */
    public static final String VARIABLE = "@";

    public LoadSpec {
        requireNonNull(errors, "errors");
        set = List.copyOf(set);
        requireNonNull(where, "where");
        onDuplicateKey = List.copyOf(onDuplicateKey);
    }

    /** Without ON DUPLICATE KEY UPDATE. */
    public LoadSpec(ErrorMode errors, boolean stopOnError, List<Computed> set, Optional<SqlExpression> where) {
        this(errors, stopOnError, set, where, List.of());
    }

    /**
     * {@code column = expression} of ON DUPLICATE KEY UPDATE.
     *
     * @param sql the expression as it was written
     */
    public record OnDuplicateKey(String sql, ColumnChange change) {
        public OnDuplicateKey {
            requireNonNull(sql, "sql");
            requireNonNull(change, "change");
        }
    }

    /**
     * {@code SET column = expression}. DuckDB's form names the inputs, columns and {@code @variables} of the format, as
     * quoted identifiers.
     *
     * @param column spelled as in the table; a variable's has its {@code @}: whoever reads it has its expression inside of
     *     his own, so nothing else is to be done about it
     */
    public record Computed(String column, SqlExpression value) {
        public Computed {
            requireNonNull(column, "column");
            requireNonNull(value, "value");
        }
    }

    /** What becomes of rows whose unique key is taken, as the table's partitions need it. */
    public List<ColumnChange> columnChanges() {
        return onDuplicateKey.stream().map(OnDuplicateKey::change).toList();
    }

    /** Whether anything is computed. */
    public boolean isComputing() {
        return !set.isEmpty() || where.isPresent();
    }

    /** The columns among what is computed. */
    public List<Computed> computedColumns() {
        return set.stream().filter(computed -> !isVariable(computed.column())).toList();
    }

    /** The same with another answer to a record that no mode covers. */
    public LoadSpec withStopOnError(boolean stop) {
        return new LoadSpec(errors, stop, set, where);
    }

    /** What the expressions ask of a record beside its value. */
    public List<RecordProperty> properties() {
        return Arrays.stream(RecordProperty.values())
                .filter(property -> isNamed(property.input()))
                .toList();
    }

    /** Whether an expression reads that input. */
    public boolean isNamed(String input) {
        String quoted = '"' + input.replace("\"", "\"\"") + '"';
        return set.stream().anyMatch(computed -> computed.value().duckdb().contains(quoted))
                || where.filter(condition -> condition.duckdb().contains(quoted))
                        .isPresent();
    }

    /** Whether a record whose unique key is taken is left out and recorded. */
    public boolean isSkippingDuplicates() {
        return switch (errors) {
            case SKIP_ALL, SKIP_DUPLICATE_KEY -> true;
            case REPLACE, IGNORE -> false;
            case FAIL, SKIP_CONSTRAINT, SKIP_PARSER -> !stopOnError;
        };
    }

    /** Whether whatever cannot be loaded is left out, also what a transform fails on. */
    public boolean isSkippingAll() {
        return !stopOnError || errors == ErrorMode.SKIP_ALL || errors == ErrorMode.IGNORE;
    }

    /** Whether a name in a format is a variable's. */
    public static boolean isVariable(String name) {
        return name.startsWith(VARIABLE);
    }
}
