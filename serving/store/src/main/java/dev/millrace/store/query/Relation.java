package dev.millrace.store.query;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.TableRef;
import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;

/**
 * A table that a fragment reads.
 *
 * @param name the FROM item in the fragment's SQL, for example {@code r0}
 * @param tableVersion the version the plan was made for; a leaf that has another answers that the plan is stale
 * @param reference whether every partition holds all rows, so that one of them is read
 */
public record Relation(String name, long tableId, long tableVersion, boolean reference) {
    public Relation {
        requireNonNull(name, "name");
    }

    public TableRef table() {
        return new TableRef(tableId, tableVersion);
    }

    public void write(WireWriter out) {
        out.text(name).number(tableId).number(tableVersion).bool(reference);
    }

    public static Relation read(WireReader in) {
        return new Relation(in.text(), in.number(), in.number(), in.bool());
    }
}
