package dev.millrace.launch;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.TimeZone;

/** Prints result sets row by row; what has been fetched is shown, whatever comes later. */
final class ResultPrinter {
    private static final DateTimeFormatter TIMESTAMP = new DateTimeFormatterBuilder()
            .appendPattern("uuuu-MM-dd HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 6, true)
            .toFormatter(Locale.ROOT);

    private final ResultFormat format;
    private final PrintWriter out;

    ResultPrinter(ResultFormat format, PrintWriter out) {
        this.format = requireNonNull(format, "format");
        this.out = requireNonNull(out, "out");
    }

    /** Prints all rows and answers how many there were. */
    long print(ResultSet rows) throws SQLException {
        ResultSetMetaData columns = rows.getMetaData();
        List<String> names = new ArrayList<>();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
            names.add(columns.getColumnLabel(i));
        }
        return switch (format) {
            case TABLE -> printTable(rows, columns, names);
            case CSV -> printCsv(rows, columns, names);
            case JSON -> printJson(rows, columns, names);
        };
    }

    private long printTable(ResultSet rows, ResultSetMetaData columns, List<String> names) throws SQLException {
        boolean[] right = new boolean[names.size()];
        for (int i = 0; i < right.length; i++) {
            right[i] = isNumber(columns.getColumnType(i + 1));
        }
        TextTable table = new TextTable(names, right, out);
        long count = 0;
        while (rows.next()) {
            List<String> row = new ArrayList<>(names.size());
            for (int i = 1; i <= names.size(); i++) {
                String text = text(rows, i, columns.getColumnType(i));
                row.add(text == null ? "NULL" : text);
            }
            table.row(row);
            count++;
        }
        table.end();
        return count;
    }

    private long printCsv(ResultSet rows, ResultSetMetaData columns, List<String> names) throws SQLException {
        out.println(String.join(",", names.stream().map(ResultPrinter::csv).toList()));
        long count = 0;
        while (rows.next()) {
            for (int i = 1; i <= names.size(); i++) {
                String text = text(rows, i, columns.getColumnType(i));
                out.print(i == 1 ? "" : ",");
                out.print(text == null ? "" : csv(text));
            }
            out.println();
            count++;
        }
        return count;
    }

    private long printJson(ResultSet rows, ResultSetMetaData columns, List<String> names) throws SQLException {
        long count = 0;
        while (rows.next()) {
            for (int i = 1; i <= names.size(); i++) {
                int type = columns.getColumnType(i);
                String text = text(rows, i, type);
                out.print(i == 1 ? "{" : ",");
                out.print(quote(names.get(i - 1)));
                out.print(':');
                out.print(text == null || isPlainJson(type, text) ? text : quote(text));
            }
            out.println('}');
            count++;
        }
        return count;
    }

    /** A value as text, or null for NULL. */
    private static String text(ResultSet rows, int column, int type) throws SQLException {
        switch (type) {
            case Types.TIMESTAMP -> {
                Timestamp time =
                        rows.getTimestamp(column, Calendar.getInstance(TimeZone.getTimeZone("UTC"), Locale.ROOT));
                return time == null
                        ? null
                        : TIMESTAMP.format(LocalDateTime.ofInstant(time.toInstant(), ZoneOffset.UTC));
            }
            case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB -> {
                byte[] bytes = rows.getBytes(column);
                return bytes == null ? null : "0x" + HexFormat.of().formatHex(bytes);
            }
            case Types.DECIMAL, Types.NUMERIC -> {
                BigDecimal number = rows.getBigDecimal(column);
                return number == null ? null : number.toPlainString();
            }
            default -> {
                return rows.getString(column);
            }
        }
    }

    private static boolean isNumber(int type) {
        return switch (type) {
            case Types.TINYINT,
                    Types.SMALLINT,
                    Types.INTEGER,
                    Types.BIGINT,
                    Types.REAL,
                    Types.FLOAT,
                    Types.DOUBLE,
                    Types.DECIMAL,
                    Types.NUMERIC -> true;
            default -> false;
        };
    }

    /** JSON has no NaN and no infinity: those are printed as strings. */
    private static boolean isPlainJson(int type, String text) {
        return type == Types.BOOLEAN || isNumber(type) && !text.endsWith("N") && !text.endsWith("y");
    }

    private static String csv(String text) {
        boolean plain = !text.isEmpty() && text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    private static String quote(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }
}
