package dev.millrace.aggregator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FirstQueriesTest {
    @Test
    void countsSumsAndSortsOverPartitions() throws Exception {
        try (TestCluster shop = Shop.cluster(4)) {
            assertThat(shop.query("SELECT count(*) FROM users")).containsExactly("5");
            assertThat(shop.query(
                            "SELECT country, count(*), avg(price) FROM orders GROUP BY country ORDER BY 2 DESC, 1"))
                    .containsExactly(
                            "de|3|5.166667", "NULL|1|NULL", "fr|1|20.000000", "us|1|7.250000", "xx|1|100.000000");
        }
    }
}
