package dev.millrace.launch;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * A framed table. Columns are as wide as the widest value among the first rows; a wider one that comes later pushes its
 * own line out, so that a result of any length needs little memory.
 */
final class TextTable {
    /** Rows looked at before the first is printed. */
    private static final int ROWS_MEASURED_MAX = 1000;

    private final List<String> names;
    private final boolean[] right;
    private final PrintWriter out;
    private final int[] widths;
    private final List<List<String>> waiting = new ArrayList<>();
    private boolean begun;
    private boolean empty = true;

    /**
     * @param right by column: numbers stand at the right
     */
    TextTable(List<String> names, boolean[] right, PrintWriter out) {
        this.names = List.copyOf(names);
        this.right = right.clone();
        this.out = out;
        this.widths = new int[names.size()];
        measure(names);
    }

    void row(List<String> values) {
        empty = false;
        List<String> printable = values.stream().map(TextTable::printable).toList();
        if (begun) {
            line(printable);
            return;
        }
        measure(printable);
        waiting.add(printable);
        if (waiting.size() == ROWS_MEASURED_MAX) {
            begin();
        }
    }

    /** Prints what is left; a table without rows prints nothing. */
    void end() {
        if (empty) {
            return;
        }
        if (!begun) {
            begin();
        }
        rule();
    }

    private void begin() {
        begun = true;
        rule();
        line(names);
        rule();
        waiting.forEach(this::line);
        waiting.clear();
    }

    private void measure(List<String> values) {
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Math.max(widths[i], width(values.get(i)));
        }
    }

    private void rule() {
        StringBuilder line = new StringBuilder("+");
        for (int width : widths) {
            line.append("-".repeat(width + 2)).append('+');
        }
        out.println(line);
    }

    private void line(List<String> values) {
        StringBuilder line = new StringBuilder("|");
        for (int i = 0; i < widths.length; i++) {
            String value = values.get(i);
            String padding = " ".repeat(Math.max(0, widths[i] - width(value)));
            line.append(' ')
                    .append(right[i] ? padding + value : value + padding)
                    .append(" |");
        }
        out.println(line);
    }

    private static int width(String value) {
        return value.codePointCount(0, value.length());
    }

    private static String printable(String value) {
        return value.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t");
    }
}
