package dev.millrace.aggregator.plan;

import java.util.List;

/**
 * What is known of a query before its parameters are.
 *
 * @param columns of the answer; a column whose type hangs on a parameter may have another one when the query runs
 * @param parameters number of {@code ?}
 */
public record QueryDescription(List<ResultColumn> columns, int parameters) {
    public QueryDescription {
        columns = List.copyOf(columns);
    }
}
