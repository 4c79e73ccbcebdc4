package dev.millrace.launch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Synthetic tweets as JSON, about 300 bytes each. Users and hashtags follow Zipf's law: a few are everywhere, most are
 * rare. The same seed gives the same tweets, apart from the time, which the caller gives.
 *
 * <pre>
 * {"id":1,"created_at":"2026-01-01 12:00:00.000000","user":{"id":7,"name":"amber_fox7","followers":81234},
 *  "text":"…","hashtag":"kafka","hashtags":["kafka","streams"],"retweet_count":3,"favorite_count":10,"lang":"en"}
 * </pre>
 *
 * <p>Not for several threads.
 */
public final class Tweets {
    private static final int USERS = 100_000;
    private static final int HASHTAGS = 1_000;
    private static final int WORDS_MIN = 8;
    private static final int WORDS_SPREAD = 11;
    private static final int HASHTAGS_MAX = 3;

    /** More than any tweet has. */
    private static final int BYTES_MAX = 1024;

    private static final DateTimeFormatter SECOND = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);
    private static final byte[][] LANGUAGES = bytes("en", "en", "en", "en", "ja", "es", "es", "pt", "de", "fr");
    private static final byte[][] TOPICS = bytes(
            "kafka",
            "streams",
            "sql",
            "coffee",
            "monday",
            "rain",
            "football",
            "music",
            "cats",
            "election",
            "space",
            "breaking",
            "weather",
            "travel",
            "food",
            "photo",
            "running",
            "books",
            "chess",
            "train");
    private static final byte[][] WORDS = bytes(
            "the",
            "a",
            "river",
            "turns",
            "wheel",
            "slowly",
            "today",
            "nobody",
            "reads",
            "water",
            "again",
            "we",
            "shipped",
            "it",
            "before",
            "lunch",
            "and",
            "then",
            "rain",
            "came",
            "over",
            "hill",
            "mill",
            "stone",
            "grain",
            "never",
            "stops",
            "so",
            "quick",
            "query",
            "table",
            "row",
            "stream",
            "batch",
            "exactly",
            "once",
            "they",
            "say",
            "count",
            "on",
            "me",
            "morning",
            "light",
            "caf\u00e9",
            "\\\"quoted\\\"",
            "caf\u00e9s",
            "\u2615",
            "loud",
            "quiet",
            "street",
            "market",
            "bread",
            "flour",
            "sack",
            "cart",
            "horse",
            "road",
            "bridge",
            "north",
            "wind");
    private static final byte[][] ADJECTIVES =
            bytes("amber", "brisk", "calm", "dusty", "early", "faint", "green", "hasty", "idle", "jolly");
    private static final byte[][] ANIMALS =
            bytes("fox", "owl", "hare", "wren", "pike", "moth", "crow", "toad", "lynx", "newt");

    private final SplittableRandom random;
    private final Zipf users = new Zipf(USERS, 1.05);
    private final Zipf hashtags = new Zipf(HASHTAGS, 1.1);
    private final byte[] buffer = new byte[BYTES_MAX];
    private int length;

    /** The formatted second, kept while many tweets share it. */
    private long second = Long.MIN_VALUE;

    private byte[] secondText = new byte[0];

    public Tweets(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /**
     * One tweet.
     *
     * @param id its id, the caller's to give
     * @param createdAtMicros microseconds since 1970, UTC
     */
    public byte[] next(long id, long createdAtMicros) {
        length = 0;
        int user = users.next(random);
        put("{\"id\":").number(id).put(",\"created_at\":\"").time(createdAtMicros);
        put("\",\"user\":{\"id\":").number(user).put(",\"name\":\"");
        put(ADJECTIVES[user % 10]).put("_").put(ANIMALS[user / 10 % 10]).number(user);
        put("\",\"followers\":").number(2_000_000L / (user + 1) + random.nextInt(50));
        put("},\"text\":\"").text();
        put("\",").hashtags();
        int popularity = (int) (1 / (random.nextDouble() + 0.001));
        put("],\"retweet_count\":")
                .number(popularity / 3)
                .put(",\"favorite_count\":")
                .number(popularity);
        put(",\"lang\":\"").put(LANGUAGES[random.nextInt(LANGUAGES.length)]).put("\"}");
        return Arrays.copyOf(buffer, length);
    }

    private void text() {
        int words = WORDS_MIN + random.nextInt(WORDS_SPREAD);
        for (int i = 0; i < words; i++) {
            put(i == 0 ? "" : " ").put(WORDS[random.nextInt(WORDS.length)]);
        }
    }

    /** The first hashtag also stands alone, for tables without lists. */
    private void hashtags() {
        int count = random.nextInt(HASHTAGS_MAX + 1);
        if (count == 0) {
            put("\"hashtag\":null,\"hashtags\":[");
            return;
        }
        int first = hashtags.next(random);
        put("\"hashtag\":").hashtag(first).put(",\"hashtags\":[").hashtag(first);
        for (int i = 1; i < count; i++) {
            put(",").hashtag(hashtags.next(random));
        }
    }

    private Tweets hashtag(int rank) {
        put("\"").put(TOPICS[rank % TOPICS.length]);
        if (rank >= TOPICS.length) {
            number(rank / TOPICS.length);
        }
        return put("\"");
    }

    private Tweets time(long micros) {
        long seconds = Math.floorDiv(micros, 1_000_000L);
        if (seconds != second) {
            second = seconds;
            secondText = SECOND.format(LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC))
                    .getBytes(UTF_8);
        }
        put(secondText).put(".");
        int fraction = (int) Math.floorMod(micros, 1_000_000L);
        for (int digit = 5; digit >= 0; digit--) {
            buffer[length + digit] = (byte) ('0' + fraction % 10);
            fraction /= 10;
        }
        length += 6;
        return this;
    }

    private Tweets number(long value) {
        int digits = 1;
        for (long rest = value / 10; rest > 0; rest /= 10) {
            digits++;
        }
        for (int i = digits - 1; i >= 0; i--) {
            buffer[length + i] = (byte) ('0' + value % 10);
            value /= 10;
        }
        length += digits;
        return this;
    }

    private Tweets put(byte[] text) {
        System.arraycopy(text, 0, buffer, length, text.length);
        length += text.length;
        return this;
    }

    @SuppressWarnings("deprecation") // the low bytes of ASCII are exactly what is wanted, without an encoder
    private Tweets put(String ascii) {
        ascii.getBytes(0, ascii.length(), buffer, length);
        length += ascii.length();
        return this;
    }

    private static byte[][] bytes(String... words) {
        return Arrays.stream(words).map(word -> word.getBytes(UTF_8)).toArray(byte[][]::new);
    }

    /** Ranks from 0, the likelier the lower: P(rank) ~ 1 / (rank + 1)^s. Walker's alias method: one draw, one look. */
    private static final class Zipf {
        private final double[] keep;
        private final int[] alias;

        Zipf(int ranks, double s) {
            double[] weights = new double[ranks];
            double sum = 0;
            for (int i = 0; i < ranks; i++) {
                weights[i] = 1 / Math.pow(i + 1, s);
                sum += weights[i];
            }
            keep = new double[ranks];
            alias = new int[ranks];
            int[] small = new int[ranks];
            int[] large = new int[ranks];
            int smalls = 0;
            int larges = 0;
            for (int i = 0; i < ranks; i++) {
                keep[i] = weights[i] * ranks / sum;
                if (keep[i] < 1) {
                    small[smalls++] = i;
                } else {
                    large[larges++] = i;
                }
            }
            while (smalls > 0 && larges > 0) {
                int poor = small[--smalls];
                int rich = large[larges - 1];
                alias[poor] = rich;
                keep[rich] -= 1 - keep[poor];
                if (keep[rich] < 1) {
                    larges--;
                    small[smalls++] = rich;
                }
            }
        }

        int next(SplittableRandom random) {
            int rank = random.nextInt(keep.length);
            return random.nextDouble() < keep[rank] ? rank : alias[rank];
        }
    }
}
