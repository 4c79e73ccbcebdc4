package dev.millrace.ddl.parser;

import static dev.millrace.ddl.parser.grammar.MillraceGrammarConstants.*;

import dev.millrace.ddl.ColumnName;
import dev.millrace.ddl.CreatePipeline.StringText;
import dev.millrace.ddl.Identifier;
import dev.millrace.ddl.ObjectName;
import dev.millrace.ddl.Place;
import dev.millrace.ddl.SqlText;
import dev.millrace.spec.error.Position;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Walks over the tokens of a text. It remembers which words were asked for and not found since the last step; those are
 * what an error says it expected.
 */
final class Tokens {
    private final MySqlLexer lexer;
    private final Grammar grammar;
    private final Set<String> expected = new TreeSet<>();

    Tokens(String sql) {
        lexer = new MySqlLexer(sql, Place.START);
        grammar = new Grammar(lexer);
    }

    Lexeme peek() {
        return grammar.peek(1);
    }

    /** The token after {@code distance - 1} others. */
    Lexeme peek(int distance) {
        return grammar.peek(distance);
    }

    Lexeme next() {
        expected.clear();
        return grammar.next();
    }

    /** The token that was taken last. */
    Lexeme last() {
        return grammar.last();
    }

    Place place() {
        return peek().place();
    }

    /** Whether these words come next. */
    boolean at(String... words) {
        for (int i = 0; i < words.length; i++) {
            if (!peek(i + 1).is(words[i])) {
                expected.add(String.join(" ", words));
                return false;
            }
        }
        return true;
    }

    /** Takes these words if they come next. */
    boolean accept(String... words) {
        if (!at(words)) {
            return false;
        }
        for (int i = 0; i < words.length; i++) {
            next();
        }
        return true;
    }

    boolean acceptSymbol(int kind) {
        if (peek().kind != kind) {
            expected.add(Grammar.spelling(kind));
            return false;
        }
        next();
        return true;
    }

    /** Takes these words, each of which must come. */
    Place expect(String... words) {
        Place place = place();
        for (String word : words) {
            if (!accept(word)) {
                throw unexpected();
            }
        }
        return place;
    }

    Place expectSymbol(int kind) {
        Place place = place();
        if (!acceptSymbol(kind)) {
            throw unexpected();
        }
        return place;
    }

    boolean atEnd() {
        return peek().kind == EOF || peek().kind == SEMICOLON;
    }

    /** The error that the next token is not what was asked for. */
    StatementException unexpected() {
        Lexeme token = peek();
        return SyntaxError.near(lexer.sql(), token.begin, position(token), expected);
    }

    /** The error that something else was expected, in words. */
    StatementException unexpected(String what) {
        expected.add(what);
        return unexpected();
    }

    boolean atName() {
        Lexeme token = peek();
        return token.kind == BACK_QUOTED_IDENTIFIER || (!token.word.isEmpty() && !Keywords.reserved(token.word));
    }

    Identifier name() {
        if (!atName()) {
            throw unexpected("a name");
        }
        Lexeme token = next();
        return new Identifier(token.text, token.place());
    }

    /** Behind a point, where no word is reserved. */
    private Identifier nameBehindPoint() {
        Lexeme token = peek();
        if (token.kind != BACK_QUOTED_IDENTIFIER && token.word.isEmpty()) {
            throw unexpected("a name");
        }
        next();
        return new Identifier(token.text, token.place());
    }

    ObjectName objectName() {
        Identifier first = name();
        return acceptSymbol(DOT)
                ? new ObjectName(Optional.of(first), nameBehindPoint())
                : new ObjectName(Optional.empty(), first);
    }

    ColumnName columnName() {
        Identifier first = name();
        if (!acceptSymbol(DOT)) {
            return new ColumnName(Optional.empty(), first);
        }
        Identifier second = nameBehindPoint();
        if (!acceptSymbol(DOT)) {
            return new ColumnName(Optional.of(new ObjectName(Optional.empty(), first)), second);
        }
        return new ColumnName(Optional.of(new ObjectName(Optional.of(first), second)), nameBehindPoint());
    }

    StringText string() {
        if (peek().kind != QUOTED_STRING) {
            throw unexpected("a string");
        }
        Lexeme token = next();
        return new StringText(token.text, token.place());
    }

    /** A whole number from 0 to {@code max}. */
    long integer(long max) {
        Lexeme token = peek();
        if (token.kind != UNSIGNED_INTEGER_LITERAL) {
            throw unexpected("a number");
        }
        long value = token.text.length() > 18 ? Long.MAX_VALUE : Long.parseLong(token.text);
        if (value > max) {
            throw new StatementException(
                    SqlState.OUT_OF_RANGE,
                    token.text + " is more than " + max,
                    token.place().position());
        }
        next();
        return value;
    }

    <T> List<T> list(Supplier<T> item) {
        List<T> items = new ArrayList<>();
        do {
            items.add(item.get());
        } while (acceptSymbol(COMMA));
        return items;
    }

    <T> List<T> parenthesized(Supplier<T> item) {
        expectSymbol(LPAREN);
        List<T> items = list(item);
        expectSymbol(RPAREN);
        return items;
    }

    SqlText expression() {
        return grammatical(grammar::expression);
    }

    /** A literal, a name, a call, or an expression in parentheses, perhaps with a sign. */
    SqlText operand() {
        return grammatical(grammar::operand);
    }

    SqlText query() {
        return grammatical(grammar::query);
    }

    private SqlText grammatical(Grammar.Production production) {
        Lexeme first = peek();
        expected.clear();
        grammar.run(production, lexer.sql());
        return textFrom(first);
    }

    /** The text from a token to the one taken last. */
    SqlText textFrom(Lexeme first) {
        return new SqlText(lexer.sql().substring(first.begin, Math.max(first.begin, last().end)), first.place());
    }

    /** Takes everything up to the end of the statement. */
    void skipStatement() {
        while (!atEnd()) {
            next();
        }
    }

    /** Takes a balanced parenthesis if one comes next, without looking into it. */
    void skipParentheses() {
        expectSymbol(LPAREN);
        int depth = 1;
        while (depth > 0) {
            int kind = peek().kind;
            if (kind == EOF || kind == SEMICOLON) {
                throw unexpected(")");
            }
            depth += kind == LPAREN ? 1 : kind == RPAREN ? -1 : 0;
            next();
        }
    }

    /** Counts the {@code ?} that was taken last. */
    int parameter() {
        return grammar.parameter();
    }

    int parameters() {
        return grammar.parameters();
    }

    void startStatement() {
        grammar.startStatement();
    }

    static Position position(Lexeme token) {
        return token.place().position();
    }

    /** Adds to what the next error says it expected. */
    void couldBe(String... words) {
        expected.addAll(Arrays.asList(words));
    }
}
