package dev.millrace.leaf.system;

import java.util.List;
import java.util.stream.Stream;

/**
 * The tables of the system partition's file. Names and columns are part of the file's form; the views of
 * information_schema read them.
 */
public enum SystemTable {
    COUNTERS(
            1,
            "one BIGINT",
            "catalog_version BIGINT",
            "next_id BIGINT",
            "next_node BIGINT",
            "next_gate BIGINT",
            "next_place BIGINT"),
    NODE(1, "id BIGINT", "name VARCHAR", "host VARCHAR", "port BIGINT", "raft_port BIGINT"),
    /** {@code map}: JSON, for each ordinal the list of its nodes. */
    DATABASE(
            1,
            "id BIGINT",
            "name VARCHAR",
            "partitions BIGINT",
            "replicas BIGINT",
            "map_version BIGINT",
            "map VARCHAR"),
    /** {@code last_touched}: JSON, for each ordinal the last CSN that touches it. */
    PROGRESS(1, "database BIGINT", "csn BIGINT", "seq BIGINT", "last_touched VARCHAR"),
    PUBLISHED(2, "database BIGINT", "node BIGINT", "csn BIGINT"),
    TABLES(
            1,
            "id BIGINT",
            "database BIGINT",
            "version BIGINT",
            "csn BIGINT",
            "name VARCHAR",
            "spec VARCHAR",
            "created_millis BIGINT"),
    PIPELINE(
            1,
            "id BIGINT",
            "database BIGINT",
            "name VARCHAR",
            "spec VARCHAR",
            "sql VARCHAR",
            "state VARCHAR",
            "run BIGINT",
            "job VARCHAR",
            "message VARCHAR",
            "errors BIGINT",
            "created_millis BIGINT",
            "altered_millis BIGINT",
            "condition VARCHAR",
            "altered_run BIGINT",
            "batches_left BIGINT",
            "credentials VARCHAR"),
    /** {@code cursors}: JSON, in the order of source partitions; one row moves in one piece. */
    CURSOR(
            1,
            "pipeline BIGINT",
            "last_run BIGINT",
            "last_attempt BIGINT",
            "last_number BIGINT",
            "last_csn BIGINT",
            "cursors VARCHAR"),
    WRITER(
            1,
            "id BIGINT",
            "name VARCHAR",
            "pipeline BOOLEAN",
            "run BIGINT",
            "attempt_run BIGINT",
            "attempt_number BIGINT",
            "forgotten BIGINT"),
    /** {@code decided}: wire form of the DecidedBatch; {@code moves}: JSON. {@code csn} is 0 for moves without rows. */
    BATCH(
            2,
            "database BIGINT",
            "seq BIGINT",
            "csn BIGINT",
            "writer BIGINT",
            "run BIGINT",
            "attempt BIGINT",
            "number BIGINT",
            "decided BLOB",
            "moves VARCHAR",
            "rows_ BIGINT",
            "bytes_ BIGINT",
            "started_millis BIGINT",
            "decided_millis BIGINT"),
    /** Holders ({@code gate} > 0) and those who wait, in the order they came. {@code tables}: JSON. */
    GATE(
            1,
            "place BIGINT",
            "gate BIGINT",
            "asks BOOLEAN",
            "writer BIGINT",
            "run BIGINT",
            "attempt BIGINT",
            "number BIGINT",
            "database BIGINT",
            "tables VARCHAR"),
    /** Names of pipelines that were dropped, newest time only. */
    DROPPED(2, "database BIGINT", "name VARCHAR", "at_millis BIGINT"),
    /** How far files are loaded; {@code offset_}: the form of {@link dev.millrace.store.FilePlace}. */
    FILE(2, "pipeline BIGINT", "path VARCHAR", "incarnation VARCHAR", "offset_ BIGINT"),
    /** {@code offsets}: JSON, what the source was last said to have. */
    OFFSETS(1, "pipeline BIGINT", "at_millis BIGINT", "offsets VARCHAR"),
    /** {@code batch}: the {@code seq} of the batch it was left out of; 0 if it stopped the pipeline. */
    ERROR(
            2,
            "pipeline BIGINT",
            "seq BIGINT",
            "run BIGINT",
            "batch BIGINT",
            "at_millis BIGINT",
            "kind VARCHAR",
            "number BIGINT",
            "message VARCHAR",
            "topic VARCHAR",
            "source_partition VARCHAR",
            "source_offset BIGINT",
            "line BIGINT",
            "column_ VARCHAR",
            "record BLOB"),
    /** Files of transforms, each as often as its content. {@code parts}: how many of them have come. */
    PROGRAM(1, "id BIGINT", "sha256 VARCHAR", "size BIGINT", "parts BIGINT"),
    PROGRAM_PART(2, "program BIGINT", "part BIGINT", "bytes BLOB");

    /** A column of such a table. */
    public record Column(String name, Type type) {}

    /** What columns hold. */
    public enum Type {
        BIGINT("0"),
        BOOLEAN("false"),
        VARCHAR("''"),
        BLOB("''::BLOB");

        private final String first;

        Type(String first) {
            this.first = first;
        }

        /** What older rows have in a column that came later, as an SQL literal. */
        public String first() {
            return first;
        }
    }

    private final int keyColumns;
    private final List<Column> columns;

    SystemTable(int keyColumns, String... columns) {
        this.keyColumns = keyColumns;
        this.columns = Stream.of(columns)
                .map(text -> text.split(" ", -1))
                .map(parts -> new Column(parts[0], Type.valueOf(parts[1])))
                .toList();
    }

    /** Its name in the file. */
    public String sqlName() {
        return "s_" + name().toLowerCase(java.util.Locale.ROOT);
    }

    /** Whether its rows are never in memory: they are written, and read where they are wanted. */
    public boolean isFileOnly() {
        return this == ERROR || this == PROGRAM_PART;
    }

    public List<Column> columns() {
        return columns;
    }

    /** The first columns, which name a row. */
    public List<Column> key() {
        return columns.subList(0, keyColumns);
    }
}
