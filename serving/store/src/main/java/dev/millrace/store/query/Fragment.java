package dev.millrace.store.query;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.wire.WireReader;
import dev.millrace.store.wire.WireWriter;
import java.util.List;

/**
 * SQL that a leaf runs over its partitions of one database.
 *
 * @param sql DuckDB SQL whose FROM items are the relations' names
 * @param perPartition whether the SQL runs once for each partition and the results follow each other, instead of once
 *     over the union: for {@code count(*)} and {@code ORDER BY … LIMIT}, where DuckDB loses its short-cuts over a union
 */
public record Fragment(String sql, List<Relation> relations, boolean perPartition) {
    public Fragment {
        requireNonNull(sql, "sql");
        relations = List.copyOf(relations);
    }

    public void write(WireWriter out) {
        out.text(sql).list(relations, (o, relation) -> relation.write(o)).bool(perPartition);
    }

    public static Fragment read(WireReader in) {
        return new Fragment(in.text(), in.list(Relation::read), in.bool());
    }
}
