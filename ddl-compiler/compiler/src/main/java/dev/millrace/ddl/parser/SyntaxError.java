package dev.millrace.ddl.parser;

import dev.millrace.spec.error.Position;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.Collection;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a parse error says. */
final class SyntaxError {
    /** More than these help nobody: inside an expression a hundred tokens are possible. */
    private static final int EXPECTED_MAX = 10;

    /** As much of the rest of the statement as MySQL quotes. */
    private static final int NEAR_MAX = 80;

    /** CREDENTIALS with spaces and a key, which are not longer in sane statements. */
    private static final int SECRET_WORD_MAX = 100;

    /** A string, perhaps without an end, and CREDENTIALS if that stands before it. */
    private static final Pattern LITERAL = Pattern.compile("(?is)(?<clause>\\bCREDENTIALS\\b[^'\"]*)?"
            + "(?<literal>'(?:[^'\\\\]|\\\\.|'')*+'?|\"(?:[^\"\\\\]|\\\\.|\"\")*+\"?)");

    private static final Pattern CREDENTIALS_BEFORE = Pattern.compile("(?i)\\bCREDENTIALS\\b[^'\"]*$");
    private static final Pattern SECRET_KEY = Pattern.compile("(?i)password|secret|ssl\\.key\\.pem");

    private SyntaxError() {}

    /**
     * MySQL's sentence: the text from the offending token on, and what could have stood there.
     *
     * @param offset of the offending token
     */
    static StatementException near(String sql, int offset, Position position, Collection<String> expected) {
        StringBuilder message = new StringBuilder("You have an error in your SQL syntax near '")
                .append(excerpt(sql, offset))
                .append('\'');
        if (!expected.isEmpty() && expected.size() <= EXPECTED_MAX) {
            message.append("; expected ").append(String.join(", ", expected));
        }
        return new StatementException(SqlState.SYNTAX_ERROR, message.toString(), position);
    }

    /** A sentence of ours instead of "near". */
    static StatementException because(String reason, Position position) {
        return new StatementException(SqlState.SYNTAX_ERROR, reason, position);
    }

    static StatementException unsupported(String what, Position position) {
        return new StatementException(SqlState.UNSUPPORTED, what + " is not supported", position);
    }

    private static String excerpt(String sql, int offset) {
        int begin = Math.min(offset, sql.length());
        // A word before the offending token may make a secret of it.
        int from = Math.max(0, begin - SECRET_WORD_MAX);
        String rest = withoutSecrets(sql.substring(from, begin), sql.substring(begin));
        int end = Math.min(rest.length(), NEAR_MAX);
        if (end < rest.length() && Character.isHighSurrogate(rest.charAt(end - 1))) {
            end--;
        }
        return rest.substring(0, end).stripTrailing();
    }

    private static String withoutSecrets(String before, String rest) {
        boolean first = CREDENTIALS_BEFORE.matcher(before).find();
        Matcher literals = LITERAL.matcher(rest);
        StringBuilder text = new StringBuilder();
        while (literals.find()) {
            boolean secret = literals.group("clause") != null
                    || SECRET_KEY.matcher(literals.group("literal")).find()
                    || first && rest.substring(0, literals.start()).isBlank();
            literals.appendReplacement(
                    text,
                    Matcher.quoteReplacement(
                            secret
                                    ? literals.group().replace(literals.group("literal"), "'<hidden>'")
                                    : literals.group()));
        }
        return literals.appendTail(text).toString();
    }
}
