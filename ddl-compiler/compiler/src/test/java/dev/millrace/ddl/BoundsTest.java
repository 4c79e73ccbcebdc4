package dev.millrace.ddl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.ddl.parser.SqlParsers;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Long and deep statements: the time grows with the text, and the stack ends in an error of the statement. */
@Timeout(120)
class BoundsTest {
    private final DdlCompiler compiler = new DdlCompiler();

    @Test
    void hundredThousandRowsAreReadWithoutTheGrammar() {
        String sql = "INSERT INTO t (a, b, c, d) VALUES " + "(1234, 'text', 1.5, ?),\n ".repeat(99_999)
                + "(NULL, x'00', -1e3, DEFAULT)";

        ParsedStatement parsed = compiler.parseOne(sql);

        Insert.Values values = (Insert.Values) ((Insert) parsed.statement()).source();
        assertThat(values.rows()).hasSize(100_000);
        assertThat(values.plain()).isTrue();
        assertThat(parsed.parameters()).isEqualTo(99_999);
        assertThat(values.rows().get(99_998).get(3)).isEqualTo(new Insert.Cell.Parameter(99_998));
    }

    @Test
    void tenMegabytesOfStringAreOneToken() {
        String body = "a\\'b''\n".repeat(1_500_000);

        Insert insert = (Insert)
                compiler.parseOne("INSERT INTO t VALUES ('" + body + "')").statement();

        Insert.Cell cell = ((Insert.Values) insert.source()).rows().get(0).get(0);
        assertThat(((Insert.Cell.Text) cell).value()).hasSize(6 * 1_500_000 - 1_500_000);
    }

    @Test
    void manyStatementsArePartedInOneReading() {
        List<ParsedStatement> statements = compiler.parse("SELECT ';', `;` -- ;\n;".repeat(20_000));

        assertThat(statements).hasSize(20_000);
        assertThat(statements.get(19_999).at().position().line()).isEqualTo(20_000);
    }

    /** Calcite's own way from a list of operators to a tree needs minutes for these. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"1 +  | 1", "a AND  | b", "a BETWEEN 1 AND  | 2", "a = 1 OR  | b"})
    void longExpressionsAreReadInLinearTime(String repeated, String last) {
        compiler.parseOne("SELECT " + (repeated + " ").repeat(20_000) + last);
    }

    @Test
    void hundredsOfLikesAreRead() {
        SqlParsers.query(
                "SELECT 1 FROM t WHERE a LIKE 'x%' ESCAPE '!'" + " OR a LIKE 'x%' AND b NOT LIKE ?".repeat(300));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "( | 1 | )",
                "f( | 1 | )",
                "(SELECT  | 1 | )",
                "(a +  | 1 | )",
                "CAST( | 1 |  AS CHAR)",
                "a IN ( | 1 | )",
                "EXISTS (SELECT  | 1 | )",
            })
    void nestingIsReadUpToItsBound(String open, String inner, String close) {
        SqlParsers.query(nested(open, inner, close, 200));
        StatementException e = catchThrowableOfType(
                StatementException.class, () -> compiler.parseOne(nested(open, inner, close, 201)));

        assertThat(e.state()).isEqualTo(SqlState.RESOURCES_EXHAUSTED);
        assertThat(e.position()).isPresent();
    }

    private static String nested(String open, String inner, String close, int depth) {
        return "SELECT " + (open + " ").repeat(depth) + inner + (" " + close).repeat(depth);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "NOT | 1 | ''",
                "- | 1 | ''",
                "CASE WHEN | 1 | THEN 1 END",
                "a LIKE | b | ''",
                "a BETWEEN | 1 | AND 1",
                "1 + | 1 | ''",
                "a:: | b | ''",
                "'' | 1 | UNION SELECT 1",
                "'' | a FROM t | JOIN t ON a = b",
                "'' | a | [1]",
            })
    void theEndOfTheStackIsAnErrorOfTheStatement(String open, String inner, String close) {
        StatementException e = catchThrowableOfType(
                StatementException.class, () -> SqlParsers.query(nested(open, inner, close, 50_000)));

        assertThat(e.state()).isEqualTo(SqlState.RESOURCES_EXHAUSTED);
    }

    @Test
    void longNumbersAreRefused() {
        StatementException e = catchThrowableOfType(
                StatementException.class, () -> compiler.parseOne("SELECT " + "9".repeat(1_000_000)));

        assertThat(e.state()).isEqualTo(SqlState.OUT_OF_RANGE);
    }
}
