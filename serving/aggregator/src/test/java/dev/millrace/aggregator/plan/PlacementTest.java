package dev.millrace.aggregator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers do not depend on how rows are partitioned, and plans run as much as they can where rows are. */
class PlacementTest {
    private static QueryPlan plan(String sql) {
        return new Planner(Shop.catalog(4)).plan(sql, List.of(), TestSession.SHOP);
    }

    private static String explain(String sql) {
        return plan(sql).explain();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8})
    void handWrittenAnswersHoldForAnyNumberOfPartitions(int partitions) throws SQLException {
        try (TestCluster shop = Shop.cluster(partitions)) {
            assertThat(shop.query("SELECT count(*), count(age), sum(age), avg(age), min(name), max(joined) FROM users"))
                    .containsExactly("5|4|121|30.2500||2021-02-28");
            assertThat(shop.query("SELECT count(*), sum(v), max(v), avg(v) FROM nothing"))
                    .containsExactly("0|NULL|NULL|NULL");
            assertThat(shop.query("SELECT count(*), sum(age) FROM users WHERE id = 77"))
                    .containsExactly("0|NULL");
            assertThat(shop.query("SELECT v, count(*) FROM nothing GROUP BY v")).isEmpty();
            assertThat(shop.query(
                            "SELECT country, count(*), avg(price) FROM orders GROUP BY country ORDER BY 2 DESC, 1"))
                    .containsExactly(
                            "de|3|5.166667", "NULL|1|NULL", "fr|1|20.000000", "us|1|7.250000", "xx|1|100.000000");
            assertThat(shop.query("SELECT name FROM users ORDER BY name"))
                    .containsExactly("NULL", "", "ann", "bob", "čéd");
            assertThat(shop.query("SELECT name FROM users ORDER BY name DESC LIMIT 2 OFFSET 3"))
                    .containsExactly("", "NULL");
            assertThat(shop.query("SELECT age FROM users ORDER BY age LIMIT 3")).containsExactly("NULL", "25", "25");
            assertThat(shop.query("SELECT count(DISTINCT country), count(*), sum(DISTINCT user_id) FROM orders"))
                    .containsExactly("4|7|15");
            assertThat(shop.sorted("SELECT u.name, o.id FROM users u LEFT JOIN orders o ON u.id = o.user_id"))
                    .containsExactly("NULL|NULL", "ann|10", "ann|11", "ann|16", "bob|12", "|NULL", "čéd|14");
            assertThat(
                            shop.sorted(
                                    "SELECT u.name, o.id FROM users u RIGHT JOIN orders o ON u.id = o.user_id WHERE o.price > 6"))
                    .containsExactly("NULL|13", "NULL|15", "ann|10", "ann|11");
            assertThat(
                            shop.sorted(
                                    "SELECT c.title, count(o.id) FROM countries c LEFT JOIN orders o ON c.code = o.country GROUP BY c.title"))
                    .containsExactly("France|1", "Germany|3", "Italy|0", "USA|1");
            assertThat(shop.sorted("SELECT p.n, q.n FROM pairs p JOIN pairs q ON q.b = p.b AND p.a = q.a"))
                    .containsExactly("1|1", "2|2", "3|3", "6|6");
            assertThat(shop.sorted("SELECT u.name, v.nick FROM users u JOIN other.users v USING (id)"))
                    .containsExactly("ann|anna", "bob|bobby");
            assertThat(shop.sorted("SELECT name FROM users WHERE id NOT IN (SELECT user_id FROM orders)"))
                    .isEmpty();
            assertThat(
                            shop.sorted(
                                    "SELECT id FROM users WHERE id NOT IN (SELECT user_id FROM orders WHERE user_id IS NOT NULL)"))
                    .containsExactly("4", "5");
            assertThat(
                            shop.query(
                                    "SELECT u.id, (SELECT count(*) FROM orders o WHERE o.user_id = u.id) c FROM users u ORDER BY c DESC, 1"))
                    .containsExactly("1|3", "2|1", "3|1", "4|0", "5|0");
            assertThat(shop.query("SELECT GROUP_CONCAT(name ORDER BY id DESC SEPARATOR '-') FROM users"))
                    .containsExactly("-čéd-bob-ann");
            assertThat(shop.query(
                            "SELECT id, avg(price) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM orders"
                                    + " ORDER BY id LIMIT 2"))
                    .containsExactly("10|9.990000", "11|14.995000");
            assertThat(shop.query("SELECT stddev(id), var_samp(id) FROM users"))
                    .containsExactly("1.4142135623730951|2.5");
            assertThat(shop.query("SELECT age, count(*) FROM users GROUP BY ROLLUP(age) ORDER BY 2, 1"))
                    .containsExactly("NULL|1", "30|1", "41|1", "25|2", "NULL|5");
            assertThat(shop.sorted("SELECT country FROM orders UNION SELECT code FROM countries"))
                    .containsExactly("NULL", "de", "fr", "it", "us", "xx");
            assertThat(shop.sorted("SELECT code FROM countries EXCEPT SELECT country FROM orders"))
                    .containsExactly("it");
            assertThat(shop.sorted("SELECT id FROM users UNION ALL SELECT name FROM users WHERE id = 1"))
                    .containsExactly("1", "2", "3", "4", "5", "ann");
        }
    }

    @Test
    void rowCountIsAskedOfEachPartition() {
        assertThat(explain("SELECT count(*) FROM users")).isEqualTo("""
                Merge
                  Aggregate $SUM0($f0)
                    Gather g0 (shop, partitions=all, each by itself)
                      Aggregate COUNT()
                        Scan shop.users
                g0: SELECT count(*) AS c0 FROM r0
                merge: SELECT CAST(coalesce(sum(g0.c0), 0) AS BIGINT) AS c0 FROM g0
                """);
    }

    @Test
    void topRowsAreAskedOfEachPartition() {
        assertThat(explain("SELECT id FROM orders WHERE paid ORDER BY price DESC LIMIT 2 OFFSET 1"))
                .isEqualTo("""
                Merge
                  Project id
                    Sort price DESC NULLS LAST offset 1 limit 2
                      Gather g0 (shop, partitions=all, each by itself)
                        Sort price DESC NULLS LAST limit 3
                          Project id, price
                            Filter paid
                              Scan shop.orders
                g0: SELECT r0."id" AS c0, r0."price" AS c1 FROM r0 WHERE r0."paid" ORDER BY r0."price" DESC NULLS LAST LIMIT 3
                merge: SELECT g0.c0 AS c0 FROM g0 ORDER BY g0.c1 DESC NULLS LAST LIMIT 2 OFFSET 1
                """);
    }

    @Test
    void groupsOfTheShardKeyNeedNoMerge() {
        assertThat(explain("SELECT user_id, sum(price) FROM orders GROUP BY user_id"))
                .isEqualTo("""
                Gather g0 (shop, partitions=all)
                  Aggregate SUM(price) by user_id
                    Project user_id, price
                      Scan shop.orders
                g0: SELECT r0."user_id" AS c0, CAST(sum(r0."price") AS DECIMAL(32,2)) AS c1 FROM r0 GROUP BY r0."user_id"
                """);
    }

    @Test
    void otherGroupsAreAggregatedTwice() {
        assertThat(explain("SELECT country, max(price) FROM orders GROUP BY country"))
                .isEqualTo("""
                Merge
                  Aggregate MAX($f1) by country
                    Gather g0 (shop, partitions=all)
                      Aggregate MAX(price) by country
                        Project country, price
                          Scan shop.orders
                g0: SELECT r0."country" AS c0, max(r0."price") AS c1 FROM r0 GROUP BY r0."country"
                merge: SELECT g0.c0 AS c0, max(g0.c1) AS c1 FROM g0 GROUP BY g0.c0
                """);
    }

    @Test
    void joinOnTheShardKeysAndWithReferenceTablesStaysOnTheLeaves() {
        assertThat(
                        explain(
                                "SELECT u.name, c.title FROM users u JOIN orders o ON u.id = o.user_id LEFT JOIN countries c ON c.code = o.country"))
                .isEqualTo("""
                Gather g0 (shop, partitions=all)
                  Project name, title
                    Join LEFT on (code = country)
                      Join INNER on (id = user_id)
                        Scan shop.users
                        Scan shop.orders
                      Scan shop.countries (reference)
                g0: SELECT r0."name" AS c0, r2."title" AS c1 FROM r0 INNER JOIN r1 ON (r0."id" = r1."user_id") LEFT JOIN r2 ON (r2."code" = r1."country")
                """);
    }

    @Test
    void otherJoinsGatherTheColumnsThatAreRead() {
        assertThat(explain("SELECT u.name FROM users u JOIN orders o ON u.name = o.country WHERE o.price > 1"))
                .isEqualTo("""
                Merge
                  Project name
                    Join INNER on (name = country)
                      Project CAST(NULL AS INTEGER), c1, CAST(NULL AS INTEGER), CAST(NULL AS DATE), CAST(NULL AS DOUBLE)
                        Gather g0 (shop, partitions=all)
                          Project name
                            Scan shop.users
                      Project CAST(NULL AS BIGINT), CAST(NULL AS INTEGER), CAST(NULL AS DECIMAL(10,2)), c1, CAST(NULL AS TIMESTAMP), CAST(NULL AS BOOLEAN)
                        Gather g1 (shop, partitions=all)
                          Project country
                            Filter (price > 1)
                              Scan shop.orders
                g0: SELECT r0."name" AS c0 FROM r0
                g1: SELECT r0."country" AS c0 FROM r0 WHERE (r0."price" > 1)
                merge: SELECT g0.c0 AS c0 FROM g0 INNER JOIN g1 ON (g0.c0 = g1.c0)
                """);
    }

    @Test
    void wholeShardKeySelectsPartitions() {
        assertThat(plan("SELECT * FROM users WHERE id = 3").fragments().get(0).partitions())
                .isEqualTo(Partitions.Some.of(Set.of(0)));
        assertThat(plan("SELECT * FROM users WHERE id = '3'").fragments().get(0).partitions())
                .isEqualTo(Partitions.Some.of(Set.of(0)));
        assertThat(plan("SELECT * FROM users WHERE id = 3.0").fragments().get(0).partitions())
                .isEqualTo(Partitions.Some.of(Set.of(0)));
        assertThat(plan("SELECT * FROM users WHERE id = 3.0e0")
                        .fragments()
                        .get(0)
                        .partitions())
                .isEqualTo(new Partitions.All());
        assertThat(plan("SELECT * FROM users WHERE id = 3 OR age = 1")
                        .fragments()
                        .get(0)
                        .partitions())
                .isEqualTo(new Partitions.All());
        assertThat(plan("SELECT * FROM pairs WHERE a = 1").fragments().get(0).partitions())
                .isEqualTo(new Partitions.All());
        assertThat(plan("SELECT * FROM pairs WHERE a = 1 AND b IN ('x', 'y')")
                        .fragments()
                        .get(0)
                        .partitions())
                .isInstanceOf(Partitions.Some.class);
        assertThat(plan("SELECT * FROM countries").fragments().get(0).partitions())
                .isEqualTo(new Partitions.AnyOne());
    }

    @Test
    void onePartitionAnswersAlone() {
        assertThat(explain("SELECT name, count(*) FROM users WHERE id = 3 GROUP BY name ORDER BY 2 LIMIT 1"))
                .isEqualTo("""
                Gather g0 (shop, partitions=0)
                  Sort EXPR$1 NULLS FIRST limit 1
                    Aggregate COUNT() by name
                      Project name
                        Filter (id = 3)
                          Scan shop.users
                g0: SELECT r0."name" AS c0, count(*) AS c1 FROM r0 WHERE (r0."id" = 3) GROUP BY r0."name" ORDER BY count(*) NULLS FIRST LIMIT 1
                """);
    }

    @Test
    void windowOfTheShardKeyStaysOnTheLeaves() {
        assertThat(plan("SELECT rank() OVER (PARTITION BY user_id ORDER BY id) FROM orders")
                        .mergeSql())
                .isEmpty();
        assertThat(plan("SELECT rank() OVER (PARTITION BY country ORDER BY id) FROM orders")
                        .mergeSql())
                .isPresent();
    }

    @Test
    void queryWithoutTableIsAMergeAlone() {
        assertThat(explain("SELECT 1, 'a'")).isEqualTo("""
                Merge
                  Values 1 rows
                merge: SELECT 1 AS c0, 'a' AS c1
                """);
    }

    @Test
    void samePlanIsReusedUntilATableChanges() {
        TestCatalog catalog = Shop.catalog(4);
        Planner planner = new Planner(catalog);
        QueryPlan first = planner.plan("SELECT v FROM nothing", List.of(), TestSession.SHOP);
        assertThat(planner.plan("SELECT v FROM nothing", List.of(), TestSession.SHOP))
                .isSameAs(first);
        catalog.change("nothing", 2);
        QueryPlan second = planner.plan("SELECT v FROM nothing", List.of(), TestSession.SHOP);
        assertThat(second.fragments().get(0).fragment().relations().get(0).tableVersion())
                .isEqualTo(2);
    }
}
