package dev.millrace.transform.load;

import static dev.millrace.spec.type.SqlType.Kind.INT;
import static dev.millrace.spec.type.SqlType.Kind.JSON;
import static dev.millrace.spec.type.SqlType.Kind.TEXT;
import static dev.millrace.transform.load.Loads.column;
import static dev.millrace.transform.load.Loads.json;
import static dev.millrace.transform.load.Loads.mapping;
import static dev.millrace.transform.load.Loads.mappingOr;
import static dev.millrace.transform.load.Loads.pipeline;
import static dev.millrace.transform.load.RecordError.Kind.MALFORMED;
import static dev.millrace.transform.load.RecordError.Kind.MISSING_PATH;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.PipelineSpec;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Documents and paths. */
class JsonLoadTest {
    private final Loads loads = new Loads();
    private final PipelineSpec plain = json(column("a", INT), column("b", TEXT));
    private final PipelineSpec nested = pipeline(
            new FormatSpec.Json(
                    List.of(mapping("x", "a", "x"), mapping("y", "a", "y", "deep"), mapping("a", "a"), mapping("doc"))),
            column("x", TEXT),
            column("y", TEXT),
            column("a", JSON),
            column("doc", JSON));

    @AfterEach
    void nothingIsLeft() {
        loads.close();
    }

    private static List<String> row(String... values) {
        return Arrays.asList(values);
    }

    @Test
    void recordHoldsAnyNumberOfDocuments() {
        assertThat(loads.rows(
                        plain,
                        "{\"a\":1,\"b\":\"x\"}\n{\"b\":\"y\",\"a\":2}",
                        "",
                        " \n\t\r",
                        "{\"a\":3,\"b\":\"\"}{\"a\":4,\"b\":null} "))
                .containsExactly(row("1", "x"), row("2", "y"), row("3", ""), row("4", null));
    }

    @Test
    void scalarsAreDocumentsToo() {
        PipelineSpec whole = pipeline(new FormatSpec.Json(List.of(mapping("v"))), column("v", JSON));
        assertThat(loads.rows(whole, "1 2\ntrue\t\"a\"\"b\"[1]{}null -1.5e3"))
                .extracting(each -> each.get(0))
                .containsExactly("1", "2", "true", "\"a\"", "\"b\"", "[1]", "{}", null, "-1.5e3");
        assertThat(loads.error(whole, "1true").kind()).isEqualTo(MALFORMED);
        assertThat(loads.error(whole, "truefalse").kind()).isEqualTo(MALFORMED);
        assertThat(loads.error(whole, "1{}").kind()).isEqualTo(MALFORMED);
    }

    @Test
    void pathsShareAndNest() {
        assertThat(loads.rows(nested, "{\"z\":[{\"a\":0}],\"a\":{\"y\":{\"deep\":\"D\",\"more\":1},\"x\":7}}"))
                .containsExactly(row(
                        "7",
                        "D",
                        "{\"y\":{\"deep\":\"D\",\"more\":1},\"x\":7}",
                        "{\"z\":[{\"a\":0}],\"a\":{\"y\":{\"deep\":\"D\",\"more\":1},\"x\":7}}"));
    }

    @Test
    void manyPathsAreAllFound() {
        int count = 200;
        FormatSpec.Mapping[] mappings = new FormatSpec.Mapping[count];
        dev.millrace.spec.ColumnSpec[] columns = new dev.millrace.spec.ColumnSpec[count];
        StringBuilder document = new StringBuilder("{");
        String[] values = new String[count];
        for (int i = count - 1; i >= 0; i--) {
            String key = i % 3 == 0 ? "k" + i : i % 3 == 1 ? "a_rather_long_key_" + i : "é" + i;
            mappings[i] = mapping("c" + i, key);
            columns[i] = column("c" + i, INT);
            values[i] = Integer.toString(i);
            document.append('"').append(key).append("\":").append(i).append(i == 0 ? "}" : ",\"other" + i + "\":[],");
        }
        assertThat(loads.rows(pipeline(new FormatSpec.Json(List.of(mappings)), columns), document.toString()))
                .containsExactly(row(values));
    }

    @Test
    void lastOfEqualKeysWins() {
        assertThat(loads.rows(plain, "{\"a\":1,\"a\":2,\"b\":\"x\",\"b\":null}"))
                .containsExactly(row("2", null));
        assertThat(loads.error(nested, "{\"a\":{\"x\":1,\"y\":{\"deep\":1}},\"a\":{\"x\":2}}")
                        .reason())
                .contains("a::y::deep");
        assertThat(loads.error(nested, "{\"a\":{\"x\":1,\"y\":{\"deep\":1}},\"a\":3}")
                        .reason())
                .contains("a::x");
    }

    @Test
    void keysMayBeWrittenWithEscapes() {
        assertThat(loads.rows(plain, "{\"\\u0061\":5,\"\\u0062\":\"y\",\"c\\n\":0}"))
                .containsExactly(row("5", "y"));
    }

    @Test
    void missingPathTakesItsDefaultOrIsRefused() {
        PipelineSpec spec = pipeline(
                new FormatSpec.Json(
                        List.of(mappingOr("a", "7", "p", "q"), mappingOr("b", "'it''s'", "b"), mapping("c", "c"))),
                column("a", INT),
                column("b", TEXT),
                column("c", INT));
        assertThat(
                        loads.rows(
                                spec,
                                "{\"c\":1}{\"p\":null,\"b\":null,\"c\":2}{\"p\":{\"q\":null},\"c\":3}{\"p\":[{\"q\":1}],\"c\":4}"))
                .containsExactly(
                        row("7", "it's", "1"), row("7", null, "2"), row(null, "it's", "3"), row("7", "it's", "4"));
        RecordError error = loads.error(spec, "{\"c\":1}", "{\"c\":1}\n {\"p\":{}}");
        assertThat(error.kind()).isEqualTo(MISSING_PATH);
        assertThat(error.offset()).isEqualTo(101);
        assertThat(error.line()).isEqualTo(2);
        assertThat(error.position()).isEqualTo(9);
        assertThat(error.column()).contains("c");
        assertThat(error.reason()).contains("no value at c");
    }

    @Test
    void documentWithoutKeysHasNoPath() {
        for (String document : List.of("[]", "1", "null", "\"a\"", "{}")) {
            assertThat(loads.error(plain, document).kind()).isEqualTo(MISSING_PATH);
        }
    }

    @Test
    void malformedDocumentsAreRefusedAtTheByteWhereTheyStopMakingSense() {
        Object[][] cases = {
            {"{\"a\":1,\"b\":\"x\"", 14},
            {"{\"a\":1,\"b\":\"x", 13},
            {"{\"a\":1,\"b\":", 11},
            {"{\"a\":1,\"b\"", 10},
            {"{\"a\":1,", 7},
            {"{\"a\":1,}", 7},
            {"{\"a\" 1}", 5},
            {"{\"a\"::1}", 5},
            {"{a:1}", 1},
            {"{'a':1}", 1},
            {"{\"a\":1 \"b\":2}", 7},
            {"{\"a\":01}", 6},
            {"{\"a\":+1}", 5},
            {"{\"a\":1.}", 7},
            {"{\"a\":.1}", 5},
            {"{\"a\":1e}", 7},
            {"{\"a\":-}", 5},
            {"{\"a\":tru}", 5},
            {"{\"a\":NULL}", 5},
            {"{\"z\":[1,2}", 9},
            {"{\"z\":[1 2]}", 8},
            {"{\"z\":[,]}", 6},
            {"{\"z\":[1,]}", 8},
            {"{\"z\":{\"y\":1]}", 11},
            {"{\"z\":\"\\x\"}", 7},
            {"{\"z\":\"\\u12g4\"}", 10},
            {"{\"z\":\"\\ud800\"}", 6},
            {"{\"z\":\"\\ud800\\u0041\"}", 6},
            {"{\"z\":\"\\udc00\"}", 6},
            {"{\"z\":\"a\nb\"}", 7},
            {"{\"z\":\"a\u0000b\"}", 7},
            {"}", 0},
            {"]", 0},
            {",", 0},
            {"/* c */ {}", 0},
            {"{\"a\":1,\"b\":\"x\"}}", 15},
            {"{\"a\":1,\"b\":\"x\"},{\"a\":1,\"b\":\"x\"}", 15},
            {"\ufeff{\"a\":1,\"b\":\"x\"}", 0},
        };
        for (Object[] each : cases) {
            RecordError error = loads.error(plain, (String) each[0]);
            assertThat(error.kind()).as((String) each[0]).isEqualTo(MALFORMED);
            assertThat(error.position()).as(error.describe() + " in " + each[0]).isEqualTo((int) each[1]);
            assertThat(error.column()).isEmpty();
        }
    }

    @Test
    void everyTruncationIsRefused() {
        String document = "{\"z\":[1,{\"k\":\"\\u00e9\\\\\"}],\"a\":-12.5e+1,\"b\":\"text é\",\"n\":null}";
        assertThat(loads.rows(plain, document)).hasSize(1);
        byte[] bytes = document.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        for (int length = 1; length < bytes.length; length++) {
            assertThat(loads.error(plain, List.of(Arrays.copyOf(bytes, length))).position())
                    .isLessThanOrEqualTo(length);
        }
    }

    @Test
    void depthIsBoundedWithoutHarm() {
        PipelineSpec whole = pipeline(new FormatSpec.Json(List.of(mapping("v"))), column("v", JSON));
        int max = JsonScanner.DEPTH_MAX;
        assertThat(loads.rows(whole, "[".repeat(max) + "]".repeat(max))).hasSize(1);
        assertThat(loads.error(whole, "[".repeat(max + 1) + "]".repeat(max + 1)).reason())
                .contains("nested more than");
        assertThat(loads.error(whole, "[".repeat(5_000_000)).kind()).isEqualTo(MALFORMED);
        assertThat(loads.error(plain, "{\"z\":".repeat(1_000_000)).kind()).isEqualTo(MALFORMED);
        String[] path = java.util.Collections.nCopies(2 * max, "k").toArray(String[]::new);
        PipelineSpec deepPath = pipeline(new FormatSpec.Json(List.of(mapping("v", path))), column("v", JSON));
        assertThat(loads.error(deepPath, "{\"k\":".repeat(2 * max) + "1" + "}".repeat(2 * max))
                        .reason())
                .contains("nested more than");
    }
}
