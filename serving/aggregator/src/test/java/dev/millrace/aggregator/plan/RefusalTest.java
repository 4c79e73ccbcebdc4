package dev.millrace.aggregator.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mistakes have MySQL's state and number and their place; nothing is passed through on hope. */
class RefusalTest {
    private final Planner planner = new Planner(Shop.catalog(4));

    private String outcome(String sql) {
        return TestCluster.state(() -> planner.plan(sql, List.of(), TestSession.SHOP));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "SELECT nope FROM users; 42S22 1054 1:8",
                "SELECT u.nope FROM users u; 42S22 1054 1:10",
                "SELECT x.id FROM users u; 42S22 1054 1:8",
                "SELECT id FROM users WHERE nope = 1; 42S22 1054 1:28",
                "SELECT id FROM users GROUP BY nope; 42S22 1054 1:31",
                "SELECT id FROM users ORDER BY nope; 42S22 1054 1:31",
                "SELECT id FROM users ORDER BY 2; 42S22 1054 1:31",
                "SELECT * FROM nope; 42S02 1146 1:15",
                "SELECT * FROM shop.nope; 42S02 1146 1:15",
                "SELECT * FROM nowhere.users; 42000 1049 1:15",
                "SELECT 1 FROM users u JOIN missing m ON true; 42S02 1146 1:28",
                "SELECT id FROM users u, orders o; 23000 1052 1:8",
                "SELECT * FROM users, users; 42000 1066 1:22",
                "SELECT age, id FROM users GROUP BY age; 42000 1055 1:13",
                "SELECT id, count(*) FROM users; 42000 1055 1:8",
                "SELECT foo(1); 42000 1305 1:8",
                "SELECT shop.foo(1); 42000 1305 1:13",
                "SELECT LENGTH(); 42000 1582 1:8",
                "SELECT LENGTH('a', 'b'); 42000 1582 1:8",
                "SELECT SUM(1, 2); 42000 1582 1:8",
                "SELECT sum(sum(age)) FROM users; HY000 1111 1:8",
                "SELECT age FROM users WHERE sum(age) > 1; HY000 1111 1:29",
                "SELECT id FROM users UNION SELECT id, name FROM users; 21000 1222 1:35",
                "SELECT id FROM users WHERE joined = 'xyz'; 22007 1366 1:28",
                "SELECT id FROM users WHERE id IN (SELECT id, name FROM users); 42000 1221 1:28",
                "SELECT (SELECT id, name FROM users); 42000 1221 1:8",
                "SELECT (1, 2) = (1, 2, 3); 42000 1221 1:8",
                "SELECT @@nope; HY000 1193 1:8",
                "SELECT @x; 0A000 1235 1:8",
                "SELECT RAND(); 0A000 1235 1:8",
                "SELECT 1 & 2; 0A000 1235 1:8",
                "SELECT CAST(1 AS TIME); 0A000 1235 1:18",
                "SELECT CAST(5 AS DATE); 0A000 1235 1:8",
                "SELECT DATE_FORMAT(placed, '%D') FROM orders; 0A000 1235 1:8",
                "SELECT name + INTERVAL 1 DAY FROM users; 0A000 1235 1:8",
                "SELECT INTERVAL 1 DAY; 0A000 1235 1:8",
                "SELECT id FROM users u JOIN LATERAL (SELECT 1) x ON true; 0A000 1235 1:38",
                "WITH RECURSIVE t AS (SELECT 1 UNION ALL SELECT 2) SELECT * FROM t; 0A000 1235 1:16",
                "SELECT row_number() FROM users; 42000 1064 1:8",
                "SELECT sum(age) FILTER (WHERE id > 1) FROM users; 0A000 1235 1:8",
                "SELECT id FROM users LIMIT 'a'; 42000 1064 1:28",
                "SELECT * FROM users NATURAL FULL; 42000 1064 1:21",
                "SELECT; 42000 1064 1:7",
                "SELECT TRUNCATE(1.5, age) FROM users; 0A000 1235 1:8",
                "SELECT UNHEX('a') + 1; 42000 1221 1:8"
            })
    void mistakeHasStateNumberAndPlace(String sql, String outcome) {
        assertThat(outcome(sql)).isEqualTo(outcome);
    }

    @Test
    void queryWithoutDatabaseSaysSo() {
        StatementException e = catchThrowableOfType(
                StatementException.class,
                () -> planner.plan("SELECT 1 FROM users", List.of(), new TestSession(Optional.empty())));
        assertThat(e.state()).isEqualTo(SqlState.NO_DATABASE_SELECTED);
    }

    @Test
    void missingParameterIsNamed() {
        assertThat(outcome("SELECT ?")).isEqualTo("HY000 1210 1:8");
    }

    @Test
    void messagesNameNoInternals() {
        for (String sql : List.of(
                "SELECT age + foo FROM users",
                "SELECT * FROM users GROUP BY age",
                "SELECT id FROM users UNION SELECT 1, 2")) {
            StatementException e = catchThrowableOfType(
                    StatementException.class, () -> planner.plan(sql, List.of(), TestSession.SHOP));
            assertThat(e.getMessage()).doesNotContain("calcite", "EXPR$", "Rel", "java.");
        }
    }

    @Test
    void tenThousandValuesPlanQuickly() {
        String list = IntStream.range(0, 10_000).mapToObj(String::valueOf).collect(Collectors.joining(", "));
        outcome("SELECT id FROM users WHERE id IN (1, 2)");
        Assertions.assertTimeout(Duration.ofSeconds(20), () -> {
            assertThat(outcome("SELECT id FROM users WHERE id IN (" + list + ")"))
                    .isEqualTo("ok");
            String ors = IntStream.range(0, 300).mapToObj(i -> "id = " + i).collect(Collectors.joining(" OR "));
            assertThat(outcome("SELECT id FROM users WHERE " + ors)).isEqualTo("ok");
        });
    }

    @Test
    void deepNestingIsRefusedNotACrash() {
        String deep = String.join("", Collections.nCopies(20_000, "(")) + "1"
                + String.join("", Collections.nCopies(20_000, ")"));
        assertThat(outcome("SELECT " + deep)).isNotEqualTo("ok").doesNotStartWith("HY000 1105");
        String sum = String.join(" + ", Collections.nCopies(20_000, "1"));
        assertThat(outcome("SELECT " + sum)).isNotEqualTo("ok").doesNotStartWith("HY000 1105");
    }
}
