package dev.millrace.store;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.TableSpec;
import dev.millrace.spec.json.SpecJson;
import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;

/** A change of a table that every partition makes at one CSN. The order of kinds is part of the wire form. */
public record TableChange(Kind kind, TableSpec table) {
    /** What happens to the table. */
    public enum Kind {
        CREATE,
        DROP,
        TRUNCATE
    }

    public TableChange {
        requireNonNull(kind, "kind");
        requireNonNull(table, "table");
    }

    public void write(WireWriter out) {
        out.u8(kind.ordinal()).text(SpecJson.write(table));
    }

    public static TableChange read(WireReader in) {
        int kind = in.u8();
        if (kind >= Kind.values().length) {
            throw new IllegalArgumentException("table change " + kind);
        }
        return new TableChange(Kind.values()[kind], SpecJson.readTable(in.text()));
    }
}
