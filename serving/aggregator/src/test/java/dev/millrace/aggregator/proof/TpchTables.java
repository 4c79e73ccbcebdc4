package dev.millrace.aggregator.proof;

import io.trino.tpch.CustomerGenerator;
import io.trino.tpch.Distributions;
import io.trino.tpch.LineItemGenerator;
import io.trino.tpch.NationGenerator;
import io.trino.tpch.OrderGenerator;
import io.trino.tpch.PartGenerator;
import io.trino.tpch.PartSupplierGenerator;
import io.trino.tpch.RegionGenerator;
import io.trino.tpch.SupplierGenerator;
import io.trino.tpch.TextPool;
import io.trino.tpch.TpchEntity;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/** TPC-H's tables as files, and into databases. */
final class TpchTables {
    /** Shard keys under which most joins find their rows in one partition; tables without one are reference tables. */
    static final Map<String, String> GOOD = Map.of(
            "lineitem", "l_orderkey",
            "orders", "o_orderkey",
            "customer", "c_custkey",
            "part", "p_partkey",
            "partsupp", "ps_partkey",
            "supplier", "s_suppkey",
            "nation", "",
            "region", "");

    /** Shard keys that no join of the queries goes by, or only one side of it. */
    static final Map<String, String> BAD = Map.of(
            "lineitem", "l_linenumber, l_shipmode",
            "orders", "o_custkey",
            "customer", "c_nationkey",
            "part", "p_size",
            "partsupp", "ps_suppkey",
            "supplier", "s_name",
            "nation", "n_name",
            "region", "r_regionkey");

    private static final Map<String, String> COLUMNS = Map.of(
            "lineitem",
            "l_orderkey BIGINT NOT NULL, l_partkey BIGINT NOT NULL, l_suppkey BIGINT NOT NULL, l_linenumber INT NOT NULL,"
                    + " l_quantity DECIMAL(15,2) NOT NULL, l_extendedprice DECIMAL(15,2) NOT NULL,"
                    + " l_discount DECIMAL(15,2) NOT NULL, l_tax DECIMAL(15,2) NOT NULL, l_returnflag VARCHAR(1) NOT NULL,"
                    + " l_linestatus VARCHAR(1) NOT NULL, l_shipdate DATE NOT NULL, l_commitdate DATE NOT NULL,"
                    + " l_receiptdate DATE NOT NULL, l_shipinstruct VARCHAR(25) NOT NULL, l_shipmode VARCHAR(10) NOT NULL,"
                    + " l_comment VARCHAR(44) NOT NULL",
            "orders",
            "o_orderkey BIGINT NOT NULL, o_custkey BIGINT NOT NULL, o_orderstatus VARCHAR(1) NOT NULL,"
                    + " o_totalprice DECIMAL(15,2) NOT NULL, o_orderdate DATE NOT NULL, o_orderpriority VARCHAR(15) NOT NULL,"
                    + " o_clerk VARCHAR(15) NOT NULL, o_shippriority INT NOT NULL, o_comment VARCHAR(79) NOT NULL",
            "customer",
            "c_custkey BIGINT NOT NULL, c_name VARCHAR(25) NOT NULL, c_address VARCHAR(40) NOT NULL,"
                    + " c_nationkey BIGINT NOT NULL, c_phone VARCHAR(15) NOT NULL, c_acctbal DECIMAL(15,2) NOT NULL,"
                    + " c_mktsegment VARCHAR(10) NOT NULL, c_comment VARCHAR(117) NOT NULL",
            "part",
            "p_partkey BIGINT NOT NULL, p_name VARCHAR(55) NOT NULL, p_mfgr VARCHAR(25) NOT NULL,"
                    + " p_brand VARCHAR(10) NOT NULL, p_type VARCHAR(25) NOT NULL, p_size INT NOT NULL,"
                    + " p_container VARCHAR(10) NOT NULL, p_retailprice DECIMAL(15,2) NOT NULL, p_comment VARCHAR(23) NOT NULL",
            "partsupp",
            "ps_partkey BIGINT NOT NULL, ps_suppkey BIGINT NOT NULL, ps_availqty INT NOT NULL,"
                    + " ps_supplycost DECIMAL(15,2) NOT NULL, ps_comment VARCHAR(199) NOT NULL",
            "supplier",
            "s_suppkey BIGINT NOT NULL, s_name VARCHAR(25) NOT NULL, s_address VARCHAR(40) NOT NULL,"
                    + " s_nationkey BIGINT NOT NULL, s_phone VARCHAR(15) NOT NULL, s_acctbal DECIMAL(15,2) NOT NULL,"
                    + " s_comment VARCHAR(101) NOT NULL",
            "nation",
            "n_nationkey BIGINT NOT NULL, n_name VARCHAR(25) NOT NULL, n_regionkey BIGINT NOT NULL,"
                    + " n_comment VARCHAR(152) NOT NULL",
            "region",
            "r_regionkey BIGINT NOT NULL, r_name VARCHAR(25) NOT NULL, r_comment VARCHAR(152) NOT NULL");

    private static final int TEXT_POOL_BYTES = 5 << 20;

    private final Path folder;

    /** Writes the tables' rows, their fields separated by {@code |}. */
    TpchTables(Path folder, double scale) throws IOException {
        this.folder = folder;
        for (Map.Entry<String, Iterable<? extends TpchEntity>> table :
                generators(scale).entrySet()) {
            try (BufferedWriter file = Files.newBufferedWriter(file(table.getKey()))) {
                for (TpchEntity row : table.getValue()) {
                    String line = row.toLine();
                    file.write(line.endsWith("|") ? line.substring(0, line.length() - 1) : line);
                    file.write('\n');
                }
            }
        }
    }

    /** The usual generators, but for their pool of words: the standard's takes ten seconds to make. */
    private static Map<String, Iterable<? extends TpchEntity>> generators(double scale) {
        Distributions words = Distributions.getDefaultDistributions();
        TextPool pool = new TextPool(TEXT_POOL_BYTES, words);
        return Map.of(
                "lineitem", new LineItemGenerator(scale, 1, 1, words, pool),
                "orders", new OrderGenerator(scale, 1, 1, words, pool),
                "customer", new CustomerGenerator(scale, 1, 1, words, pool),
                "part", new PartGenerator(scale, 1, 1, words, pool),
                "partsupp", new PartSupplierGenerator(scale, 1, 1, pool),
                "supplier", new SupplierGenerator(scale, 1, 1, words, pool),
                "nation", new NationGenerator(words, pool),
                "region", new RegionGenerator(words, pool));
    }

    private Path file(String table) {
        return folder.resolve(table + ".csv");
    }

    void intoDuckDb(Connection connection) throws SQLException {
        for (String table : COLUMNS.keySet()) {
            run(connection, "CREATE TABLE " + table + " (" + COLUMNS.get(table) + ")");
            run(connection, "COPY " + table + " FROM '" + file(table) + "' (DELIMITER '|', HEADER false)");
        }
    }

    void intoMillrace(Connection connection, Map<String, String> keys) throws SQLException {
        for (String table : COLUMNS.keySet()) {
            String key = keys.get(table);
            run(
                    connection,
                    key.isEmpty()
                            ? "CREATE REFERENCE TABLE " + table + " (" + COLUMNS.get(table) + ")"
                            : "CREATE TABLE " + table + " (" + COLUMNS.get(table) + ", SHARD KEY (" + key + "))");
            run(connection, "LOAD DATA INFILE '" + file(table) + "' INTO TABLE " + table + " FIELDS TERMINATED BY '|'");
        }
    }

    static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
