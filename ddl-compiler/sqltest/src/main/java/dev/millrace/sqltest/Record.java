package dev.millrace.sqltest;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;

/**
 * One record of a file.
 *
 * @param line of its first line, counted from 1
 * @param head its lines up to and with the one that says what it is, as written
 * @param sql the statement, as written; empty for a harness's command
 * @param separated whether {@code ----} stands behind the statement
 * @param expected lines behind it
 */
record Record(
        int line,
        List<String> head,
        Kind kind,
        Conditions conditions,
        List<String> sql,
        boolean separated,
        List<String> expected) {
    Record {
        head = List.copyOf(head);
        requireNonNull(kind, "kind");
        requireNonNull(conditions, "conditions");
        sql = List.copyOf(sql);
        expected = List.copyOf(expected);
    }

    String statement() {
        return String.join("\n", sql);
    }

    /** @param await zero: the record passes at once or fails */
    record Conditions(Duration await, List<String> skipIf, List<String> onlyIf) {
        Conditions {
            requireNonNull(await, "await");
            skipIf = List.copyOf(skipIf);
            onlyIf = List.copyOf(onlyIf);
        }

        boolean holdFor(String harness) {
            return !skipIf.contains(harness) && (onlyIf.isEmpty() || onlyIf.contains(harness));
        }
    }

    /** What it is. */
    sealed interface Kind {
        <R> R match(Cases<R> cases);

        /** One method for each kind. */
        interface Cases<R> {
            R ok();

            R count(Count count);

            R error(Error error);

            R query(Query query);

            R plan();

            R command(Command command);

            R halt();
        }

        /** {@code statement ok}. */
        record Ok() implements Kind {
            @Override
            public <R> R match(Cases<R> cases) {
                return cases.ok();
            }
        }

        /** {@code statement count N}. */
        record Count(long rows) implements Kind {
            @Override
            public <R> R match(Cases<R> cases) {
                return cases.count(this);
            }
        }

        /**
         * {@code statement error SQLSTATE NUMBER PLACE}.
         *
         * @param said as many of the three as stand there; none: any error
         */
        record Error(List<String> said) implements Kind {
            public Error {
                said = List.copyOf(said);
            }

            @Override
            public <R> R match(Cases<R> cases) {
                return cases.error(this);
            }
        }

        /** {@code query TYPES sort}. */
        record Query(String types, Sort sort) implements Kind {
            @Override
            public <R> R match(Cases<R> cases) {
                return cases.query(this);
            }
        }

        /** {@code plan}. */
        record Plan() implements Kind {
            @Override
            public <R> R match(Cases<R> cases) {
                return cases.plan();
            }
        }

        /** A line that the harness understands. */
        record Command(List<String> words) implements Kind {
            @Override
            public <R> R match(Cases<R> cases) {
                return cases.command(this);
            }
        }

        /** {@code halt}. */
        record Halt() implements Kind {
            @Override
            public <R> R match(Cases<R> cases) {
                return cases.halt();
            }
        }
    }

    /** Order of a result's lines. */
    enum Sort {
        NOSORT,
        ROWSORT,
        VALUESORT
    }
}
