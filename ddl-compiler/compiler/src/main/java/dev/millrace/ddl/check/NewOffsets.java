package dev.millrace.ddl.check;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Map;

/** SET OFFSETS: where a pipeline goes on reading. */
public sealed interface NewOffsets {
    <R> R match(Cases<R> cases);

    /** One method for each form. */
    interface Cases<R> {
        R earliest(Earliest offsets);

        R latest(Latest offsets);

        R from(From offsets);

        R given(Given offsets);
    }

    /** The oldest that the source has, in every partition. */
    record Earliest() implements NewOffsets {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.earliest(this);
        }
    }

    /** Behind the newest that the source has, in every partition. */
    record Latest() implements NewOffsets {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.latest(this);
        }
    }

    /** The first record that is not older, in every partition. */
    record From(Instant time) implements NewOffsets {
        public From {
            requireNonNull(time, "time");
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.from(this);
        }
    }

    /**
     * @param byPartition next offset for each partition that is named; the others stay where they are. For a path 1: it
     *     counts as loaded; 0: it is loaded anew
     */
    record Given(Map<String, Long> byPartition) implements NewOffsets {
        public Given {
            byPartition = Map.copyOf(byPartition);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.given(this);
        }
    }
}
