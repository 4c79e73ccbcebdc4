package dev.millrace.ddl.parser;

import static dev.millrace.ddl.parser.grammar.MillraceGrammarConstants.*;

import dev.millrace.ddl.parser.grammar.MillraceGrammar;
import dev.millrace.ddl.parser.grammar.ParseException;
import dev.millrace.spec.error.Position;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.calcite.avatica.util.Casing;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.validate.SqlConformanceEnum;

/** The generated parser over MySQL's tokens, with its errors turned into ours. */
final class Grammar extends MillraceGrammar {
    /** Calcite's words that the lexer never makes a keyword of. */
    private static final Set<Integer> NEVER_READ =
            Set.of(UNNEST, VALUE, STREAM, HINT_BEG, LBRACE_FN, SPECIFIC, NEW, CURSOR, MULTISET, ARRAY, MAP, PERIOD);

    /** A call of one of the grammar's productions. */
    interface Production {
        SqlNode parse() throws ParseException;
    }

    Grammar(MySqlLexer lexer) {
        super(lexer);
        setQuotedCasing(Casing.UNCHANGED);
        setUnquotedCasing(Casing.UNCHANGED);
        setIdentifierMaxLength(Integer.MAX_VALUE);
        setConformance(SqlConformanceEnum.MYSQL_5);
    }

    Lexeme peek(int distance) {
        return (Lexeme) getToken(distance);
    }

    Lexeme next() {
        return (Lexeme) getNextToken();
    }

    Lexeme last() {
        return (Lexeme) token;
    }

    void startStatement() {
        nDynamicParams = 0;
    }

    int parameter() {
        return nDynamicParams++;
    }

    int parameters() {
        return nDynamicParams;
    }

    @Override
    protected SqlNode toTree(List<Object> items) {
        return new ExpressionTree(items).build();
    }

    SqlNode expression() throws ParseException {
        return Expression(ExprContext.ACCEPT_SUB_QUERY);
    }

    SqlNode query() throws ParseException {
        return OrderedQueryOrExpr(ExprContext.ACCEPT_QUERY);
    }

    SqlNode operand() throws ParseException {
        int kind = peek(1).kind;
        if (kind == PLUS || kind == MINUS) {
            return NumericLiteral();
        }
        return kind == LPAREN ? Expression3(ExprContext.ACCEPT_SUB_QUERY) : AtomicRowExpression();
    }

    /** Runs a production; whatever is wrong with the text is an error with a place in it. */
    SqlNode run(Production production, String sql) {
        try {
            return production.parse();
        } catch (StatementException e) {
            throw e;
        } catch (ParseException e) {
            throw syntaxError(e, sql);
        } catch (CalciteContextException e) {
            String reason = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
            throw new StatementException(SqlState.SYNTAX_ERROR, reason, e)
                    .at(new Position(Math.max(1, e.getPosLine()), Math.max(1, e.getPosColumn())));
        } catch (RuntimeException | AssertionError e) {
            // Calcite checks literals while it reads them, and says what it does not like in many ways.
            throw new StatementException(SqlState.SYNTAX_ERROR, "cannot be read: " + e.getMessage(), e)
                    .at(peek(1).place().position());
        }
    }

    private static StatementException syntaxError(ParseException e, String sql) {
        Lexeme offending = (Lexeme) e.currentToken.next;
        Set<String> expected = new TreeSet<>();
        for (int[] sequence : e.expectedTokenSequences) {
            if (sequence.length > 0 && !NEVER_READ.contains(sequence[0])) {
                expected.add(spelling(sequence[0]));
            }
        }
        return SyntaxError.near(sql, offending.begin, offending.place().position(), expected);
    }

    /** How a kind of token is called in a message. */
    static String spelling(int kind) {
        return switch (kind) {
            case EOF -> "the end";
            case QUOTED_STRING -> "a string";
            case UNSIGNED_INTEGER_LITERAL, DECIMAL_NUMERIC_LITERAL, APPROX_NUMERIC_LITERAL -> "a number";
            case IDENTIFIER,
                    BACK_QUOTED_IDENTIFIER,
                    BRACKET_QUOTED_IDENTIFIER,
                    QUOTED_IDENTIFIER,
                    BIG_QUERY_BACK_QUOTED_IDENTIFIER,
                    HYPHENATED_IDENTIFIER,
                    UNICODE_QUOTED_IDENTIFIER,
                    A,
                    ABSENT,
                    GROUP_CONCAT -> "a name";
            default -> tokenImage[kind].replace("\"", "");
        };
    }
}
