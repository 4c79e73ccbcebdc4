package dev.millrace.leaf.query;

import dev.millrace.store.PartitionId;
import dev.millrace.store.query.Fragment;
import dev.millrace.store.query.Relation;
import dev.millrace.store.wire.Refusal;
import dev.millrace.store.wire.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A fragment's SQL with its relations bound to tables, as common table expressions before it. DuckDB inlines them: over
 * one partition, {@code count(*)} is still answered from metadata and a top-N still fetches its other columns late.
 */
final class FragmentSql {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,63}");
    private static final Pattern WITH = Pattern.compile("\\s*WITH\\s+(RECURSIVE\\s+)?", Pattern.CASE_INSENSITIVE);

    private FragmentSql() {}

    static String bind(Fragment fragment, long database, List<Integer> ordinals) {
        if (ordinals.isEmpty()) {
            throw new RefusedException(Refusal.MALFORMED, "a fragment over no partition");
        }
        if (!fragment.perPartition() || ordinals.size() == 1) {
            return over(fragment, database, ordinals);
        }
        List<String> branches = new ArrayList<>();
        for (int ordinal : ordinals) {
            branches.add("(" + over(fragment, database, List.of(ordinal)) + ")");
        }
        return String.join(" UNION ALL ", branches);
    }

    private static String over(Fragment fragment, long database, List<Integer> ordinals) {
        if (fragment.relations().isEmpty()) {
            return fragment.sql();
        }
        List<String> relations = new ArrayList<>();
        for (Relation relation : fragment.relations()) {
            relations.add(relation(relation, database, ordinals));
        }
        // A WITH inside a WITH's query is not resolved rightly when it stands in parentheses: they become one list.
        Matcher with = WITH.matcher(fragment.sql());
        boolean merged = with.lookingAt();
        String recursive = merged && with.group(1) != null ? "RECURSIVE " : "";
        return "WITH " + recursive + String.join(", ", relations)
                + (merged ? ", " + fragment.sql().substring(with.end()) : " " + fragment.sql());
    }

    private static String relation(Relation relation, long database, List<Integer> ordinals) {
        if (!NAME.matcher(relation.name()).matches()) {
            throw new RefusedException(Refusal.MALFORMED, "a relation named '" + relation.name() + "'");
        }
        List<String> tables = new ArrayList<>();
        for (int ordinal : relation.reference() ? ordinals.subList(0, 1) : ordinals) {
            tables.add("SELECT * FROM " + new PartitionId(database, ordinal).alias() + ".t" + relation.tableId());
        }
        return '"' + relation.name() + "\" AS NOT MATERIALIZED (" + String.join(" UNION ALL ", tables) + ")";
    }
}
