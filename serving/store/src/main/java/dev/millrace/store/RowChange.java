package dev.millrace.store;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.ColumnChange;
import dev.millrace.spec.error.SqlState;
import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;
import java.util.List;
import java.util.Optional;

/**
 * What a statement does to rows that are there. Its SQL is DuckDB's, over the row {@code r}, and says the same whenever
 * and wherever it is evaluated on the same rows.
 *
 * @param plain a condition that fails for no row
 * @param guarded a condition that may; a row that fulfils {@code plain} and that it fails for ends the statement. Rows
 *     that fulfil both are changed
 * @param columns what becomes of them; empty: they are deleted
 */
public record RowChange(Optional<String> plain, Optional<String> guarded, List<ColumnChange> columns) {
    public RowChange {
        requireNonNull(plain, "plain");
        requireNonNull(guarded, "guarded");
        columns = List.copyOf(columns);
    }

    /** What becomes of the row whose unique key another row was to take. */
    public static RowChange onDuplicateKey(List<ColumnChange> columns) {
        return new RowChange(Optional.empty(), Optional.empty(), columns);
    }

    public boolean isDelete() {
        return columns.isEmpty();
    }

    public void write(WireWriter out) {
        out.list(plain.stream().toList(), WireWriter::text)
                .list(guarded.stream().toList(), WireWriter::text)
                .list(
                        columns,
                        (o, column) -> o.text(column.column())
                                .text(column.given())
                                .text(column.stored())
                                .text(column.misfit().name()));
    }

    public static RowChange read(WireReader in) {
        return new RowChange(
                in.list(WireReader::text).stream().findFirst(),
                in.list(WireReader::text).stream().findFirst(),
                in.list(i -> new ColumnChange(i.text(), i.text(), i.text(), SqlState.valueOf(i.text()))));
    }
}
