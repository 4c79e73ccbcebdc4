package dev.millrace.leaf.system;

import dev.millrace.spec.TableSpec;
import dev.millrace.spec.json.SpecJson;
import java.util.List;

/**
 * A table.
 *
 * @param csn CSN of its last change of form
 */
record TableRow(long database, TableSpec spec, long csn, long createdMillis) implements Row {
    @Override
    public List<Object> values() {
        return List.of(spec.id(), database, spec.version(), csn, spec.name(), SpecJson.write(spec), createdMillis);
    }

    static TableRow of(List<Object> row) {
        Values in = new Values(row);
        in.number();
        long database = in.number();
        in.number();
        long csn = in.number();
        in.text();
        return new TableRow(database, SpecJson.readTable(in.text()), csn, in.number());
    }
}
