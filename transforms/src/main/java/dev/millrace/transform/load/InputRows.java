package dev.millrace.transform.load;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.type.SqlType;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.FieldVector;
import org.duckdb.DuckDBAppender;

/**
 * What expressions read, on its way into DuckDB: for each input a vector. It owns the vectors.
 *
 * @param inputs all of one length; none if no expression reads any
 */
record InputRows(List<Input> inputs, int rows) implements AutoCloseable {
    /** An input, named as expressions name it. */
    record Input(String name, SqlType type, FieldVector values) {
        Input {
            requireNonNull(name, "name");
            requireNonNull(type, "type");
            requireNonNull(values, "values");
        }
    }

    InputRows {
        inputs = List.copyOf(inputs);
    }

    /** Names and types for CREATE TABLE, the row's number {@code "@"} first, which is no name of a variable. */
    String columns() {
        List<String> columns = new ArrayList<>(List.of("\"@\" INTEGER"));
        inputs.forEach(input -> columns.add(
                '"' + input.name().replace("\"", "\"\"") + "\" " + input.type().duckdb()));
        return String.join(", ", columns);
    }

    void append(DuckDBAppender table) throws SQLException {
        for (int row = 0; row < rows; row++) {
            table.beginRow();
            table.append(row);
            for (Input input : inputs) {
                append(table, input.values(), row);
            }
            table.endRow();
        }
    }

    private static void append(DuckDBAppender table, FieldVector vector, int row) throws SQLException {
        if (vector.isNull(row)) {
            table.appendNull();
        } else if (vector instanceof BitVector bits) {
            table.append(bits.get(row) != 0);
        } else if (vector instanceof DateDayVector days) {
            table.append(LocalDate.ofEpochDay(days.get(row)));
        } else {
            append(table, vector.getObject(row));
        }
    }

    private static void append(DuckDBAppender table, Object value) throws SQLException {
        if (value instanceof Long number) {
            table.append(number);
        } else if (value instanceof Integer number) {
            table.append(number);
        } else if (value instanceof Short number) {
            table.append(number);
        } else if (value instanceof Byte number) {
            table.append(number);
        } else if (value instanceof Double number) {
            table.append(number);
        } else if (value instanceof Float number) {
            table.append(number);
        } else if (value instanceof BigDecimal number) {
            table.append(number);
        } else if (value instanceof LocalDateTime time) {
            table.append(time);
        } else if (value instanceof byte[] bytes) {
            table.append(bytes);
        } else {
            table.append(value.toString());
        }
    }

    @Override
    public void close() {
        inputs.forEach(input -> input.values().close());
    }
}
