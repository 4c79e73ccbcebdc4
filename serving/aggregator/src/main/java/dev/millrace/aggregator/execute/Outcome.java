package dev.millrace.aggregator.execute;

import static java.util.Objects.requireNonNull;

/** What a statement ends in. */
public sealed interface Outcome {
    <R> R match(Cases<R> cases);

    /** One method for each outcome. */
    interface Cases<R> {
        R rows(Rows rows);

        R count(Count count);
    }

    /** Rows to read; whoever gets them closes the cursor. */
    record Rows(RowCursor cursor) implements Outcome {
        public Rows {
            requireNonNull(cursor, "cursor");
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.rows(this);
        }
    }

    /** Rows affected; 0 for everything that affects none. */
    record Count(long rows) implements Outcome {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.count(this);
        }
    }

    /** Done, no row affected. */
    Outcome DONE = new Count(0);
}
