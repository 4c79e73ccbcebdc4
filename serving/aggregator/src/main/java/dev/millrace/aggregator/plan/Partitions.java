package dev.millrace.aggregator.plan;

import java.util.Collection;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Which partitions of a database a fragment runs over. */
public sealed interface Partitions {
    <R> R match(Cases<R> cases);

    /** One method for each choice. */
    interface Cases<R> {
        R all(All all);

        R some(Some some);

        R anyOne(AnyOne anyOne);
    }

    /** Every partition. */
    record All() implements Partitions {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.all(this);
        }

        @Override
        public String toString() {
            return "all";
        }
    }

    /**
     * Those that the shard key leaves.
     *
     * @param ordinals never empty: a query for which no partition can hold a row asks one all the same, so that every
     *     fragment has an answer
     */
    record Some(SortedSet<Integer> ordinals) implements Partitions {
        public Some {
            ordinals = Collections.unmodifiableSortedSet(new TreeSet<>(ordinals));
            if (ordinals.isEmpty()) {
                throw new IllegalArgumentException("no partition");
            }
        }

        static Some of(Collection<Integer> ordinals) {
            return new Some(new TreeSet<>(ordinals));
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.some(this);
        }

        @Override
        public String toString() {
            return ordinals.stream().map(String::valueOf).collect(Collectors.joining(","));
        }
    }

    /** One, whichever is nearest: only reference tables are read. */
    record AnyOne() implements Partitions {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.anyOne(this);
        }

        @Override
        public String toString() {
            return "any one";
        }
    }
}
