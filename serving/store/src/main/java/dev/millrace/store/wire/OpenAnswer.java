package dev.millrace.store.wire;

import dev.millrace.store.Cursor;
import java.util.List;

/**
 * What an attempt learns when it opens.
 *
 * @param cursors where to read on, for every source partition that has a cursor
 * @param lastTouched for each partition of the writer's database the last CSN that touches it (F); empty for an
 *     aggregator, whose batches name their database only when they are decided
 */
public record OpenAnswer(List<Cursor> cursors, List<Long> lastTouched) {
    public OpenAnswer {
        cursors = List.copyOf(cursors);
        lastTouched = List.copyOf(lastTouched);
    }

    public void write(WireWriter out) {
        out.list(cursors, (o, item) -> item.write(o)).list(lastTouched, WireWriter::number);
    }

    public static OpenAnswer read(WireReader in) {
        return new OpenAnswer(in.list(Cursor::read), in.list(WireReader::number));
    }
}
