package dev.millrace.ddl.parser;

import static dev.millrace.ddl.parser.grammar.MillraceGrammarConstants.*;

import dev.millrace.ddl.CreateTable;
import dev.millrace.ddl.CreateTable.Attribute;
import dev.millrace.ddl.CreateTable.ColumnDefinition;
import dev.millrace.ddl.CreateTable.KeyDefinition;
import dev.millrace.ddl.CreateTable.KeyPart;
import dev.millrace.ddl.CreateTable.TypeName;
import dev.millrace.ddl.Identifier;
import dev.millrace.ddl.ObjectName;
import dev.millrace.ddl.Place;
import dev.millrace.ddl.SqlText;
import dev.millrace.ddl.TableOption;
import dev.millrace.ddl.print.Quoting;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Reads CREATE TABLE. */
final class TableParser {
    /** First words of the keys among the columns. */
    private static final Set<String> KEY_WORDS = Set.of(
            "PRIMARY",
            "UNIQUE",
            "SHARD",
            "SORT",
            "KEY",
            "INDEX",
            "FULLTEXT",
            "SPATIAL",
            "FOREIGN",
            "CONSTRAINT",
            "CHECK");

    /** Options of two words. */
    private static final Map<String, String> TWO_WORDS =
            Map.of("CHARACTER", "SET", "DATA", "DIRECTORY", "INDEX", "DIRECTORY", "STORAGE", "ENGINE");

    private final Tokens tokens;

    TableParser(Tokens tokens) {
        this.tokens = tokens;
    }

    /** Empty if the table is made of another one (LIKE, AS SELECT); the rest of the statement is then unread. */
    Optional<CreateTable> create() {
        Place at = tokens.expect("CREATE");
        Optional<String> storage = Optional.empty();
        boolean reference = false;
        boolean temporary = false;
        while (!tokens.at("TABLE")) {
            if (tokens.at("ROWSTORE") || tokens.at("COLUMNSTORE")) {
                storage = Optional.of(tokens.next().word);
            } else if (tokens.accept("REFERENCE")) {
                reference = true;
            } else if (tokens.accept("GLOBAL", "TEMPORARY") || tokens.accept("TEMPORARY")) {
                temporary = true;
            } else {
                throw tokens.unexpected();
            }
        }
        tokens.expect("TABLE");
        boolean ifNotExists = tokens.accept("IF", "NOT", "EXISTS");
        ObjectName table = tokens.objectName();
        if (tokens.at("LIKE")
                || tokens.at("AS")
                || tokens.at("SELECT")
                || tokens.peek(2).is("LIKE")) {
            return Optional.empty();
        }
        List<ColumnDefinition> columns = new ArrayList<>();
        List<KeyDefinition> keys = new ArrayList<>();
        tokens.expectSymbol(LPAREN);
        do {
            if (atKey()) {
                keys.add(key());
            } else {
                columns.add(column());
            }
        } while (tokens.acceptSymbol(COMMA));
        tokens.expectSymbol(RPAREN);
        List<TableOption> options = new ArrayList<>();
        while (!tokens.atEnd()) {
            if (tokens.at("AS") || tokens.at("SELECT")) {
                return Optional.empty();
            }
            options.add(option());
            boolean comma = tokens.acceptSymbol(COMMA);
        }
        CreateTable.Form form = new CreateTable.Form(storage, reference, temporary, at);
        return Optional.of(new CreateTable(form, ifNotExists, table, columns, keys, options));
    }

    /** Whether a key comes, or a column that bears one of their words as its name. */
    private boolean atKey() {
        Lexeme first = tokens.peek();
        if (!KEY_WORDS.contains(first.word)) {
            return false;
        }
        Lexeme second = tokens.peek(2);
        return switch (first.word) {
            case "KEY", "INDEX", "CHECK" -> second.kind == LPAREN || beginsList(3);
            case "SHARD", "SORT", "PRIMARY", "FOREIGN" -> second.is("KEY");
            case "FULLTEXT", "SPATIAL", "UNIQUE" ->
                second.is("KEY") || second.is("INDEX") || second.kind == LPAREN || beginsList(3);
            default -> true;
        };
    }

    /** Whether a list of names in parentheses begins at this token, or an index type before one. */
    private boolean beginsList(int distance) {
        Lexeme open = tokens.peek(distance);
        boolean names = open.kind == LPAREN && tokens.peek(distance + 1).kind != UNSIGNED_INTEGER_LITERAL;
        return names || open.is("USING");
    }

    private ColumnDefinition column() {
        Identifier name = tokens.name();
        TypeName type = type();
        List<Attribute> attributes = new ArrayList<>();
        while (tokens.peek().kind != COMMA && tokens.peek().kind != RPAREN) {
            attributes.add(attribute());
        }
        return new ColumnDefinition(name, type, attributes);
    }

    private TypeName type() {
        Lexeme first = tokens.peek();
        if (first.word.isEmpty() || Keywords.reserved(first.word)) {
            throw tokens.unexpected("a type");
        }
        tokens.next();
        StringBuilder name = new StringBuilder(first.word);
        if (first.is("DOUBLE") && tokens.accept("PRECISION")) {
            name.append(" PRECISION");
        } else if (first.is("LONG") && (tokens.at("VARCHAR") || tokens.at("VARBINARY"))) {
            name.append(' ').append(tokens.next().word);
        } else if (first.is("NATIONAL")) {
            name.append(' ').append(tokens.next().word);
        }
        boolean characters = first.is("CHAR") || first.is("CHARACTER") || first.is("NATIONAL") || first.is("NCHAR");
        if (characters && tokens.accept("VARYING")) {
            name.append(" VARYING");
        }
        List<String> arguments = tokens.peek().kind == LPAREN ? tokens.parenthesized(this::argument) : List.of();
        return new TypeName(name.toString(), arguments, modifiers(), first.place());
    }

    private String argument() {
        Lexeme token = tokens.peek();
        if (token.kind == QUOTED_STRING) {
            return Quoting.string(tokens.string().value());
        }
        if (token.kind != UNSIGNED_INTEGER_LITERAL) {
            throw tokens.unexpected("a number");
        }
        return tokens.next().text;
    }

    private List<String> modifiers() {
        List<String> modifiers = new ArrayList<>();
        while (true) {
            if (tokens.at("UNSIGNED") || tokens.at("SIGNED") || tokens.at("ZEROFILL") || tokens.at("BINARY")) {
                modifiers.add(tokens.next().word);
            } else if (tokens.accept("CHARACTER", "SET") || tokens.accept("CHARSET")) {
                modifiers.add("CHARACTER SET " + word());
            } else {
                return modifiers;
            }
        }
    }

    /** A word or a string, as it prints. */
    private String word() {
        Lexeme token = tokens.next();
        if (token.kind == QUOTED_STRING) {
            return Quoting.string(token.text);
        }
        return token.text.isEmpty() ? token.image : token.text;
    }

    private Attribute attribute() {
        Place at = tokens.place();
        if (tokens.accept("NOT", "NULL")) {
            return attribute(Attribute.Kind.NOT_NULL, at);
        } else if (tokens.accept("NULL")) {
            return attribute(Attribute.Kind.NULL, at);
        } else if (tokens.accept("PRIMARY", "KEY")) {
            return attribute(Attribute.Kind.PRIMARY_KEY, at);
        } else if (tokens.accept("UNIQUE")) {
            boolean key = tokens.accept("KEY");
            return attribute(Attribute.Kind.UNIQUE_KEY, at);
        } else if (tokens.accept("KEY")) {
            return attribute(Attribute.Kind.KEY, at);
        } else if (tokens.accept("AUTO_INCREMENT")) {
            return attribute(Attribute.Kind.AUTO_INCREMENT, at);
        } else if (tokens.accept("DEFAULT")) {
            return attribute(Attribute.Kind.DEFAULT, tokens.operand(), at);
        } else if (tokens.accept("ON", "UPDATE")) {
            return attribute(Attribute.Kind.ON_UPDATE, tokens.operand(), at);
        } else if (tokens.accept("COMMENT")) {
            return attribute(Attribute.Kind.COMMENT, string(), at);
        } else if (tokens.accept("COLLATE")) {
            return attribute(Attribute.Kind.COLLATE, new SqlText(word(), at), at);
        } else if (tokens.at("AS") || tokens.at("GENERATED")) {
            return computed(at);
        } else if (tokens.accept("REFERENCES")) {
            return attribute(Attribute.Kind.REFERENCES, rest(), at);
        } else if (tokens.accept("CHECK")) {
            return attribute(Attribute.Kind.CHECK, rest(), at);
        }
        throw tokens.unexpected();
    }

    private static Attribute attribute(Attribute.Kind kind, Place at) {
        return new Attribute(kind, Optional.empty(), at);
    }

    private static Attribute attribute(Attribute.Kind kind, SqlText value, Place at) {
        return new Attribute(kind, Optional.of(value), at);
    }

    private SqlText string() {
        Lexeme token = tokens.peek();
        return new SqlText(Quoting.string(tokens.string().value()), token.place());
    }

    /** MySQL's GENERATED ALWAYS AS (…) and MemSQL's AS … PERSISTED type. */
    private Attribute computed(Place at) {
        Lexeme first = tokens.peek();
        boolean generated = tokens.accept("GENERATED");
        boolean always = tokens.accept("ALWAYS");
        tokens.expect("AS");
        tokens.expression();
        if (tokens.accept("PERSISTED")) {
            type();
        } else {
            boolean kept = tokens.accept("STORED") || tokens.accept("VIRTUAL");
        }
        return attribute(Attribute.Kind.COMPUTED, tokens.textFrom(first), at);
    }

    /** What is only there to be refused: everything up to the next comma or parenthesis of this level. */
    private SqlText rest() {
        Lexeme first = tokens.peek();
        while (tokens.peek().kind != COMMA && tokens.peek().kind != RPAREN && !tokens.atEnd()) {
            if (tokens.peek().kind == LPAREN) {
                tokens.skipParentheses();
            } else {
                tokens.next();
            }
        }
        return tokens.textFrom(first);
    }

    private KeyDefinition key() {
        Lexeme first = tokens.peek();
        Optional<Identifier> constraint = Optional.empty();
        if (tokens.accept("CONSTRAINT") && !KEY_WORDS.contains(tokens.peek().word)) {
            constraint = Optional.of(tokens.name());
        }
        KeyDefinition.Kind kind = keyKind();
        if (kind == KeyDefinition.Kind.FOREIGN || kind == KeyDefinition.Kind.CHECK) {
            return new KeyDefinition(kind, constraint, List.of(), Optional.of(rest()), first.place());
        }
        Lexeme method = tokens.peek();
        Optional<Identifier> name = tokens.atName() && !tokens.at("USING") ? Optional.of(tokens.name()) : constraint;
        if (tokens.accept("USING")) {
            tokens.next();
        }
        boolean empty = kind == KeyDefinition.Kind.SHARD || kind == KeyDefinition.Kind.SORT;
        List<KeyPart> columns;
        if (empty && tokens.peek().kind == LPAREN && tokens.peek(2).kind == RPAREN) {
            tokens.next();
            tokens.next();
            columns = List.of();
        } else {
            columns = tokens.parenthesized(this::keyPart);
        }
        Lexeme behind = tokens.peek();
        SqlText rest = rest();
        Optional<SqlText> options = rest.sql().isEmpty() ? Optional.empty() : Optional.of(rest);
        return new KeyDefinition(kind, name, columns, options, first.place());
    }

    private KeyDefinition.Kind keyKind() {
        if (tokens.accept("PRIMARY", "KEY")) {
            return KeyDefinition.Kind.PRIMARY;
        } else if (tokens.accept("SHARD", "KEY")) {
            return KeyDefinition.Kind.SHARD;
        } else if (tokens.accept("SORT", "KEY")) {
            return KeyDefinition.Kind.SORT;
        } else if (tokens.accept("FOREIGN", "KEY")) {
            return KeyDefinition.Kind.FOREIGN;
        } else if (tokens.accept("CHECK")) {
            return KeyDefinition.Kind.CHECK;
        }
        KeyDefinition.Kind kind = tokens.accept("UNIQUE")
                ? KeyDefinition.Kind.UNIQUE
                : tokens.accept("FULLTEXT")
                        ? KeyDefinition.Kind.FULLTEXT
                        : tokens.accept("SPATIAL") ? KeyDefinition.Kind.SPATIAL : KeyDefinition.Kind.INDEX;
        boolean word = tokens.accept("KEY") || tokens.accept("INDEX");
        if (kind == KeyDefinition.Kind.INDEX && !word) {
            throw tokens.unexpected();
        }
        return kind;
    }

    private KeyPart keyPart() {
        Identifier column = tokens.name();
        OptionalInt prefix = OptionalInt.empty();
        if (tokens.acceptSymbol(LPAREN)) {
            prefix = OptionalInt.of((int) tokens.integer(Integer.MAX_VALUE));
            tokens.expectSymbol(RPAREN);
        }
        boolean descending = !tokens.accept("ASC") && tokens.accept("DESC");
        return new KeyPart(column, prefix, descending);
    }

    TableOption option() {
        Lexeme first = tokens.peek();
        boolean ignored = tokens.accept("DEFAULT");
        Lexeme word = tokens.peek();
        if (word.word.isEmpty()) {
            throw tokens.unexpected();
        }
        tokens.next();
        String name = word.word;
        String second = TWO_WORDS.get(name);
        if (second != null && tokens.accept(second)) {
            name += " " + second;
        } else if (name.equals("CHARSET")) {
            name = "CHARACTER SET";
        } else if (name.equals("PARTITION")) {
            throw SyntaxError.unsupported("PARTITION BY", word.place().position());
        }
        boolean equals = tokens.acceptSymbol(EQ);
        if (tokens.atEnd() || tokens.peek().kind == COMMA) {
            throw tokens.unexpected("a value");
        }
        return new TableOption(name, word(), first.place());
    }
}
