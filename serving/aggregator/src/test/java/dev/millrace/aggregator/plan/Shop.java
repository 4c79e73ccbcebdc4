package dev.millrace.aggregator.plan;

import static dev.millrace.aggregator.plan.TestCatalog.column;
import static dev.millrace.aggregator.plan.TestCatalog.keyed;
import static dev.millrace.aggregator.plan.TestCatalog.notNull;
import static dev.millrace.aggregator.plan.TestCatalog.table;

import dev.millrace.spec.type.SqlType;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;

/** A database that most tests query. */
final class Shop {
    static final SqlType INT = SqlType.of(SqlType.Kind.INT);
    static final SqlType BIGINT = SqlType.of(SqlType.Kind.BIGINT);
    static final SqlType DOUBLE = SqlType.of(SqlType.Kind.DOUBLE);
    static final SqlType TEXT = SqlType.of(SqlType.Kind.TEXT);
    static final SqlType DATE = SqlType.of(SqlType.Kind.DATE);
    static final SqlType BOOL = SqlType.of(SqlType.Kind.BOOL);
    static final SqlType VARCHAR = SqlType.of(SqlType.Kind.VARCHAR, 20);
    static final SqlType DATETIME = SqlType.of(SqlType.Kind.DATETIME, 6);
    static final SqlType MONEY = SqlType.decimal(10, 2);

    private Shop() {}

    static TestCatalog catalog(int partitions) {
        return new TestCatalog()
                .database("shop", partitions)
                .database("other", 3)
                .table(keyed(
                        table(
                                "shop",
                                "users",
                                "id",
                                false,
                                notNull("id", INT),
                                column("name", VARCHAR),
                                column("age", INT),
                                column("joined", DATE),
                                column("Score", DOUBLE)),
                        "id"))
                .table(table(
                        "shop",
                        "orders",
                        "user_id",
                        false,
                        notNull("id", BIGINT),
                        column("user_id", INT),
                        column("price", MONEY),
                        column("country", VARCHAR),
                        column("placed", DATETIME),
                        column("paid", BOOL)))
                .table(table(
                        "shop",
                        "countries",
                        "",
                        true,
                        notNull("code", VARCHAR),
                        column("title", TEXT),
                        column("tax", MONEY)))
                .table(table("shop", "nothing", "id", false, notNull("id", INT), column("v", INT)))
                .table(table("shop", "pairs", "a,b", false, column("a", INT), column("b", VARCHAR), column("n", INT)))
                .table(table("shop", "loose", "", false, column("k", INT), column("v", BIGINT)))
                .table(table("other", "users", "id", false, notNull("id", INT), column("nick", VARCHAR)));
    }

    static TestCluster cluster(int partitions) throws SQLException {
        TestCluster cluster = new TestCluster(catalog(partitions));
        cluster.insert(
                "shop",
                "users",
                List.of(
                        row(1, "ann", 30, LocalDate.of(2020, 1, 31), 1.5),
                        row(2, "bob", null, LocalDate.of(2021, 2, 28), -2.0),
                        row(3, "čéd", 25, null, null),
                        row(4, null, 41, LocalDate.of(2019, 12, 31), 0.0),
                        row(5, "", 25, LocalDate.of(2020, 1, 31), 10.25)));
        cluster.insert(
                "shop",
                "orders",
                List.of(
                        row(10L, 1, "9.99", "de", at(1), true),
                        row(11L, 1, "20.00", "fr", at(2), false),
                        row(12L, 2, "5.50", "de", at(3), null),
                        row(13L, null, "7.25", "us", at(4), true),
                        row(14L, 3, null, null, at(5), true),
                        row(15L, 9, "100.00", "xx", null, false),
                        row(16L, 1, "0.01", "de", at(7), true)));
        cluster.insert(
                "shop",
                "countries",
                List.of(
                        row("de", "Germany", "0.19"),
                        row("fr", "France", "0.20"),
                        row("us", "USA", null),
                        row("it", "Italy", "0.22")));
        cluster.insert(
                "shop",
                "pairs",
                List.of(
                        row(1, "x", 1),
                        row(1, "y", 2),
                        row(2, "x", 3),
                        row(null, "x", 4),
                        row(1, null, 5),
                        row(2, "X", 6)));
        cluster.insert("shop", "loose", List.of(row(1, 10L), row(2, 20L), row(1, 30L), row(null, 40L), row(3, null)));
        cluster.insert("other", "users", List.of(row(1, "anna"), row(2, "bobby"), row(7, "zed")));
        return cluster;
    }

    private static LocalDateTime at(int second) {
        return LocalDateTime.of(2024, 5, 6, 7, 8, second, 500_000_000);
    }

    static List<Object> row(Object... values) {
        Object[] converted = values.clone();
        for (int i = 0; i < converted.length; i++) {
            if (converted[i] instanceof String text && text.matches("-?\\d+\\.\\d+")) {
                converted[i] = new BigDecimal(text);
            }
        }
        return Arrays.asList(converted);
    }
}
