package dev.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.spec.error.Position;
import java.sql.SQLException;
import java.util.List;
import org.apache.calcite.avatica.AvaticaSqlException;
import org.junit.jupiter.api.Test;

class SqlErrorsTest {
    private static final SqlScript.Piece PIECE = new SqlScript.Piece("SELECT *\nFROM nope", new Position(3, 5));

    @Test
    void errorReadsAsInTheMysqlClientWithItsPlaceInTheScript() {
        assertThat(SqlErrors.line(remote("Table 'd.nope' doesn't exist at line 2, column 6"), PIECE))
                .isEqualTo("ERROR 1146 (42S02): Table 'd.nope' doesn't exist at line 4, column 6");
        assertThat(SqlErrors.line(remote("bad star at line 1, column 8"), PIECE))
                .isEqualTo("ERROR 1146 (42S02): bad star at line 3, column 12");
    }

    @Test
    void errorWithoutAPlaceStaysAsItIs() {
        assertThat(SqlErrors.line(remote("no\n  luck"), PIECE)).isEqualTo("ERROR 1146 (42S02): no luck");
        assertThat(SqlErrors.line(new SQLException("plain"), PIECE)).isEqualTo("ERROR 0 (HY000): plain");
    }

    @Test
    void placeInWhatTheUserHasNotWrittenIsLeftOut() {
        assertThat(SqlErrors.line(remote("Unknown database 'x' at line 1, column 5")))
                .isEqualTo("ERROR 1146 (42S02): Unknown database 'x'");
    }

    private static SQLException remote(String said) {
        String message = "Error while executing SQL \"" + PIECE.sql() + "\": Remote driver error: " + said;
        return new AvaticaSqlException(message, "42S02", 1146, List.of(), "127.0.0.1:1");
    }
}
