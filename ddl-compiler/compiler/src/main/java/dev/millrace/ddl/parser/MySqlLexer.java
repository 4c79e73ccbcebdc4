package dev.millrace.ddl.parser;

import static dev.millrace.ddl.parser.grammar.MillraceGrammarConstants.*;
import static java.util.Objects.requireNonNull;

import dev.millrace.ddl.Place;
import dev.millrace.ddl.parser.grammar.MillraceGrammarTokenManager;
import dev.millrace.ddl.parser.grammar.Token;
import dev.millrace.spec.error.Position;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * MySQL's tokens, in Calcite's numbers. Reads the text once, from left to right; each token costs its own length.
 *
 * <p>Strings are single or double quoted, with back-slash escapes and doubled quotes; names may be back-quoted; comments
 * are {@code #}, {@code -- } and {@code /* … *}{@code /}; the body of a version comment ({@code /*!50100 … *}{@code /})
 * is read as SQL, as MySQL does. Whether a word is a keyword is decided by {@link Keywords}.
 */
final class MySqlLexer extends MillraceGrammarTokenManager {
    private static final Set<String> INTRODUCERS =
            Set.of("_UTF8", "_UTF8MB3", "_UTF8MB4", "_ASCII", "_LATIN1", "_BINARY");

    /** No number of MySQL's has as many; reading one costs the square of its length. */
    private static final int NUMBER_LENGTH_MAX = 1_000;

    private final String sql;
    private final Keywords keywords;
    private final Deque<Lexeme> pending = new ArrayDeque<>();
    private Lexeme previous;
    private int at;
    private int line;
    private int lineStart;

    /** Offset of the next line feed that was not passed; found once, not for each token. */
    private int newline;

    private boolean inVersionComment;

    /** @param start where the text's first character stands; positions count from there */
    MySqlLexer(String sql, Place start) {
        super(null);
        this.sql = requireNonNull(sql, "sql");
        this.line = start.line();
        this.lineStart = 1 - start.column();
        this.newline = newlineFrom(0);
        this.keywords = new Keywords(this);
        this.previous = new Lexeme(SEMICOLON, "", "", "", 0, 0);
    }

    /** As the part of a statement behind ON DUPLICATE KEY UPDATE. */
    MySqlLexer onDuplicateKey() {
        keywords.onDuplicateKey();
        return this;
    }

    @Override
    public Token getNextToken() {
        while (pending.isEmpty()) {
            keywords.read(scan(), pending);
        }
        previous = pending.remove();
        return previous;
    }

    /** The token before the one that is being read; a semicolon at first. */
    Lexeme previous() {
        return previous;
    }

    /** Next character that means something; NUL at the end. */
    char peekChar() {
        int next = skipBlank(at);
        return next < sql.length() ? sql.charAt(next) : '\0';
    }

    /** Whether these words come next. */
    boolean peekWords(List<String> upperCaseWords) {
        int from = at;
        for (String word : upperCaseWords) {
            from = skipBlank(from);
            if (!sql.regionMatches(true, from, word, 0, word.length())) {
                return false;
            }
            from += word.length();
            if (from < sql.length() && isWordPart(sql.charAt(from))) {
                return false;
            }
        }
        return true;
    }

    private Lexeme scan() {
        skipTo(skipBlank(at));
        if (at >= sql.length()) {
            return finish(EOF, at, "", "", "");
        }
        char c = sql.charAt(at);
        if (c == '\'' || c == '"') {
            return string(at);
        }
        if (c == '`') {
            return quotedName();
        }
        if (c == '@') {
            return variable();
        }
        boolean digit = isDigit(c);
        if (digit || (c == '.' && isDigit(charAt(at + 1)) && !continuesName())) {
            return number();
        }
        if (isWordPart(c)) {
            return word();
        }
        return symbol(c);
    }

    /** Whether a point here belongs to the name before it, as in {@code t.1st}. */
    private boolean continuesName() {
        return previous.end == at && (previous.kind == BACK_QUOTED_IDENTIFIER || !previous.word.isEmpty());
    }

    private Lexeme word() {
        int end = at;
        while (end < sql.length() && isWordPart(sql.charAt(end))) {
            end++;
        }
        char next = charAt(end);
        boolean quote = next == '\'';
        String text = sql.substring(at, end);
        if (quote && text.length() == 1) {
            switch (text) {
                case "x", "X" -> {
                    return bytes(end + 1, 16);
                }
                case "b", "B" -> {
                    return bytes(end + 1, 2);
                }
                case "n", "N" -> {
                    return string(end);
                }
                default -> {}
            }
        }
        String word = text.toUpperCase(Locale.ROOT);
        if (text.charAt(0) == '_' && INTRODUCERS.contains(word)) {
            int string = skipBlank(end);
            if (charAt(string) == '\'' || charAt(string) == '"') {
                return string(string);
            }
        }
        return finish(IDENTIFIER, end, text, word, text);
    }

    /** @param quote offset of the opening quote; an introducer may stand before it */
    private Lexeme string(int quote) {
        char delimiter = sql.charAt(quote);
        int end = quote + 1;
        boolean plain = delimiter == '\'';
        StringBuilder text = null;
        int copied = end;
        while (true) {
            if (end >= sql.length()) {
                throw SyntaxError.because("the string that begins here has no end", here());
            }
            char c = sql.charAt(end);
            if (c == delimiter) {
                if (charAt(end + 1) != delimiter) {
                    break;
                }
                text = text == null ? new StringBuilder() : text;
                text.append(sql, copied, end + 1);
                end += 2;
                copied = end;
            } else if (c == '\\' && end + 1 < sql.length()) {
                text = text == null ? new StringBuilder() : text;
                text.append(sql, copied, end);
                appendEscaped(text, sql.charAt(end + 1));
                end += 2;
                copied = end;
            } else {
                plain &= c != '\'';
                end++;
            }
        }
        String value = text == null
                ? sql.substring(quote + 1, end)
                : text.append(sql, copied, end).toString();
        String image = plain && text == null && quote == at
                ? sql.substring(quote, end + 1)
                : "'" + value.replace("'", "''") + "'";
        return finish(QUOTED_STRING, end + 1, image, "", value);
    }

    /** {@code \%} and {@code \_} keep their back-slash, because LIKE wants to see it. */
    private static void appendEscaped(StringBuilder text, char c) {
        switch (c) {
            case '0' -> text.append('\0');
            case 'b' -> text.append('\b');
            case 'n' -> text.append('\n');
            case 'r' -> text.append('\r');
            case 't' -> text.append('\t');
            case 'Z' -> text.append('\u001a');
            case '%', '_' -> text.append('\\').append(c);
            default -> text.append(c);
        }
    }

    private Lexeme quotedName() {
        int end = at + 1;
        boolean doubled = false;
        while (true) {
            if (end >= sql.length()) {
                throw SyntaxError.because("the name that begins here has no closing back-quote", here());
            }
            if (sql.charAt(end) == '`') {
                if (charAt(end + 1) != '`') {
                    break;
                }
                doubled = true;
                end++;
            }
            end++;
        }
        if (end == at + 1) {
            throw SyntaxError.because("a name is empty", here());
        }
        String text = sql.substring(at + 1, end);
        return finish(
                BACK_QUOTED_IDENTIFIER,
                end + 1,
                sql.substring(at, end + 1),
                "",
                doubled ? text.replace("``", "`") : text);
    }

    private Lexeme variable() {
        boolean system = charAt(at + 1) == '@';
        int begin = at + (system ? 2 : 1);
        int end = begin;
        if (!system && (charAt(begin) == '`' || charAt(begin) == '\'' || charAt(begin) == '"')) {
            end = sql.indexOf(charAt(begin), begin + 1);
            if (end <= begin + 1) {
                throw SyntaxError.near(sql, at, here(), List.of());
            }
            String name = sql.substring(begin + 1, end);
            return finish(USER_VARIABLE, end + 1, name, "", name);
        }
        while (end < sql.length() && (isWordPart(sql.charAt(end)) || sql.charAt(end) == '.')) {
            end++;
        }
        if (end == begin) {
            throw SyntaxError.near(sql, at, here(), List.of());
        }
        String name = sql.substring(begin, end);
        return finish(system ? SYSTEM_VARIABLE : USER_VARIABLE, end, name, "", name);
    }

    private Lexeme number() {
        int end = digits(at);
        if (sql.charAt(at) == '0' && end == at + 1) {
            char base = charAt(end);
            if ((base == 'x' || base == 'b') && bareBytesEnd(end + 1, base == 'x' ? 16 : 2) > end + 1) {
                return bytes(end + 1, base == 'x' ? 16 : 2);
            }
        }
        int kind = UNSIGNED_INTEGER_LITERAL;
        if (charAt(end) == '.') {
            kind = DECIMAL_NUMERIC_LITERAL;
            end = digits(end + 1);
        }
        int exponent = exponentEnd(end);
        if (exponent > end) {
            kind = APPROX_NUMERIC_LITERAL;
            end = exponent;
        } else if (kind == UNSIGNED_INTEGER_LITERAL && end < sql.length() && isWordPart(sql.charAt(end))) {
            return word();
        }
        if (end - at > NUMBER_LENGTH_MAX) {
            throw new StatementException(
                    SqlState.OUT_OF_RANGE, "a number of more than " + NUMBER_LENGTH_MAX + " characters", here());
        }
        String text = sql.substring(at, end);
        return finish(kind, end, text, "", text);
    }

    private int digits(int from) {
        int end = from;
        while (end < sql.length() && isDigit(sql.charAt(end))) {
            end++;
        }
        return end;
    }

    private int exponentEnd(int from) {
        if (charAt(from) != 'e' && charAt(from) != 'E') {
            return from;
        }
        int digits = charAt(from + 1) == '+' || charAt(from + 1) == '-' ? from + 2 : from + 1;
        int end = digits(digits);
        return end > digits && !(end < sql.length() && isWordPart(sql.charAt(end))) ? end : from;
    }

    /** Behind {@code 0x}: the end of the digits, or 0 if what follows is a name such as {@code 0xyz}. */
    private int bareBytesEnd(int from, int radix) {
        int end = from;
        while (end < sql.length() && Character.digit(sql.charAt(end), radix) >= 0 && sql.charAt(end) < 128) {
            end++;
        }
        return end < sql.length() && isWordPart(sql.charAt(end)) ? 0 : end;
    }

    /** {@code x'4D'}, {@code 0x4D}, {@code b'1'}, {@code 0b1}; {@code from} is the first digit. */
    private Lexeme bytes(int from, int radix) {
        boolean quoted = sql.charAt(from - 1) == '\'';
        int end = from;
        while (end < sql.length() && Character.digit(sql.charAt(end), radix) >= 0 && sql.charAt(end) < 128) {
            end++;
        }
        if (quoted && charAt(end) != '\'') {
            throw SyntaxError.near(sql, at, here(), List.of());
        }
        String digits = sql.substring(from, end);
        if (radix == 16 && quoted && digits.length() % 2 != 0) {
            throw SyntaxError.because("a hexadecimal literal has an odd number of digits", here());
        }
        String hex = (radix == 16 ? digits : hexOfBits(digits)).toUpperCase(Locale.ROOT);
        hex = hex.length() % 2 == 0 ? hex : "0" + hex;
        return finish(BINARY_STRING_LITERAL, quoted ? end + 1 : end, "X'" + hex + "'", "", hex);
    }

    private static String hexOfBits(String bits) {
        return bits.isEmpty() ? "" : new BigInteger(bits, 2).toString(16);
    }

    private Lexeme symbol(char c) {
        for (Symbols.Symbol symbol : Symbols.startingWith(c)) {
            if (sql.startsWith(symbol.text(), at)) {
                if (symbol.kind() == Symbols.UNSUPPORTED) {
                    throw SyntaxError.unsupported("operator " + symbol.text(), here());
                }
                return finish(symbol.kind(), at + symbol.text().length(), symbol.text(), "", "");
            }
        }
        if (c == '{') {
            return brace();
        }
        throw SyntaxError.near(sql, at, here(), List.of());
    }

    /** JDBC's escapes: <code>{d '…'}</code>, <code>{t '…'}</code>, <code>{ts '…'}</code>, <code>{fn …}</code>. */
    private Lexeme brace() {
        int from = skipBlank(at + 1);
        int end = from;
        while (end < sql.length() && isWordPart(sql.charAt(end))) {
            end++;
        }
        int kind = switch (sql.substring(from, end).toLowerCase(Locale.ROOT)) {
            case "d" -> LBRACE_D;
            case "t" -> LBRACE_T;
            case "ts" -> LBRACE_TS;
            case "fn" -> LBRACE_FN;
            default -> throw SyntaxError.near(sql, at, here(), List.of());
        };
        return finish(kind, end, sql.substring(at, end), "", "");
    }

    /** Makes a token of the text up to {@code end} and moves behind it. */
    private Lexeme finish(int kind, int end, String image, String word, String text) {
        Lexeme lexeme = new Lexeme(kind, image, word, text, at, end);
        lexeme.beginLine = line;
        lexeme.beginColumn = at - lineStart + 1;
        skipTo(end);
        lexeme.endLine = line;
        lexeme.endColumn = Math.max(end - lineStart, 1);
        return lexeme;
    }

    private void skipTo(int end) {
        while (newline < end) {
            line++;
            lineStart = newline + 1;
            newline = newlineFrom(lineStart);
        }
        at = end;
    }

    private int newlineFrom(int from) {
        int found = sql.indexOf('\n', from);
        return found < 0 ? Integer.MAX_VALUE : found;
    }

    private Position here() {
        return new Position(line, at - lineStart + 1);
    }

    private int skipBlank(int from) {
        int i = from;
        while (i < sql.length()) {
            char c = sql.charAt(i);
            if (c == ' ' || (c >= '\t' && c <= '\r')) {
                i++;
            } else if (c == '#' || (c == '-' && charAt(i + 1) == '-' && isBlankOrEnd(i + 2))) {
                int end = sql.indexOf('\n', i);
                i = end < 0 ? sql.length() : end + 1;
            } else if (c == '/' && charAt(i + 1) == '*') {
                if (charAt(i + 2) == '!') {
                    inVersionComment = true;
                    i = digits(i + 3);
                } else {
                    i = commentEnd(i);
                }
            } else if (inVersionComment && c == '*' && charAt(i + 1) == '/') {
                i += 2;
            } else {
                return i;
            }
        }
        return i;
    }

    private int commentEnd(int from) {
        int end = sql.indexOf("*/", from + 2);
        if (end < 0) {
            skipTo(from);
            throw SyntaxError.because("the comment that begins here has no end", here());
        }
        return end + 2;
    }

    private boolean isBlankOrEnd(int i) {
        return i >= sql.length() || sql.charAt(i) <= ' ';
    }

    private char charAt(int i) {
        return i < sql.length() ? sql.charAt(i) : '\0';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isWordPart(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || isDigit(c)
                || c == '_'
                || c == '$'
                || (c >= 0x80 && (Character.isLetterOrDigit(c) || Character.isSurrogate(c) || isMark(c)));
    }

    private static boolean isMark(char c) {
        int type = Character.getType(c);
        return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
    }

    String sql() {
        return sql;
    }
}
