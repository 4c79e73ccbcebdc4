package dev.millrace.ddl.parser;

import static dev.millrace.ddl.parser.grammar.MillraceGrammarConstants.EOF;

import dev.millrace.ddl.Place;
import dev.millrace.ddl.SqlText;
import java.util.List;
import java.util.Map;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.util.SqlShuttle;

/**
 * Queries and expressions as Calcite's trees, for who plans them. They are read exactly as {@link
 * dev.millrace.ddl.DdlCompiler} reads them, and positions in the tree are those of the text they were cut from.
 *
 * <p>What the trees hold beyond Calcite's own operators: {@code DIV} is {@code DIVIDE_INTEGER}, {@code <=>} is {@code IS
 * NOT DISTINCT FROM}, {@code &&} is AND, {@code !x} is NOT, {@code x :> t} is CAST. {@code doc::k}, {@code doc::$k} and
 * {@code doc::%k} are calls of JSON_EXTRACT_JSON, JSON_EXTRACT_STRING and JSON_EXTRACT_DOUBLE, {@code ->} and {@code ->>}
 * of JSON_EXTRACT and JSON_UNQUOTE(JSON_EXTRACT(…)). {@code @@name} is a call {@code `@@`('name')}, {@code @name} is
 * {@code `@`('name')}. {@code FROM DUAL} is a table of one row. Strings have no character set.
 */
public final class SqlParsers {
    private static final Map<String, String> PATH_FUNCTIONS = Map.of(
            "::", "JSON_EXTRACT_JSON",
            "::$", "JSON_EXTRACT_STRING",
            "::%", "JSON_EXTRACT_DOUBLE",
            "->", "JSON_EXTRACT",
            "->>", "JSON_EXTRACT");

    private SqlParsers() {}

    /** A whole query: SELECT, VALUES, TABLE, WITH, set operations, with ORDER BY and LIMIT. */
    public static SqlNode query(SqlText text) {
        return tree(new MySqlLexer(text.sql(), text.at()), text, true);
    }

    /** {@link #query(SqlText)} of a text that stands alone. */
    public static SqlNode query(String sql) {
        return query(new SqlText(sql, Place.START));
    }

    /** A scalar expression. */
    public static SqlNode expression(SqlText text) {
        return tree(new MySqlLexer(text.sql(), text.at()), text, false);
    }

    /** A scalar expression behind ON DUPLICATE KEY UPDATE: {@code VALUES(c)} is a function call. */
    public static SqlNode onDuplicateKey(SqlText text) {
        return tree(new MySqlLexer(text.sql(), text.at()).onDuplicateKey(), text, false);
    }

    private static SqlNode tree(MySqlLexer lexer, SqlText text, boolean query) {
        return Nesting.bounded(() -> {
            Grammar grammar = new Grammar(lexer);
            SqlNode node = grammar.run(query ? grammar::query : grammar::expression, text.sql());
            Lexeme behind = grammar.peek(1);
            if (behind.kind != EOF) {
                throw SyntaxError.near(text.sql(), behind.begin, Tokens.position(behind), List.of());
            }
            return node.accept(new Normalizing());
        });
    }

    /** Replaces the operators that the grammar made for their precedence. */
    private static final class Normalizing extends SqlShuttle {
        @Override
        public SqlNode visit(SqlCall call) {
            SqlNode visited = super.visit(call);
            if (!(visited instanceof SqlCall inner)) {
                return visited;
            }
            String name = inner.getOperator().getName();
            if (inner.getKind() == SqlKind.NOT && name.equals("!")) {
                return SqlStdOperatorTable.NOT.createCall(inner.getParserPosition(), inner.getOperandList());
            }
            if (inner.getOperator() == SqlLibraryOperators.INFIX_CAST) {
                return SqlStdOperatorTable.CAST.createCall(inner.getParserPosition(), inner.getOperandList());
            }
            if (inner.getKind() == SqlKind.OTHER && PATH_FUNCTIONS.containsKey(name)) {
                SqlNode extracted = function(PATH_FUNCTIONS.get(name), inner, inner.getOperandList());
                return name.equals("->>") ? function("JSON_UNQUOTE", inner, List.of(extracted)) : extracted;
            }
            return visited;
        }

        private static SqlNode function(String name, SqlCall place, List<SqlNode> operands) {
            SqlIdentifier identifier = new SqlIdentifier(name, place.getParserPosition());
            return new SqlUnresolvedFunction(
                            identifier, null, null, null, null, SqlFunctionCategory.USER_DEFINED_FUNCTION)
                    .createCall(place.getParserPosition(), operands);
        }
    }
}
