package dev.millrace.aggregator.proof;

import dev.millrace.aggregator.proof.Queries.Query;
import java.util.Comparator;
import java.util.function.Predicate;

/** Cuts a query down as long as what is wrong with it stays wrong. */
final class Shrinker {
    /** Queries that are tried: a fault is found again by its seed, so a query that is not the smallest will do. */
    private static final int TRIES_MAX = 400;

    private Shrinker() {}

    static Query smallest(Query query, Predicate<Query> wrong) {
        Query smallest = query;
        int tries = 0;
        boolean found = true;
        while (found) {
            found = false;
            for (Node candidate : smallest.tree().smaller().stream()
                    .sorted(Comparator.comparingInt(Node::size))
                    .toList()) {
                if (candidate.size() >= smallest.tree().size() || ++tries > TRIES_MAX) {
                    break;
                }
                if (wrong.test(smallest.with(candidate))) {
                    smallest = smallest.with(candidate);
                    found = true;
                    break;
                }
            }
        }
        return smallest;
    }
}
