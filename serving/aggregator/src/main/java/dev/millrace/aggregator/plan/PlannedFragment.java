package dev.millrace.aggregator.plan;

import static java.util.Objects.requireNonNull;

import dev.millrace.store.query.Fragment;

/**
 * A fragment and where it runs. It is sent once to every leaf that leads one of its partitions.
 *
 * @param name what the merge calls its result: {@code g0}, {@code g1}, …
 * @param databaseId whose partitions it reads
 */
public record PlannedFragment(String name, long databaseId, Fragment fragment, Partitions partitions) {
    public PlannedFragment {
        requireNonNull(name, "name");
        requireNonNull(fragment, "fragment");
        requireNonNull(partitions, "partitions");
    }
}
