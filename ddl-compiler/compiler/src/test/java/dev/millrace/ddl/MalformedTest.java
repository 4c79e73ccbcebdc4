package dev.millrace.ddl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.ddl.check.Refusals;
import dev.millrace.spec.error.StatementException;
import dev.millrace.sqltest.RefusedStatement;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The catalog has the tables and the pipeline that {@link Refusals} makes. */
class MalformedTest {
    static List<RefusedStatement> statements() throws IOException {
        try (InputStream in = MalformedTest.class.getResourceAsStream("malformed.txt")) {
            return RefusedStatement.read(new String(in.readAllBytes(), UTF_8));
        }
    }

    @ParameterizedTest
    @MethodSource("statements")
    void isRefusedAtItsPlace(RefusedStatement refused) {
        StatementException e =
                catchThrowableOfType(StatementException.class, () -> Refusals.parseAndCheck(refused.sql()));

        assertThat(e).as(refused.sql()).isNotNull();
        String place = e.position()
                .map(position -> position.line() + ":" + position.column())
                .orElse("-");
        assertThat(e.state().code() + "/" + e.state().number() + " " + place)
                .as(refused.sql() + ": " + e.getMessage())
                .isEqualTo(refused.state() + "/" + refused.number() + " " + refused.place());
        assertThat(e.getMessage()).contains(refused.message());
    }
}
