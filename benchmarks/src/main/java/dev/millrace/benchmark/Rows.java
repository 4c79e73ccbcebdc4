package dev.millrace.benchmark;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Locale;

/** Synthetic rows, each a function of its number. */
final class Rows {
    static final String CSV_COLUMNS =
            "id BIGINT NOT NULL, user_id INT, page VARCHAR(40), country CHAR(2), price DECIMAL(10,2), quantity INT,"
                    + " seen DATETIME, agent VARCHAR(40)";

    static final String JSON_COLUMNS = "id BIGINT NOT NULL, created DATETIME, user_id BIGINT, user_name VARCHAR(40),"
            + " followers INT, body TEXT, tag VARCHAR(40), retweets INT, lang CHAR(2), score DOUBLE";

    static final String JSON_MAPPING =
            "id <- id, created <- created, user_id <- user::id, user_name <- user::name, followers <- user::followers,"
                    + " body <- body, tag <- tag, retweets <- retweets, lang <- lang, score <- score";

    private static final String[] COUNTRIES = {"DE", "FR", "US", "JP", "BR", "IN", "GB", "ES", "IT", "NL"};

    private Rows() {}

    /** About 100 bytes: eight fields and commas. */
    static byte[] csv(long number) {
        long mixed = mix(number);
        int second = (int) (number % 86_400);
        StringBuilder line = new StringBuilder(112);
        line.append(number).append(',').append(mixed % 100_000).append(",/shop/item/");
        line.append(mixed % 5_000)
                .append(',')
                .append(COUNTRIES[(int) (mixed % 10)])
                .append(',');
        line.append(mixed % 1000)
                .append('.')
                .append(10 + mixed % 90)
                .append(',')
                .append(mixed % 7);
        line.append(",2026-01-").append(two(1 + (int) (mixed % 28))).append(' ');
        line.append(two(second / 3600))
                .append(':')
                .append(two(second / 60 % 60))
                .append(':')
                .append(two(second % 60));
        line.append(",Mozilla/5.0 (X11; Linux) ").append(mixed % 100);
        return line.toString().getBytes(US_ASCII);
    }

    /** About 300 bytes: ten fields, three of them nested. */
    static byte[] json(long number) {
        long mixed = mix(number);
        return String.format(
                        Locale.ROOT,
                        "{\"id\":%d,\"created\":\"2026-02-%02dT10:%02d:%02d\",\"user\":{\"id\":%d,\"name\":\"user %d\","
                                + "\"followers\":%d},\"body\":\"%s %d\",\"tag\":\"tag%d\",\"retweets\":%d,\"lang\":\"en\","
                                + "\"score\":%d.%d}",
                        number,
                        1 + mixed % 28,
                        mixed % 60,
                        number % 60,
                        mixed % 100_000,
                        mixed % 100_000,
                        mixed % 5_000,
                        "a synthetic text that is about as long as such texts are, no more and no less, and then a bit of it",
                        mixed,
                        mixed % 300,
                        mixed % 50,
                        mixed % 10,
                        mixed % 1000)
                .getBytes(US_ASCII);
    }

    private static String two(int value) {
        return value < 10 ? "0" + value : Integer.toString(value);
    }

    private static long mix(long value) {
        long h = value * 0x9E3779B97F4A7C15L;
        h ^= h >>> 32;
        return (h * 0xC4CEB9FE1A85EC53L) >>> 24;
    }
}
