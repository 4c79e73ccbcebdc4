package dev.millrace.ddl.parser;

import static dev.millrace.ddl.parser.grammar.MillraceGrammarConstants.*;

import java.util.ArrayList;
import java.util.List;

/** Operators and punctuation. */
final class Symbols {
    /** Operators that MySQL or MemSQL has and Millrace has not. */
    static final int UNSUPPORTED = -1;

    /** @param kind what the grammar calls it */
    record Symbol(String text, int kind) {}

    /** Longer before shorter: the first that matches is taken. */
    private static final List<Symbol> ALL = List.of(
            new Symbol("->>", JSON_TEXT_ARROW),
            new Symbol("->", JSON_ARROW),
            new Symbol("<=>", NULL_SAFE_EQUAL),
            new Symbol("<=", LE),
            new Symbol("<>", NE),
            new Symbol("<<", LEFTSHIFT),
            new Symbol("<", LT),
            new Symbol(">>", UNSUPPORTED),
            new Symbol(">=", GE),
            new Symbol(">", GT),
            new Symbol("!=", NE2),
            new Symbol("!:>", UNSUPPORTED),
            new Symbol("!", BANG),
            new Symbol("::$", JSON_TEXT_AT),
            new Symbol("::%", JSON_NUMBER_AT),
            new Symbol("::", JSON_AT),
            new Symbol(":>", CAST_TO),
            new Symbol(":=", UNSUPPORTED),
            new Symbol("&&", AND),
            new Symbol("&", AMPERSAND),
            new Symbol("||", CONCAT),
            new Symbol("|", UNSUPPORTED),
            new Symbol("~", UNSUPPORTED),
            new Symbol("=", EQ),
            new Symbol("?", HOOK),
            new Symbol("+", PLUS),
            new Symbol("-", MINUS),
            new Symbol("*", STAR),
            new Symbol("/", SLASH),
            new Symbol("%", PERCENT_REMAINDER),
            new Symbol("^", CARET),
            new Symbol("(", LPAREN),
            new Symbol(")", RPAREN),
            new Symbol("[", LBRACKET),
            new Symbol("]", RBRACKET),
            new Symbol("}", RBRACE),
            new Symbol(",", COMMA),
            new Symbol(".", DOT),
            new Symbol(";", SEMICOLON));

    private static final List<List<Symbol>> BY_FIRST = byFirst();

    private Symbols() {}

    static List<Symbol> startingWith(char c) {
        return c < BY_FIRST.size() ? BY_FIRST.get(c) : List.of();
    }

    private static List<List<Symbol>> byFirst() {
        List<List<Symbol>> lists = new ArrayList<>();
        for (char c = 0; c < 128; c++) {
            char first = c;
            lists.add(ALL.stream()
                    .filter(symbol -> symbol.text().charAt(0) == first)
                    .toList());
        }
        return lists;
    }
}
