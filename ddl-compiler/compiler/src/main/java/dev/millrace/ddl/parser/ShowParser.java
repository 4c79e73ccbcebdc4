package dev.millrace.ddl.parser;

import static dev.millrace.ddl.parser.grammar.MillraceGrammarConstants.*;

import dev.millrace.ddl.Identifier;
import dev.millrace.ddl.ObjectName;
import dev.millrace.ddl.PipelineControl;
import dev.millrace.ddl.Place;
import dev.millrace.ddl.Show;
import dev.millrace.ddl.Show.What;
import dev.millrace.ddl.SqlText;
import dev.millrace.ddl.Statement;
import dev.millrace.ddl.print.Quoting;
import java.util.Optional;

/** Reads SHOW, and DESCRIBE of a table. */
final class ShowParser {
    private final Tokens tokens;

    ShowParser(Tokens tokens) {
        this.tokens = tokens;
    }

    Statement show() {
        Lexeme first = tokens.peek();
        Place at = tokens.expect("SHOW");
        if (tokens.at("PROFILE")) {
            return profile(first);
        }
        boolean extended = tokens.accept("EXTENDED");
        boolean full = tokens.accept("FULL") || tokens.accept("GLOBAL");
        boolean session = tokens.accept("SESSION") || tokens.accept("LOCAL");
        Lexeme word = tokens.peek();
        switch (word.word) {
            case "DATABASES", "SCHEMAS" -> {
                return listing(What.DATABASES, full, at);
            }
            case "TABLES" -> {
                return listing(What.TABLES, full, at);
            }
            case "TABLE" -> {
                tokens.next();
                tokens.couldBe("STATUS");
                if (!tokens.at("STATUS")) {
                    throw tokens.unexpected();
                }
                return listing(What.TABLE_STATUS, full, at);
            }
            case "PIPELINES" -> {
                return listing(What.PIPELINES, full, at);
            }
            case "COLUMNS", "FIELDS" -> {
                return ofTable(What.COLUMNS, full, at);
            }
            case "INDEX", "INDEXES", "KEYS" -> {
                return ofTable(What.INDEX, full, at);
            }
            case "WARNINGS" -> {
                return listing(What.WARNINGS, full, at);
            }
            case "ERRORS" -> {
                return listing(What.ERRORS, full, at);
            }
            case "VARIABLES" -> {
                return listing(What.VARIABLES, full, at);
            }
            case "STATUS" -> {
                return listing(What.STATUS, full, at);
            }
            case "PROCESSLIST" -> {
                return listing(What.PROCESSLIST, full, at);
            }
            case "ENGINES" -> {
                return listing(What.ENGINES, full, at);
            }
            case "COLLATION" -> {
                return listing(What.COLLATION, full, at);
            }
            case "LEAVES" -> {
                return listing(What.LEAVES, full, at);
            }
            case "AGGREGATORS" -> {
                return listing(What.AGGREGATORS, full, at);
            }
            case "PARTITIONS" -> {
                return listing(What.PARTITIONS, full, at);
            }
            case "CHARSET" -> {
                return listing(What.CHARACTER_SET, full, at);
            }
            case "CHARACTER" -> {
                tokens.next();
                if (!tokens.at("SET")) {
                    throw tokens.unexpected();
                }
                return listing(What.CHARACTER_SET, full, at);
            }
            case "CREATE" -> {
                return create(first);
            }
            default -> {
                return other(first);
            }
        }
    }

    private Statement other(Lexeme first) {
        Lexeme word = tokens.peek();
        if (word.word.isEmpty()) {
            tokens.couldBe("DATABASES", "TABLES", "COLUMNS", "CREATE", "PIPELINES", "WARNINGS", "VARIABLES");
            throw tokens.unexpected();
        }
        tokens.skipStatement();
        return new Statement.Other("SHOW " + word.word, tokens.textFrom(first));
    }

    private Statement profile(Lexeme first) {
        tokens.next();
        String form = tokens.accept("JSON") ? "JSON" : tokens.accept("UI") ? "UI" : "";
        if (!tokens.accept("PIPELINE")) {
            return other(first);
        }
        ObjectName name = tokens.objectName();
        String node = "";
        if (tokens.accept("ON")) {
            tokens.expect("NODE");
            node = "ON NODE " + tokens.integer(Long.MAX_VALUE);
        }
        String rest = (form + " " + node).strip();
        return new PipelineControl(PipelineControl.Verb.SHOW_PROFILE, false, Optional.of(name), rest, first.place());
    }

    private Statement create(Lexeme first) {
        Place at = first.place();
        tokens.next();
        What what;
        if (tokens.accept("TABLE")) {
            what = What.CREATE_TABLE;
        } else if (tokens.accept("DATABASE") || tokens.accept("SCHEMA")) {
            what = What.CREATE_DATABASE;
            boolean ifNotExists = tokens.accept("IF", "NOT", "EXISTS");
        } else if (tokens.accept("PIPELINE")) {
            what = What.CREATE_PIPELINE;
        } else if (tokens.peek().word.isEmpty()) {
            throw tokens.unexpected();
        } else {
            String name = "SHOW CREATE " + tokens.peek().word;
            tokens.skipStatement();
            return new Statement.Other(name, tokens.textFrom(first));
        }
        ObjectName subject =
                what == What.CREATE_DATABASE ? new ObjectName(Optional.empty(), tokens.name()) : tokens.objectName();
        boolean extended = what == What.CREATE_PIPELINE && tokens.accept("EXTENDED");
        return new Show(
                what,
                extended,
                Optional.empty(),
                Optional.of(subject),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                at);
    }

    /** SHOW word [FROM db] [LIKE …|WHERE …] [LIMIT …]; the word comes next. */
    private Show listing(What what, boolean full, Place at) {
        tokens.next();
        boolean owned = what == What.TABLES || what == What.TABLE_STATUS || what == What.PIPELINES;
        boolean partitions = what == What.PARTITIONS && tokens.accept("ON");
        Optional<Identifier> database = partitions || (owned && (tokens.accept("FROM") || tokens.accept("IN")))
                ? Optional.of(tokens.name())
                : Optional.empty();
        return filtered(what, full, database, Optional.empty(), at);
    }

    /** SHOW word FROM table [FROM db] [LIKE …|WHERE …]; the word comes next. */
    private Show ofTable(What what, boolean full, Place at) {
        tokens.next();
        if (!tokens.accept("FROM") && !tokens.accept("IN")) {
            throw tokens.unexpected();
        }
        ObjectName table = tokens.objectName();
        if (tokens.accept("FROM") || tokens.accept("IN")) {
            table = new ObjectName(Optional.of(tokens.name()), table.name());
        }
        return filtered(what, full, Optional.empty(), Optional.of(table), at);
    }

    private Show filtered(
            What what, boolean full, Optional<Identifier> database, Optional<ObjectName> subject, Place at) {
        Optional<String> like = Optional.empty();
        Optional<SqlText> where = Optional.empty();
        Optional<SqlText> limit = Optional.empty();
        if (tokens.accept("LIKE")) {
            like = Optional.of(tokens.string().value());
        } else if (tokens.accept("WHERE")) {
            where = Optional.of(tokens.expression());
        }
        boolean counted = what == What.WARNINGS || what == What.ERRORS;
        if (counted && tokens.accept("LIMIT")) {
            Lexeme first = tokens.peek();
            tokens.integer(Long.MAX_VALUE);
            if (tokens.acceptSymbol(COMMA)) {
                tokens.integer(Long.MAX_VALUE);
            }
            limit = Optional.of(tokens.textFrom(first));
        }
        return new Show(what, full, database, subject, like, where, limit, at);
    }

    /** Behind DESCRIBE: {@code table [column]}. */
    Show describe(Place at) {
        ObjectName table = tokens.objectName();
        Optional<String> like = Optional.empty();
        if (tokens.peek().kind == QUOTED_STRING) {
            like = Optional.of(tokens.string().value());
        } else if (tokens.atName()) {
            like = Optional.of(Quoting.likePattern(tokens.name().text()));
        }
        return new Show(
                What.COLUMNS,
                false,
                Optional.empty(),
                Optional.of(table),
                like,
                Optional.empty(),
                Optional.empty(),
                at);
    }
}
