package dev.millrace.transform.load;

import static dev.millrace.transform.load.Loads.column;
import static dev.millrace.transform.load.Loads.mappingOr;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.type.SqlType;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Random documents, half of them damaged, against Jackson. {@code -Dseed=} repeats a run. */
class RandomJsonTest {
    private static final String MISSING = "<missing>";

    private final Loads loads = new Loads();
    private final RandomText texts = new RandomText();

    @AfterEach
    void nothingIsLeft() {
        loads.close();
    }

    private String document(int depth) {
        int kind = texts.random.nextInt(depth == 0 ? 5 : 7);
        String space = texts.random.nextInt(4) == 0 ? " \n\t\r".substring(texts.random.nextInt(4)) : "";
        return space
                + switch (kind) {
                    case 0 -> texts.any(List.of("true", "false", "null"));
                    case 1 -> (texts.random.nextBoolean() ? "-" : "") + new BigInteger(texts.digits(1, 12));
                    case 2 ->
                        new BigInteger(texts.digits(1, 3)) + "." + texts.digits(1, 4)
                                + texts.any(List.of("", "e3", "E-2", "e+1"));
                    case 3, 4 -> string(texts.word(6));
                    case 5 -> {
                        List<String> items = new ArrayList<>();
                        for (int i = texts.random.nextInt(4); i > 0; i--) {
                            items.add(document(depth - 1));
                        }
                        yield "[" + String.join(",", items) + "]";
                    }
                    default -> object(depth);
                }
                + space;
    }

    private String object(int depth) {
        List<String> items = new ArrayList<>();
        for (int i = texts.random.nextInt(7); i > 0; i--) {
            String key = texts.any(
                    List.of("\"a\"", "\"b\"", "\"\\u0061\"", "\"long_key_name\"", "\"long_key_nama\"", "\"\""));
            items.add(key + " : " + document(depth - 1));
        }
        return "{" + String.join(", ", items) + "}";
    }

    private String string(String text) {
        StringBuilder out = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c < ' ' || c == '"' || c == '\\' || texts.random.nextInt(12) == 0) {
                String brief = c == '\n' ? "\\n" : c == '\t' ? "\\t" : c == '"' ? "\\\"" : c == '\\' ? "\\\\" : "";
                boolean surrogate = Character.isSurrogate((char) c);
                out.append(
                        surrogate ? String.valueOf((char) c) : brief.isEmpty() ? String.format("\\u%04x", c) : brief);
            } else {
                out.append((char) c);
            }
        });
        return out.append('"').toString();
    }

    private byte[] mutated(byte[] record) {
        byte[] changed = record.clone();
        int at = texts.random.nextInt(record.length);
        switch (texts.random.nextInt(3)) {
            case 0 -> changed[at] = (byte) "{}[]\":,\\ue01-+.tn \u0001".charAt(texts.random.nextInt(19));
            case 1 -> {
                changed = new byte[record.length - 1];
                System.arraycopy(record, 0, changed, 0, at);
                System.arraycopy(record, at + 1, changed, at, record.length - at - 1);
            }
            default -> changed = java.util.Arrays.copyOf(record, at);
        }
        return changed;
    }

    @Test
    void documentsAreWhatJacksonSays() throws IOException {
        JsonMapper jackson = JsonMapper.builder()
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
                .build();
        List<List<String>> paths = List.of(
                List.of("a"), List.of("a", "b"), List.of("a", "b", "a"), List.of("long_key_name"), List.of("", "a"));
        List<FormatSpec.Mapping> mappings = new ArrayList<>();
        ColumnSpec[] columns = new ColumnSpec[paths.size()];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = column("c" + i, SqlType.Kind.TEXT);
            mappings.add(mappingOr("c" + i, "'" + MISSING + "'", paths.get(i).toArray(String[]::new)));
        }
        PipelineSpec pipeline = Loads.pipeline(new FormatSpec.Json(mappings), columns);
        int refused = 0;
        try (Loader loader = new Loader(pipeline, loads.allocator, loads.engine)) {
            for (int round = 0; round < 5_000; round++) {
                byte[] record = (object(4) + object(3)).getBytes(UTF_8);
                record = texts.random.nextBoolean() ? mutated(record) : record;
                List<JsonNode> expected = new ArrayList<>();
                boolean valid = true;
                try (JsonParser parser = jackson.createParser(record)) {
                    while (parser.nextToken() != null) {
                        expected.add(parser.readValueAsTree());
                    }
                } catch (JsonProcessingException e) {
                    valid = false;
                } catch (NumberFormatException e) {
                    // An exponent past BigDecimal's: JSON all the same, but nothing to compare with.
                    continue;
                }
                try (LoadResult result = loader.load(RecordBatch.of(0, List.of(record)))) {
                    byte[] text = record;
                    int number = round;
                    Supplier<String> what = () -> "seed " + texts.seed + ", round " + number + ", "
                            + new String(text, UTF_8) + ": " + result.errors();
                    assertThat(result.isRefused()).as(what).isEqualTo(!valid);
                    refused += valid ? 0 : 1;
                    if (valid) {
                        checkDocuments(jackson, paths, expected, Loads.rows(result), what);
                    }
                }
            }
        }
        assertThat(refused).isBetween(500, 4_000);
    }

    private static void checkDocuments(
            JsonMapper jackson,
            List<List<String>> paths,
            List<JsonNode> documents,
            List<List<String>> rows,
            Supplier<String> what)
            throws IOException {
        assertThat(rows).as(what).hasSameSizeAs(documents);
        for (int row = 0; row < rows.size(); row++) {
            for (int i = 0; i < paths.size(); i++) {
                JsonNode node = documents.get(row);
                for (String step : paths.get(i)) {
                    node = node.path(step);
                }
                String value = rows.get(row).get(i);
                if (node.isMissingNode()) {
                    assertThat(value).as(what).isEqualTo(MISSING);
                } else if (node.isNull()) {
                    assertThat(value).as(what).isNull();
                } else if (node.isTextual()) {
                    assertThat(value).as(what).isEqualTo(node.textValue());
                } else {
                    assertThat(jackson.readTree(value)).as(what).isEqualTo(node);
                }
            }
        }
    }
}
