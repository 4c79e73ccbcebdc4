package dev.millrace.ddl.parser;

import static dev.millrace.ddl.parser.grammar.MillraceGrammarConstants.*;

import dev.millrace.ddl.Assignment;
import dev.millrace.ddl.ColumnName;
import dev.millrace.ddl.CreateTable;
import dev.millrace.ddl.Identifier;
import dev.millrace.ddl.ObjectName;
import dev.millrace.ddl.ParsedStatement;
import dev.millrace.ddl.PipelineControl;
import dev.millrace.ddl.Place;
import dev.millrace.ddl.SqlText;
import dev.millrace.ddl.Statement;
import dev.millrace.ddl.Statement.Transaction;
import dev.millrace.ddl.TableOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Reads statements: looks at the first word and hands over to who knows the rest. */
public final class StatementParser {
    /** Statements that are only recognized, by their first word; the second is part of their name if it is a word. */
    private static final Set<String> OTHERS = Set.of(
            "ADD",
            "ANALYZE",
            "ATTACH",
            "BACKUP",
            "CALL",
            "CHANGE",
            "CHECK",
            "CHECKSUM",
            "DEALLOCATE",
            "DO",
            "ECHO",
            "EXECUTE",
            "FLUSH",
            "GRANT",
            "HANDLER",
            "HELP",
            "INFER",
            "INSTALL",
            "LOAD",
            "LOCK",
            "PREPARE",
            "PROMOTE",
            "PURGE",
            "REBALANCE",
            "RELEASE",
            "REMOVE",
            "RENAME",
            "REPAIR",
            "REPLICATE",
            "RESET",
            "RESTORE",
            "REVOKE",
            "SAVEPOINT",
            "SHUTDOWN",
            "SNAPSHOT",
            "UNINSTALL",
            "UNLOCK",
            "XA");

    private final Tokens tokens;

    StatementParser(Tokens tokens) {
        this.tokens = tokens;
    }

    /** All statements of a text; semicolons part them. */
    public static List<ParsedStatement> parse(String sql) {
        return Nesting.bounded(() -> all(sql));
    }

    private static List<ParsedStatement> all(String sql) {
        Tokens tokens = new Tokens(sql);
        StatementParser parser = new StatementParser(tokens);
        List<ParsedStatement> statements = new ArrayList<>();
        while (true) {
            while (tokens.peek().kind == SEMICOLON) {
                tokens.next();
            }
            if (tokens.peek().kind == EOF) {
                return statements;
            }
            statements.add(parser.one());
        }
    }

    private ParsedStatement one() {
        tokens.startStatement();
        Lexeme first = tokens.peek();
        Statement statement = statement();
        if (!tokens.atEnd()) {
            throw trailing();
        }
        return new ParsedStatement(statement, tokens.textFrom(first).sql(), first.place(), tokens.parameters());
    }

    /** Clauses of MySQL's that can follow a query and have no place here. */
    private RuntimeException trailing() {
        Lexeme token = tokens.peek();
        Map<String, String> unsupported = Map.of(
                "FOR", "SELECT … FOR UPDATE",
                "INTO", "SELECT … INTO",
                "LOCK", "SELECT … LOCK IN SHARE MODE",
                "COLLATE", "COLLATE");
        boolean rollup = token.is("WITH") && tokens.peek(2).is("ROLLUP");
        String name = rollup ? "WITH ROLLUP" : unsupported.get(token.word);
        return name == null
                ? tokens.unexpected()
                : SyntaxError.unsupported(name, token.place().position());
    }

    private Statement statement() {
        Lexeme first = tokens.peek();
        if (first.kind == LPAREN) {
            return query();
        }
        return switch (first.word) {
            case "SELECT", "WITH", "VALUES", "TABLE" -> query();
            case "INSERT", "REPLACE" -> new DmlParser(tokens).insert();
            case "UPDATE" -> new DmlParser(tokens).update();
            case "DELETE" -> new DmlParser(tokens).delete();
            case "CREATE" -> create();
            case "DROP" -> drop();
            case "ALTER" -> tokens.peek(2).is("PIPELINE") ? new PipelineParser(tokens).alter() : other(2);
            case "USE" -> use();
            case "TRUNCATE" -> truncate();
            case "SHOW" -> new ShowParser(tokens).show();
            case "DESCRIBE", "DESC", "EXPLAIN" -> explain();
            case "SET" -> new SetParser(tokens).set();
            case "LOAD" -> tokens.peek(2).is("DATA") ? new LoadParser(tokens).loadData() : other(2);
            case "KILL" -> kill();
            case "BEGIN", "COMMIT", "ROLLBACK" -> transaction();
            case "START", "STOP", "TEST", "EXTRACT", "PROFILE", "DETACH", "CLEAR", "OPTIMIZE" -> verb();
            default -> OTHERS.contains(first.word) ? other(2) : fail();
        };
    }

    private Statement fail() {
        throw tokens.unexpected();
    }

    private Statement.Query query() {
        SqlText text = tokens.query();
        return new Statement.Query(text.sql(), text.at());
    }

    /** @param words how many of the first words make the statement's name */
    private Statement.Other other(int words) {
        Lexeme first = tokens.peek();
        StringBuilder name = new StringBuilder(first.word);
        tokens.next();
        for (int i = 1; i < words && !tokens.peek().word.isEmpty(); i++) {
            name.append(' ').append(tokens.next().word);
        }
        tokens.skipStatement();
        return new Statement.Other(name.toString(), tokens.textFrom(first));
    }

    private Statement create() {
        Lexeme second = tokens.peek(2);
        return switch (second.word) {
            case "DATABASE", "SCHEMA" -> createDatabase();
            case "TABLE", "ROWSTORE", "COLUMNSTORE", "REFERENCE", "TEMPORARY", "GLOBAL" -> createTable();
            case "PIPELINE", "AGGREGATOR" ->
                second.is("AGGREGATOR") && !tokens.peek(3).is("PIPELINE")
                        ? other(3)
                        : new PipelineParser(tokens).create();
            case "OR" ->
                tokens.peek(3).is("REPLACE")
                                && (tokens.peek(4).is("PIPELINE")
                                        || tokens.peek(5).is("PIPELINE"))
                        ? new PipelineParser(tokens).create()
                        : other(4);
            case "VIEW", "USER", "ROLE", "GROUP", "LINK", "FUNCTION", "PROCEDURE", "TRIGGER", "EVENT", "INDEX" ->
                other(2);
            case "UNIQUE", "FULLTEXT", "SPATIAL", "RESOURCE", "INFERRED", "EXTERNAL", "DEFINER", "ALGORITHM", "SQL" ->
                other(3);
            default -> {
                tokens.next();
                tokens.couldBe("DATABASE", "TABLE", "PIPELINE");
                throw tokens.unexpected();
            }
        };
    }

    private Statement createTable() {
        Lexeme first = tokens.peek();
        Optional<CreateTable> table = new TableParser(tokens).create();
        if (table.isPresent()) {
            return table.get();
        }
        tokens.skipStatement();
        return new Statement.Other("CREATE TABLE from another table", tokens.textFrom(first));
    }

    private Statement createDatabase() {
        tokens.next();
        tokens.next();
        boolean ifNotExists = tokens.accept("IF", "NOT", "EXISTS");
        Identifier name = tokens.name();
        OptionalInt partitions = OptionalInt.empty();
        List<TableOption> options = new ArrayList<>();
        while (!tokens.atEnd()) {
            if (tokens.accept("PARTITIONS")) {
                tokens.acceptSymbol(EQ);
                partitions = OptionalInt.of((int) tokens.integer(Integer.MAX_VALUE));
            } else {
                options.add(new TableParser(tokens).option());
            }
        }
        return new Statement.CreateDatabase(ifNotExists, name, partitions, options);
    }

    private Statement drop() {
        Lexeme second = tokens.peek(2);
        switch (second.word) {
            case "DATABASE", "SCHEMA" -> {
                tokens.next();
                tokens.next();
                boolean ifExists = tokens.accept("IF", "EXISTS");
                return new Statement.DropDatabase(ifExists, tokens.name());
            }
            case "TABLE" -> {
                tokens.next();
                tokens.next();
                boolean ifExists = tokens.accept("IF", "EXISTS");
                List<ObjectName> tables = tokens.list(tokens::objectName);
                boolean ignored = tokens.accept("RESTRICT") || tokens.accept("CASCADE");
                return new Statement.DropTable(ifExists, tables);
            }
            case "PIPELINE" -> {
                return new PipelineParser(tokens).control(PipelineControl.Verb.DROP);
            }
            default -> {
                if (second.word.isEmpty()) {
                    tokens.next();
                    tokens.couldBe("DATABASE", "TABLE", "PIPELINE");
                    throw tokens.unexpected();
                }
                return other(2);
            }
        }
    }

    private Statement use() {
        tokens.next();
        boolean ignored = !tokens.peek(2).word.isEmpty() && tokens.accept("DATABASE");
        return new Statement.Use(tokens.name());
    }

    private Statement truncate() {
        tokens.next();
        boolean ignored = tokens.accept("TABLE");
        return new Statement.Truncate(tokens.objectName());
    }

    private Statement transaction() {
        Lexeme first = tokens.next();
        boolean ignored = tokens.accept("WORK");
        if (first.is("ROLLBACK") && tokens.accept("TO")) {
            tokens.skipStatement();
            return new Statement.Other("ROLLBACK TO SAVEPOINT", tokens.textFrom(first));
        }
        return new Transaction(Transaction.Kind.valueOf(first.word), first.place());
    }

    private Statement kill() {
        tokens.next();
        boolean queryOnly = tokens.accept("QUERY");
        boolean ignored = !queryOnly && tokens.accept("CONNECTION");
        Place at = tokens.place();
        return new Statement.Kill(queryOnly, tokens.integer(Long.MAX_VALUE), at);
    }

    private Statement verb() {
        Lexeme first = tokens.peek();
        Lexeme second = tokens.peek(2);
        if (first.is("START") && (second.is("TRANSACTION"))) {
            tokens.next();
            tokens.next();
            tokens.skipStatement();
            return new Transaction(Transaction.Kind.BEGIN, first.place());
        }
        for (PipelineControl.Verb verb : PipelineControl.Verb.values()) {
            if (tokens.at(verb.words().split(" "))) {
                return new PipelineParser(tokens).control(verb);
            }
        }
        if (second.word.isEmpty() || second.is("PIPELINE") || first.is("START") || first.is("STOP")) {
            tokens.next();
            tokens.couldBe("PIPELINE");
            throw tokens.unexpected();
        }
        return other(2);
    }

    private Statement explain() {
        Lexeme first = tokens.next();
        boolean table = tokens.atName() && !startsStatement(tokens.peek());
        if (table && !tokens.at("FORMAT") && !tokens.at("EXTENDED") && !tokens.at("ANALYZE")) {
            return new ShowParser(tokens).describe(first.place());
        }
        if (tokens.accept("FORMAT")) {
            tokens.expectSymbol(EQ);
            tokens.next();
        }
        if (tokens.at("ANALYZE")) {
            throw SyntaxError.unsupported("EXPLAIN ANALYZE", tokens.place().position());
        }
        boolean ignored = tokens.accept("EXTENDED");
        return new Statement.Explain(statement());
    }

    private static boolean startsStatement(Lexeme token) {
        return Set.of("INSERT", "REPLACE", "UPDATE", "DELETE", "SELECT", "WITH", "VALUES", "TABLE")
                .contains(token.word);
    }

    /** {@code column = expression, …}. */
    static List<Assignment> assignments(Tokens tokens) {
        return tokens.list(() -> {
            ColumnName column = tokens.columnName();
            tokens.expectSymbol(EQ);
            if (tokens.at("DEFAULT")) {
                Lexeme word = tokens.next();
                return new Assignment(column, tokens.textFrom(word));
            }
            return new Assignment(column, tokens.expression());
        });
    }
}
