package dev.millrace.ddl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.ddl.print.Quoting;
import dev.millrace.ddl.print.SqlPrinter;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** parse(print(s)) = s, for the shapes users write and for random ones. Replay with {@code -Dseed=}. */
class PrintingLawTest {
    private static final List<String> STRINGS =
            List.of("", "a", "it's", "\"", "\\", "\n\t\r\0", "%", "\\%", "_", "é😀", "`", ";", "-- x", "/* x", "#");

    private final DdlCompiler compiler = new DdlCompiler();
    private final long seed = Long.getLong("seed", 1);
    private final SplittableRandom random = new SplittableRandom(seed);

    static List<String> shapes() throws IOException {
        try (InputStream in = PrintingLawTest.class.getResourceAsStream("pipelines.txt")) {
            return new String(in.readAllBytes(), UTF_8).lines().toList();
        }
    }

    private void holds(String sql) {
        Statement statement = compiler.parseOne(sql).statement();
        String printed = SqlPrinter.print(statement);

        assertThat(compiler.parseOne(printed).statement())
                .as("seed %d: %s", seed, sql)
                .isEqualTo(statement);
        assertThat(SqlPrinter.print(compiler.parseOne(printed).statement()))
                .as("seed %d: %s", seed, sql)
                .isEqualTo(printed);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void holdsForTheShapesUsersWrite(String sql) {
        holds(sql);
    }

    @Test
    void holdsForRandomStatements() {
        for (int i = 0; i < 3_000; i++) {
            holds(
                    switch (random.nextInt(5)) {
                        case 0 -> table();
                        case 1 -> insert();
                        case 2 -> pipeline();
                        case 3 -> "SHOW COLUMNS FROM " + table(name()) + maybe(() -> " LIKE " + string());
                        default ->
                            "UPDATE " + table(name()) + " SET " + name() + " = " + value()
                                    + maybe(() -> " WHERE a > ?");
                    });
        }
    }

    private String maybe(Supplier<String> text) {
        return random.nextBoolean() ? text.get() : "";
    }

    private String one(String... texts) {
        return texts[random.nextInt(texts.length)];
    }

    private String list(Supplier<String> item) {
        List<String> items = new ArrayList<>();
        for (int i = random.nextInt(1, 5); i > 0; i--) {
            items.add(item.get());
        }
        return String.join(", ", items);
    }

    private String name() {
        return one("a", "B_1", "value", "date", "offset", "`a b`", "`select`", "`x``y`", "é");
    }

    private String table(String name) {
        return maybe(() -> "db.") + name;
    }

    private String string() {
        return Quoting.string(STRINGS.get(random.nextInt(STRINGS.size())));
    }

    private String value() {
        return one(
                "1", "-2.50", "+3", "1e-5", "NULL", "TRUE", "DEFAULT", "?", "x'0aFF'", "0x1", "now()", "a + 1",
                string());
    }

    private String table() {
        return "CREATE " + one("", "REFERENCE ", "ROWSTORE ") + "TABLE " + maybe(() -> "IF NOT EXISTS ") + table(name())
                + " ("
                + list(() -> name() + " " + one("INT", "VARCHAR(10)", "DECIMAL(5,2)", "ENUM('a','b''c')", "DATETIME(6)")
                        + maybe(() -> " NOT NULL")
                        + maybe(() -> " DEFAULT " + one("1", "-1.5", "NULL", "now(6)", string()))
                        + maybe(() -> " COMMENT " + string()))
                + maybe(() -> ", " + one("PRIMARY KEY", "UNIQUE KEY", "SHARD KEY", "SORT KEY", "KEY k") + " ("
                        + list(this::name) + ")")
                + ")" + maybe(() -> " ENGINE = x COMMENT " + string());
    }

    private String insert() {
        return one("INSERT INTO ", "REPLACE ", "INSERT IGNORE ") + table(name())
                + maybe(() -> " (" + list(this::name) + ")") + " VALUES " + list(() -> "(" + list(this::value) + ")");
    }

    private String pipeline() {
        String csv =
                maybe(() -> " FIELDS TERMINATED BY " + string() + maybe(() -> " OPTIONALLY ENCLOSED BY " + string()))
                        + maybe(() -> " LINES TERMINATED BY " + string())
                        + maybe(() -> " (" + list(() -> maybe(() -> "@") + "a") + ")");
        String mapped = " FORMAT JSON ("
                + list(() ->
                        name() + " <- " + one("%", "a::b", "%::`x y`::select") + maybe(() -> " DEFAULT " + string()))
                + ")";
        return "CREATE " + maybe(() -> "OR REPLACE ") + "PIPELINE " + table(name()) + " AS LOAD DATA "
                + one("KAFKA ", "S3 ", "LINK l ")
                + string() + maybe(() -> " CREDENTIALS " + string()) + maybe(() -> " BATCH_INTERVAL 5")
                + one("", " REPLACE", " SKIP ALL ERRORS") + " INTO TABLE " + table(name())
                + (random.nextBoolean() ? csv : mapped)
                + maybe(() -> " SET " + name() + " = @x + 1") + maybe(() -> " WHERE @x > 0")
                + maybe(() -> " NULL DEFINED BY " + string());
    }
}
