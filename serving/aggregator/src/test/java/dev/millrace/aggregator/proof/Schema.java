package dev.millrace.aggregator.proof;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Random tables and their rows, as SQL that both sides understand but for the shard key. */
final class Schema {
    /** A column as a query reads it. */
    record Column(String name, Kind kind) {}

    /**
     * @param suffix what follows the columns in our CREATE TABLE
     * @param rows rows as SQL: {@code (1, 'a')}
     */
    record Table(
            String name, List<Column> columns, List<String> types, String prefix, String suffix, List<String> rows) {
        String create(boolean millrace) {
            String list = IntStream.range(0, columns.size())
                    .mapToObj(i -> columns.get(i).name() + " "
                            + (millrace ? types.get(i) : types.get(i).replace("DATETIME(6)", "TIMESTAMP")))
                    .collect(Collectors.joining(", "));
            return millrace
                    ? "CREATE " + prefix + "TABLE " + name + " (" + list + suffix + ")"
                    : "CREATE TABLE " + name + " (" + list + ")";
        }

        List<String> inserts() {
            return rows.isEmpty() ? List.of() : List.of("INSERT INTO " + name + " VALUES " + String.join(", ", rows));
        }
    }

    private static final Map<String, Kind> TYPES = Map.ofEntries(
            Map.entry("TINYINT", Kind.INT),
            Map.entry("SMALLINT", Kind.INT),
            Map.entry("INT", Kind.INT),
            Map.entry("BIGINT", Kind.INT),
            Map.entry("DECIMAL(10,2)", Kind.DECIMAL),
            Map.entry("DECIMAL(20,4)", Kind.DECIMAL),
            Map.entry("DOUBLE", Kind.DOUBLE),
            Map.entry("VARCHAR(20)", Kind.TEXT),
            Map.entry("TEXT", Kind.TEXT),
            Map.entry("DATE", Kind.DATE),
            Map.entry("DATETIME(6)", Kind.TIME));

    private static final Map<String, List<String>> EXTREMES = Map.ofEntries(
            Map.entry("TINYINT", List.of("127", "-128")),
            Map.entry("SMALLINT", List.of("32767", "-32768")),
            Map.entry("INT", List.of("2147483647", "-2147483648")),
            Map.entry("BIGINT", List.of("9223372036854775807", "-9223372036854775808", "9007199254740993")),
            Map.entry("DECIMAL(10,2)", List.of("99999999.99", "-99999999.99", "0.01")),
            Map.entry("DECIMAL(20,4)", List.of("9999999999999999.9999", "-9999999999999999.9999", "0.0001")),
            Map.entry(
                    "DOUBLE", List.of("1.7976931348623157e308", "-1.7976931348623157e308", "5e-324", "-0.0e0", "1e17")),
            Map.entry(
                    "VARCHAR(20)",
                    List.of("'漢字🙂'", "'é'", "' a'", "'a '", "'O''Hara'", "'a%'", "'_'", "'zzzzzzzzzzzzzzzzzzzz'")),
            Map.entry("TEXT", List.of("'漢字🙂'", "'É'", "'A'", "'b '", "'%'", "'10'", "'1e1'")),
            Map.entry("DATE", List.of("'1000-01-01'", "'9999-12-31'", "'2024-02-29'", "'1969-12-31'")),
            Map.entry(
                    "DATETIME(6)",
                    List.of("'1000-01-01 00:00:00'", "'9999-12-31 23:59:59'", "'1969-12-31 23:59:59.5'")));

    private static final Map<Kind, List<String>> USUAL = Map.of(
            Kind.INT, List.of("0", "1", "2", "3", "4", "5", "-1"),
            Kind.DECIMAL, List.of("0", "1", "2.50", "3.25", "-1.00", "10.10"),
            Kind.DOUBLE, List.of("0e0", "1e0", "2.5e0", "-3.25e0", "100e0"),
            Kind.TEXT, List.of("''", "'a'", "'b'", "'ab'", "'c'", "'é'"),
            Kind.DATE, List.of("'2024-01-01'", "'2024-01-02'", "'2024-01-31'", "'1970-01-01'"),
            Kind.TIME, List.of("'2024-01-01 00:00:00'", "'2024-01-01 10:20:30.125'", "'1970-01-01 00:00:00'"));

    private final Chance chance;
    private final List<Table> tables = new ArrayList<>();

    Schema(Chance chance) {
        this.chance = chance;
        int count = 3 + chance.below(3);
        for (int i = 0; i < count; i++) {
            tables.add(table("t" + i, i == 0 ? 25 : chance.of(0, 1, 6, 12, 25)));
        }
    }

    List<Table> tables() {
        return tables;
    }

    private Table table(String name, int rows) {
        List<String> types = new ArrayList<>(List.of("INT"));
        int width = 3 + chance.below(5);
        while (types.size() < width) {
            types.add(chance.of(
                    "INT",
                    "TEXT",
                    chance.of(List.copyOf(TYPES.keySet().stream().sorted().toList()))));
        }
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            columns.add(new Column("c" + i, TYPES.get(types.get(i))));
        }
        boolean reference = chance.percent(20);
        List<String> data = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            data.add(types.stream().map(this::value).collect(Collectors.joining(", ", "(", ")")));
        }
        return new Table(name, columns, types, reference ? "REFERENCE " : "", reference ? "" : key(columns), data);
    }

    /** Mostly the first column, which is an INT in every table, so that joins on the shard key happen. */
    private String key(List<Column> columns) {
        if (chance.percent(15)) {
            return "";
        }
        if (chance.percent(60)) {
            return ", SHARD KEY (c0)";
        }
        String one = chance.of(columns).name();
        return ", SHARD KEY (" + (chance.percent(50) || one.equals("c0") ? one : "c0, " + one) + ")";
    }

    private String value(String type) {
        if (chance.percent(15)) {
            return "NULL";
        }
        return chance.of(chance.percent(20) ? EXTREMES.get(type) : USUAL.get(TYPES.get(type)));
    }
}
