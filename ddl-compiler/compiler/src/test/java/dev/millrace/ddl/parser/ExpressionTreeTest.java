package dev.millrace.ddl.parser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.ddl.Place;
import dev.millrace.ddl.SqlText;
import dev.millrace.ddl.parser.grammar.MillraceGrammar;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.apache.calcite.avatica.util.Casing;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.validate.SqlConformanceEnum;
import org.junit.jupiter.api.Test;

class ExpressionTreeTest {
    private static final List<String> BINARY = List.of(
            "+",
            "-",
            "*",
            "/",
            "%",
            "DIV",
            "=",
            "<>",
            "<",
            ">=",
            "<=>",
            "AND",
            "OR",
            "&&",
            "||",
            "&",
            "^",
            "LIKE",
            "NOT LIKE",
            "RLIKE",
            "IS DISTINCT FROM");
    private static final List<String> PREFIX = List.of("NOT ", "- ", "+ ", "! ");
    private static final List<String> POSTFIX = List.of(" IS NULL", " IS NOT TRUE", " IN (1, 2)", " NOT IN (SELECT 1)");
    private static final List<String> ATOMS =
            List.of("a", "b.c", "1", "2.5", "'s'", "?", "f(a)", "(a)", "NULL", "a::k");

    private static final Pattern PREDICATE = Pattern.compile("LIKE|BETWEEN|\\bIN\\b");

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final SplittableRandom random = new SplittableRandom(seed);

    /** The generated parser as it is has Calcite's own way from the list to the tree. */
    @Test
    void treesAreThoseOfCalcite() throws Exception {
        int compared = 0;
        for (int i = 0; i < 5_000; i++) {
            String sql = expression(random.nextInt(1, 7));
            if (PREDICATE.matcher(sql).results().count() > 1) {
                // Calcite associates chains of these now to the left, now to the right; MySQL has no such chains.
                continue;
            }
            SqlNode ours = new Grammar(new MySqlLexer(sql, Place.START)).expression();
            MillraceGrammar theirs = new MillraceGrammar(new MySqlLexer(sql, Place.START));
            theirs.setQuotedCasing(Casing.UNCHANGED);
            theirs.setUnquotedCasing(Casing.UNCHANGED);
            theirs.setIdentifierMaxLength(Integer.MAX_VALUE);
            theirs.setConformance(SqlConformanceEnum.MYSQL_5);
            SqlNode expected;
            try {
                expected = theirs.parseSqlExpressionEof();
            } catch (CalciteContextException e) {
                // It loses the AND of some BETWEENs among other operators.
                assertThat(sql).contains("BETWEEN");
                continue;
            }
            compared++;

            assertThat(ours.toString()).as("seed %d: %s", seed, sql).isEqualTo(expected.toString());
            assertThat(ours.getParserPosition()).as("seed %d: %s", seed, sql).isEqualTo(expected.getParserPosition());
        }
        assertThat(compared).isGreaterThan(1_000);
    }

    /** Here Calcite puts what follows ESCAPE into it. */
    @Test
    void escapeBelongsToItsLike() {
        assertThat(SqlParsers.expression(SqlText.of("a LIKE b ESCAPE '!' IN (1) AND c NOT LIKE d ESCAPE '|' OR e"))
                        .toString())
                .isEqualTo("(`a` LIKE `b` ESCAPE '!') IN (1) AND `c` NOT LIKE `d` ESCAPE '|' OR `e`");
    }

    private String expression(int operators) {
        StringBuilder sql = new StringBuilder(atom());
        for (int i = 0; i < operators; i++) {
            int kind = random.nextInt(10);
            if (kind == 0) {
                sql.append(POSTFIX.get(random.nextInt(POSTFIX.size())));
            } else if (kind == 1) {
                sql.append(random.nextBoolean() ? " BETWEEN " : " NOT BETWEEN ")
                        .append(atom())
                        .append(random.nextInt(3) == 0 ? " + 1" : "")
                        .append(" AND ")
                        .append(atom());
            } else {
                sql.append(' ')
                        .append(BINARY.get(random.nextInt(BINARY.size())))
                        .append(' ')
                        .append(atom());
            }
        }
        return sql.toString();
    }

    private String atom() {
        String prefix = random.nextInt(5) == 0 ? PREFIX.get(random.nextInt(PREFIX.size())) : "";
        return prefix + ATOMS.get(random.nextInt(ATOMS.size()));
    }
}
