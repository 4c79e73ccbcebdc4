package dev.millrace.ddl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.ddl.check.Refusals;
import dev.millrace.spec.error.StatementException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each line of {@code malformed.txt} is {@code SQLSTATE/number line:column part of the message | statement}. The catalog
 * has the tables and the pipeline that {@link Refusals} makes.
 */
class MalformedTest {
    static List<Arguments> lines() throws IOException {
        List<Arguments> lines = new ArrayList<>();
        try (InputStream in = MalformedTest.class.getResourceAsStream("malformed.txt")) {
            for (String line : new String(in.readAllBytes(), UTF_8).split("\n")) {
                if (!line.isBlank() && !line.startsWith("##")) {
                    int bar = line.indexOf(" | ");
                    lines.add(Arguments.of(
                            line.substring(0, bar).strip(),
                            line.substring(bar + 3).replace("\\n", "\n")));
                }
            }
        }
        return lines;
    }

    @ParameterizedTest
    @MethodSource("lines")
    void isRefusedAtItsPlace(String expected, String sql) {
        StatementException e = catchThrowableOfType(StatementException.class, () -> Refusals.parseAndCheck(sql));

        assertThat(e).as(sql).isNotNull();
        String place = e.position()
                .map(position -> position.line() + ":" + position.column())
                .orElse("-");
        String said = e.state().code() + "/" + e.state().number() + " " + place + " " + e.getMessage();
        String[] parts = expected.split(" ", 3);
        assertThat(said).startsWith(parts[0] + " " + parts[1] + " ");
        assertThat(e.getMessage()).contains(parts[2]);
    }
}
