package dev.millrace.acceptance;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.LongFunction;

/**
 * Records of which one in a hundred cannot be loaded into a table of a BIGINT that is not NULL and a VARCHAR(40), in ten
 * ways in turn. Each is one record and one error.
 */
enum BrokenRecords {
    JSON(BrokenRecords::json, "FORMAT JSON (id <- id, word <- w DEFAULT NULL)"),
    CSV(BrokenRecords::csv, "FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"'"),
    AVRO(
            BrokenRecords::avro,
            "FORMAT AVRO SCHEMA '{\"type\":\"record\",\"name\":\"r\",\"fields\":["
                    + "{\"name\":\"id\",\"type\":[\"null\",\"long\",\"string\"]},{\"name\":\"w\",\"type\":\"string\"}]}'"
                    + " (id <- id, word <- w)");

    private static final int EVERY = 100;
    private static final int BROKEN = 37;

    private final LongFunction<byte[]> form;
    private final String clause;

    BrokenRecords(LongFunction<byte[]> form, String clause) {
        this.form = form;
        this.clause = clause;
    }

    /** A name for its topic, table and pipeline. */
    String title() {
        return "broken_" + name().toLowerCase(Locale.ROOT);
    }

    LongFunction<byte[]> form() {
        return form;
    }

    /** How a pipeline reads them. */
    String clause() {
        return clause;
    }

    /** How many of so many records cannot be loaded. */
    static long broken(long records) {
        return records / EVERY;
    }

    /** A condition on the number of a record that cannot be loaded. */
    static String isBroken(String number) {
        return "(" + number + ") % " + EVERY + " = " + BROKEN;
    }

    private static boolean isBroken(long number) {
        return number % EVERY == BROKEN;
    }

    private static int way(long number) {
        return (int) (number / EVERY % 10);
    }

    private static byte[] json(long number) {
        String whole = "{\"id\":" + number + ",\"w\":\"word " + number + "\"}";
        String text = !isBroken(number)
                ? whole
                : switch (way(number)) {
                    case 0 -> whole.substring(0, whole.length() - 1);
                    case 1 -> "no JSON";
                    case 2 -> "{\"id\":\"x" + number + "\"}";
                    case 3 -> "{\"id\":null}";
                    case 4 -> "{\"w\":\"no id\"}";
                    case 5 -> "{\"id\":99999999999999999999}";
                    case 6 -> "{\"id\":" + number + ",\"w\":\"" + "long".repeat(11) + "\"}";
                    case 7 -> "{\"id\":[" + number + "]}";
                    case 8 -> "{\"id\":" + number + ",}";
                    default -> "[" + whole + "]";
                };
        return text.getBytes(ISO_8859_1);
    }

    private static byte[] csv(long number) {
        String word = "word " + number;
        String text = !isBroken(number)
                ? number + "," + word
                : switch (way(number)) {
                    case 0 -> "" + number;
                    case 1 -> number + "," + word + ",more";
                    case 2 -> "x" + number + "," + word;
                    case 3 -> "\\N," + word;
                    case 4 -> "99999999999999999999," + word;
                    case 5 -> number + "," + "long".repeat(11);
                    case 6 -> number + ",\"" + word;
                    case 7 -> "," + word;
                    case 8 -> number + ",\u00ff";
                    default -> number + ";" + word;
                };
        return text.getBytes(ISO_8859_1);
    }

    private static byte[] avro(long number) {
        byte[] word = ("word " + number).getBytes(ISO_8859_1);
        byte[] whole = joined(size(1), size(number), size(word.length), word);
        if (!isBroken(number)) {
            return whole;
        }
        return switch (way(number)) {
            case 0 -> Arrays.copyOf(whole, whole.length - 1);
            case 1 -> json(0);
            case 2 -> joined(size(3), size(number), size(0));
            case 3 -> joined(size(0), size(word.length), word);
            case 4 -> joined(size(2), size(word.length), word, size(0));
            case 5 -> joined(size(1), size(number), size(44), "long".repeat(11).getBytes(ISO_8859_1));
            case 6 -> joined(size(1), size(number), size(-1));
            case 7 -> joined(size(1), size(number), size(1_000), word);
            case 8 -> joined(size(1), size(number), size(1), new byte[] {-1});
            default -> joined(size(1), new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1});
        };
    }

    /** A long of Avro's. */
    private static byte[] size(long value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        long rest = value << 1 ^ value >> 63;
        while (rest >>> 7 != 0) {
            bytes.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        bytes.write((int) rest);
        return bytes.toByteArray();
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            bytes.writeBytes(part);
        }
        return bytes.toByteArray();
    }
}
