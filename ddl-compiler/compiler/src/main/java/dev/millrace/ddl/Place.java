package dev.millrace.ddl;

import dev.millrace.spec.error.Position;

/**
 * Where something stands in the source. It is not part of what a statement says: <b>all places are equal</b>, so that
 * records which carry one compare by the rest.
 *
 * @param line counts from 1
 * @param column counts from 1
 */
public record Place(int line, int column) {
    /** For what no text stands behind. */
    public static final Place START = new Place(1, 1);

    public Position position() {
        return new Position(line, column);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Place;
    }

    @Override
    public int hashCode() {
        return 0;
    }
}
