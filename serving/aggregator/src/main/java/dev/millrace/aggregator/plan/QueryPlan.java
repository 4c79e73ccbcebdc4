package dev.millrace.aggregator.plan;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * How a query is answered.
 *
 * @param fragments what leaves run; empty for a query that reads no table
 * @param mergeSql DuckDB SQL over the fragments' results, tables named as the fragments are ({@code g0}, {@code g1}, …),
 *     each read exactly once; empty: the rows of the only fragment are the answer as they come. Its columns, and then
 *     the fragment's, are those of {@code columns} by position, whatever their names
 * @param columns of the answer
 * @param explain the plan for people: operators with where they run, then each fragment's SQL, then the merge
 */
public record QueryPlan(
        List<PlannedFragment> fragments, Optional<String> mergeSql, List<ResultColumn> columns, String explain) {
    public QueryPlan {
        fragments = List.copyOf(fragments);
        requireNonNull(mergeSql, "mergeSql");
        columns = List.copyOf(columns);
        requireNonNull(explain, "explain");
        if (mergeSql.isEmpty() && fragments.size() != 1) {
            throw new IllegalStateException(fragments.size() + " fragments without a merge");
        }
    }
}
