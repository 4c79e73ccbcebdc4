package dev.millrace.ddl.parser;

import static dev.millrace.ddl.parser.grammar.MillraceGrammarConstants.*;

import dev.millrace.ddl.Place;
import dev.millrace.ddl.SqlText;
import dev.millrace.ddl.Statement;
import dev.millrace.ddl.Statement.Setting;
import dev.millrace.ddl.Statement.Setting.Scope;
import java.util.Locale;

/** Reads SET. */
final class SetParser {
    private final Tokens tokens;

    SetParser(Tokens tokens) {
        this.tokens = tokens;
    }

    Statement set() {
        Lexeme first = tokens.peek();
        tokens.expect("SET");
        if (tokens.at("PASSWORD") || tokens.at("ROLE") || tokens.at("RESOURCE") || tokens.at("CLUSTER")) {
            String name = "SET " + tokens.peek().word;
            tokens.skipStatement();
            return new Statement.Other(name, tokens.textFrom(first));
        }
        return new Statement.SetVariables(tokens.list(this::setting));
    }

    private Setting setting() {
        Place at = tokens.place();
        if (tokens.accept("NAMES")) {
            return new Setting(Scope.SESSION, "names", words(), at);
        }
        if (tokens.accept("CHARACTER", "SET") || tokens.accept("CHARSET")) {
            return new Setting(Scope.SESSION, "character set", words(), at);
        }
        Scope scope = scope();
        if (tokens.accept("TRANSACTION")) {
            Lexeme first = tokens.peek();
            tokens.skipStatement();
            return new Setting(scope, "transaction", tokens.textFrom(first), at);
        }
        Lexeme token = tokens.peek();
        String name;
        if (token.kind == SYSTEM_VARIABLE) {
            tokens.next();
            name = token.text.toLowerCase(Locale.ROOT);
            int point = name.indexOf('.');
            if (point > 0) {
                scope = name.startsWith("global.") ? Scope.GLOBAL : Scope.SESSION;
                name = name.substring(point + 1);
            }
        } else if (token.kind == USER_VARIABLE) {
            tokens.next();
            name = "@" + token.text.toLowerCase(Locale.ROOT);
        } else {
            name = tokens.name().text().toLowerCase(Locale.ROOT);
        }
        tokens.expectSymbol(EQ);
        return new Setting(scope, name, value(), at);
    }

    private Scope scope() {
        if (tokens.accept("GLOBAL")) {
            return Scope.GLOBAL;
        }
        boolean session = tokens.accept("SESSION") || tokens.accept("LOCAL");
        return Scope.SESSION;
    }

    /** An expression, or one word such as ON, that is none. */
    private SqlText value() {
        Lexeme token = tokens.peek();
        int behind = tokens.peek(2).kind;
        boolean alone = behind == COMMA || behind == SEMICOLON || behind == EOF;
        if (alone && !token.word.isEmpty()) {
            tokens.next();
            return tokens.textFrom(token);
        }
        return tokens.expression();
    }

    /** {@code utf8mb4}, {@code 'utf8mb4'}, perhaps with COLLATE. */
    private SqlText words() {
        Lexeme first = tokens.peek();
        if (first.kind != QUOTED_STRING && first.word.isEmpty()) {
            throw tokens.unexpected("a character set");
        }
        tokens.next();
        if (tokens.accept("COLLATE")) {
            tokens.next();
        }
        return tokens.textFrom(first);
    }
}
