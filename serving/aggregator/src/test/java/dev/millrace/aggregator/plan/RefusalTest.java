package dev.millrace.aggregator.plan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.sqltest.RefusedStatement;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Mistakes have MySQL's state and number and their place; nothing is passed through on hope. */
class RefusalTest {
    private final Planner planner = new Planner(Shop.catalog(4));

    private String outcome(String sql) {
        return TestCluster.state(() -> planner.plan(sql, List.of(), TestSession.SHOP));
    }

    static List<RefusedStatement> refused() throws IOException {
        try (InputStream in = RefusalTest.class.getResourceAsStream("refused.txt")) {
            return RefusedStatement.read(new String(in.readAllBytes(), UTF_8));
        }
    }

    @ParameterizedTest
    @MethodSource("refused")
    void mistakeHasStateNumberAndPlace(RefusedStatement refused) {
        assertThat(outcome(refused.sql())).isEqualTo(refused.state() + " " + refused.number() + " " + refused.place());
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
