package dev.millrace.transform.load;

import static dev.millrace.transform.load.Loads.column;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.type.SqlType;
import java.io.ByteArrayOutputStream;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Random values against other readers of the same: BigDecimal and java.time. {@code -Dseed=} repeats a run. */
class RandomLoadTest {
    private final Loads loads = new Loads();
    private final RandomText texts = new RandomText();

    @AfterEach
    void nothingIsLeft() {
        loads.close();
    }

    /* A value of the type as text, which is also how Loads shows it. */
    private String value(SqlType type) {
        return switch (type.kind()) {
            case BOOL -> Boolean.toString(texts.random.nextBoolean());
            case TINYINT -> Integer.toString(texts.random.nextInt(-128, 128));
            case SMALLINT -> Short.toString((short) texts.random.nextInt());
            case INT -> Integer.toString(texts.random.nextInt());
            case BIGINT -> Long.toString(texts.random.nextLong() >> texts.random.nextInt(64));
            case FLOAT -> Float.toString((texts.random.nextInt() >> 8) * 0.125f);
            case DOUBLE ->
                Double.toString((texts.random.nextDouble() - 0.5) * Math.pow(10, texts.random.nextInt(-300, 300)));
            case DECIMAL -> {
                BigInteger unscaled = new BigInteger(texts.digits(1, type.length()));
                yield new BigDecimal(texts.random.nextBoolean() ? unscaled : unscaled.negate(), type.scale())
                        .toPlainString();
            }
            case CHAR -> texts.word(type.length() / 4).replaceAll(" +$", "");
            case VARCHAR, TEXT -> texts.word(type.kind() == SqlType.Kind.TEXT ? 40 : type.length() / 4);
            case BINARY, VARBINARY, BLOB ->
                HexFormat.of().formatHex(texts.word(5).getBytes(UTF_8));
            case DATE ->
                LocalDate.ofEpochDay(texts.random.nextInt(-700_000, 2_900_000)).toString();
            case DATETIME, TIMESTAMP ->
                LocalDateTime.ofEpochSecond(
                                texts.random.nextLong(-60_000_000_000L, 250_000_000_000L), 0, ZoneOffset.UTC)
                        .plus(texts.random.nextInt(1_000_000), ChronoUnit.MICROS)
                        .truncatedTo(ChronoUnit.MICROS)
                        .toString();
            case JSON -> "{\"k\":\"" + texts.random.nextInt() + ",é\"}";
        };
    }

    private SqlType type() {
        SqlType.Kind kind = texts.any(List.of(SqlType.Kind.values()));
        return switch (kind) {
            case DECIMAL -> {
                int precision = texts.random.nextInt(1, 39);
                yield SqlType.decimal(precision, texts.random.nextInt(0, Math.min(precision, 30) + 1));
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
                && (!format.optionallyEnclosed()
                        || new String(bytes, UTF_8).equals("NULL")
                        || texts.random.nextBoolean());
        byte quote = enclose ? (byte) format.enclosedBy().charAt(0) : 0;
        if (enclose) {
            out.write(quote);
        }
        for (byte b : bytes) {
            boolean special = "\\^,|\n\r\t\"'".indexOf(b) >= 0;
            if (enclose && b == quote && texts.random.nextBoolean()) {
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
            ColumnSpec[] columns = new ColumnSpec[texts.random.nextInt(1, 8)];
            List<String> names = new ArrayList<>();
            for (int i = 0; i < columns.length; i++) {
                columns[i] = column("c" + i, type());
                names.add("c" + i);
            }
            FormatSpec.Csv format = new FormatSpec.Csv(
                    texts.any(List.of(",", "\t", "||", "→")),
                    texts.any(List.of("", "\"", "'")),
                    texts.random.nextBoolean(),
                    texts.any(List.of("\\", "^")),
                    texts.any(List.of("\n", "\r\n", "¶")),
                    "",
                    names);
            List<List<String>> rows = new ArrayList<>();
            List<byte[]> records = new ArrayList<>();
            ByteArrayOutputStream record = new ByteArrayOutputStream();
            for (int i = texts.random.nextInt(200); i >= 0; i--) {
                List<String> row = new ArrayList<>();
                int lineStart = record.size();
                for (int c = 0; c < columns.length; c++) {
                    if (c > 0) {
                        record.writeBytes(format.fieldsTerminatedBy().getBytes(UTF_8));
                    }
                    String value = texts.random.nextInt(8) == 0 ? null : value(columns[c].type());
                    row.add(value);
                    write(record, value, columns[c].type(), format);
                }
                boolean last = texts.random.nextInt(4) == 0;
                // An empty last line without its end would be none.
                if (!last || record.size() == lineStart || texts.random.nextBoolean()) {
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
                assertThat(loaded.get(i)).as("seed %d, %s", texts.seed, format).isEqualTo(rows.get(i));
            }
        }
    }

    @Test
    void numbersAreWhatBigDecimalSays() {
        for (int round = 0; round < 5_000; round++) {
            String sign = texts.any(List.of("", "-", "+"));
            String number = texts.any(List.of(
                    texts.digits(1, 22),
                    texts.digits(1, 5) + "." + texts.digits(0, 5),
                    texts.digits(0, 30) + "." + texts.digits(1, 45),
                    texts.digits(1, 3) + "e" + texts.any(List.of("", "-", "+")) + texts.digits(1, 2),
                    "." + texts.digits(1, 20) + "E" + texts.digits(1, 2)));
            BigDecimal exact = new BigDecimal(sign + number);
            String text = texts.any(List.of("", " ", "\t")) + sign + number + texts.any(List.of("", "  "));
            for (SqlType type : List.of(
                    SqlType.of(SqlType.Kind.TINYINT),
                    SqlType.of(SqlType.Kind.INT),
                    SqlType.of(SqlType.Kind.BIGINT),
                    SqlType.decimal(5, 2),
                    SqlType.decimal(18, 9),
                    SqlType.decimal(38, texts.random.nextInt(31)))) {
                checkExact(type, text, exact);
            }
            ColumnBuilder doubles = ColumnBuilder.of(column("c", SqlType.Kind.DOUBLE));
            byte[] bytes = text.getBytes(UTF_8);
            doubles.text(bytes, 0, bytes.length);
            assertThat(((FixedColumn) doubles).value(0))
                    .as("seed %d, %s", texts.seed, text)
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
            assertThat(fits)
                    .as("seed %d, %s as %s", texts.seed, text, type.sql())
                    .isFalse();
            return;
        }
        assertThat(fits).as("seed %d, %s as %s", texts.seed, text, type.sql()).isTrue();
        try (var vector = builder.finish(loads.allocator)) {
            Object value = vector.getObject(0);
            BigInteger unscaled = value instanceof BigDecimal decimal
                    ? decimal.unscaledValue()
                    : BigInteger.valueOf(((Number) value).longValue());
            assertThat(unscaled)
                    .as("seed %d, %s as %s", texts.seed, text, type.sql())
                    .isEqualTo(expected);
        }
    }

    @Test
    void timesAreWhatJavaTimeSays() {
        for (int round = 0; round < 5_000; round++) {
            LocalDateTime local = LocalDateTime.ofEpochSecond(
                    texts.random.nextLong(-62_135_500_000L, 253_402_200_000L), 0, ZoneOffset.UTC);
            String fraction = texts.random.nextInt(3) == 0 ? "" : texts.digits(1, 9);
            int minutes = texts.random.nextInt(3) > 0 ? 0 : texts.random.nextInt(-13 * 60 - 59, 14 * 60 + 1);
            String zone = minutes == 0
                    ? texts.any(List.of("", "Z", "+00:00"))
                    : String.format(
                            "%s%02d:%02d", minutes < 0 ? "-" : "+", Math.abs(minutes) / 60, Math.abs(minutes) % 60);
            String text = local.toLocalDate()
                    + texts.any(List.of(" ", "T"))
                    + String.format("%tT", local)
                    + (fraction.isEmpty() ? "" : "." + fraction)
                    + zone;
            int kept = texts.random.nextInt(7);
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
                    .as("seed %d, %s", texts.seed, text)
                    .isEqualTo(expected);
        }
    }
}
