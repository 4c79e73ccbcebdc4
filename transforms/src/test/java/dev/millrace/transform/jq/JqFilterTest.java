package dev.millrace.transform.jq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.spec.TransformSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;

class JqFilterTest {
    private static JqFilter filter(String arguments) {
        return new JqFilter(new TransformSpec("memsql://json", "", arguments, TransformSpec.Framing.LENGTH, "", 0));
    }

    private static String run(String arguments, String record) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] bytes = ("?" + record + "?").getBytes(UTF_8);
        filter(arguments).apply(bytes, 1, bytes.length - 2, out);
        return out.toString(UTF_8);
    }

    private static void assertRefused(SqlState state, String arguments, String record, String words) {
        assertThatThrownBy(() -> run(arguments, record))
                .isInstanceOfSatisfying(
                        StatementException.class, e -> assertThat(e.state()).isEqualTo(state))
                .hasMessageContaining(words);
    }

    @Test
    void resultsAreLinesOfTextOrJson() {
        assertThat(run("-r \"[.icao24, .n, .b.c] | @tsv\"", "{\"icao24\":\"4b\",\"n\":1,\"b\":{\"c\":\"é\\t\"}}"))
                .isEqualTo("4b\t1\té\\t\n");
        assertThat(run(".a", "{\"a\":\"x\"}{\"a\":[1,{\"b\":null}]} {\"c\":9007199254740993}"))
                .isEqualTo("\"x\"\n[1,{\"b\":null}]\nnull\n");
        assertThat(run("-rc --arg n v --argjson o '{\"k\":2}' '$n, $o.k, empty, .[]'", "[\"a\",\"b\"]"))
                .isEqualTo("v\n2\na\nb\n");
        assertThat(run("'select(.keep)'", "{\"keep\":false}")).isEmpty();
    }

    @Test
    void recordThatHasNoResultSaysWhy() {
        assertRefused(SqlState.TRANSFORM_FAILED, ".a.b", "{\"a\":1}", "memsql://json");
        assertRefused(SqlState.TRANSFORM_FAILED, ".a", "{\"a\":", "memsql://json");
        assertRefused(SqlState.TRANSFORM_FAILED, "'def f: [f]; f'", "1", "recursion is too deep");
        assertRefused(SqlState.TRANSFORM_FAILED, "'range(100000000)'", "1", "more than");
    }

    @Test
    void environmentFilesAndModulesAreOutOfReach() {
        for (String program : new String[] {"env", "$ENV", "input", "input_filename", "'import \"a\" as a; .'"}) {
            assertRefused(SqlState.TRANSFORM_FAILED, program, "1", "memsql://json");
        }
    }

    @Test
    void mistakesAreFoundBeforeTheFirstRecord() {
        assertRefused(SqlState.WRONG_CONFIG, "", "", "needs a jq program");
        assertRefused(SqlState.WRONG_CONFIG, "'.a |'", "", "jq");
        assertRefused(SqlState.WRONG_CONFIG, ".a .b", "", "'.b' is a second one");
        assertRefused(SqlState.WRONG_CONFIG, "--argjson a {", "", "--argjson a");
        assertRefused(SqlState.WRONG_CONFIG, "--arg a", "", "takes a name and a value");
        assertRefused(SqlState.UNSUPPORTED, "-s .", "", "-s");
    }
}
