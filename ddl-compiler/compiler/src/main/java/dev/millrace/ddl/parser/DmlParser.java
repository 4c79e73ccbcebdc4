package dev.millrace.ddl.parser;

import static dev.millrace.ddl.parser.grammar.MillraceGrammarConstants.*;

import dev.millrace.ddl.Assignment;
import dev.millrace.ddl.Identifier;
import dev.millrace.ddl.Insert;
import dev.millrace.ddl.Insert.Cell;
import dev.millrace.ddl.ObjectName;
import dev.millrace.ddl.Place;
import dev.millrace.ddl.SqlText;
import dev.millrace.ddl.Statement;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads INSERT, REPLACE, UPDATE and DELETE. A row of literals is read token by token, without the grammar: that is what
 * long statements are made of.
 */
final class DmlParser {
    private static final Cell NULL_CELL = new Cell.Null();
    private static final Cell DEFAULT_CELL = new Cell.Default();
    private static final Cell TRUE_CELL = new Cell.Bool(true);
    private static final Cell FALSE_CELL = new Cell.Bool(false);

    private final Tokens tokens;

    DmlParser(Tokens tokens) {
        this.tokens = tokens;
    }

    Insert insert() {
        Insert.Mode mode = tokens.next().is("REPLACE") ? Insert.Mode.REPLACE : Insert.Mode.INSERT;
        boolean priority = tokens.accept("LOW_PRIORITY") || tokens.accept("DELAYED") || tokens.accept("HIGH_PRIORITY");
        if (mode == Insert.Mode.INSERT && tokens.accept("IGNORE")) {
            mode = Insert.Mode.INSERT_IGNORE;
        }
        boolean into = tokens.accept("INTO");
        ObjectName table = tokens.objectName();
        if (tokens.at("SET")) {
            return insertSet(mode, table);
        }
        List<Identifier> columns = atColumns() ? columns() : List.of();
        Insert.Source source;
        if (tokens.at("VALUES") || tokens.at("VALUE")) {
            source = values();
        } else if (tokens.at("SELECT") || tokens.at("WITH") || tokens.at("TABLE") || tokens.peek().kind == LPAREN) {
            source = new Insert.Rows(tokens.query());
        } else {
            throw tokens.unexpected();
        }
        return new Insert(mode, table, columns, source, onDuplicate(mode));
    }

    private Insert insertSet(Insert.Mode mode, ObjectName table) {
        Place at = tokens.expect("SET");
        List<Identifier> columns = new ArrayList<>();
        List<Cell> row = new ArrayList<>();
        do {
            columns.add(tokens.columnName().name());
            tokens.expectSymbol(EQ);
            row.add(cell());
        } while (tokens.acceptSymbol(COMMA));
        return new Insert(mode, table, columns, new Insert.Values(List.of(row), at), onDuplicate(mode));
    }

    private List<Assignment> onDuplicate(Insert.Mode mode) {
        if (mode == Insert.Mode.REPLACE || !tokens.accept("ON", "DUPLICATE", "KEY", "UPDATE")) {
            return List.of();
        }
        return StatementParser.assignments(tokens);
    }

    /** Whether a list of columns comes, and not a query in parentheses. */
    private boolean atColumns() {
        Lexeme inside = tokens.peek(2);
        return tokens.peek().kind == LPAREN
                && inside.kind != LPAREN
                && !inside.is("SELECT")
                && !inside.is("WITH")
                && !inside.is("VALUES")
                && !inside.is("TABLE");
    }

    private List<Identifier> columns() {
        if (tokens.peek(2).kind == RPAREN) {
            tokens.next();
            tokens.next();
            return List.of();
        }
        return tokens.parenthesized(() -> tokens.columnName().name());
    }

    private Insert.Values values() {
        Place at = tokens.next().place();
        List<List<Cell>> rows = new ArrayList<>();
        do {
            boolean word = tokens.accept("ROW");
            rows.add(row());
        } while (tokens.acceptSymbol(COMMA));
        return new Insert.Values(rows, at);
    }

    private List<Cell> row() {
        tokens.expectSymbol(LPAREN);
        if (tokens.acceptSymbol(RPAREN)) {
            return List.of();
        }
        List<Cell> cells = new ArrayList<>();
        do {
            cells.add(cell());
        } while (tokens.acceptSymbol(COMMA));
        tokens.expectSymbol(RPAREN);
        return List.copyOf(cells);
    }

    private Cell cell() {
        Lexeme token = tokens.peek();
        boolean signed = token.kind == MINUS || token.kind == PLUS;
        if (!ends(tokens.peek(signed ? 3 : 2))) {
            return new Cell.Expression(tokens.expression());
        }
        if (signed) {
            Lexeme number = tokens.peek(2);
            if (isNumber(number)) {
                tokens.next();
                tokens.next();
                return number(number, token.kind == MINUS);
            }
            return new Cell.Expression(tokens.expression());
        }
        return switch (token.kind) {
            case UNSIGNED_INTEGER_LITERAL, DECIMAL_NUMERIC_LITERAL, APPROX_NUMERIC_LITERAL -> {
                tokens.next();
                yield number(token, false);
            }
            case QUOTED_STRING -> take(new Cell.Text(token.text));
            case BINARY_STRING_LITERAL -> take(new Cell.Bytes(token.text));
            case NULL -> take(NULL_CELL);
            case DEFAULT_ -> take(DEFAULT_CELL);
            case TRUE -> take(TRUE_CELL);
            case FALSE -> take(FALSE_CELL);
            case HOOK -> take(new Cell.Parameter(tokens.parameter()));
            default -> new Cell.Expression(tokens.expression());
        };
    }

    private Cell take(Cell cell) {
        tokens.next();
        return cell;
    }

    private static boolean ends(Lexeme token) {
        return token.kind == COMMA || token.kind == RPAREN || token.kind == EOF || token.kind == SEMICOLON;
    }

    private static boolean isNumber(Lexeme token) {
        return token.kind == UNSIGNED_INTEGER_LITERAL
                || token.kind == DECIMAL_NUMERIC_LITERAL
                || token.kind == APPROX_NUMERIC_LITERAL;
    }

    private static Cell number(Lexeme token, boolean negative) {
        if (token.kind != APPROX_NUMERIC_LITERAL) {
            BigDecimal value = new BigDecimal(token.text);
            return new Cell.Exact(negative ? value.negate() : value);
        }
        double value = Double.parseDouble(token.text);
        if (Double.isInfinite(value)) {
            throw new StatementException(
                    SqlState.OUT_OF_RANGE, token.text + " is too large for a DOUBLE", Tokens.position(token));
        }
        return new Cell.Approximate(negative ? -value : value);
    }

    Statement update() {
        tokens.expect("UPDATE");
        boolean priority = tokens.accept("LOW_PRIORITY");
        if (tokens.at("IGNORE")) {
            throw SyntaxError.unsupported("UPDATE IGNORE", tokens.place().position());
        }
        ObjectName table = tokens.objectName();
        boolean as = tokens.accept("AS");
        Optional<Identifier> alias =
                as || (tokens.atName() && !tokens.at("SET")) ? Optional.of(tokens.name()) : Optional.empty();
        if (tokens.peek().kind == COMMA || tokens.at("JOIN")) {
            throw SyntaxError.unsupported(
                    "UPDATE of more than one table", tokens.place().position());
        }
        tokens.expect("SET");
        List<Assignment> assignments = StatementParser.assignments(tokens);
        return new Statement.Update(table, alias, assignments, where(), orderBy(), limit());
    }

    Statement delete() {
        tokens.expect("DELETE");
        boolean priority = tokens.accept("LOW_PRIORITY") || tokens.accept("QUICK");
        if (!tokens.at("FROM") && tokens.atName()) {
            throw SyntaxError.unsupported(
                    "DELETE of more than one table", tokens.place().position());
        }
        tokens.expect("FROM");
        ObjectName table = tokens.objectName();
        boolean as = tokens.accept("AS");
        Optional<Identifier> alias = as || tokens.atName() ? Optional.of(tokens.name()) : Optional.empty();
        return new Statement.Delete(table, alias, where(), orderBy(), limit());
    }

    private Optional<SqlText> where() {
        return tokens.accept("WHERE") ? Optional.of(tokens.expression()) : Optional.empty();
    }

    private Optional<SqlText> orderBy() {
        if (!tokens.accept("ORDER", "BY")) {
            return Optional.empty();
        }
        Lexeme first = tokens.peek();
        tokens.list(() -> {
            tokens.expression();
            return tokens.accept("ASC") || tokens.accept("DESC");
        });
        return Optional.of(tokens.textFrom(first));
    }

    private Optional<SqlText> limit() {
        return tokens.accept("LIMIT") ? Optional.of(tokens.operand()) : Optional.empty();
    }
}
