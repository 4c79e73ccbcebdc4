package dev.millrace.leaf.engine;

import static java.util.stream.Collectors.joining;

import dev.millrace.spec.TableSpec;
import dev.millrace.spec.json.SpecJson;
import dev.millrace.store.InformationSchema;
import dev.millrace.store.PartitionId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The views {@code t<id>} that information_schema is: SQL over the system partition's tables. Each body below yields the
 * table's columns by name; the view casts them to the types and puts them into the order that
 * {@link InformationSchema} promises.
 */
final class SystemViews {
    private static final String FILE = PartitionId.SYSTEM.alias();

    /** What the views read of a table's JSON. */
    private static final String SPEC = "{\"name\": \"VARCHAR\", \"reference\": \"BOOLEAN\", \"columns\": [{\"name\": "
            + "\"VARCHAR\", \"type\": \"VARCHAR\", \"length\": \"BIGINT\", \"scale\": \"BIGINT\", \"nullable\": "
            + "\"BOOLEAN\", \"default\": {\"sql\": \"VARCHAR\"}}], \"keys\": [{\"name\": \"VARCHAR\", \"columns\": "
            + "[\"VARCHAR\"]}], \"shardKey\": [\"VARCHAR\"]}";

    /** MySQL's largest: our TEXT and BLOB have no limit of their own below it. */
    private static final long LONG_TEXT_LENGTH = 4_294_967_295L;

    private static final Map<Long, String> BODIES = Map.ofEntries(
            Map.entry(InformationSchema.SCHEMATA, """
                    SELECT 'def' AS CATALOG_NAME, name AS SCHEMA_NAME, 'utf8mb4' AS DEFAULT_CHARACTER_SET_NAME,
                        'utf8mb4_bin' AS DEFAULT_COLLATION_NAME, NULL AS SQL_PATH
                    FROM (SELECT name FROM @s_database UNION ALL SELECT 'information_schema')"""),
            Map.entry(InformationSchema.TABLES, """
                    SELECT 'def' AS TABLE_CATALOG, schema_name AS TABLE_SCHEMA, table_name AS TABLE_NAME,
                        CASE WHEN own THEN 'SYSTEM VIEW' ELSE 'BASE TABLE' END AS TABLE_TYPE,
                        CASE WHEN own THEN NULL ELSE 'DuckDB' END AS ENGINE, version AS VERSION,
                        CASE WHEN own THEN NULL ELSE 'Compressed' END AS ROW_FORMAT, NULL AS TABLE_ROWS,
                        NULL AS AVG_ROW_LENGTH, NULL AS DATA_LENGTH, NULL AS MAX_DATA_LENGTH, NULL AS INDEX_LENGTH,
                        NULL AS DATA_FREE, NULL AS AUTO_INCREMENT, epoch_ms(created_millis) AS CREATE_TIME,
                        NULL AS UPDATE_TIME, NULL AS CHECK_TIME,
                        CASE WHEN own THEN NULL ELSE 'utf8mb4_bin' END AS TABLE_COLLATION, NULL AS CHECKSUM,
                        CASE WHEN reference AND NOT own THEN 'reference' ELSE '' END AS CREATE_OPTIONS,
                        '' AS TABLE_COMMENT
                    FROM @v_table"""),
            Map.entry(InformationSchema.COLUMNS, """
                    SELECT 'def' AS TABLE_CATALOG, schema_name AS TABLE_SCHEMA, table_name AS TABLE_NAME,
                        c.name AS COLUMN_NAME, ordinal AS ORDINAL_POSITION,
                        CASE WHEN c."default".sql LIKE '''%%'''
                            THEN replace(substr(c."default".sql, 2, length(c."default".sql) - 2), '''''', '''')
                            WHEN upper(c."default".sql) = 'NULL' THEN NULL
                            ELSE c."default".sql END AS COLUMN_DEFAULT,
                        CASE WHEN c.nullable THEN 'YES' ELSE 'NO' END AS IS_NULLABLE,
                        CASE c.type WHEN 'BOOL' THEN 'tinyint' ELSE lower(c.type) END AS DATA_TYPE,
                        CASE WHEN c.type IN ('CHAR', 'VARCHAR', 'BINARY', 'VARBINARY') THEN c.length
                            WHEN c.type IN ('TEXT', 'BLOB') THEN %1$d END AS CHARACTER_MAXIMUM_LENGTH,
                        CASE WHEN c.type IN ('CHAR', 'VARCHAR') THEN 4 * c.length
                            WHEN c.type IN ('BINARY', 'VARBINARY') THEN c.length
                            WHEN c.type IN ('TEXT', 'BLOB') THEN %1$d END AS CHARACTER_OCTET_LENGTH,
                        CASE c.type WHEN 'BOOL' THEN 3 WHEN 'TINYINT' THEN 3 WHEN 'SMALLINT' THEN 5 WHEN 'INT' THEN 10
                            WHEN 'BIGINT' THEN 19 WHEN 'FLOAT' THEN 12 WHEN 'DOUBLE' THEN 22
                            WHEN 'DECIMAL' THEN c.length END AS NUMERIC_PRECISION,
                        CASE WHEN c.type IN ('BOOL', 'TINYINT', 'SMALLINT', 'INT', 'BIGINT') THEN 0
                            WHEN c.type = 'DECIMAL' THEN c.scale END AS NUMERIC_SCALE,
                        CASE WHEN c.type IN ('DATETIME', 'TIMESTAMP') THEN c.length END AS DATETIME_PRECISION,
                        CASE WHEN c.type IN ('CHAR', 'VARCHAR', 'TEXT') THEN 'utf8mb4' END AS CHARACTER_SET_NAME,
                        CASE WHEN c.type IN ('CHAR', 'VARCHAR', 'TEXT') THEN 'utf8mb4_bin' END AS COLLATION_NAME,
                        CASE WHEN c.type = 'BOOL' THEN 'tinyint(1)'
                            WHEN c.type = 'DECIMAL' THEN 'decimal(' || c.length || ',' || c.scale || ')'
                            WHEN c.type IN ('CHAR', 'VARCHAR', 'BINARY', 'VARBINARY') OR c.length > 0
                            THEN lower(c.type) || '(' || c.length || ')'
                            ELSE lower(c.type) END AS COLUMN_TYPE,
                        CASE WHEN len(list_filter(keys, lambda k: k.name = 'PRIMARY'
                                AND list_contains(k.columns, c.name))) > 0 THEN 'PRI'
                            WHEN len(list_filter(keys, lambda k: k.columns = [c.name])) > 0 THEN 'UNI'
                            WHEN len(list_filter(keys, lambda k: k.columns[1] = c.name)) > 0 THEN 'MUL'
                            ELSE '' END AS COLUMN_KEY,
                        '' AS EXTRA, 'select,insert' AS PRIVILEGES, '' AS COLUMN_COMMENT,
                        '' AS GENERATION_EXPRESSION
                    FROM (SELECT *, unnest(columns) AS c, generate_subscripts(columns, 1) AS ordinal FROM @v_table)""".formatted(LONG_TEXT_LENGTH)),
            Map.entry(InformationSchema.STATISTICS, """
                    SELECT 'def' AS TABLE_CATALOG, schema_name AS TABLE_SCHEMA, table_name AS TABLE_NAME,
                        CASE WHEN key_name = '__SHARDKEY' THEN 1 ELSE 0 END AS NON_UNIQUE,
                        schema_name AS INDEX_SCHEMA, key_name AS INDEX_NAME, ordinal AS SEQ_IN_INDEX,
                        column_name AS COLUMN_NAME, NULL AS COLLATION, NULL AS CARDINALITY, NULL AS SUB_PART,
                        NULL AS PACKED,
                        CASE WHEN list_filter(columns, lambda c: lower(c.name) = lower(column_name))[1].nullable
                            THEN 'YES' ELSE '' END AS NULLABLE,
                        'METADATA_ONLY' AS INDEX_TYPE, '' AS COMMENT, '' AS INDEX_COMMENT
                    FROM @v_key"""),
            Map.entry(InformationSchema.KEY_COLUMN_USAGE, """
                    SELECT 'def' AS CONSTRAINT_CATALOG, schema_name AS CONSTRAINT_SCHEMA, key_name AS CONSTRAINT_NAME,
                        'def' AS TABLE_CATALOG, schema_name AS TABLE_SCHEMA, table_name AS TABLE_NAME,
                        column_name AS COLUMN_NAME, ordinal AS ORDINAL_POSITION,
                        NULL AS POSITION_IN_UNIQUE_CONSTRAINT, NULL AS REFERENCED_TABLE_SCHEMA,
                        NULL AS REFERENCED_TABLE_NAME, NULL AS REFERENCED_COLUMN_NAME
                    FROM @v_key WHERE key_name <> '__SHARDKEY'"""),
            Map.entry(InformationSchema.PIPELINES, """
                    SELECT d.name AS DATABASE_NAME, p.name AS PIPELINE_NAME, p.id AS PIPELINE_ID,
                        p.spec AS CONFIG_JSON, upper(p.state[1]) || lower(p.state[2:]) AS STATE,
                        json_extract_string(p.spec, '$.table.name') AS TABLE_NAME, p.run AS RUN,
                        nullif(p.job, '') AS JOB_ID, nullif(p.message, '') AS LAST_ERROR,
                        epoch_ms((SELECT max(b.decided_millis) FROM @s_batch b WHERE b.writer = p.id))
                            AS LAST_BATCH_TIME,
                        epoch_ms(p.created_millis) AS CREATE_TIME, epoch_ms(p.altered_millis) AS ALTER_TIME,
                        0 AS SKIPPED_BATCH_PARTITIONS, nullif(p.condition, '') AS CONDITION_NAME,
                        o.lag AS LAG_RECORDS, o.seconds AS FRESHNESS_SECONDS
                    FROM @s_pipeline p JOIN @s_database d ON d.id = p.database
                        LEFT JOIN (SELECT pipeline, sum(lag) AS lag, max(seconds) AS seconds FROM @v_offset
                            GROUP BY pipeline) AS o ON o.pipeline = p.id"""),
            Map.entry(InformationSchema.PIPELINES_BATCHES, """
                    SELECT *, 'Succeeded' AS BATCH_STATE, 'Succeeded' AS BATCH_PARTITION_STATE,
                        BATCH_TIME AS BATCH_PARTITION_TIME, m."partition" AS BATCH_SOURCE_PARTITION_ID,
                        m."offset" AS BATCH_EARLIEST_OFFSET,
                        m."to" & ~(3::BIGINT << 61) AS BATCH_LATEST_OFFSET
                    FROM (SELECT *, unnest(CASE WHEN len(moved) = 0 THEN [NULL] ELSE moved END) AS m FROM @v_batch)"""),
            Map.entry(InformationSchema.PIPELINES_BATCHES_SUMMARY, """
                    SELECT *, 'Succeeded' AS BATCH_STATE, epoch_ms(started_millis) AS START_TIME,
                        len(moved) AS NUM_PARTITIONS, BATCH_ROWS_WRITTEN AS ROWS_STREAMED,
                        BATCH_ROWS_WRITTEN / nullif(BATCH_TIME, 0) AS ROWS_PER_SEC, BATCH_BYTES / 1e6 AS MB_STREAMED,
                        BATCH_BYTES / 1e6 / nullif(BATCH_TIME, 0) AS MB_PER_SEC
                    FROM @v_batch"""),
            Map.entry(InformationSchema.PIPELINES_CURSORS, """
                    SELECT d.name AS DATABASE_NAME, p.name AS PIPELINE_NAME,
                        json_extract_string(p.spec, '$.source.kind') AS SOURCE_TYPE,
                        o.source_partition AS SOURCE_PARTITION_ID, o.earliest AS EARLIEST_OFFSET,
                        o.latest AS LATEST_OFFSET, o.next_offset AS CURSOR_OFFSET,
                        o.next_offset AS SUCCESSFUL_CURSOR_OFFSET, o.incarnation AS SOURCE_INCARNATION,
                        o.at_millis / 1e3 AS UPDATED_UNIX_TIMESTAMP
                    FROM @v_offset o JOIN @s_pipeline p ON p.id = o.pipeline JOIN @s_database d ON d.id = p.database
                    WHERE o.next_offset IS NOT NULL"""),
            Map.entry(InformationSchema.PIPELINES_OFFSETS, """
                    SELECT d.name AS DATABASE_NAME, p.name AS PIPELINE_NAME,
                        json_extract_string(p.spec, '$.source.kind') AS SOURCE_TYPE,
                        o.source_partition AS SOURCE_PARTITION_ID, o.earliest AS EARLIEST_OFFSET,
                        o.latest AS LATEST_OFFSET, o.next_offset AS LATEST_LOADED_OFFSET,
                        o.next_offset AS LATEST_SUCCESSFUL_OFFSET, o.lag AS LAG_RECORDS, o.seconds AS LAG_SECONDS,
                        o.at_millis / 1e3 AS UPDATED_UNIX_TIMESTAMP
                    FROM @v_offset o JOIN @s_pipeline p ON p.id = o.pipeline JOIN @s_database d ON d.id = p.database"""),
            // An incarnation is size@time; the character itself stands for the file's name in these texts.
            Map.entry(InformationSchema.PIPELINES_FILES, """
                    SELECT d.name AS DATABASE_NAME, p.name AS PIPELINE_NAME, p.pipeline AS PIPELINE_ID,
                        'FS' AS SOURCE_TYPE, o.source_partition AS FILE_NAME,
                        coalesce(o.latest, CAST(split_part(o.incarnation, chr(64), 1) AS BIGINT)) AS FILE_SIZE,
                        coalesce(o.state, 'Unloaded') AS FILE_STATE, o.next_offset AS LOADED_BYTES,
                        epoch_ms(coalesce(nullif(o.pending, -1), CAST(split_part(o.incarnation, chr(64), 2) AS BIGINT)))
                            AS FILE_TIME
                    FROM @v_offset o JOIN (SELECT id AS pipeline, name, database FROM @s_pipeline
                            WHERE json_extract_string(spec, '$.source.kind') = 'FS') AS p ON p.pipeline = o.pipeline
                        JOIN @s_database d ON d.id = p.database"""),
            Map.entry(InformationSchema.PIPELINES_BATCHES_METADATA, """
                    SELECT *, 'Succeeded' AS BATCH_STATE, BATCH_ROWS_WRITTEN AS BATCH_ROWS_INSERTED,
                        BATCH_START_UNIX_TIMESTAMP + BATCH_TIME AS BATCH_END_UNIX_TIMESTAMP
                    FROM @v_batch"""),
            Map.entry(InformationSchema.PIPELINES_ERRORS, """
                    SELECT d.name AS DATABASE_NAME, p.name AS PIPELINE_NAME,
                        e.at_millis / 1e3 AS ERROR_UNIX_TIMESTAMP,
                        CASE WHEN e.batch > 0 THEN 'Warning' ELSE 'Error' END AS ERROR_TYPE, e.number AS ERROR_CODE,
                        e.message AS ERROR_MESSAGE, e.kind AS ERROR_KIND, nullif(e.batch, 0) AS BATCH_ID,
                        nullif(e.source_partition, '') AS BATCH_SOURCE_PARTITION_ID,
                        CASE WHEN octet_length(e.record) > 0
                            THEN coalesce(TRY(decode(e.record)), CAST(e.record AS VARCHAR)) END AS LOAD_DATA_LINE,
                        nullif(e.line, 0) AS LOAD_DATA_LINE_NUMBER, nullif(e.source_offset, -1) AS SOURCE_OFFSET,
                        nullif(e.column_, '') AS COLUMN_NAME, e.run AS RUN, e.seq AS ERROR_ID,
                        nullif(e.topic, '') AS TOPIC,
                        CASE WHEN octet_length(e.record) > 0 THEN e.record END AS RECORD
                    FROM @s_error e JOIN @s_pipeline p ON p.id = e.pipeline JOIN @s_database d ON d.id = p.database"""),
            Map.entry(InformationSchema.LEAVES, """
                    SELECT id AS NODE_ID, host AS HOST, port AS PORT, raft_port AS RAFT_PORT FROM @s_node"""),
            Map.entry(InformationSchema.DISTRIBUTED_PARTITIONS, """
                    SELECT d.name AS DATABASE_NAME, d.ordinal AS ORDINAL, d.replica AS REPLICA, d.node AS NODE_ID,
                        n.host AS HOST, n.port AS PORT,
                        from_json(g.last_touched, '["BIGINT"]')[d.ordinal + 1] AS DECIDED_CSN,
                        coalesce(p.csn, 0) AS PUBLISHED_CSN
                    FROM (SELECT id, name, ordinal, unnest(nodes) AS node, generate_subscripts(nodes, 1) - 1 AS replica
                            FROM (SELECT id, name, unnest(m) AS nodes, generate_subscripts(m, 1) - 1 AS ordinal
                                FROM (SELECT id, name, from_json(map, '[["BIGINT"]]') AS m FROM @s_database))) AS d
                        JOIN @s_node n ON n.id = d.node JOIN @s_progress g ON g.database = d.id
                        LEFT JOIN @s_published p ON p.database = d.id AND p.node = d.node"""),
            Map.entry(InformationSchema.GATES, """
                    SELECT d.name AS DATABASE_NAME, t.name AS TABLE_NAME,
                        CASE WHEN g.gate > 0 THEN 'Held' WHEN g.asks THEN 'Asked for' ELSE 'Awaited' END AS STATE,
                        nullif(g.gate, 0) AS GATE, g.place AS PLACE, g.writer AS WRITER, w.name AS WRITER_NAME,
                        g.run AS RUN, g.attempt AS ATTEMPT, g.number AS BATCH
                    FROM (SELECT *, unnest(from_json(tables, '["BIGINT"]')) AS id FROM @s_gate) AS g
                        JOIN @s_tables t ON t.id = g.id JOIN @s_database d ON d.id = t.database
                        JOIN @s_writer w ON w.id = g.writer"""));

    private SystemViews() {}

    /** Statements that make the views, or make them again in this version's form. */
    static List<String> statements() {
        List<String> statements = new ArrayList<>();
        statements.add(view("v_table", """
                SELECT id, schema_name, own, created_millis, version, s.name AS table_name, s.reference AS reference,
                    s.columns AS columns, s.keys AS keys, s.shardKey AS shard_key
                FROM (SELECT id, schema_name, own, created_millis, version, from_json(spec, '%s') AS s FROM (
                    SELECT t.id, d.name AS schema_name, false AS own, t.created_millis, t.version, t.spec
                        FROM @s_tables t JOIN @s_database d ON d.id = t.database
                    UNION ALL VALUES %s))""".formatted(SPEC, ownTables())));
        statements.add(view("v_key", """
                SELECT schema_name, table_name, columns, key_name, unnest(key_columns) AS column_name,
                    generate_subscripts(key_columns, 1) AS ordinal
                FROM (SELECT schema_name, table_name, columns, k.name AS key_name, k.columns AS key_columns
                    FROM (SELECT *, unnest(keys) AS k FROM @v_table)
                    UNION ALL SELECT schema_name, table_name, columns, '__SHARDKEY', shard_key FROM @v_table)"""));
        statements.add(view("v_batch", """
                SELECT d.name AS DATABASE_NAME, p.name AS PIPELINE_NAME, p.id AS PIPELINE_ID, b.seq AS BATCH_ID,
                    b.rows_ AS BATCH_ROWS_WRITTEN, (b.decided_millis - b.started_millis) / 1e3 AS BATCH_TIME,
                    b.started_millis / 1e3 AS BATCH_START_UNIX_TIMESTAMP, b.bytes_ AS BATCH_BYTES,
                    nullif(b.csn, 0) AS CSN, b.run AS RUN, b.attempt AS ATTEMPT, b.number AS CHECKPOINT,
                    b.started_millis AS started_millis, from_json(b.moves, '[{"incarnation": "VARCHAR",
                        "partition": "VARCHAR", "offset": "BIGINT", "to": "BIGINT"}]') AS moved
                FROM @s_batch b JOIN @s_pipeline p ON p.id = b.writer JOIN @s_database d ON d.id = p.database"""));
        // One row for each source partition that has a cursor or that the source was said to have.
        statements.add(view("v_offset", """
                SELECT coalesce(c.pipeline, o.pipeline) AS pipeline,
                    coalesce(c.c."partition", o.o."partition") AS source_partition, c.c."offset" AS next_offset,
                    c.c.incarnation AS incarnation, o.o.earliest AS earliest, o.o.latest AS latest, o.at_millis,
                    CASE WHEN coalesce(c.c."partition", o.o."partition") NOT LIKE '/%'
                        THEN greatest(0, o.o.latest - coalesce(c.c."offset", o.o.earliest)) END AS lag,
                    CASE WHEN c.state IN ('Loaded', 'Skipped') OR o.o."partition" NOT LIKE '/%'
                            AND o.o.latest <= coalesce(c.c."offset", o.o.earliest)
                        THEN 0
                        WHEN o.o.pending >= 0 THEN greatest(0, o.at_millis - o.o.pending) / 1e3 END AS seconds,
                    c.state AS state, o.o.pending AS pending
                FROM (SELECT pipeline, unnest(from_json(cursors, '[{"incarnation": "VARCHAR", "partition": "VARCHAR",
                        "offset": "BIGINT"}]')) AS c, NULL AS state FROM @s_cursor
                    UNION ALL SELECT pipeline,
                        {'incarnation': incarnation, 'partition': path, 'offset': offset_ & ~(3::BIGINT << 61)},
                        CASE WHEN offset_ < (1::BIGINT << 62) THEN 'Loading' WHEN (offset_ & (1::BIGINT << 61)) = 0
                            THEN 'Loaded' ELSE 'Skipped' END FROM @s_file) AS c
                    FULL JOIN (SELECT pipeline, at_millis, unnest(from_json(offsets, '[{"partition": "VARCHAR",
                        "earliest": "BIGINT", "latest": "BIGINT", "pending": "BIGINT"}]')) AS o FROM @s_offsets) AS o
                    ON o.o."partition" = c.c."partition" AND o.pipeline = c.pipeline"""));
        InformationSchema.tables().forEach(table -> statements.add(view("t" + table.id(), body(table))));
        return statements;
    }

    private static String body(TableSpec table) {
        String columns = table.columns().stream()
                .map(column -> "CAST(\"" + column.name() + "\" AS "
                        + column.type().duckdb() + ") AS \"" + column.name() + "\"")
                .collect(joining(", "));
        return "SELECT " + columns + " FROM (" + BODIES.get(table.id()) + ")";
    }

    private static String ownTables() {
        return InformationSchema.tables().stream()
                .map(table -> "(" + table.id() + ", '" + InformationSchema.NAME + "', true, NULL, NULL, '"
                        + SpecJson.write(table).replace("'", "''") + "')")
                .collect(joining(", "));
    }

    private static String view(String name, String body) {
        return ("CREATE OR REPLACE VIEW @" + name + " AS " + body).replace("@", FILE + ".");
    }
}
