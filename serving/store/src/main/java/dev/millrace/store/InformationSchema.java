package dev.millrace.store;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.DatabaseSpec;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.type.SqlType;
import dev.millrace.spec.type.SqlType.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The tables of {@code information_schema}: views {@code t<id>} over the system partition's own tables. Ids are fixed
 * and never reused; columns are MySQL's and MemSQL's where those have them, in their order, ours behind them.
 */
public final class InformationSchema {
    /** Name of the database. */
    public static final String NAME = "information_schema";

    public static final long SCHEMATA = 1;
    public static final long TABLES = 2;
    public static final long COLUMNS = 3;
    public static final long STATISTICS = 4;
    public static final long KEY_COLUMN_USAGE = 5;
    public static final long PIPELINES = 20;
    public static final long PIPELINES_BATCHES = 21;
    public static final long PIPELINES_BATCHES_SUMMARY = 22;
    public static final long PIPELINES_CURSORS = 23;
    public static final long PIPELINES_ERRORS = 24;
    public static final long PIPELINES_BATCHES_METADATA = 30;
    public static final long PIPELINES_OFFSETS = 31;
    public static final long PIPELINES_FILES = 32;
    public static final long LEAVES = 40;
    public static final long DISTRIBUTED_PARTITIONS = 41;
    public static final long GATES = 42;

    private static final SqlType NAME_TYPE = SqlType.of(Kind.VARCHAR, 64);
    private static final SqlType PATH = SqlType.of(Kind.VARCHAR, 4096);
    private static final SqlType WORD = SqlType.of(Kind.VARCHAR, 32);
    private static final SqlType TEXT = SqlType.of(Kind.TEXT);
    private static final SqlType NUMBER = SqlType.of(Kind.BIGINT);
    private static final SqlType REAL = SqlType.of(Kind.DOUBLE);
    private static final SqlType TIME = SqlType.of(Kind.DATETIME, SqlType.FRACTION_MAX);

    private static final List<TableSpec> ALL = List.of(
            table(SCHEMATA, "SCHEMATA")
                    .required(WORD, "CATALOG_NAME")
                    .required(NAME_TYPE, "SCHEMA_NAME")
                    .required(WORD, "DEFAULT_CHARACTER_SET_NAME", "DEFAULT_COLLATION_NAME")
                    .nullable(TEXT, "SQL_PATH")
                    .spec(),
            table(TABLES, "TABLES")
                    .required(WORD, "TABLE_CATALOG")
                    .required(NAME_TYPE, "TABLE_SCHEMA", "TABLE_NAME")
                    .required(WORD, "TABLE_TYPE")
                    .nullable(WORD, "ENGINE")
                    .nullable(NUMBER, "VERSION")
                    .nullable(WORD, "ROW_FORMAT")
                    .nullable(NUMBER, "TABLE_ROWS", "AVG_ROW_LENGTH", "DATA_LENGTH", "MAX_DATA_LENGTH")
                    .nullable(NUMBER, "INDEX_LENGTH", "DATA_FREE", "AUTO_INCREMENT")
                    .nullable(TIME, "CREATE_TIME", "UPDATE_TIME", "CHECK_TIME")
                    .nullable(WORD, "TABLE_COLLATION")
                    .nullable(NUMBER, "CHECKSUM")
                    .nullable(TEXT, "CREATE_OPTIONS")
                    .required(TEXT, "TABLE_COMMENT")
                    .spec(),
            table(COLUMNS, "COLUMNS")
                    .required(WORD, "TABLE_CATALOG")
                    .required(NAME_TYPE, "TABLE_SCHEMA", "TABLE_NAME", "COLUMN_NAME")
                    .required(NUMBER, "ORDINAL_POSITION")
                    .nullable(TEXT, "COLUMN_DEFAULT")
                    .required(WORD, "IS_NULLABLE", "DATA_TYPE")
                    .nullable(NUMBER, "CHARACTER_MAXIMUM_LENGTH", "CHARACTER_OCTET_LENGTH")
                    .nullable(NUMBER, "NUMERIC_PRECISION", "NUMERIC_SCALE", "DATETIME_PRECISION")
                    .nullable(WORD, "CHARACTER_SET_NAME", "COLLATION_NAME")
                    .required(TEXT, "COLUMN_TYPE")
                    .required(WORD, "COLUMN_KEY", "EXTRA")
                    .required(TEXT, "PRIVILEGES", "COLUMN_COMMENT", "GENERATION_EXPRESSION")
                    .spec(),
            table(STATISTICS, "STATISTICS")
                    .required(WORD, "TABLE_CATALOG")
                    .required(NAME_TYPE, "TABLE_SCHEMA", "TABLE_NAME")
                    .required(NUMBER, "NON_UNIQUE")
                    .required(NAME_TYPE, "INDEX_SCHEMA", "INDEX_NAME")
                    .required(NUMBER, "SEQ_IN_INDEX")
                    .required(NAME_TYPE, "COLUMN_NAME")
                    .nullable(WORD, "COLLATION")
                    .nullable(NUMBER, "CARDINALITY", "SUB_PART")
                    .nullable(WORD, "PACKED")
                    .required(WORD, "NULLABLE", "INDEX_TYPE")
                    .required(TEXT, "COMMENT", "INDEX_COMMENT")
                    .spec(),
            table(KEY_COLUMN_USAGE, "KEY_COLUMN_USAGE")
                    .required(WORD, "CONSTRAINT_CATALOG")
                    .required(NAME_TYPE, "CONSTRAINT_SCHEMA", "CONSTRAINT_NAME")
                    .required(WORD, "TABLE_CATALOG")
                    .required(NAME_TYPE, "TABLE_SCHEMA", "TABLE_NAME", "COLUMN_NAME")
                    .required(NUMBER, "ORDINAL_POSITION")
                    .nullable(NUMBER, "POSITION_IN_UNIQUE_CONSTRAINT")
                    .nullable(NAME_TYPE, "REFERENCED_TABLE_SCHEMA", "REFERENCED_TABLE_NAME", "REFERENCED_COLUMN_NAME")
                    .spec(),
            table(PIPELINES, "PIPELINES")
                    .required(NAME_TYPE, "DATABASE_NAME", "PIPELINE_NAME")
                    .required(NUMBER, "PIPELINE_ID")
                    .required(SqlType.of(Kind.JSON), "CONFIG_JSON")
                    .required(WORD, "STATE")
                    .required(NAME_TYPE, "TABLE_NAME")
                    .required(NUMBER, "RUN")
                    .nullable(NAME_TYPE, "JOB_ID")
                    .nullable(TEXT, "LAST_ERROR")
                    .nullable(TIME, "LAST_BATCH_TIME")
                    .required(TIME, "CREATE_TIME", "ALTER_TIME")
                    .required(NUMBER, "SKIPPED_BATCH_PARTITIONS")
                    .nullable(WORD, "CONDITION_NAME")
                    .nullable(NUMBER, "LAG_RECORDS")
                    .nullable(REAL, "FRESHNESS_SECONDS")
                    .spec(),
            table(PIPELINES_BATCHES, "PIPELINES_BATCHES")
                    .required(NAME_TYPE, "DATABASE_NAME", "PIPELINE_NAME")
                    .required(NUMBER, "BATCH_ID")
                    .required(WORD, "BATCH_STATE")
                    .required(NUMBER, "BATCH_ROWS_WRITTEN")
                    .required(REAL, "BATCH_TIME", "BATCH_START_UNIX_TIMESTAMP")
                    .required(WORD, "BATCH_PARTITION_STATE")
                    .nullable(PATH, "BATCH_SOURCE_PARTITION_ID")
                    .nullable(NUMBER, "BATCH_EARLIEST_OFFSET", "BATCH_LATEST_OFFSET")
                    .required(REAL, "BATCH_PARTITION_TIME")
                    .required(NUMBER, "BATCH_BYTES")
                    .nullable(NUMBER, "CSN")
                    .required(NUMBER, "RUN", "ATTEMPT", "CHECKPOINT")
                    .spec(),
            table(PIPELINES_BATCHES_SUMMARY, "PIPELINES_BATCHES_SUMMARY")
                    .required(NAME_TYPE, "DATABASE_NAME", "PIPELINE_NAME")
                    .required(NUMBER, "BATCH_ID")
                    .required(WORD, "BATCH_STATE")
                    .required(TIME, "START_TIME")
                    .required(REAL, "BATCH_TIME")
                    .required(NUMBER, "NUM_PARTITIONS", "ROWS_STREAMED")
                    .nullable(REAL, "ROWS_PER_SEC")
                    .required(REAL, "MB_STREAMED")
                    .nullable(REAL, "MB_PER_SEC")
                    .nullable(NUMBER, "CSN")
                    .spec(),
            table(PIPELINES_CURSORS, "PIPELINES_CURSORS")
                    .required(NAME_TYPE, "DATABASE_NAME", "PIPELINE_NAME")
                    .required(WORD, "SOURCE_TYPE")
                    .required(PATH, "SOURCE_PARTITION_ID")
                    .nullable(NUMBER, "EARLIEST_OFFSET", "LATEST_OFFSET")
                    .required(NUMBER, "CURSOR_OFFSET", "SUCCESSFUL_CURSOR_OFFSET")
                    .required(NAME_TYPE, "SOURCE_INCARNATION")
                    .nullable(REAL, "UPDATED_UNIX_TIMESTAMP")
                    .spec(),
            table(PIPELINES_ERRORS, "PIPELINES_ERRORS")
                    .required(NAME_TYPE, "DATABASE_NAME", "PIPELINE_NAME")
                    .required(REAL, "ERROR_UNIX_TIMESTAMP")
                    .required(WORD, "ERROR_TYPE")
                    .required(NUMBER, "ERROR_CODE")
                    .required(TEXT, "ERROR_MESSAGE")
                    .required(WORD, "ERROR_KIND")
                    .nullable(NUMBER, "BATCH_ID")
                    .nullable(PATH, "BATCH_SOURCE_PARTITION_ID")
                    .nullable(TEXT, "LOAD_DATA_LINE")
                    .nullable(NUMBER, "LOAD_DATA_LINE_NUMBER", "SOURCE_OFFSET")
                    .nullable(NAME_TYPE, "COLUMN_NAME")
                    .required(NUMBER, "RUN", "ERROR_ID")
                    .nullable(TEXT, "TOPIC")
                    .nullable(SqlType.of(Kind.BLOB), "RECORD")
                    .spec(),
            table(PIPELINES_BATCHES_METADATA, "PIPELINES_BATCHES_METADATA")
                    .required(NAME_TYPE, "DATABASE_NAME")
                    .required(NUMBER, "PIPELINE_ID")
                    .required(NAME_TYPE, "PIPELINE_NAME")
                    .required(NUMBER, "BATCH_ID")
                    .required(WORD, "BATCH_STATE")
                    .required(NUMBER, "BATCH_ROWS_WRITTEN", "BATCH_ROWS_INSERTED")
                    .required(REAL, "BATCH_TIME", "BATCH_START_UNIX_TIMESTAMP", "BATCH_END_UNIX_TIMESTAMP")
                    .required(NUMBER, "BATCH_BYTES")
                    .nullable(NUMBER, "CSN")
                    .required(NUMBER, "RUN", "ATTEMPT", "CHECKPOINT")
                    .spec(),
            table(PIPELINES_OFFSETS, "PIPELINES_OFFSETS")
                    .required(NAME_TYPE, "DATABASE_NAME", "PIPELINE_NAME")
                    .required(WORD, "SOURCE_TYPE")
                    .required(PATH, "SOURCE_PARTITION_ID")
                    .nullable(NUMBER, "EARLIEST_OFFSET", "LATEST_OFFSET")
                    .nullable(NUMBER, "LATEST_LOADED_OFFSET", "LATEST_SUCCESSFUL_OFFSET", "LAG_RECORDS")
                    .nullable(REAL, "LAG_SECONDS", "UPDATED_UNIX_TIMESTAMP")
                    .spec(),
            table(PIPELINES_FILES, "PIPELINES_FILES")
                    .required(NAME_TYPE, "DATABASE_NAME", "PIPELINE_NAME")
                    .required(WORD, "SOURCE_TYPE")
                    .required(PATH, "FILE_NAME")
                    .nullable(NUMBER, "FILE_SIZE")
                    .required(WORD, "FILE_STATE")
                    .required(NUMBER, "PIPELINE_ID")
                    .nullable(NUMBER, "LOADED_BYTES")
                    .nullable(TIME, "FILE_TIME")
                    .spec(),
            table(LEAVES, "LEAVES")
                    .required(NUMBER, "NODE_ID")
                    .required(TEXT, "HOST")
                    .required(NUMBER, "PORT", "RAFT_PORT")
                    .spec(),
            table(DISTRIBUTED_PARTITIONS, "DISTRIBUTED_PARTITIONS")
                    .required(NAME_TYPE, "DATABASE_NAME")
                    .required(NUMBER, "ORDINAL", "REPLICA", "NODE_ID")
                    .required(TEXT, "HOST")
                    .required(NUMBER, "PORT", "DECIDED_CSN", "PUBLISHED_CSN")
                    .spec(),
            table(GATES, "GATES")
                    .required(NAME_TYPE, "DATABASE_NAME", "TABLE_NAME")
                    .required(WORD, "STATE")
                    .nullable(NUMBER, "GATE")
                    .required(NUMBER, "PLACE", "WRITER")
                    .required(TEXT, "WRITER_NAME")
                    .required(NUMBER, "RUN", "ATTEMPT", "BATCH")
                    .spec());

    private InformationSchema() {}

    /** Its database: the system partition itself. */
    public static DatabaseSpec database() {
        return new DatabaseSpec(PartitionId.SYSTEM.database(), NAME, 1, 1);
    }

    /** All its tables, in the order of their ids. They count as reference tables: one partition holds all rows. */
    public static List<TableSpec> tables() {
        return ALL;
    }

    private static Columns table(long id, String name) {
        return new Columns(id, name);
    }

    private static final class Columns {
        private final long id;
        private final String name;
        private final List<ColumnSpec> columns = new ArrayList<>();

        Columns(long id, String name) {
            this.id = id;
            this.name = name;
        }

        Columns required(SqlType type, String... names) {
            return add(type, false, names);
        }

        Columns nullable(SqlType type, String... names) {
            return add(type, true, names);
        }

        private Columns add(SqlType type, boolean nullable, String... names) {
            for (String column : names) {
                columns.add(new ColumnSpec(column, type, nullable, Optional.empty()));
            }
            return this;
        }

        TableSpec spec() {
            return new TableSpec(id, 1, NAME, name, true, columns, List.of(), List.of());
        }
    }
}
