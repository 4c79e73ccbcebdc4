package dev.millrace.aggregator.plan;

import dev.millrace.ddl.check.operator.Types;
import dev.millrace.spec.DatabaseSpec;
import java.util.List;
import org.apache.calcite.rel.RelNode;

/** Operators, and where their rows are. */
sealed interface Placed {
    RelNode rel();

    <R> R match(Cases<R> cases);

    /** One method for each place. */
    interface Cases<R> {
        R onLeaves(OnLeaves placed);

        R everywhere(Everywhere placed);

        R atMerge(AtMerge placed);
    }

    /**
     * Rows are on the leaves: those of all partitions together, or, of reference tables alone, the same in each.
     *
     * @param keys places of columns whose hash is the partition of a row, in the order of a shard key; several if joins
     *     made columns equal, none if a projection lost one
     * @param bare whether one table is read and nothing but filters and projections is over it
     */
    record OnLeaves(RelNode rel, DatabaseSpec database, Partitions partitions, List<ShardColumns> keys, boolean bare)
            implements Placed {
        public OnLeaves {
            keys = List.copyOf(keys);
        }

        /** Whether one partition holds all of it, so that every operator may run there. */
        boolean isWhole() {
            return partitions instanceof Partitions.Some some && some.ordinals().size() == 1 || isReplicated();
        }

        boolean isReplicated() {
            return partitions instanceof Partitions.AnyOne;
        }

        OnLeaves with(RelNode newRel, List<ShardColumns> newKeys) {
            return new OnLeaves(newRel, database, partitions, newKeys, bare);
        }

        OnLeaves derived(RelNode newRel, List<ShardColumns> newKeys) {
            return new OnLeaves(newRel, database, partitions, newKeys, false);
        }

        OnLeaves over(Partitions fewer) {
            return new OnLeaves(rel, database, fewer, keys, bare);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.onLeaves(this);
        }
    }

    /** Constants. */
    record Everywhere(RelNode rel) implements Placed {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.everywhere(this);
        }
    }

    /** Rows are at the aggregator. */
    record AtMerge(RelNode rel) implements Placed {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.atMerge(this);
        }
    }

    /**
     * Columns that stand in for a shard key.
     *
     * @param columns their places in the order of the key
     * @param families of their types in the table: equal values of one family have equal hashes, of two families not
     */
    record ShardColumns(List<Integer> columns, List<Types.Family> families) {
        public ShardColumns {
            columns = List.copyOf(columns);
            families = List.copyOf(families);
        }

        ShardColumns at(List<Integer> places) {
            return new ShardColumns(places, families);
        }
    }
}
