package dev.millrace.leaf.system;

import java.util.List;

/**
 * What an entry did to a row. Values are {@code Long}, {@code Boolean}, {@code String} or {@code byte[]}, by the
 * column's type.
 */
public sealed interface RowChange {
    SystemTable table();

    <R> R match(Cases<R> cases);

    /** One method for each kind of change. */
    interface Cases<R> {
        R insert(Insert change);

        R update(Update change);

        R delete(Delete change);

        R deleteRange(DeleteRange change);

        R deleteBelow(DeleteBelow change);
    }

    /** A row whose key was not there. */
    record Insert(SystemTable table, List<Object> row) implements RowChange {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.insert(this);
        }
    }

    /** New values for the row with that key. */
    record Update(SystemTable table, List<Object> row) implements RowChange {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.update(this);
        }
    }

    /**
     * Removes rows.
     *
     * @param key values of the key's first columns; all rows that agree go
     */
    record Delete(SystemTable table, List<Object> key) implements RowChange {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.delete(this);
        }
    }

    /** Removes the rows of a two-column key whose second column is in a closed range. */
    record DeleteRange(SystemTable table, long first, long from, long to) implements RowChange {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.deleteRange(this);
        }
    }

    /** Removes the rows whose key begins with a number and that have less than the bound in some column. */
    record DeleteBelow(SystemTable table, long first, String column, long bound) implements RowChange {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.deleteBelow(this);
        }
    }
}
