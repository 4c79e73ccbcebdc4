package dev.millrace.ddl.parser;

import static dev.millrace.ddl.parser.grammar.MillraceGrammarConstants.*;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides for each word whether it is a keyword at its place. Words that MySQL reserves and the grammar uses always are;
 * the rest only where the words around them say so ({@code DATE} before a string or in a CAST, {@code OFFSET} before a
 * number, a unit behind INTERVAL), so that they can name columns everywhere else.
 *
 * <p>It also says in other tokens what MySQL has and the grammar has not: the expression behind INTERVAL gets its
 * parentheses, FROM DUAL becomes a table of one row, hints for MySQL's own execution vanish.
 */
final class Keywords {
    /**
     * Deepest nesting of parentheses. Each costs the parser, the planner and the engine a dozen frames of their stacks;
     * this is far above what people and tools write, and far below what a thread's stack holds.
     */
    static final int NESTING_MAX = 200;

    /** Keywords wherever they stand. All are reserved in MySQL. */
    private static final Map<String, Integer> RESERVED = Map.ofEntries(
            Map.entry("ALL", ALL),
            Map.entry("AND", AND),
            Map.entry("AS", AS),
            Map.entry("ASC", ASC),
            Map.entry("BETWEEN", BETWEEN),
            Map.entry("BOTH", BOTH),
            Map.entry("BY", BY),
            Map.entry("CASE", CASE),
            Map.entry("CROSS", CROSS),
            Map.entry("CURRENT_DATE", CURRENT_DATE),
            Map.entry("CURRENT_TIME", CURRENT_TIME),
            Map.entry("CURRENT_TIMESTAMP", CURRENT_TIMESTAMP),
            Map.entry("CURRENT_USER", CURRENT_USER),
            Map.entry("DEFAULT", DEFAULT_),
            Map.entry("DESC", DESC),
            Map.entry("DISTINCT", DISTINCT),
            Map.entry("DISTINCTROW", DISTINCT),
            Map.entry("DIV", DIV),
            Map.entry("ELSE", ELSE),
            Map.entry("EXCEPT", EXCEPT),
            Map.entry("EXISTS", EXISTS),
            Map.entry("FALSE", FALSE),
            Map.entry("FETCH", FETCH),
            Map.entry("FOR", FOR),
            Map.entry("FROM", FROM),
            Map.entry("GROUP", GROUP),
            Map.entry("HAVING", HAVING),
            Map.entry("IN", IN),
            Map.entry("INNER", INNER),
            Map.entry("INTERSECT", INTERSECT),
            Map.entry("INTERVAL", INTERVAL),
            Map.entry("INTO", INTO),
            Map.entry("IS", IS),
            Map.entry("JOIN", JOIN),
            Map.entry("LATERAL", LATERAL),
            Map.entry("LEADING", LEADING),
            Map.entry("LIKE", LIKE),
            Map.entry("LIMIT", LIMIT),
            Map.entry("LOCALTIME", LOCALTIME),
            Map.entry("LOCALTIMESTAMP", LOCALTIMESTAMP),
            Map.entry("NATURAL", NATURAL),
            Map.entry("NOT", NOT),
            Map.entry("NULL", NULL),
            Map.entry("ON", ON),
            Map.entry("OR", OR),
            Map.entry("ORDER", ORDER),
            Map.entry("OUTER", OUTER),
            Map.entry("OVER", OVER),
            Map.entry("REGEXP", RLIKE),
            Map.entry("RLIKE", RLIKE),
            Map.entry("SELECT", SELECT),
            Map.entry("STRAIGHT_JOIN", JOIN),
            Map.entry("TABLE", TABLE),
            Map.entry("THEN", THEN),
            Map.entry("TRAILING", TRAILING),
            Map.entry("TRUE", TRUE),
            Map.entry("UNION", UNION),
            Map.entry("USING", USING),
            Map.entry("WHEN", WHEN),
            Map.entry("WHERE", WHERE),
            Map.entry("WINDOW", WINDOW),
            Map.entry("WITH", WITH));

    /** Reserved words that are functions when a parenthesis follows. */
    private static final Map<String, Integer> RESERVED_UNLESS_CALLED =
            Map.of("LEFT", LEFT, "RIGHT", RIGHT, "VALUES", VALUES);

    /** Functions whose arguments have a syntax of their own. */
    private static final Map<String, Integer> CALLED = Map.ofEntries(
            Map.entry("ANY", ANY),
            Map.entry("CAST", CAST),
            Map.entry("CONVERT", MYSQL_CONVERT),
            Map.entry("CUBE", CUBE),
            Map.entry("EXTRACT", EXTRACT),
            Map.entry("GROUP_CONCAT", GROUP_CONCAT),
            Map.entry("MID", SUBSTRING),
            Map.entry("POSITION", POSITION),
            Map.entry("ROLLUP", ROLLUP),
            Map.entry("ROW", ROW),
            Map.entry("SOME", SOME),
            Map.entry("SUBSTR", SUBSTRING),
            Map.entry("SUBSTRING", SUBSTRING),
            Map.entry("TIMESTAMPADD", TIMESTAMPADD),
            Map.entry("TIMESTAMPDIFF", TIMESTAMPDIFF),
            Map.entry("TRIM", TRIM));

    /** Behind CAST(… AS. */
    private static final Map<String, Integer> TYPES = Map.ofEntries(
            Map.entry("BIGINT", BIGINT),
            Map.entry("BINARY", BINARY),
            Map.entry("BOOL", BOOLEAN),
            Map.entry("BOOLEAN", BOOLEAN),
            Map.entry("CHAR", CHAR),
            Map.entry("CHARACTER", CHARACTER),
            Map.entry("DATE", DATE),
            Map.entry("DATETIME", DATETIME),
            Map.entry("DEC", DEC),
            Map.entry("DECIMAL", DECIMAL),
            Map.entry("DOUBLE", DOUBLE),
            Map.entry("FLOAT", FLOAT),
            Map.entry("INT", INT),
            Map.entry("INTEGER", INTEGER),
            Map.entry("NCHAR", CHAR),
            Map.entry("NUMERIC", NUMERIC),
            Map.entry("REAL", REAL),
            Map.entry("SIGNED", SIGNED),
            Map.entry("SMALLINT", SMALLINT),
            Map.entry("TIME", TIME),
            Map.entry("TIMESTAMP", TIMESTAMP),
            Map.entry("TINYINT", TINYINT),
            Map.entry("UNSIGNED", UNSIGNED),
            Map.entry("VARBINARY", VARBINARY),
            Map.entry("VARCHAR", VARCHAR));

    private static final Map<String, Integer> UNITS = Map.of(
            "MICROSECOND", MICROSECOND,
            "SECOND", SECOND,
            "MINUTE", MINUTE,
            "HOUR", HOUR,
            "DAY", DAY,
            "WEEK", WEEK,
            "MONTH", MONTH,
            "QUARTER", QUARTER,
            "YEAR", YEAR);

    private static final Set<String> COMPOUND_UNITS = Set.of(
            "SECOND_MICROSECOND",
            "MINUTE_MICROSECOND",
            "MINUTE_SECOND",
            "HOUR_MICROSECOND",
            "HOUR_SECOND",
            "HOUR_MINUTE",
            "DAY_MICROSECOND",
            "DAY_SECOND",
            "DAY_MINUTE",
            "DAY_HOUR",
            "YEAR_MONTH");

    /** Behind SELECT; they tell MySQL how to work, not what to answer. */
    private static final Set<String> HINTS = Set.of(
            "HIGH_PRIORITY", "SQL_BIG_RESULT", "SQL_BUFFER_RESULT", "SQL_CACHE", "SQL_NO_CACHE", "SQL_SMALL_RESULT");

    /** Functions that may stand without parentheses, and are not in the grammar. */
    private static final Set<String> CALLED_WITHOUT = Set.of("UTC_DATE", "UTC_TIME", "UTC_TIMESTAMP");

    /** Verbs of statements where words such as COLLATE are clauses. */
    private static final Set<String> DEFINING = Set.of("ALTER", "CREATE", "SET", "SHOW");

    private final MySqlLexer lexer;

    /** The word before each open parenthesis, as a kind. */
    private final Deque<Integer> parentheses = new ArrayDeque<>();

    private final Deque<Interval> intervals = new ArrayDeque<>();

    /** The statement's first word; empty before it. */
    private String verb = "";

    private int openCases;
    private boolean onDuplicateKey;

    /**
     * An INTERVAL whose unit has not been read.
     *
     * @param depth open parentheses where it stands
     * @param wrapped whether a parenthesis was put before its expression
     */
    private record Interval(int depth, boolean wrapped) {}

    Keywords(MySqlLexer lexer) {
        this.lexer = lexer;
    }

    /** What is read stands behind ON DUPLICATE KEY UPDATE, where {@code VALUES(c)} is a function. */
    void onDuplicateKey() {
        onDuplicateKey = true;
    }

    /** Whether a word can not be an unquoted name. */
    static boolean reserved(String word) {
        return RESERVED.containsKey(word) || RESERVED_UNLESS_CALLED.containsKey(word);
    }

    /** Adds to {@code tokens} what the grammar shall see for what the lexer has read; often itself, never nothing. */
    void read(Lexeme raw, Deque<Lexeme> tokens) {
        if (!raw.word.isEmpty()) {
            word(raw, tokens);
            return;
        }
        if (raw.kind == LPAREN) {
            open(raw);
        } else if (raw.kind == RPAREN) {
            parentheses.poll();
        } else if (raw.kind == SEMICOLON) {
            reset();
        }
        tokens.add(raw);
    }

    private void open(Lexeme raw) {
        parentheses.push(lexer.previous().kind);
        if (parentheses.size() > NESTING_MAX) {
            throw new StatementException(
                    SqlState.RESOURCES_EXHAUSTED,
                    "parentheses are nested more than " + NESTING_MAX + " deep",
                    raw.place().position());
        }
    }

    private void reset() {
        parentheses.clear();
        intervals.clear();
        openCases = 0;
        onDuplicateKey = false;
        verb = "";
    }

    private void word(Lexeme raw, Deque<Lexeme> tokens) {
        verb = verb.isEmpty() ? raw.word : verb;
        int kind = kind(raw);
        if (kind == IDENTIFIER) {
            afterName(raw, tokens);
            return;
        }
        switch (kind) {
            case CASE -> openCases++;
            case END -> openCases--;
            case INTERVAL -> {
                boolean wrapped = !stringFollows();
                intervals.push(new Interval(parentheses.size(), wrapped));
                tokens.add(raw.as(kind));
                if (wrapped) {
                    tokens.add(synthetic(LPAREN, "(", raw));
                }
                return;
            }
            default -> {}
        }
        if (closesInterval(kind)) {
            if (intervals.pop().wrapped()) {
                tokens.add(synthetic(RPAREN, ")", raw));
            }
            if (kind == MICROSECOND) {
                throw SyntaxError.unsupported(
                        "INTERVAL … MICROSECOND", raw.place().position());
            }
        }
        tokens.add(raw.as(kind));
    }

    private void afterName(Lexeme raw, Deque<Lexeme> tokens) {
        int before = lexer.previous().kind;
        if (before == SELECT && HINTS.contains(raw.word)) {
            return;
        }
        if (before == FROM && raw.is("DUAL") && lexer.peekChar() != '.') {
            tokens.add(synthetic(LPAREN, "(", raw));
            tokens.add(synthetic(VALUES, "VALUES", raw));
            tokens.add(synthetic(LPAREN, "(", raw));
            tokens.add(synthetic(UNSIGNED_INTEGER_LITERAL, "0", raw));
            tokens.add(synthetic(RPAREN, ")", raw));
            tokens.add(synthetic(RPAREN, ")", raw));
            tokens.add(raw.as(IDENTIFIER));
        } else if (CALLED_WITHOUT.contains(raw.word) && queried() && before != DOT && lexer.peekChar() != '(') {
            tokens.add(raw.as(IDENTIFIER));
            tokens.add(synthetic(LPAREN, "(", raw));
            tokens.add(synthetic(RPAREN, ")", raw));
        } else {
            refuse(raw);
            tokens.add(raw.as(IDENTIFIER));
        }
    }

    private void refuse(Lexeme raw) {
        boolean operator = queried() && previousEndsOperand();
        boolean later = (operator && (raw.is("XOR") || raw.is("COLLATE")))
                || (raw.is("AGAINST") && lexer.previous().kind == RPAREN && lexer.peekChar() == '(')
                || (raw.is("SQL_CALC_FOUND_ROWS") && lexer.previous().kind == SELECT)
                || (!intervals.isEmpty() && COMPOUND_UNITS.contains(raw.word) && previousEndsOperand());
        if (later) {
            throw SyntaxError.unsupported(raw.word, raw.place().position());
        }
    }

    /** Whether the statement is made of expressions, not of clauses. */
    private boolean queried() {
        return !DEFINING.contains(verb);
    }

    private static Lexeme synthetic(int kind, String image, Lexeme place) {
        Lexeme lexeme = new Lexeme(kind, image, "", "", place.begin, place.begin);
        lexeme.copyPlace(place);
        return lexeme;
    }

    private boolean closesInterval(int kind) {
        return !intervals.isEmpty() && intervals.peek().depth() == parentheses.size() && UNITS.containsValue(kind);
    }

    private int kind(Lexeme raw) {
        int before = lexer.previous().kind;
        if (before == DOT || before == JSON_AT || before == JSON_TEXT_AT || before == JSON_NUMBER_AT) {
            return IDENTIFIER;
        }
        String word = raw.word;
        if (word.equals("ON") && lexer.peekWords(List.of("DUPLICATE", "KEY", "UPDATE"))) {
            onDuplicateKey = true;
            // A keyword that no query knows: it ends here.
            return UPSERT;
        }
        if (word.equals("FOR") && (next("UPDATE") || next("SHARE"))) {
            return UPSERT;
        }
        Integer reserved = RESERVED.get(word);
        if (reserved != null) {
            return reserved;
        }
        boolean called = lexer.peekChar() == '(';
        if (RESERVED_UNLESS_CALLED.containsKey(word)) {
            boolean function = called && (!word.equals("VALUES") || onDuplicateKey);
            return function ? IDENTIFIER : RESERVED_UNLESS_CALLED.get(word);
        }
        if (typeFollows(before) && TYPES.containsKey(word)) {
            return TYPES.get(word);
        }
        if (UNITS.containsKey(word) && unitFollows()) {
            return UNITS.get(word);
        }
        if (called && CALLED.containsKey(word)) {
            return CALLED.get(word);
        }
        return contextual(word, before, called);
    }

    private boolean typeFollows(int before) {
        int opener = parentheses.isEmpty() ? EOF : parentheses.peek();
        return before == CAST_TO
                || (before == AS && opener == CAST)
                || (before == COMMA && opener == MYSQL_CONVERT)
                || before == SIGNED
                || before == UNSIGNED;
    }

    private boolean unitFollows() {
        int before = lexer.previous().kind;
        int opener = parentheses.isEmpty() ? EOF : parentheses.peek();
        boolean first = before == LPAREN && (opener == EXTRACT || opener == TIMESTAMPADD || opener == TIMESTAMPDIFF);
        boolean behindInterval =
                !intervals.isEmpty() && intervals.peek().depth() == parentheses.size() && previousEndsOperand();
        return first || behindInterval;
    }

    /** Words that are keywords only between certain neighbours. */
    private int contextual(String word, int before, boolean called) {
        return switch (word) {
            case "CURRENT" -> next("ROW") ? CURRENT : IDENTIFIER;
            case "DATE" -> stringFollows() ? DATE : IDENTIFIER;
            case "END" -> openCases > 0 ? END : IDENTIFIER;
            case "ESCAPE" -> stringFollows() ? ESCAPE : IDENTIFIER;
            case "FILTER" -> called && before == RPAREN ? FILTER : IDENTIFIER;
            case "FIRST" -> before == FETCH || before == NULLS ? FIRST : IDENTIFIER;
            case "FOLLOWING" -> frameBound(before) ? FOLLOWING : IDENTIFIER;
            case "FULL" -> next("JOIN") || next("OUTER") ? FULL : IDENTIFIER;
            case "GROUPING" -> next("SETS") ? GROUPING : IDENTIFIER;
            case "LAST" -> before == NULLS ? LAST : IDENTIFIER;
            case "MINUS" -> next("SELECT") ? SET_MINUS : IDENTIFIER;
            case "MOD" -> previousEndsOperand() && operandFollows() ? PERCENT_REMAINDER : IDENTIFIER;
            case "NEXT" -> before == FETCH ? NEXT : IDENTIFIER;
            case "NULLS" -> next("FIRST") || next("LAST") ? NULLS : IDENTIFIER;
            case "OFFSET" -> numberFollows() ? OFFSET : IDENTIFIER;
            case "ONLY" -> before == ROW || before == ROWS ? ONLY : IDENTIFIER;
            case "PARTITION" -> next("BY") ? PARTITION : IDENTIFIER;
            case "PRECEDING" -> frameBound(before) ? PRECEDING : IDENTIFIER;
            case "PRECISION" -> before == DOUBLE ? PRECISION : IDENTIFIER;
            case "RANGE" -> frameFollows() ? RANGE : IDENTIFIER;
            case "RECURSIVE" -> before == WITH ? RECURSIVE : IDENTIFIER;
            case "ROW" -> before == CURRENT || next("ONLY") ? ROW : IDENTIFIER;
            case "ROWS" -> frameFollows() || next("ONLY") ? ROWS : IDENTIFIER;
            case "SEPARATOR" -> stringFollows() ? SEPARATOR : IDENTIFIER;
            case "SET" -> before == CHARACTER ? SET : IDENTIFIER;
            case "SETS" -> before == GROUPING ? SETS : IDENTIFIER;
            case "TIME" -> stringFollows() ? TIME : IDENTIFIER;
            case "TIMESTAMP" -> stringFollows() ? TIMESTAMP : IDENTIFIER;
            case "UNBOUNDED" -> next("PRECEDING") || next("FOLLOWING") ? UNBOUNDED : IDENTIFIER;
            case "UNKNOWN" -> before == IS || before == NOT ? UNKNOWN : IDENTIFIER;
            case "CHARACTER" -> next("SET") && parentheses.contains(CAST) ? CHARACTER : IDENTIFIER;
            default -> IDENTIFIER;
        };
    }

    private boolean next(String word) {
        return lexer.peekWords(List.of(word));
    }

    private boolean stringFollows() {
        char next = lexer.peekChar();
        return next == '\'' || next == '"';
    }

    private boolean numberFollows() {
        char next = lexer.peekChar();
        return next == '?' || (next >= '0' && next <= '9');
    }

    private boolean operandFollows() {
        char next = lexer.peekChar();
        return next != ',' && next != ')' && next != ';' && next != '\0' && next != '=' && next != '.';
    }

    private boolean frameFollows() {
        return numberFollows() || next("BETWEEN") || next("UNBOUNDED") || next("CURRENT") || next("INTERVAL");
    }

    private boolean frameBound(int before) {
        boolean bounded = before == UNBOUNDED || before == UNSIGNED_INTEGER_LITERAL || before == HOOK;
        return bounded || (before == RPAREN && parentheses.contains(OVER)) || UNITS.containsValue(before);
    }

    /** Whether an operator could stand here. */
    private boolean previousEndsOperand() {
        return switch (lexer.previous().kind) {
            case IDENTIFIER,
                    BACK_QUOTED_IDENTIFIER,
                    QUOTED_STRING,
                    BINARY_STRING_LITERAL,
                    UNSIGNED_INTEGER_LITERAL,
                    DECIMAL_NUMERIC_LITERAL,
                    APPROX_NUMERIC_LITERAL,
                    HOOK,
                    RPAREN,
                    RBRACKET,
                    SYSTEM_VARIABLE,
                    USER_VARIABLE,
                    END,
                    NULL,
                    TRUE,
                    FALSE -> true;
            default -> false;
        };
    }
}
