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
        Optional<TransformSpec> transform) {
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
        if (batchInterval.compareTo(BATCH_INTERVAL_MIN) < 0) {
            batchInterval = BATCH_INTERVAL_MIN;
        }
    }

    /** A pipeline without limits and transform. */
    public PipelineSpec(
            long id,
            String database,
            String name,
            SourceSpec source,
            FormatSpec format,
            TableSpec table,
            Duration batchInterval,
            OptionalInt parallelism) {
        this(id, database, name, source, format, table, batchInterval, parallelism, BatchLimits.NONE, Optional.empty());
    }

    public PipelineSpec withId(long newId) {
        return new PipelineSpec(
                newId, database, name, source, format, table, batchInterval, parallelism, limits, transform);
    }

    public PipelineSpec withTable(TableSpec newTable) {
        return new PipelineSpec(
                id, database, name, source, format, newTable, batchInterval, parallelism, limits, transform);
    }

    public PipelineSpec withSource(SourceSpec newSource) {
        return new PipelineSpec(
                id, database, name, newSource, format, table, batchInterval, parallelism, limits, transform);
    }

    public PipelineSpec withBatchInterval(Duration newInterval) {
        return new PipelineSpec(id, database, name, source, format, table, newInterval, parallelism, limits, transform);
    }

    public PipelineSpec withParallelism(OptionalInt newParallelism) {
        return new PipelineSpec(
                id, database, name, source, format, table, batchInterval, newParallelism, limits, transform);
    }

    public PipelineSpec withLimits(BatchLimits newLimits) {
        return new PipelineSpec(
                id, database, name, source, format, table, batchInterval, parallelism, newLimits, transform);
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
                Optional.of(newTransform));
    }

    /** {@code db.name}, how dashboards and logs call it. */
    public String qualifiedName() {
        return database + "." + name;
    }
}
