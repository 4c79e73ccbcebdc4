package dev.millrace.store.query;

import dev.millrace.store.TableRef;
import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;
import java.util.List;

/**
 * Asks a leaf to hold a snapshot of some of its partitions.
 *
 * @param ordinals partitions of the database that this leaf leads
 * @param atLeast the snapshot must be right for this CSN: the leaf waits for it, at most {@code waitMillis}
 * @param tables tables that will be read; another version there is refused as PLAN_STALE
 * @param connections how many fragments will run on it side by side
 */
public record PinRequest(
        long database, List<Integer> ordinals, long atLeast, List<TableRef> tables, int connections, long waitMillis) {
    public PinRequest {
        ordinals = List.copyOf(ordinals);
        tables = List.copyOf(tables);
    }

    public void write(WireWriter out) {
        out.number(database).list(ordinals, (o, item) -> o.number(item)).number(atLeast);
        out.list(tables, (o, item) -> item.write(o)).number(connections).number(waitMillis);
    }

    public static PinRequest read(WireReader in) {
        return new PinRequest(
                in.number(),
                in.list(WireReader::integer),
                in.number(),
                in.list(TableRef::read),
                in.integer(),
                in.number());
    }
}
