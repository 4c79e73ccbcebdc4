package dev.millrace.sqltest;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Results as lines. */
final class Results {
    /** A failure shows no more lines of each side. */
    private static final int SHOWN_MAX = 50;

    private Results() {}

    /** @param raw whether values stand as they are, each a line of its own */
    static List<String> lines(ResultSet rows, Record.Kind.Query query, boolean raw, String place) throws SQLException {
        int columns = rows.getMetaData().getColumnCount();
        if (!raw && columns != query.types().length()) {
            throw new SqlTestFailure(place + columns + " columns came, and the types are " + query.types());
        }
        List<String> lines = new ArrayList<>();
        while (rows.next()) {
            List<String> row = new ArrayList<>();
            for (int i = 1; i <= columns; i++) {
                row.add(
                        raw
                                ? String.valueOf(rows.getString(i))
                                : Cells.text(rows, i, query.types().charAt(i - 1)));
            }
            if (raw) {
                lines.addAll(String.join(" ", row)
                        .lines()
                        .filter(line -> !line.isBlank())
                        .toList());
            } else if (query.sort() == Record.Sort.VALUESORT) {
                lines.addAll(row);
            } else {
                lines.add(String.join(" ", row));
            }
        }
        return sorted(lines, query.sort());
    }

    static List<String> sorted(List<String> lines, Record.Sort sort) {
        return sort == Record.Sort.NOSORT ? lines : lines.stream().sorted().toList();
    }

    /** Both sides, marked where only one of them has a line. */
    static String compared(List<String> expected, List<String> came) {
        StringBuilder text = new StringBuilder("expected " + expected.size() + " lines:\n");
        append(text, expected, came);
        text.append("came ").append(came.size()).append(" lines:\n");
        append(text, came, expected);
        return text.toString();
    }

    private static void append(StringBuilder text, List<String> lines, List<String> others) {
        for (int i = 0; i < Math.min(lines.size(), SHOWN_MAX); i++) {
            boolean same = i < others.size() && lines.get(i).equals(others.get(i));
            text.append(same ? "    " : "  > ").append(lines.get(i)).append('\n');
        }
        if (lines.size() > SHOWN_MAX) {
            text.append("    … ").append(lines.size() - SHOWN_MAX).append(" more\n");
        }
    }
}
