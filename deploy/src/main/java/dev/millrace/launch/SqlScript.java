package dev.millrace.launch;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.error.Position;
import java.io.IOException;
import java.io.Reader;
import java.util.Optional;

/**
 * Statements of a text, one at a time: split at semicolons that stand neither in a string, a quoted name nor a comment.
 * Reads no further than the statement's end, so it also serves a pipe that stays open.
 */
final class SqlScript {
    private static final int END = -1;

    /** Nothing was read ahead. */
    private static final int NONE = -2;

    private final Reader in;
    private int ahead = NONE;
    private int line = 1;
    private int column = 1;

    /**
     * @param sql one statement without its semicolon; begins with its first word
     * @param start where that word stands in the whole text
     */
    record Piece(String sql, Position start) {
        Piece {
            requireNonNull(sql, "sql");
            requireNonNull(start, "start");
        }

        /** A place in this statement as a place in the whole text. */
        Position inScript(Position place) {
            return place.line() == 1
                    ? new Position(start.line(), start.column() + place.column() - 1)
                    : new Position(start.line() + place.line() - 1, place.column());
        }
    }

    SqlScript(Reader in) {
        this.in = requireNonNull(in, "in");
    }

    /** The next statement; empty at the end. Empty statements and lone comments are passed over. */
    Optional<Piece> next() throws IOException {
        StringBuilder sql = new StringBuilder();
        Position start = null;
        while (true) {
            int here = line;
            int across = column;
            int c = read();
            if (c == END || c == ';' && start != null) {
                return start == null
                        ? Optional.empty()
                        : Optional.of(new Piece(sql.toString().strip(), start));
            }
            boolean comment = comment(c, start == null ? null : sql);
            if (comment || start == null && (Character.isWhitespace(c) || c == ';')) {
                continue;
            }
            if (start == null) {
                start = new Position(here, across);
            }
            sql.append((char) c);
            if (c == '\'' || c == '"' || c == '`') {
                quoted(c, sql);
            }
        }
    }

    /** Copies up to and with the closing quote; a doubled quote closes and opens again, which comes to the same. */
    private void quoted(int quote, StringBuilder sql) throws IOException {
        int c;
        while ((c = read()) != END) {
            sql.append((char) c);
            if (c == quote) {
                return;
            }
            if (c == '\\' && quote != '`' && (c = read()) != END) {
                sql.append((char) c);
            }
        }
    }

    /** Whether a comment begins with {@code c}; if so it is read, and kept where it is inside a statement. */
    private boolean comment(int c, StringBuilder sql) throws IOException {
        if (c == '#') {
            keep(sql, c);
            untilLineEnd(sql);
            return true;
        }
        if (c == '-' && peek() == '-') {
            keep(sql, c);
            untilLineEnd(sql);
            return true;
        }
        if (c == '/' && peek() == '*') {
            keep(sql, c);
            keep(sql, read());
            int last = 0;
            int next;
            while ((next = read()) != END) {
                keep(sql, next);
                if (last == '*' && next == '/') {
                    return true;
                }
                last = next;
            }
            return true;
        }
        return false;
    }

    private void untilLineEnd(StringBuilder sql) throws IOException {
        int c;
        while ((c = read()) != END) {
            keep(sql, c);
            if (c == '\n') {
                return;
            }
        }
    }

    private static void keep(StringBuilder sql, int c) {
        if (sql != null) {
            sql.append((char) c);
        }
    }

    private int peek() throws IOException {
        if (ahead == NONE) {
            ahead = in.read();
        }
        return ahead;
    }

    private int read() throws IOException {
        int c = peek();
        ahead = NONE;
        if (c == '\n') {
            line++;
            column = 1;
        } else if (c != END) {
            column++;
        }
        if (c == END) {
            ahead = END;
        }
        return c;
    }
}
