package dev.millrace.ddl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.ddl.print.SqlPrinter;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each line of {@code canonical.txt} is {@code text => canonical text}, or text that is canonical already. */
class CanonicalTextTest {
    private static final String ARROW = " ==> ";

    private final DdlCompiler compiler = new DdlCompiler();

    static List<Arguments> lines() throws IOException {
        List<Arguments> lines = new ArrayList<>();
        try (InputStream in = CanonicalTextTest.class.getResourceAsStream("canonical.txt")) {
            for (String line : new String(in.readAllBytes(), UTF_8).split("\n")) {
                if (!line.isBlank() && !line.startsWith("##")) {
                    int arrow = line.indexOf(ARROW);
                    lines.add(
                            arrow < 0
                                    ? Arguments.of(line, line)
                                    : Arguments.of(
                                            line.substring(0, arrow).strip(),
                                            line.substring(arrow + ARROW.length())
                                                    .strip()));
                }
            }
        }
        return lines;
    }

    @ParameterizedTest
    @MethodSource("lines")
    void textHasOneCanonicalForm(String text, String canonical) {
        Statement statement = compiler.parseOne(text).statement();

        assertThat(SqlPrinter.print(statement)).isEqualTo(canonical);
        assertThat(compiler.parseOne(canonical).statement()).isEqualTo(statement);
    }
}
