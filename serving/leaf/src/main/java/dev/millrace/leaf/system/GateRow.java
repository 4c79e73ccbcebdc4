package dev.millrace.leaf.system;

import dev.millrace.store.BatchId;
import java.util.Collections;
import java.util.List;

/**
 * A batch that holds the gates of its tables, or waits.
 *
 * @param place in the order of arrival
 * @param gate its number; 0 while it waits
 * @param asks whether it asks for the gates; otherwise it only waits until nobody holds them, to be decided
 */
record GateRow(long place, long gate, boolean asks, BatchId batch, long database, List<Long> tables) implements Row {
    boolean holds() {
        return gate > 0;
    }

    GateRow withGate(long number) {
        return new GateRow(place, number, asks, batch, database, tables);
    }

    /** Whether the two cannot go on side by side: decisions without a gate never hinder each other. */
    boolean hinders(GateRow other) {
        return (asks || other.asks) && !Collections.disjoint(tables, other.tables);
    }

    @Override
    public List<Object> values() {
        return List.of(
                place,
                gate,
                asks,
                batch.writer(),
                batch.attempt().run(),
                (long) batch.attempt().number(),
                batch.number(),
                database,
                SystemJson.numbers(tables));
    }

    static GateRow of(List<Object> row) {
        Values in = new Values(row);
        return new GateRow(
                in.number(), in.number(), in.bool(), in.batch(), in.number(), SystemJson.readNumbers(in.text()));
    }
}
