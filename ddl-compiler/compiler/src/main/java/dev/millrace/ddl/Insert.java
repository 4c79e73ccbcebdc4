package dev.millrace.ddl;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.util.List;

/**
 * INSERT and REPLACE.
 *
 * @param columns target columns as written; empty: all, in table order
 * @param onDuplicate ON DUPLICATE KEY UPDATE; empty without it
 */
public record Insert(Mode mode, ObjectName table, List<Identifier> columns, Source source, List<Assignment> onDuplicate)
        implements Statement {
    /** What becomes of a row whose key is taken. */
    public enum Mode {
        INSERT,
        INSERT_IGNORE,
        REPLACE
    }

    public Insert {
        requireNonNull(mode, "mode");
        requireNonNull(table, "table");
        columns = List.copyOf(columns);
        requireNonNull(source, "source");
        onDuplicate = List.copyOf(onDuplicate);
    }

    @Override
    public <R> R match(Cases<R> cases) {
        return cases.insert(this);
    }

    /** Where the rows come from. */
    public sealed interface Source {
        <R> R match(SourceCases<R> cases);
    }

    /** One method for each kind of source. */
    public interface SourceCases<R> {
        R values(Values values);

        R query(Rows query);
    }

    /**
     * VALUES. When {@link #plain} holds, the rows can be loaded without a plan.
     *
     * @param rows never empty; a row without a cell is {@code ()}: every column takes its default
     * @param at where each row stands would cost too much; this is the first
     */
    public record Values(List<List<Cell>> rows, Place at) implements Source {
        public Values {
            rows = List.copyOf(rows);
            requireNonNull(at, "at");
        }

        /** Whether no cell needs an expression to be evaluated. */
        public boolean plain() {
            return rows.stream().noneMatch(row -> row.stream().anyMatch(Cell.Expression.class::isInstance));
        }

        @Override
        public <R> R match(SourceCases<R> cases) {
            return cases.values(this);
        }
    }

    /** A query, as text. */
    public record Rows(SqlText text) implements Source {
        public Rows {
            requireNonNull(text, "text");
        }

        @Override
        public <R> R match(SourceCases<R> cases) {
            return cases.query(this);
        }
    }

    /** One value of one row. */
    public sealed interface Cell {
        <R> R match(Cases<R> cases);

        /** One method for each kind of value. */
        interface Cases<R> {
            R nul();

            R byDefault();

            R bool(Bool bool);

            R exact(Exact number);

            R approximate(Approximate number);

            R text(Text text);

            R bytes(Bytes bytes);

            R parameter(Parameter parameter);

            R expression(Expression expression);
        }

        /** NULL. */
        record Null() implements Cell {
            @Override
            public <R> R match(Cases<R> cases) {
                return cases.nul();
            }
        }

        /** DEFAULT. */
        record Default() implements Cell {
            @Override
            public <R> R match(Cases<R> cases) {
                return cases.byDefault();
            }
        }

        /** TRUE or FALSE. */
        record Bool(boolean value) implements Cell {
            @Override
            public <R> R match(Cases<R> cases) {
                return cases.bool(this);
            }
        }

        /** A number without an exponent, its sign included. */
        record Exact(BigDecimal value) implements Cell {
            @Override
            public <R> R match(Cases<R> cases) {
                return cases.exact(this);
            }
        }

        /** A number with an exponent, its sign included. */
        record Approximate(double value) implements Cell {
            @Override
            public <R> R match(Cases<R> cases) {
                return cases.approximate(this);
            }
        }

        /** A string, its escapes resolved. */
        record Text(String value) implements Cell {
            @Override
            public <R> R match(Cases<R> cases) {
                return cases.text(this);
            }
        }

        /** {@code x'4D'} or {@code 0x4D}, as upper-case hexadecimal digits, an even number. */
        record Bytes(String hex) implements Cell {
            @Override
            public <R> R match(Cases<R> cases) {
                return cases.bytes(this);
            }
        }

        /** {@code ?}; indexes count from 0 in the order of the statement. */
        record Parameter(int index) implements Cell {
            @Override
            public <R> R match(Cases<R> cases) {
                return cases.parameter(this);
            }
        }

        /** Anything else. */
        record Expression(SqlText text) implements Cell {
            @Override
            public <R> R match(Cases<R> cases) {
                return cases.expression(this);
            }
        }
    }
}
