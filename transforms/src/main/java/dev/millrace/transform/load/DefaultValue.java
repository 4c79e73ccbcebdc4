package dev.millrace.transform.load;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.SqlExpression;
import dev.millrace.spec.type.SqlType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a column gets where the record says nothing. Plain literals go through the column's own reading of text; any
 * other expression is evaluated by DuckDB, once for each row that needs it, so that {@code UUID()} differs in each.
 */
sealed interface DefaultValue {
    /** Appends the value. */
    void put(ColumnBuilder column);

    /** A new batch begins: values evaluated for the one before are not used again. */
    default void restart() {}

    Pattern NUMBER = Pattern.compile("[-+]?\\d+(\\.\\d*)?([eE][-+]?\\d+)?");
    Pattern STRING = Pattern.compile("'((?:[^']|'')*)'", Pattern.DOTALL);

    static DefaultValue of(SqlExpression expression, SqlType type, ExpressionEngine engine) {
        String sql = expression.duckdb().strip();
        if (sql.equalsIgnoreCase("NULL")) {
            return new Null();
        }
        if (sql.equalsIgnoreCase("TRUE") || sql.equalsIgnoreCase("FALSE")) {
            return new Bool(sql.equalsIgnoreCase("TRUE"));
        }
        if (NUMBER.matcher(sql).matches()) {
            return new Text(sql.getBytes(StandardCharsets.US_ASCII));
        }
        if (STRING.matcher(sql).matches()) {
            String text = sql.substring(1, sql.length() - 1).replace("''", "'");
            return new Text(text.getBytes(StandardCharsets.UTF_8));
        }
        return new Evaluated(sql, type, engine);
    }

    /** NULL, which the column may refuse. */
    record Null() implements DefaultValue {
        @Override
        public void put(ColumnBuilder column) {
            column.nul();
        }
    }

    /** TRUE or FALSE. */
    record Bool(boolean value) implements DefaultValue {
        @Override
        public void put(ColumnBuilder column) {
            column.bool(value);
        }
    }

    /** A number or a string. */
    record Text(byte[] bytes) implements DefaultValue {
        @Override
        public void put(ColumnBuilder column) {
            column.text(bytes, 0, bytes.length);
        }
    }

    /** No default: the record cannot be loaded. */
    record Missing(List<String> path) implements DefaultValue {
        public Missing {
            path = List.copyOf(path);
        }

        @Override
        public void put(ColumnBuilder column) {
            throw BadValue.of(
                    RecordError.Kind.MISSING_PATH,
                    "the record has no value at " + String.join("::", path) + ", and the mapping has no DEFAULT",
                    column.spec.name());
        }
    }

    /** What DuckDB makes of an expression, fetched ahead for many rows. */
    final class Evaluated implements DefaultValue {
        /** One statement costs as much as some hundred values. */
        private static final int VALUES_AHEAD = 1024;

        private final String sql;
        private final SqlType type;
        private final ExpressionEngine engine;
        private List<Optional<byte[]>> values = List.of();
        private int next;

        Evaluated(String sql, SqlType type, ExpressionEngine engine) {
            this.sql = sql;
            this.type = requireNonNull(type, "type");
            this.engine = requireNonNull(engine, "engine");
        }

        @Override
        public void put(ColumnBuilder column) {
            if (next == values.size()) {
                values = engine.evaluate(sql, type, values.isEmpty() ? 1 : VALUES_AHEAD);
                next = 0;
            }
            Optional<byte[]> value = values.get(next++);
            if (value.isPresent()) {
                column.text(value.get(), 0, value.get().length);
            } else {
                column.nul();
            }
        }

        @Override
        public void restart() {
            values = List.of();
            next = 0;
        }
    }
}
