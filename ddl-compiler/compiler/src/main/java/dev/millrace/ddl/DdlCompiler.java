package dev.millrace.ddl;

import dev.millrace.ddl.parser.StatementParser;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.List;

/** Reads SQL text. Safe for use by any number of threads. */
public final class DdlCompiler {
    /**
     * The statements of a text, parted by semicolons; none if there is only white space and comments.
     *
     * @throws StatementException SYNTAX_ERROR with the place of the first offending token; UNSUPPORTED for what is
     *     recognized and refused while reading; RESOURCES_EXHAUSTED for what is nested too deeply
     */
    public List<ParsedStatement> parse(String sql) {
        return StatementParser.parse(sql);
    }

    /** The one statement of a text; it may end with a semicolon. */
    public ParsedStatement parseOne(String sql) {
        List<ParsedStatement> statements = parse(sql);
        if (statements.isEmpty()) {
            throw new StatementException(SqlState.EMPTY_QUERY, "the query is empty");
        }
        if (statements.size() > 1) {
            throw new StatementException(
                    SqlState.SYNTAX_ERROR,
                    "one statement is expected here, and a second begins",
                    statements.get(1).at().position());
        }
        return statements.get(0);
    }
}
