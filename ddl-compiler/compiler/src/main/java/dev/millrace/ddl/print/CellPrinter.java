package dev.millrace.ddl.print;

import dev.millrace.ddl.Insert.Cell;
import java.util.Locale;

/** Writes the values of VALUES. */
final class CellPrinter {
    private CellPrinter() {}

    static String print(Cell cell) {
        return cell.match(new Cell.Cases<>() {
            @Override
            public String nul() {
                return "NULL";
            }

            @Override
            public String byDefault() {
                return "DEFAULT";
            }

            @Override
            public String bool(Cell.Bool bool) {
                return String.valueOf(bool.value()).toUpperCase(Locale.ROOT);
            }

            @Override
            public String exact(Cell.Exact number) {
                return number.value().toPlainString();
            }

            @Override
            public String approximate(Cell.Approximate number) {
                String text = Double.toString(number.value());
                return text.contains("E") ? text : text + "E0";
            }

            @Override
            public String text(Cell.Text text) {
                return Quoting.string(text.value());
            }

            @Override
            public String bytes(Cell.Bytes bytes) {
                return "X'" + bytes.hex() + "'";
            }

            @Override
            public String parameter(Cell.Parameter parameter) {
                return "?";
            }

            @Override
            public String expression(Cell.Expression expression) {
                return expression.text().sql();
            }
        });
    }
}
