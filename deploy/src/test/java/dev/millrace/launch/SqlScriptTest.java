package dev.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.spec.error.Position;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SqlScriptTest {
    @Test
    void statementsEndAtSemicolons() throws IOException {
        assertThat(statements("SELECT 1;\n SELECT 2 ;; ;SELECT 3")).containsExactly("SELECT 1", "SELECT 2", "SELECT 3");
    }

    @Test
    void semicolonsInStringsNamesAndCommentsAreText() throws IOException {
        assertThat(statements("SELECT ';', \";\", `a;b`, 'it''s;', '\\';' -- ; no\n, 2 /* ; */, 3 # ;\n;SELECT 4"))
                .containsExactly("SELECT ';', \";\", `a;b`, 'it''s;', '\\';' -- ; no\n, 2 /* ; */, 3 # ;", "SELECT 4");
    }

    @Test
    void loneCommentsAreNoStatements() throws IOException {
        assertThat(statements("-- nothing\n/* at ; all */ # here\n;\n")).isEmpty();
    }

    @Test
    void divisionAndMinusAreNoComments() throws IOException {
        assertThat(statements("SELECT 4/2-1; SELECT -1")).containsExactly("SELECT 4/2-1", "SELECT -1");
    }

    @Test
    void unfinishedQuoteReachesToTheEnd() throws IOException {
        assertThat(statements("SELECT 'a;b")).containsExactly("SELECT 'a;b");
    }

    @Test
    void placesInAStatementBecomePlacesInTheScript() throws IOException {
        List<SqlScript.Piece> pieces = pieces("-- first\nSELECT 1;  SELECT a,\n  b;");

        SqlScript.Piece second = pieces.get(1);
        assertThat(second.start()).isEqualTo(new Position(2, 12));
        assertThat(second.inScript(new Position(1, 8))).isEqualTo(new Position(2, 19));
        assertThat(second.inScript(new Position(2, 3))).isEqualTo(new Position(3, 3));
    }

    private static List<String> statements(String text) throws IOException {
        return pieces(text).stream().map(SqlScript.Piece::sql).toList();
    }

    private static List<SqlScript.Piece> pieces(String text) throws IOException {
        SqlScript script = new SqlScript(new StringReader(text));
        List<SqlScript.Piece> pieces = new ArrayList<>();
        Optional<SqlScript.Piece> next;
        while ((next = script.next()).isPresent()) {
            pieces.add(next.get());
        }
        return pieces;
    }
}
