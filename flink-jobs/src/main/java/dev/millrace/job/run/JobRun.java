package dev.millrace.job.run;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.Credentials;
import dev.millrace.spec.LoadSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.json.SpecJson;
import dev.millrace.store.Attempt;
import dev.millrace.store.PartitionId;
import dev.millrace.store.RowChange;
import dev.millrace.store.TableRef;
import dev.millrace.store.WriteMode;
import java.io.Serializable;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * One submission of a pipeline: what its graph was built for. It travels inside Flink's job graph.
 *
 * @param system Flight door of a leaf with the system partition, {@code HOST:PORT}
 * @param pipelineJson the pipeline as it was in the catalog
 * @param database id of the pipeline's database
 * @param mapVersion version of its partition map
 * @param partitions number of its partitions
 * @param number given out by the system partition; newer fences older
 * @param credentials what the pipeline proves itself with to its source
 */
public record JobRun(
        String system,
        String pipelineJson,
        long database,
        long mapVersion,
        int partitions,
        long number,
        Credentials credentials)
        implements Serializable {
    private static final long serialVersionUID = 1L;

    /** A run whose source asks for nothing. */
    public JobRun(String system, String pipelineJson, long database, long mapVersion, int partitions, long number) {
        this(system, pipelineJson, database, mapVersion, partitions, number, Credentials.NONE);
    }

    public JobRun {
        requireNonNull(credentials, "credentials");
        requireNonNull(system, "system");
        requireNonNull(pipelineJson, "pipelineJson");
        if (partitions < 1 || number < 1) {
            throw new IllegalArgumentException("run " + number + " over " + partitions + " partitions");
        }
    }

    /** The pipeline; parsed on each call. */
    public PipelineSpec pipeline() {
        return SpecJson.readPipeline(pipelineJson);
    }

    /** Flink's attempt number is the same in all tasks, because the job is one pipelined region. */
    public Attempt attempt(int flinkAttempt) {
        return new Attempt(number, flinkAttempt);
    }

    public TableRef table() {
        var table = pipeline().table();
        return new TableRef(table.id(), table.version());
    }

    /** What happens to a row whose unique key is there already. */
    public WriteMode mode() {
        LoadSpec load = pipeline().load();
        if (change().isPresent()) {
            return WriteMode.MERGE;
        }
        if (load.isSkippingDuplicates()) {
            return WriteMode.SKIP;
        }
        return switch (load.errors()) {
            case REPLACE -> WriteMode.REPLACE;
            case IGNORE -> WriteMode.IGNORE;
            case FAIL, SKIP_ALL, SKIP_CONSTRAINT, SKIP_DUPLICATE_KEY, SKIP_PARSER -> WriteMode.INSERT;
        };
    }

    /** What ON DUPLICATE KEY UPDATE does to such a row; empty without it, and where no key can be taken. */
    public Optional<RowChange> change() {
        PipelineSpec pipeline = pipeline();
        return Optional.of(pipeline.load().columnChanges())
                .filter(columns -> !columns.isEmpty() && !pipeline.table().isKeyless())
                .map(RowChange::onDuplicateKey);
    }

    public PartitionId partition(int ordinal) {
        return new PartitionId(database, ordinal);
    }

    /** All ordinals of the database. */
    public IntStream ordinals() {
        return IntStream.range(0, partitions);
    }
}
