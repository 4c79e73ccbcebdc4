package dev.millrace.aggregator.execute;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.KeySpec;
import dev.millrace.spec.TableSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** SHOW CREATE TABLE's text: one that creates the same table again. */
final class TableText {
    private TableText() {}

    static String create(TableSpec table) {
        List<String> parts = new ArrayList<>();
        for (ColumnSpec column : table.columns()) {
            parts.add(quoted(column.name()) + " " + column.type().sql() + (column.nullable() ? "" : " NOT NULL")
                    + column.defaultValue()
                            .map(value -> " DEFAULT " + value.sql())
                            .orElse(""));
        }
        for (KeySpec key : table.keys()) {
            parts.add((key.isPrimary() ? "PRIMARY KEY " : "UNIQUE KEY " + quoted(key.name()) + " ")
                    + names(key.columns()));
        }
        if (!table.shardKey().isEmpty()) {
            parts.add("SHARD KEY " + names(table.shardKey()));
        }
        return "CREATE " + (table.reference() ? "REFERENCE " : "") + "TABLE " + quoted(table.name()) + " (\n  "
                + String.join(",\n  ", parts) + "\n)";
    }

    static String quoted(String name) {
        return "`" + name.replace("`", "``") + "`";
    }

    private static String names(List<String> columns) {
        return columns.stream().map(TableText::quoted).collect(Collectors.joining(", ", "(", ")"));
    }
}
