package dev.millrace.aggregator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.LocalDate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expressions mean what they mean in MySQL. Types of all results are checked by {@link TestCluster}. */
class MeaningTest {
    private static TestCluster shop;

    @BeforeAll
    static void open() throws SQLException {
        shop = Shop.cluster(2);
    }

    @AfterAll
    static void close() throws SQLException {
        shop.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "1/3; 0.3333",
                "-2/3; -0.6667",
                "7/-2; -3.5000",
                "1/8; 0.1250",
                "1/0; NULL",
                "5/0.00; NULL",
                "1.00/3; 0.333333",
                "10/4.00; 2.5000",
                "1e0/4; 0.25",
                "7 DIV 2; 3",
                "-7 DIV 2; -3",
                "5.5 DIV 2.2; 2",
                "1 DIV 0; NULL",
                "7 % 3; 1",
                "-7 % 3; -1",
                "7 % 0; NULL",
                "MOD(5.5, 2); 1.5",
                "2 + 3 * 4; 14",
                "1.5 * 2; 3.0",
                "-(-5); 5",
                "-9223372036854775808; -9223372036854775808",
                "'5' + 3; 8.0",
                "'4x' * 2; 8.0",
                "TRUE + 1; 2",
                "2147483647 + 1; 2147483648",
                "9999999999.99 * 10000000000; 99999999999900000000.00",
                "ROUND(2.5); 3",
                "ROUND(-2.5); -3",
                "ROUND(1.005, 2); 1.01",
                "ROUND(2.5e0); 2.0",
                "ROUND(1234, -2); 1200",
                "TRUNCATE(1.999, 1); 1.9",
                "TRUNCATE(-199, -2); -100",
                "CEIL(1.2); 2",
                "FLOOR(-1.2); -2",
                "ABS(-3.5); 3.5",
                "SIGN(-2); -1",
                "POW(2, 3); 8.0",
                "SQRT(-1); NULL",
                "LN(0); NULL",
                "LOG(2, 8); 3.0",
                "GREATEST(1, 2.5); 2.5",
                "LEAST(1, NULL); NULL",
                "GREATEST('a', 'b'); b"
            })
    void arithmeticIsExact(String expression, String value) {
        assertThat(shop.query("SELECT " + expression)).containsExactly(value);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "NULL = NULL; NULL",
                "NULL <=> NULL; true",
                "1 <=> NULL; false",
                "NOT 0; true",
                "1 AND 0; false",
                "1 OR NULL; true",
                "0 AND NULL; false",
                "2 BETWEEN 1 AND 3; true",
                "2 NOT IN (1, NULL); NULL",
                "2 IN (1, 2, NULL); true",
                "1 = '1'; true",
                "1 = '1x'; true",
                "'a' = 'A'; false",
                "'a' < 'b'; true",
                "TRUE = 1; true",
                "'abc' LIKE 'a%'; true",
                "'a%c' LIKE 'a\\%c'; true",
                "'abc' LIKE 'a\\%c'; false",
                "'a_b' LIKE 'a|_b' ESCAPE '|'; true",
                "'abc' NOT LIKE '_b_'; false",
                "NULL LIKE 'a'; NULL",
                "'abc' REGEXP '^a.c$'; true",
                "'abc' NOT RLIKE 'x'; true",
                "DATE '2024-01-02' = '2024-01-02'; true",
                "DATE '2024-01-02' > '2024-01-01 23:59:59'; true",
                "(1, 2) IN ((1, 2), (3, 4)); true",
                "IF(NULL, 1, 2); 2",
                "IFNULL(NULL, 3); 3",
                "NULLIF(1, 1); NULL",
                "COALESCE(NULL, NULL, 'x'); x",
                "CASE 1 WHEN 1 THEN 'a' ELSE 2 END; a",
                "CASE WHEN 0 THEN 1 END; NULL",
                "ISNULL(NULL); true",
                "5 IS TRUE; true"
            })
    void logicHasThreeValues(String expression, String value) {
        assertThat(shop.query("SELECT " + expression)).containsExactly(value);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "LENGTH('é'); 2",
                "CHAR_LENGTH('é'); 1",
                "UPPER('é'); É",
                "SUBSTRING('hello', 2, 3); ell",
                "SUBSTRING('hello', -3, 2); ll",
                "SUBSTR('hello', 0); ",
                "SUBSTRING('hello', 2, -1); ",
                "LEFT('héllo', 2); hé",
                "RIGHT('abc', -1); ",
                "LEFT('a', NULL); NULL",
                "TRIM(BOTH 'x' FROM 'xxaxx'); a",
                "TRIM(LEADING 'ab' FROM 'ababx'); x",
                "CONCAT('[', TRIM('  a '), ']'); [a]",
                "REPLACE('aab', 'a', 'c'); ccb",
                "LPAD('a', 3, 'xy'); xya",
                "RPAD('abc', 2, 'x'); ab",
                "LPAD('a', -1, 'x'); NULL",
                "LOCATE('c', 'abcabc', 4); 6",
                "LOCATE('z', 'abc'); 0",
                "INSTR('abc', 'c'); 3",
                "POSITION('b' IN 'abc'); 2",
                "REVERSE('abc'); cba",
                "REPEAT('ab', 2); abab",
                "HEX(255); FF",
                "HEX('é'); C3A9",
                "UNHEX('41'); x41",
                "MD5('a'); 0cc175b9c0f1b6a831c399e269772661",
                "CONCAT('a', NULL); NULL",
                "CONCAT_WS('-', 'a', NULL, 'b'); a-b",
                "CONCAT(1, 2.50, TRUE); 12.501",
                "'a' || 1; a1",
                "SUBSTRING_INDEX('a.b.c', '.', 2); a.b",
                "SUBSTRING_INDEX('a.b.c', '.', -1); c",
                "STRCMP('a', 'b'); -1",
                "JSON_EXTRACT('[5, 6]', '$[1]'); 6"
            })
    void textCountsCharacters(String expression, String value) {
        assertThat(shop.query("SELECT " + expression)).containsExactly(value == null ? "" : value);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "NOW(); 2026-02-03T04:05:06",
                "NOW(6); 2026-02-03T04:05:06.789012",
                "CURRENT_DATE; 2026-02-03",
                "DATE('2024-05-06 07:08:09'); 2024-05-06",
                "YEAR('2024-05-06'); 2024",
                "DAYOFWEEK('2024-02-04'); 1",
                "WEEKDAY('2024-02-04'); 6",
                "MICROSECOND('2024-01-01 00:00:01.5'); 500000",
                "EXTRACT(MONTH FROM '2024-05-06'); 5",
                "LAST_DAY('2024-02-03'); 2024-02-29",
                "DATE_ADD('2024-01-31', INTERVAL 1 MONTH); 2024-02-29",
                "DATE '2024-03-01' - INTERVAL 1 DAY; 2024-02-29",
                "DATE_ADD('2024-01-01', INTERVAL 90 SECOND); 2024-01-01T00:01:30",
                "ADDDATE('2024-01-01', 5); 2024-01-06",
                "TIMESTAMPADD(MINUTE, 5, '2024-01-01'); 2024-01-01T00:05",
                "DATEDIFF('2024-03-01', '2024-02-01'); 29",
                "TIMESTAMPDIFF(MONTH, '2024-01-31', '2024-02-29'); 0",
                "TIMESTAMPDIFF(YEAR, '2024-01-31', '2020-01-31'); -4",
                "TIMESTAMPDIFF(HOUR, '2024-01-01', '2023-12-31 22:30:00'); -1",
                "UNIX_TIMESTAMP(DATE '1970-01-02'); 86400",
                "FROM_UNIXTIME(86400); 1970-01-02T00:00",
                "DATE_FORMAT('2024-02-03 04:05:06', '%Y/%m/%d %H:%i:%s %e %M'); 2024/02/03 04:05:06 3 February",
                "STR_TO_DATE('03/02/2024', '%d/%m/%Y'); 2024-02-03",
                "STR_TO_DATE('x', '%Y'); NULL",
                "DATE '2024-02-03' + 0; 20240203"
            })
    void timesAreUtc(String expression, String value) {
        assertThat(shop.query("SELECT " + expression)).containsExactly(value);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "CAST('12abc' AS SIGNED); 12",
                "CAST('abc' AS SIGNED); 0",
                "CAST(-1.5 AS SIGNED); -2",
                "CONVERT('5', SIGNED); 5",
                "CAST('1.55' AS DECIMAL(3,1)); 1.6",
                "CAST(1.005 AS DECIMAL(5,2)); 1.01",
                "CAST('2024-1-2 3:4:5' AS DATETIME); 2024-01-02T03:04:05",
                "CAST('bad' AS DATE); NULL",
                "CAST('20240102' AS DATE); 2024-01-02",
                "CAST(12345 AS CHAR(3)); 123",
                "CAST(1e15 AS CHAR); 1e15",
                "CAST(100e0 AS CHAR); 100",
                "CAST(0.00001e0 AS CHAR); 0.00001",
                "CAST(TRUE AS CHAR); 1",
                "CAST(' -1.5e1x' AS DOUBLE); -15.0",
                "CAST(TIMESTAMP '2024-01-02 03:04:05.600000' AS DATETIME); 2024-01-02T03:04:06",
                "CONVERT('é' USING utf8mb4); é"
            })
    void castsReadPrefixesAndRound(String expression, String value) {
        assertThat(shop.query("SELECT " + expression)).containsExactly(value);
    }

    @Test
    void sessionValuesAreConstants() {
        assertThat(
                        shop.query(
                                "SELECT DATABASE(), VERSION(), USER(), CONNECTION_ID(), @@max_allowed_packet, @@session.max_allowed_packet"))
                .containsExactly("shop|8.0.99-millrace|root@localhost|7|16777216|16777216");
    }

    @Test
    void overflowIsAnError() {
        assertThat(TestCluster.state(() -> shop.query("SELECT 9223372036854775807 + 1")))
                .isEqualTo("22003 1690");
        assertThat(TestCluster.state(() -> shop.query("SELECT id * 9223372036854775807 FROM users")))
                .isEqualTo("22003 1690");
        assertThat(TestCluster.state(() -> shop.query("SELECT (SELECT id FROM users)")))
                .isEqualTo("21000 1242");
    }

    @Test
    void labelsAreTheTextOrTheName() {
        assertThat(shop.plan("SELECT *, id, id AS `x y`, 1 + 1 , count( * ) OVER () FROM users LIMIT 1")
                        .columns())
                .extracting(ResultColumn::label)
                .containsExactly("id", "name", "age", "joined", "Score", "id", "x y", "1 + 1", "count( * ) OVER ()");
        assertThat(shop.plan("SELECT u.id, o.id FROM users u, orders o").columns())
                .extracting(ResultColumn::label)
                .containsExactly("id", "id");
    }

    @Test
    void columnsKnowTheirOriginAndType() {
        ResultColumn price =
                shop.plan("SELECT o.PRICE AS p FROM orders o").columns().get(0);
        assertThat(price.type().sql()).isEqualTo("DECIMAL(10,2)");
        assertThat(price.nullable()).isTrue();
        assertThat(price.origin()).contains(new ResultColumn.Origin("shop", "orders", "price"));
        assertThat(shop.plan("SELECT SUM(age), AVG(price), SUM(Score), COUNT(*), MAX(name), 1 FROM users, orders")
                        .columns())
                .extracting(column -> column.type().sql())
                .containsExactly("DECIMAL(32,0)", "DECIMAL(14,6)", "DOUBLE", "BIGINT", "VARCHAR(20)", "INT");
    }

    @Test
    void parametersAreValuesOfTheirOwnType() {
        assertThat(shop.sorted(
                        "SELECT name FROM users WHERE id = ? OR name = ? OR joined = ?",
                        2,
                        "ann",
                        LocalDate.of(2019, 12, 31)))
                .containsExactly("NULL", "ann", "bob");
        assertThat(shop.query("SELECT id FROM users WHERE id > ? ORDER BY id LIMIT ? OFFSET ?", "1", 2, 1))
                .containsExactly("3", "4");
        assertThat(shop.query("SELECT ?, ?", null, 1.5)).containsExactly("NULL|1.5");
        assertThat(shop.describe("SELECT id FROM users WHERE id = ? AND name = ? LIMIT 1")
                        .parameters())
                .isEqualTo(2);
        assertThat(shop.describe("SELECT id, ? FROM users").columns()).hasSize(2);
    }
}
