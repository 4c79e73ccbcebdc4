package dev.millrace.aggregator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.type.SqlType;
import dev.millrace.store.ShardHash;
import dev.millrace.store.query.Relation;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Partitions of databases as DuckDB databases of one process, and what leaves and the aggregator do with a plan. */
final class TestCluster implements AutoCloseable {
    /** Partitions are dealt out to so many leaves. */
    private static final int LEAVES = 2;

    private final TestCatalog catalog;
    private final Planner planner;
    private final Connection duckdb;

    TestCluster(TestCatalog catalog) throws SQLException {
        this.catalog = catalog;
        planner = new Planner(catalog);
        duckdb = DriverManager.getConnection("jdbc:duckdb:");
        for (DatabaseSpec database : catalog.databases()) {
            for (int partition = 0; partition < database.partitions(); partition++) {
                run("ATTACH ':memory:' AS " + file(database, partition));
                for (TableSpec table : catalog.tables(database.name())) {
                    String columns = table.columns().stream()
                            .map(column ->
                                    '"' + column.name() + "\" " + column.type().duckdb())
                            .collect(Collectors.joining(", "));
                    run("CREATE TABLE " + file(database, partition) + ".t" + table.id() + " (" + columns + ")");
                }
            }
        }
    }

    private static String file(DatabaseSpec database, int partition) {
        return "d" + database.id() + "_p" + partition;
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = duckdb.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Rows are put where their hash says, or into all partitions; a table without a shard key takes turns. */
    void insert(String database, String table, List<List<Object>> rows) throws SQLException {
        DatabaseSpec home = catalog.database(database).orElseThrow();
        TableSpec spec = catalog.table(database, table).orElseThrow();
        List<List<String>> perPartition = IntStream.range(0, home.partitions())
                .mapToObj(i -> (List<String>) new ArrayList<String>())
                .toList();
        int turn = 0;
        for (List<Object> row : rows) {
            String values = IntStream.range(0, row.size())
                    .mapToObj(i -> literal(row.get(i), spec.columns().get(i)))
                    .collect(Collectors.joining(", ", "(", ")"));
            if (spec.reference()) {
                perPartition.forEach(partition -> partition.add(values));
            } else if (spec.shardKey().isEmpty()) {
                perPartition.get(turn++ % home.partitions()).add(values);
            } else {
                List<Object> key = new ArrayList<>();
                for (int column : spec.shardKeyIndexes()) {
                    key.add(hashed(row.get(column), spec.columns().get(column).type()));
                }
                perPartition
                        .get(ShardHash.partition(ShardHash.of(key), home.partitions()))
                        .add(values);
            }
        }
        for (int i = 0; i < perPartition.size(); i++) {
            if (!perPartition.get(i).isEmpty()) {
                run("INSERT INTO " + file(home, i) + ".t" + spec.id() + " VALUES "
                        + String.join(", ", perPartition.get(i)));
            }
        }
    }

    private static Object hashed(Object value, SqlType type) {
        if (value instanceof Number number && type.isInteger()) {
            return number.longValue();
        }
        if (value instanceof LocalDate date) {
            return date.toEpochDay();
        }
        if (value instanceof LocalDateTime moment) {
            return moment.toEpochSecond(ZoneOffset.UTC) * 1_000_000 + moment.getNano() / 1000;
        }
        return value;
    }

    private static String literal(Object value, ColumnSpec column) {
        if (value == null) {
            return "NULL";
        }
        String text = value instanceof BigDecimal number ? number.toPlainString() : value.toString();
        return "CAST('" + text.replace("'", "''") + "' AS " + column.type().duckdb() + ")";
    }

    QueryPlan plan(String sql, Object... parameters) {
        return planner.plan(sql, Arrays.asList(parameters), TestSession.SHOP);
    }

    QueryDescription describe(String sql) {
        return planner.describe(sql, TestSession.SHOP);
    }

    /** Rows of the answer, values as text, {@code NULL} for none, separated by {@code |}. */
    List<String> query(String sql, Object... parameters) {
        QueryPlan plan = plan(sql, parameters);
        try {
            return execute(plan);
        } catch (SQLException e) {
            if (e.getMessage().contains("Binder Error")
                    || e.getMessage().contains("Parser Error")
                    || e.getMessage().contains("INTERNAL")) {
                throw new AssertionError(sql + "\n" + plan.explain(), e);
            }
            throw EngineErrors.translate(e.getMessage(), e);
        } catch (AssertionError e) {
            throw new AssertionError(sql + "\n" + plan.explain() + "\n" + e.getMessage(), e);
        }
    }

    List<String> sorted(String sql, Object... parameters) {
        return query(sql, parameters).stream().sorted().toList();
    }

    private List<String> execute(QueryPlan plan) throws SQLException {
        for (PlannedFragment fragment : plan.fragments()) {
            run("DROP TABLE IF EXISTS memory.main." + fragment.name());
            boolean first = true;
            for (List<Integer> partitions : requests(fragment)) {
                String sql = bound(fragment, partitions) + fragment.fragment().sql();
                run(
                        first
                                ? "CREATE TABLE memory.main." + fragment.name() + " AS " + sql
                                : "INSERT INTO memory.main." + fragment.name() + " " + sql);
                first = false;
            }
        }
        String merge = plan.mergeSql().orElse("SELECT * FROM g0");
        try (Statement statement = duckdb.createStatement();
                ResultSet rows = statement.executeQuery(merge)) {
            checkTypes(plan, rows.getMetaData());
            return read(plan, rows);
        }
    }

    /** The same text run by DuckDB alone over whole tables, for queries that mean the same there. */
    List<String> reference(String sql) throws SQLException {
        for (DatabaseSpec database : catalog.databases()) {
            for (TableSpec table : catalog.tables(database.name())) {
                int files = table.reference() ? 1 : database.partitions();
                run("CREATE OR REPLACE VIEW memory.main." + table.name() + " AS "
                        + IntStream.range(0, files)
                                .mapToObj(i -> "SELECT * FROM " + file(database, i) + ".t" + table.id())
                                .collect(Collectors.joining(" UNION ALL ")));
            }
        }
        run("SET default_null_order = 'nulls_first_on_asc_last_on_desc'");
        List<String> read = new ArrayList<>();
        try (Statement statement = duckdb.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                List<String> values = new ArrayList<>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    values.add(text(rows.getObject(i)));
                }
                read.add(String.join("|", values));
            }
        }
        return read;
    }

    /** Partitions of each run of a fragment's SQL. */
    private List<List<Integer>> requests(PlannedFragment fragment) {
        DatabaseSpec database = catalog.databases().stream()
                .filter(candidate -> candidate.id() == fragment.databaseId())
                .findFirst()
                .orElseThrow();
        List<Integer> asked = fragment.partitions().match(new Partitions.Cases<List<Integer>>() {
            @Override
            public List<Integer> all(Partitions.All all) {
                return IntStream.range(0, database.partitions()).boxed().toList();
            }

            @Override
            public List<Integer> some(Partitions.Some some) {
                return List.copyOf(some.ordinals());
            }

            @Override
            public List<Integer> anyOne(Partitions.AnyOne anyOne) {
                return List.of(database.partitions() - 1);
            }
        });
        if (fragment.fragment().perPartition()) {
            return asked.stream().map(List::of).toList();
        }
        List<List<Integer>> byLeaf = new ArrayList<>();
        for (int leaf = 0; leaf < LEAVES; leaf++) {
            int number = leaf;
            List<Integer> mine =
                    asked.stream().filter(i -> i % LEAVES == number).toList();
            if (!mine.isEmpty()) {
                byLeaf.add(mine);
            }
        }
        return byLeaf;
    }

    private static String bound(PlannedFragment fragment, List<Integer> partitions) {
        List<String> bindings = new ArrayList<>();
        for (Relation relation : fragment.fragment().relations()) {
            List<Integer> read = relation.reference() ? partitions.subList(0, 1) : partitions;
            bindings.add(relation.name() + " AS ("
                    + read.stream()
                            .map(i -> "SELECT * FROM d" + fragment.databaseId() + "_p" + i + ".t" + relation.tableId())
                            .collect(Collectors.joining(" UNION ALL "))
                    + ")");
        }
        return bindings.isEmpty() ? "" : "WITH " + String.join(", ", bindings) + " ";
    }

    private static void checkTypes(QueryPlan plan, ResultSetMetaData actual) throws SQLException {
        assertThat(actual.getColumnCount()).isEqualTo(plan.columns().size());
        for (int i = 0; i < plan.columns().size(); i++) {
            assertThat(actual.getColumnTypeName(i + 1))
                    .as("type of column %s", plan.columns().get(i).label())
                    .isEqualTo(plan.columns().get(i).type().duckdb());
        }
    }

    private static List<String> read(QueryPlan plan, ResultSet rows) throws SQLException {
        List<String> read = new ArrayList<>();
        while (rows.next()) {
            List<String> values = new ArrayList<>();
            for (int i = 0; i < plan.columns().size(); i++) {
                Object value = rows.getObject(i + 1);
                assertThat(value != null || plan.columns().get(i).nullable())
                        .as("NULL in %s", plan.columns().get(i).label())
                        .isTrue();
                values.add(text(value));
            }
            read.add(String.join("|", values));
        }
        return read;
    }

    private static String text(Object value) throws SQLException {
        if (value == null) {
            return "NULL";
        }
        if (value instanceof java.sql.Blob blob) {
            return "x" + HexFormat.of().formatHex(blob.getBytes(1, (int) blob.length()));
        }
        if (value instanceof java.sql.Timestamp moment) {
            return moment.toLocalDateTime().toString();
        }
        if (value instanceof BigDecimal number) {
            return number.toPlainString();
        }
        return value.toString();
    }

    static String state(Runnable action) {
        try {
            action.run();
        } catch (StatementException e) {
            return e.state().code() + " " + e.state().number()
                    + e.position()
                            .map(position -> " " + position.line() + ":" + position.column())
                            .orElse("");
        }
        return "ok";
    }

    @Override
    public void close() throws SQLException {
        duckdb.close();
    }
}
