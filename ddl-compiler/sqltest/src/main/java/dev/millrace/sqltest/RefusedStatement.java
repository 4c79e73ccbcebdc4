package dev.millrace.sqltest;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A statement that is a mistake, and what must be said of it. One is a line of a file,
 * {@code SQLSTATE/number line:column part of the message | statement}, where {@code -} is no place and {@code \n} in the
 * statement is a line's end; lines that begin with {@code ##} are comments.
 *
 * @param place {@code line:column}, or {@code -}
 * @param message a part of it; may be empty
 */
public record RefusedStatement(String state, int number, String place, String message, String sql) {
    private static final Pattern LINE =
            Pattern.compile("(\\w{5})/(\\d+) (\\d+:\\d+|-)(?: (.*?))? \\| (.*)", Pattern.DOTALL);

    public RefusedStatement {
        requireNonNull(state, "state");
        requireNonNull(place, "place");
        requireNonNull(message, "message");
        requireNonNull(sql, "sql");
    }

    /** All of a file's text. */
    public static List<RefusedStatement> read(String text) {
        return text.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("##"))
                .map(RefusedStatement::of)
                .toList();
    }

    private static RefusedStatement of(String line) {
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) {
            throw new IllegalArgumentException("no refused statement: " + line);
        }
        return new RefusedStatement(
                parts.group(1),
                Integer.parseInt(parts.group(2)),
                parts.group(3),
                parts.group(4) == null ? "" : parts.group(4).strip(),
                parts.group(5).replace("\\n", "\n"));
    }

    @Override
    public String toString() {
        return sql;
    }
}
