package dev.millrace.spec.error;

/**
 * A place in the text of a statement. Lines and columns count from 1.
 *
 * @param line line of the first character
 * @param column column of the first character
 */
public record Position(int line, int column) {
    public Position {
        if (line < 1 || column < 1) {
            throw new IllegalArgumentException("line " + line + ", column " + column);
        }
    }

    @Override
    public String toString() {
        return "line " + line + ", column " + column;
    }
}
