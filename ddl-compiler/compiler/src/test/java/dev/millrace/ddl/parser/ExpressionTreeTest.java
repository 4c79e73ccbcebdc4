package dev.millrace.ddl.parser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.ddl.Place;
import dev.millrace.ddl.SqlText;
import dev.millrace.ddl.parser.grammar.MillraceGrammar;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.calcite.avatica.util.Casing;
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
            "IS DISTINCT FROM");
    private static final List<String> PREFIX = List.of("NOT ", "- ", "+ ", "! ");
    private static final List<String> POSTFIX = List.of(" IS NULL", " IS NOT TRUE", " IS NOT NULL", " IS FALSE");
    private static final List<String> ATOMS =
            List.of("a", "b.c", "1", "2.5", "'s'", "?", "f(a)", "(a)", "NULL", "a::k");

    private final long seed = Long.getLong("seed", 1);
    private final SplittableRandom random = new SplittableRandom(seed);

    /**
     * The generated parser as it is has Calcite's own way from the list to the tree. BETWEEN, LIKE and IN are left out:
     * beside operators of their own or a lower precedence Calcite puts them together in ways that MySQL does not.
     */
    @Test
    void treesAreThoseOfCalcite() throws Exception {
        for (int i = 0; i < 5_000; i++) {
            String sql = expression(random.nextInt(1, 7));
            SqlNode ours = new Grammar(new MySqlLexer(sql, Place.START)).expression();
            MillraceGrammar theirs = new MillraceGrammar(new MySqlLexer(sql, Place.START));
            theirs.setQuotedCasing(Casing.UNCHANGED);
            theirs.setUnquotedCasing(Casing.UNCHANGED);
            theirs.setIdentifierMaxLength(Integer.MAX_VALUE);
            theirs.setConformance(SqlConformanceEnum.MYSQL_5);
            SqlNode expected = theirs.parseSqlExpressionEof();

            assertThat(ours.toString()).as("seed %d: %s", seed, sql).isEqualTo(expected.toString());
            assertThat(ours.getParserPosition()).as("seed %d: %s", seed, sql).isEqualTo(expected.getParserPosition());
        }
    }

    /** Here Calcite puts what follows ESCAPE into it. */
    @Test
    void escapeBelongsToItsLike() {
        assertThat(SqlParsers.expression(SqlText.of("a LIKE b ESCAPE '!' IN (1) AND c NOT LIKE d ESCAPE '|' OR e"))
                        .toString())
                .isEqualTo("(`a` LIKE `b` ESCAPE '!') IN (1) AND `c` NOT LIKE `d` ESCAPE '|' OR `e`");
    }

    @Test
    void betweenAndLikeStandBelowArithmeticAndAboveAnd() {
        assertThat(SqlParsers.expression(SqlText.of("a BETWEEN b + 1 AND c * 2 AND NOT d LIKE e || f OR g NOT IN (1)"))
                        .toString())
                .isEqualTo("`a` BETWEEN ASYMMETRIC `b` + 1 AND `c` * 2 AND NOT `d` LIKE `e` || `f` OR `g` NOT IN (1)");
    }

    private String expression(int operators) {
        StringBuilder sql = new StringBuilder(atom());
        for (int i = 0; i < operators; i++) {
            int kind = random.nextInt(10);
            if (kind == 0) {
                sql.append(POSTFIX.get(random.nextInt(POSTFIX.size())));
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
