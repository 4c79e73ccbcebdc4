package dev.millrace.spec;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A pipeline as the catalog knows it: what passes from the compiler to the job.
 *
 * @param id given by the catalog, never reused; 0 before that
 * @param table the target as it was when the pipeline was compiled; a job refuses any other version
 * @param batchInterval longest wait before what was read becomes a batch; at least {@link #BATCH_INTERVAL_MIN}
 * @param parallelism tasks of the job; empty: the lesser of source partitions and {@link #PARALLELISM_DEFAULT_MAX}
 * @param limits what it may take at once
 * @param transform what records pass through before they are loaded
 * @param load SET, WHERE, and what becomes of records that cannot be loaded
 */
public record PipelineSpec(
        long id,
        String database,
        String name,
        SourceSpec source,
        FormatSpec format,
        TableSpec table,
        Duration batchInterval,
        OptionalInt parallelism,
        BatchLimits limits,
        Optional<TransformSpec> transform,
        LoadSpec load) {
    public static final Duration BATCH_INTERVAL_DEFAULT = Duration.ofMillis(500);

    /** Below this, checkpoints and their fsyncs dominate; {@code BATCH_INTERVAL 0} means this. */
    public static final Duration BATCH_INTERVAL_MIN = Duration.ofMillis(50);

    public static final int PARALLELISM_DEFAULT_MAX = 4;

    public PipelineSpec {
        requireNonNull(database, "database");
        requireNonNull(name, "name");
        requireNonNull(source, "source");
        requireNonNull(format, "format");
        requireNonNull(table, "table");
        requireNonNull(batchInterval, "batchInterval");
        requireNonNull(parallelism, "parallelism");
        requireNonNull(limits, "limits");
        requireNonNull(transform, "transform");
        requireNonNull(load, "load");
        if (batchInterval.compareTo(BATCH_INTERVAL_MIN) < 0) {
            batchInterval = BATCH_INTERVAL_MIN;
        }
    }

    /** A pipeline without limits and transform, that loads what its records say and stops at the first that cannot be. */
    public PipelineSpec(
            long id,
            String database,
            String name,
            SourceSpec source,
            FormatSpec format,
            TableSpec table,
            Duration batchInterval,
            OptionalInt parallelism) {
        this(
                id,
                database,
                name,
                source,
                format,
                table,
                batchInterval,
                parallelism,
                BatchLimits.NONE,
                Optional.empty(),
                LoadSpec.PLAIN);
    }

    public PipelineSpec withId(long newId) {
        return new PipelineSpec(
                newId, database, name, source, format, table, batchInterval, parallelism, limits, transform, load);
    }

    public PipelineSpec withTable(TableSpec newTable) {
        return new PipelineSpec(
                id, database, name, source, format, newTable, batchInterval, parallelism, limits, transform, load);
    }

    public PipelineSpec withSource(SourceSpec newSource) {
        return new PipelineSpec(
                id, database, name, newSource, format, table, batchInterval, parallelism, limits, transform, load);
    }

    public PipelineSpec withFormat(FormatSpec newFormat) {
        return new PipelineSpec(
                id, database, name, source, newFormat, table, batchInterval, parallelism, limits, transform, load);
    }

    public PipelineSpec withBatchInterval(Duration newInterval) {
        return new PipelineSpec(
                id, database, name, source, format, table, newInterval, parallelism, limits, transform, load);
    }

    public PipelineSpec withParallelism(OptionalInt newParallelism) {
        return new PipelineSpec(
                id, database, name, source, format, table, batchInterval, newParallelism, limits, transform, load);
    }

    public PipelineSpec withLimits(BatchLimits newLimits) {
        return new PipelineSpec(
                id, database, name, source, format, table, batchInterval, parallelism, newLimits, transform, load);
    }

    public PipelineSpec withTransform(TransformSpec newTransform) {
        return new PipelineSpec(
                id,
                database,
                name,
                source,
                format,
                table,
                batchInterval,
                parallelism,
                limits,
                Optional.of(newTransform),
                load);
    }

    public PipelineSpec withLoad(LoadSpec newLoad) {
        return new PipelineSpec(
                id, database, name, source, format, table, batchInterval, parallelism, limits, transform, newLoad);
    }

    /** Whether records pass through a program, whose output has no place in the source. */
    public boolean isThroughProgram() {
        return transform.filter(through -> !through.isBuiltIn()).isPresent();
    }

    /** Of files: whether places in them are numbers of rows, and not of bytes. */
    public boolean countsRows() {
        return transform.isEmpty()
                && (format instanceof FormatSpec.Parquet
                        || format instanceof FormatSpec.Avro avro && avro.isContainer());
    }

    /**
     * Whether one reads on in the middle of a file where the other stopped: both count rows, or bytes of the same content,
     * and neither or both give whole files to a program.
     */
    public boolean hasPlacesOf(PipelineSpec other) {
        return source instanceof SourceSpec.Files files
                && other.source instanceof SourceSpec.Files others
                && files.settings().disableGunzip() == others.settings().disableGunzip()
                && isThroughProgram() == other.isThroughProgram()
                && countsRows() == other.countsRows();
    }

    /** {@code db.name}, how dashboards and logs call it. */
    public String qualifiedName() {
        return database + "." + name;
    }
}
