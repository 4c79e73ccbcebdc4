package dev.millrace.launch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TweetsTest {
    private static final long NOON =
            Instant.parse("2026-01-01T12:00:00.000042Z").toEpochMilli() * 1000 + 42;

    @Test
    void tweetsAreJsonOfAboutThreeHundredBytes() throws Exception {
        Tweets tweets = new Tweets(1);
        ObjectMapper json = new ObjectMapper();
        long bytes = 0;
        for (int id = 1; id <= 10_000; id++) {
            byte[] tweet = tweets.next(id, NOON);
            bytes += tweet.length;
            JsonNode parsed = json.readTree(tweet);
            assertThat(parsed.get("id").asInt()).isEqualTo(id);
            assertThat(parsed.get("created_at").asText()).isEqualTo("2026-01-01 12:00:00.000042");
            assertThat(parsed.get("user").get("name").asText()).isNotEmpty();
            assertThat(parsed.get("hashtags").isArray()).isTrue();
        }
        assertThat(bytes / 10_000).isBetween(260L, 340L);
    }

    @Test
    void sameSeedGivesTheSameTweets() {
        Tweets one = new Tweets(7);
        Tweets other = new Tweets(7);
        for (int id = 0; id < 1000; id++) {
            assertThat(one.next(id, NOON + id)).isEqualTo(other.next(id, NOON + id));
        }
    }

    @Test
    void fewUsersWriteMostTweets() throws Exception {
        Tweets tweets = new Tweets(1);
        ObjectMapper json = new ObjectMapper();
        Map<Integer, Integer> counts = new HashMap<>();
        for (int id = 0; id < 20_000; id++) {
            counts.merge(
                    json.readTree(tweets.next(id, NOON)).get("user").get("id").asInt(), 1, Integer::sum);
        }
        assertThat(counts.get(0)).isGreaterThan(20_000 / 20);
        assertThat(counts).hasSizeGreaterThan(2_000);
    }
}
