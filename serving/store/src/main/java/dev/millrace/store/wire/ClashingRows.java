package dev.millrace.store.wire;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What a seal says about a batch of {@link dev.millrace.store.WriteMode#SKIP}: rows whose unique key is taken, which its
 * publication will leave out.
 *
 * @param rows the first of them, in order, at most {@link #ROWS_MAX}
 * @param count all of them
 */
public record ClashingRows(List<Row> rows, long count) {
    public static final ClashingRows NONE = new ClashingRows(List.of(), 0);

    /** With their messages, well below what an answer may have. */
    public static final int ROWS_MAX = 5_000;

    public ClashingRows {
        rows = List.copyOf(rows);
    }

    /**
     * One of them.
     *
     * @param row number of the row in its chunk, from 0
     * @param message MySQL's
     */
    public record Row(int task, int seq, int row, String message) {
        public Row {
            requireNonNull(message, "message");
        }
    }

    public void write(WireWriter out) {
        out.list(
                        rows,
                        (o, row) -> o.number(row.task())
                                .number(row.seq())
                                .number(row.row())
                                .text(row.message()))
                .number(count);
    }

    public static ClashingRows read(WireReader in) {
        return new ClashingRows(in.list(i -> new Row(i.integer(), i.integer(), i.integer(), i.text())), in.number());
    }
}
