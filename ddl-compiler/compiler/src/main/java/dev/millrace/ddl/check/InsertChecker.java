package dev.millrace.ddl.check;

import dev.millrace.ddl.Identifier;
import dev.millrace.ddl.Insert;
import dev.millrace.ddl.Insert.Cell;
import dev.millrace.ddl.Place;
import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** INSERT and REPLACE against their table. */
final class InsertChecker {
    private InsertChecker() {}

    static CheckedInsert check(Insert insert, TableSpec table) {
        List<Integer> columns = insert.columns().isEmpty()
                ? IntStream.range(0, table.columns().size()).boxed().toList()
                : columns(insert.columns(), table);
        Place at = insert.table().at();
        if (!insert.onDuplicate().isEmpty()) {
            Place clause = insert.onDuplicate().get(0).column().at();
            if (insert.mode() != Insert.Mode.INSERT) {
                throw Later.unsupported("IGNORE together with ON DUPLICATE KEY UPDATE", clause);
            }
            oneKey(table, clause);
        }
        for (int i = 0; i < table.columns().size(); i++) {
            if (!columns.contains(i)) {
                needsDefault(table.columns().get(i), at);
            }
        }
        insert.source().match(new Insert.SourceCases<Integer>() {
            @Override
            public Integer values(Insert.Values values) {
                rows(values, columns, table);
                return values.rows().size();
            }

            @Override
            public Integer query(Insert.Rows query) {
                return 0;
            }
        });
        return new CheckedInsert(table, columns);
    }

    /** With several keys a row may clash with several rows: which one changes would be chance. */
    static void oneKey(TableSpec table, Place clause) {
        if (table.keys().size() > 1) {
            throw Later.unsupported(
                    "ON DUPLICATE KEY UPDATE into table '" + table.name() + "', which has several unique keys,",
                    clause);
        }
    }

    private static List<Integer> columns(List<Identifier> names, TableSpec table) {
        List<Integer> columns = new ArrayList<>();
        for (Identifier name : names) {
            int index = table.indexOf(name.text());
            if (index < 0) {
                throw unknown(name);
            }
            if (columns.contains(index)) {
                throw new StatementException(
                        SqlState.COLUMN_SPECIFIED_TWICE,
                        "Column '" + name.text() + "' specified twice",
                        name.at().position());
            }
            columns.add(index);
        }
        return columns;
    }

    static StatementException unknown(Identifier column) {
        return new StatementException(
                SqlState.UNKNOWN_COLUMN,
                "Unknown column '" + column.text() + "' in 'field list'",
                column.at().position());
    }

    private static void rows(Insert.Values values, List<Integer> columns, TableSpec table) {
        int row = 0;
        for (List<Cell> cells : values.rows()) {
            row++;
            if (cells.isEmpty()) {
                table.columns().forEach(column -> needsDefault(column, values.at()));
                continue;
            }
            if (cells.size() != columns.size()) {
                throw new StatementException(
                        SqlState.COLUMN_COUNT_MISMATCH,
                        "Column count doesn't match value count at row " + row,
                        values.at().position());
            }
            for (int i = 0; i < cells.size(); i++) {
                cell(cells.get(i), table.columns().get(columns.get(i)), values.at());
            }
        }
    }

    private static void cell(Cell cell, ColumnSpec column, Place at) {
        if (cell instanceof Cell.Default) {
            needsDefault(column, at);
        } else if (cell instanceof Cell.Null && !column.nullable()) {
            throw new StatementException(
                    SqlState.NOT_NULL_VIOLATION, "Column '" + column.name() + "' cannot be null", at.position());
        }
    }

    static void needsDefault(ColumnSpec column, Place at) {
        if (!column.nullable() && column.defaultValue().isEmpty()) {
            throw new StatementException(
                    SqlState.NO_DEFAULT, "Field '" + column.name() + "' doesn't have a default value", at.position());
        }
    }
}
