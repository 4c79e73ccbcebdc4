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
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Random records against other readers of the same: BigDecimal, java.time, Jackson. {@code -Dseed=} repeats a run. */
class RandomLoadTest {
    private static final String MISSING = "<missing>";
    private static final String[] WORDS = {
        "a", "b", "\"", "'", ",", "\\", "\n", "\t", "|", "\r", "N", "NULL", " ", "é", "漢", "🙂", "\u0000", "x", "0",
        "\\N"
    };

    private final Loads loads = new Loads();
    private final long seed = Long.getLong("seed", System.nanoTime());
    private final SplittableRandom random = new SplittableRandom(seed);

    @AfterEach
    void nothingIsLeft() {
        loads.close();
    }

    private String word(int lengthMax) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(lengthMax + 1); i > 0; i--) {
            text.append(WORDS[random.nextInt(WORDS.length)]);
        }
        return text.toString();
    }

    private String digits(int min, int max) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(min, max + 1); i > 0; i--) {
            text.append((char) ('0' + (random.nextInt(4) == 0 ? random.nextInt(2) * 9 : random.nextInt(10))));
        }
        return text.toString();
    }

    private <T> T any(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /* A value of the type as text, which is also how Loads shows it. */
    private String value(SqlType type) {
        return switch (type.kind()) {
            case BOOL -> Boolean.toString(random.nextBoolean());
            case TINYINT -> Integer.toString(random.nextInt(-128, 128));
            case SMALLINT -> Short.toString((short) random.nextInt());
            case INT -> Integer.toString(random.nextInt());
            case BIGINT -> Long.toString(random.nextLong() >> random.nextInt(64));
            case FLOAT -> Float.toString((random.nextInt() >> 8) * 0.125f);
            case DOUBLE -> Double.toString((random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(-300, 300)));
            case DECIMAL -> {
                BigInteger unscaled = new BigInteger(digits(1, type.length()));
                yield new BigDecimal(random.nextBoolean() ? unscaled : unscaled.negate(), type.scale()).toPlainString();
            }
            case CHAR -> word(type.length() / 4).replaceAll(" +$", "");
            case VARCHAR, TEXT -> word(type.kind() == SqlType.Kind.TEXT ? 40 : type.length() / 4);
            case BINARY, VARBINARY, BLOB -> HexFormat.of().formatHex(word(5).getBytes(UTF_8));
            case DATE ->
                LocalDate.ofEpochDay(random.nextInt(-700_000, 2_900_000)).toString();
            case DATETIME, TIMESTAMP ->
                LocalDateTime.ofEpochSecond(random.nextLong(-60_000_000_000L, 250_000_000_000L), 0, ZoneOffset.UTC)
                        .plus(random.nextInt(1_000_000), ChronoUnit.MICROS)
                        .truncatedTo(ChronoUnit.MICROS)
                        .toString();
            case JSON -> "{\"k\":\"" + random.nextInt() + ",é\"}";
        };
    }

    private SqlType type() {
        SqlType.Kind kind = any(List.of(SqlType.Kind.values()));
        return switch (kind) {
            case DECIMAL -> {
                int precision = random.nextInt(1, 39);
                yield SqlType.decimal(precision, random.nextInt(0, Math.min(precision, 30) + 1));
            }
            case CHAR -> SqlType.of(kind, 40);
            case VARCHAR, VARBINARY -> SqlType.of(kind, 200);
            case BINARY -> SqlType.of(SqlType.Kind.BLOB);
            case DATETIME, TIMESTAMP -> SqlType.of(kind, 6);
            default -> SqlType.of(kind);
        };
    }

    private void write(ByteArrayOutputStream out, String value, SqlType type, FormatSpec.Csv format) {
        if (value == null) {
            out.writeBytes((format.escapedBy() + "N").getBytes(UTF_8));
            return;
        }
        byte[] bytes = type.arrow() instanceof org.apache.arrow.vector.types.pojo.ArrowType.Binary
                ? HexFormat.of().parseHex(value)
                : value.getBytes(UTF_8);
        byte escape = (byte) format.escapedBy().charAt(0);
        // A bare NULL would be one.
        boolean enclose = !format.enclosedBy().isEmpty()
                && (!format.optionallyEnclosed() || new String(bytes, UTF_8).equals("NULL") || random.nextBoolean());
        byte quote = enclose ? (byte) format.enclosedBy().charAt(0) : 0;
        if (enclose) {
            out.write(quote);
        }
        for (byte b : bytes) {
            boolean special = "\\^,|\n\r\t\"'".indexOf(b) >= 0;
            if (enclose && b == quote && random.nextBoolean()) {
                out.write(quote);
            } else if (b == escape || b == quote || special) {
                out.write(escape);
            }
            out.write(b);
        }
        if (enclose) {
            out.write(quote);
        }
    }

    @Test
    void rowsWrittenAsCsvComeBack() {
        for (int round = 0; round < 150; round++) {
            ColumnSpec[] columns = new ColumnSpec[random.nextInt(1, 8)];
            List<String> names = new ArrayList<>();
            for (int i = 0; i < columns.length; i++) {
                columns[i] = column("c" + i, type());
                names.add("c" + i);
            }
            FormatSpec.Csv format = new FormatSpec.Csv(
                    any(List.of(",", "\t", "||", "→")),
                    any(List.of("", "\"", "'")),
                    random.nextBoolean(),
                    any(List.of("\\", "^")),
                    any(List.of("\n", "\r\n", "¶")),
                    "",
                    names);
            List<List<String>> rows = new ArrayList<>();
            List<byte[]> records = new ArrayList<>();
            ByteArrayOutputStream record = new ByteArrayOutputStream();
            for (int i = random.nextInt(200); i >= 0; i--) {
                List<String> row = new ArrayList<>();
                int lineStart = record.size();
                for (int c = 0; c < columns.length; c++) {
                    if (c > 0) {
                        record.writeBytes(format.fieldsTerminatedBy().getBytes(UTF_8));
                    }
                    String value = random.nextInt(8) == 0 ? null : value(columns[c].type());
                    row.add(value);
                    write(record, value, columns[c].type(), format);
                }
                boolean last = random.nextInt(4) == 0;
                // An empty last line without its end would be none.
                if (!last || record.size() == lineStart || random.nextBoolean()) {
                    record.writeBytes(format.linesTerminatedBy().getBytes(UTF_8));
                }
                rows.add(row);
                if (last || i == 0) {
                    records.add(record.toByteArray());
                    record.reset();
                }
            }
            PipelineSpec pipeline = Loads.pipeline(format, columns);
            List<List<String>> loaded = loads.rows(pipeline, records);
            assertThat(loaded).hasSameSizeAs(rows);
            for (int i = 0; i < rows.size(); i++) {
                assertThat(loaded.get(i)).as("seed %d, %s", seed, format).isEqualTo(rows.get(i));
            }
        }
    }

    @Test
    void numbersAreWhatBigDecimalSays() {
        for (int round = 0; round < 5_000; round++) {
            String sign = any(List.of("", "-", "+"));
            String number = any(List.of(
                    digits(1, 22),
                    digits(1, 5) + "." + digits(0, 5),
                    digits(0, 30) + "." + digits(1, 45),
                    digits(1, 3) + "e" + any(List.of("", "-", "+")) + digits(1, 2),
                    "." + digits(1, 20) + "E" + digits(1, 2)));
            BigDecimal exact = new BigDecimal(sign + number);
            String text = any(List.of("", " ", "\t")) + sign + number + any(List.of("", "  "));
            for (SqlType type : List.of(
                    SqlType.of(SqlType.Kind.TINYINT),
                    SqlType.of(SqlType.Kind.INT),
                    SqlType.of(SqlType.Kind.BIGINT),
                    SqlType.decimal(5, 2),
                    SqlType.decimal(18, 9),
                    SqlType.decimal(38, random.nextInt(31)))) {
                checkExact(type, text, exact);
            }
            ColumnBuilder doubles = ColumnBuilder.of(column("c", SqlType.Kind.DOUBLE));
            byte[] bytes = text.getBytes(UTF_8);
            doubles.text(bytes, 0, bytes.length);
            assertThat(((FixedColumn) doubles).value(0))
                    .as("seed %d, %s", seed, text)
                    .isEqualTo(Double.doubleToRawLongBits(Double.parseDouble(text)));
        }
    }

    private void checkExact(SqlType type, String text, BigDecimal exact) {
        byte[] bytes = text.getBytes(UTF_8);
        BigInteger expected = exact.setScale(type.scale(), RoundingMode.HALF_UP).unscaledValue();
        boolean fits = type.kind() == SqlType.Kind.DECIMAL
                ? expected.abs().compareTo(BigInteger.TEN.pow(type.length())) < 0
                : expected.bitLength()
                        < switch (type.kind()) {
                            case TINYINT -> 8;
                            case INT -> 32;
                            default -> 64;
                        };
        ColumnBuilder builder = ColumnBuilder.of(column("c", type));
        try {
            builder.text(bytes, 0, bytes.length);
        } catch (BadValue bad) {
            assertThat(bad.kind()).isEqualTo(RecordError.Kind.OUT_OF_RANGE);
            assertThat(fits).as("seed %d, %s as %s", seed, text, type.sql()).isFalse();
            return;
        }
        assertThat(fits).as("seed %d, %s as %s", seed, text, type.sql()).isTrue();
        try (var vector = builder.finish(loads.allocator)) {
            Object value = vector.getObject(0);
            BigInteger unscaled = value instanceof BigDecimal decimal
                    ? decimal.unscaledValue()
                    : BigInteger.valueOf(((Number) value).longValue());
            assertThat(unscaled).as("seed %d, %s as %s", seed, text, type.sql()).isEqualTo(expected);
        }
    }

    @Test
    void timesAreWhatJavaTimeSays() {
        for (int round = 0; round < 5_000; round++) {
            LocalDateTime local =
                    LocalDateTime.ofEpochSecond(random.nextLong(-62_135_500_000L, 253_402_200_000L), 0, ZoneOffset.UTC);
            String fraction = random.nextInt(3) == 0 ? "" : digits(1, 9);
            int minutes = random.nextInt(3) > 0 ? 0 : random.nextInt(-13 * 60 - 59, 14 * 60 + 1);
            String zone = minutes == 0
                    ? any(List.of("", "Z", "+00:00"))
                    : String.format(
                            "%s%02d:%02d", minutes < 0 ? "-" : "+", Math.abs(minutes) / 60, Math.abs(minutes) % 60);
            String text = local.toLocalDate()
                    + any(List.of(" ", "T"))
                    + String.format("%tT", local)
                    + (fraction.isEmpty() ? "" : "." + fraction)
                    + zone;
            int kept = random.nextInt(7);
            BigDecimal seconds = BigDecimal.valueOf(local.minusMinutes(minutes).toEpochSecond(ZoneOffset.UTC));
            // Digits behind the seventh do not count, and a carry goes towards the future.
            String counted = fraction.substring(0, Math.min(fraction.length(), kept == 6 ? 7 : 6));
            BigDecimal part = counted.isEmpty() ? BigDecimal.ZERO : new BigDecimal("0." + counted);
            long expected = seconds.add(part.setScale(kept, RoundingMode.HALF_UP))
                    .movePointRight(6)
                    .longValueExact();
            ColumnBuilder builder = ColumnBuilder.of(column("c", SqlType.of(SqlType.Kind.DATETIME, kept)));
            byte[] bytes = text.getBytes(UTF_8);
            builder.text(bytes, 0, bytes.length);
            assertThat(((FixedColumn) builder).value(0))
                    .as("seed %d, %s", seed, text)
                    .isEqualTo(expected);
        }
    }

    private String document(int depth) {
        int kind = random.nextInt(depth == 0 ? 5 : 7);
        String space = random.nextInt(4) == 0 ? " \n\t\r".substring(random.nextInt(4)) : "";
        return space
                + switch (kind) {
                    case 0 -> any(List.of("true", "false", "null"));
                    case 1 -> (random.nextBoolean() ? "-" : "") + new BigInteger(digits(1, 12));
                    case 2 -> new BigInteger(digits(1, 3)) + "." + digits(1, 4) + any(List.of("", "e3", "E-2", "e+1"));
                    case 3, 4 -> string(word(6));
                    case 5 -> {
                        List<String> items = new ArrayList<>();
                        for (int i = random.nextInt(4); i > 0; i--) {
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
        for (int i = random.nextInt(7); i > 0; i--) {
            String key =
                    any(List.of("\"a\"", "\"b\"", "\"\\u0061\"", "\"long_key_name\"", "\"long_key_nama\"", "\"\""));
            items.add(key + " : " + document(depth - 1));
        }
        return "{" + String.join(", ", items) + "}";
    }

    private String string(String text) {
        StringBuilder out = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c < ' ' || c == '"' || c == '\\' || random.nextInt(12) == 0) {
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
        int at = random.nextInt(record.length);
        switch (random.nextInt(3)) {
            case 0 -> changed[at] = (byte) "{}[]\":,\\ue01-+.tn \u0001".charAt(random.nextInt(19));
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
                record = random.nextBoolean() ? mutated(record) : record;
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
                    Supplier<String> what = () -> "seed " + seed + ", round " + number + ", " + new String(text, UTF_8)
                            + ": " + result.errors();
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
