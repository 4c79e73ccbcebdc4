package dev.millrace.ddl.parser;

import dev.millrace.ddl.Place;
import dev.millrace.ddl.parser.grammar.Token;

/** A token that knows where in the text it stands, as offsets, and what it says. */
final class Lexeme extends Token {
    /** Offset of the first character. */
    final int begin;

    /** Offset behind the last character; {@link #begin} for a token that no text stands behind. */
    final int end;

    /** An unquoted word in upper case; empty for everything else. */
    final String word;

    /** A string or a quoted name without its quotes, a word as written, a number; empty for the rest. */
    final String text;

    Lexeme(int kind, String image, String word, String text, int begin, int end) {
        this.kind = kind;
        this.image = image;
        this.word = word;
        this.text = text;
        this.begin = begin;
        this.end = end;
    }

    /** The same text read as another kind of token. */
    Lexeme as(int newKind) {
        Lexeme other = new Lexeme(newKind, image, word, text, begin, end);
        other.copyPlace(this);
        return other;
    }

    void copyPlace(Token from) {
        beginLine = from.beginLine;
        beginColumn = from.beginColumn;
        endLine = from.endLine;
        endColumn = from.endColumn;
    }

    Place place() {
        return new Place(beginLine, beginColumn);
    }

    boolean is(String upperCaseWord) {
        return word.equals(upperCaseWord);
    }
}
