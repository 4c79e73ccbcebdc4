package dev.millrace.launch;

import static dev.millrace.spec.error.SqlState.STORE_UNREACHABLE;

import dev.millrace.spec.error.StatementException;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What the demo shows once everything runs: a load at full speed, then how fresh a steady stream is. */
final class Demo {
    static final String DATABASE = "demo";

    private static final int RATE = 2_000;
    private static final Duration STREAM = Duration.ofSeconds(10);

    /** A load in which nothing moves for so long has failed. */
    private static final Duration STALL_MAX = Duration.ofSeconds(90);

    private static final Duration LOOK = Duration.ofMillis(250);

    /** Where the cursor can go back a line is rewritten; elsewhere lines come less often. */
    private static final Duration REPORT = System.console() == null ? Duration.ofSeconds(5) : Duration.ofMillis(500);

    private static final String CREATE_TABLE = """
            CREATE TABLE tweets (
              id BIGINT NOT NULL,
              created_at DATETIME(6) NOT NULL,
              user_id BIGINT NOT NULL,
              user_name VARCHAR(40),
              followers INT,
              message TEXT,
              hashtag VARCHAR(40),
              hashtags JSON,
              retweet_count INT,
              favorite_count INT,
              lang CHAR(2),
              SHARD KEY (id)
            )""";

    private static final String CREATE_PIPELINE = """
            CREATE PIPELINE twitter_pipeline AS
              LOAD DATA KAFKA '%s/tweets'
              INTO TABLE tweets
              FORMAT JSON (
                id <- id,
                created_at <- created_at,
                user_id <- user::id,
                user_name <- user::name,
                followers <- user::followers,
                message <- text,
                hashtag <- hashtag,
                hashtags <- hashtags,
                retweet_count <- retweet_count,
                favorite_count <- favorite_count,
                lang <- lang
              )""";

    private static final String START_PIPELINE = "START PIPELINE twitter_pipeline";

    private static final String TOP_HASHTAGS = """
            SELECT hashtag, count(*) AS tweets
            FROM tweets WHERE hashtag IS NOT NULL
            GROUP BY hashtag ORDER BY tweets DESC LIMIT 5""";

    private final House house;
    private final String broker;
    private final long rows;
    private final PrintWriter out;

    Demo(House house, long rows, PrintWriter out) {
        this.house = house;
        this.broker = house.kafka().orElseThrow();
        this.rows = rows;
        this.out = out;
    }

    void run() throws SQLException {
        try (SqlConnection sql = SqlConnection.open(house.jdbcUrl(), Optional.empty())) {
            sql.execute("DROP DATABASE IF EXISTS " + DATABASE);
            sql.execute("CREATE DATABASE " + DATABASE);
            sql.execute("USE " + DATABASE);
            try (TweetFeed feed = new TweetFeed(broker)) {
                produce(feed);
                say(sql, CREATE_TABLE);
                say(sql, String.format(CREATE_PIPELINE, broker));
                say(sql, START_PIPELINE);
                load(sql);
                stream(sql, feed);
            }
            conclude(sql);
        }
    }

    /** For the messages: tenths of a second. */
    static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.1f s", nanos / (double) TimeUnit.SECONDS.toNanos(1));
    }

    private void produce(TweetFeed feed) {
        out.printf(
                Locale.ROOT,
                "%nWriting %,d synthetic tweets (JSON, skewed users and hashtags) into topic %s%n",
                rows,
                TweetFeed.TOPIC);
        long begun = System.nanoTime();
        feed.write(rows);
        long took = System.nanoTime() - begun;
        out.printf(
                Locale.ROOT,
                "Written in %s: %,d tweets/s, %,d bytes each, %d Kafka partitions%n%n",
                seconds(took),
                perSecond(rows, took),
                feed.bytes() / rows,
                TweetFeed.PARTITIONS);
    }

    private void say(SqlConnection sql, String statement) throws SQLException {
        out.println("sql> " + statement.replace("\n", "\n   > ") + ";");
        sql.execute(statement);
    }

    private void load(SqlConnection sql) throws SQLException {
        out.println();
        long begun = System.nanoTime();
        long reported = begun;
        long moved = begun;
        long firstSeen = begun;
        long firstCount = 0;
        long count = 0;
        while (count < rows) {
            LockSupport.parkNanos(LOOK.toNanos());
            long now = System.nanoTime();
            long seen = number(sql, "SELECT count(*) FROM tweets");
            if (seen > count) {
                moved = now;
                if (count == 0) {
                    firstSeen = now;
                    firstCount = seen;
                }
            }
            count = seen;
            if (now - moved > STALL_MAX.toNanos()) {
                throw new StatementException(
                        STORE_UNREACHABLE, "the load stands still at " + count + " rows" + lastError(sql));
            }
            if (now - reported > REPORT.toNanos()) {
                reported = now;
                progress(count, now - firstSeen, count - firstCount);
            }
        }
        long end = System.nanoTime();
        boolean inSteps = firstCount < rows;
        out.printf(
                Locale.ROOT,
                "%sLoaded %,d rows: %,d rows/s%s; %s since START PIPELINE%n",
                System.console() == null ? "" : "\r",
                count,
                inSteps ? perSecond(rows - firstCount, end - firstSeen) : perSecond(rows, end - begun),
                inSteps ? " from the first batch on" : "",
                seconds(end - begun));
    }

    private void progress(long count, long nanos, long since) {
        String line = String.format(
                Locale.ROOT, "Loading: %,d of %,d rows, %,d rows/s", count, rows, perSecond(since, nanos));
        if (System.console() == null) {
            out.println(line);
        } else {
            out.print("\r" + line + "   ");
            out.flush();
        }
    }

    private void stream(SqlConnection sql, TweetFeed feed) throws SQLException {
        int count = (int) (RATE * STREAM.toSeconds());
        out.printf(
                Locale.ROOT,
                "%nNow %,d tweets/s for %d s, asking all the time which are visible%n",
                RATE,
                STREAM.toSeconds());
        Freshness freshness = new Freshness(feed.lastId() + 1, count);
        CompletableFuture<Void> written =
                CompletableFuture.runAsync(() -> feed.writeEvenly(count, RATE, freshness::sent));
        freshness.watch(sql.jdbc(), "tweets", STALL_MAX);
        try {
            written.join();
        } catch (CompletionException e) {
            throw new StatementException(STORE_UNREACHABLE, "the stream has stopped", e);
        }
        out.printf(
                Locale.ROOT,
                "Freshness of %,d records, from timestamp to visible: p50 %d ms, p99 %d ms%n",
                count,
                freshness.percentileMillis(50),
                freshness.percentileMillis(99));
    }

    private void conclude(SqlConnection sql) throws SQLException {
        out.printf(Locale.ROOT, "%nRows in tweets: %,d%n", number(sql, "SELECT count(*) FROM tweets"));
        out.println("sql> " + TOP_HASHTAGS.replace("\n", "\n   > ") + ";");
        Connection connection = sql.jdbc();
        try (Statement statement = connection.createStatement();
                ResultSet top = statement.executeQuery(TOP_HASHTAGS)) {
            new ResultPrinter(ResultFormat.TABLE, out).print(top);
        }
        out.printf("Dashboard: %s%n", house.dashboard());
        out.printf("SQL: %s (database %s)%n", house.jdbcUrl(), DATABASE);
    }

    /** What the catalog says of the pipeline, for the message of a load that stands still. */
    private static String lastError(SqlConnection sql) throws SQLException {
        try (Statement statement = sql.jdbc().createStatement();
                ResultSet pipelines = statement.executeQuery("SHOW PIPELINES")) {
            StringBuilder said = new StringBuilder();
            while (pipelines.next()) {
                for (int i = 1; i <= pipelines.getMetaData().getColumnCount(); i++) {
                    said.append(i == 1 ? "; " : ", ")
                            .append(pipelines.getMetaData().getColumnLabel(i))
                            .append(' ')
                            .append(pipelines.getString(i));
                }
            }
            return said.toString();
        }
    }

    private static long number(SqlConnection sql, String query) throws SQLException {
        try (Statement statement = sql.jdbc().createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static long perSecond(long count, long nanos) {
        return Math.round(count * (double) TimeUnit.SECONDS.toNanos(1) / Math.max(1, nanos));
    }
}
