package dev.millrace.aggregator.execute;

import dev.millrace.ddl.Show;
import dev.millrace.ddl.print.Quoting;
import java.util.Optional;
import java.util.function.Supplier;

/** Those of SHOW that are queries over information_schema, in the columns of MySQL and MemSQL. */
final class ShowQuery {
    private ShowQuery() {}

    /**
     * The query that stands for a SHOW; empty where there is none.
     *
     * @param database the one that is meant or current; asked only where it matters
     */
    static Optional<String> of(Show show, Supplier<String> database) {
        return rows(show, database).map(rows -> {
            String sql = "SELECT * FROM (" + rows + ") AS shown";
            Optional<String> like = show.like().map(pattern -> first(show.what()) + " LIKE " + Quoting.string(pattern));
            Optional<String> where = show.where().map(condition -> "(" + condition.sql() + ")");
            return sql
                    + like.or(() -> where)
                            .map(condition -> " WHERE " + condition)
                            .orElse("") + " ORDER BY 1, 2";
        });
    }

    private static Optional<String> rows(Show show, Supplier<String> database) {
        return Optional.ofNullable(
                switch (show.what()) {
                    case TABLE_STATUS -> """
                            SELECT TABLE_NAME AS `Name`, ENGINE AS `Engine`, VERSION AS `Version`, ROW_FORMAT AS `Row_format`,
                                TABLE_ROWS AS `Rows`, AVG_ROW_LENGTH AS `Avg_row_length`, DATA_LENGTH AS `Data_length`,
                                MAX_DATA_LENGTH AS `Max_data_length`, INDEX_LENGTH AS `Index_length`,
                                DATA_FREE AS `Data_free`, AUTO_INCREMENT AS `Auto_increment`,
                                CREATE_TIME AS `Create_time`, UPDATE_TIME AS `Update_time`, CHECK_TIME AS `Check_time`,
                                TABLE_COLLATION AS `Collation`, CHECKSUM AS `Checksum`,
                                CREATE_OPTIONS AS `Create_options`, TABLE_COMMENT AS `Comment`
                            FROM information_schema.TABLES WHERE TABLE_SCHEMA = """ + Quoting.string(database.get());
                    case LEAVES ->
                        "SELECT HOST AS `Host`, PORT AS `Port`, NODE_ID AS `NodeId` FROM information_schema.LEAVES";
                    case PARTITIONS -> """
                            SELECT ORDINAL AS `Ordinal`, HOST AS `Host`, PORT AS `Port`, REPLICA AS `Replica`
                            FROM information_schema.DISTRIBUTED_PARTITIONS WHERE DATABASE_NAME = """ + Quoting.string(database.get());
                    case ENGINES -> """
                            SELECT 'DuckDB' AS `Engine`, 'DEFAULT' AS `Support`,
                                'Columns in sharded files' AS `Comment`, 'NO' AS `Transactions`, 'NO' AS `XA`,
                                'NO' AS `Savepoints`""";
                    case CHARACTER_SET -> """
                            SELECT 'utf8mb4' AS `Charset`, 'UTF-8 Unicode' AS `Description`,
                                'utf8mb4_bin' AS `Default collation`, 4 AS `Maxlen`""";
                    case COLLATION -> """
                            SELECT 'utf8mb4_bin' AS `Collation`, 'utf8mb4' AS `Charset`, 46 AS `Id`, 'Yes' AS `Default`,
                                'Yes' AS `Compiled`, 1 AS `Sortlen`""";
                    default -> null;
                });
    }

    /** The column that LIKE is about. */
    private static String first(Show.What what) {
        return switch (what) {
            case TABLE_STATUS -> "`Name`";
            case LEAVES -> "`Host`";
            case PARTITIONS -> "`Ordinal`";
            case ENGINES -> "`Engine`";
            case CHARACTER_SET -> "`Charset`";
            default -> "`Collation`";
        };
    }
}
