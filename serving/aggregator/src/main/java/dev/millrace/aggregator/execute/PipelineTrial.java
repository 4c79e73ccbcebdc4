package dev.millrace.aggregator.execute;

import static java.util.Objects.requireNonNull;

import dev.millrace.aggregator.pipeline.SourceSample;
import dev.millrace.aggregator.plan.ResultColumn;
import dev.millrace.ddl.PipelineControl;
import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.TransformSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.client.StoreClient;
import dev.millrace.store.log.SystemEntry;
import dev.millrace.transform.OneBatch;
import dev.millrace.transform.load.ExpressionEngine;
import dev.millrace.transform.load.LoadResult;
import dev.millrace.transform.load.Loader;
import dev.millrace.transform.load.RecordBatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * TEST PIPELINE: what a pipeline would make of the first records of its source. They go through its transform and its
 * load here, nothing is stored, and the pipeline, running or not, does not notice.
 */
final class PipelineTrial {
    /** Without LIMIT. */
    private static final int RECORDS_DEFAULT = 100;

    private static final int RECORDS_MAX = 10_000;
    private static final long ROWS_BYTES_MAX = 512L << 20;

    private final StoreClient client;
    private final Path temp;

    /** @param temp for programs while they run */
    PipelineTrial(StoreClient client, Path temp) {
        this.client = requireNonNull(client, "client");
        this.temp = requireNonNull(temp, "temp");
    }

    /** Rows in the table's columns, as many as LIMIT says or as come of so many records. */
    Outcome run(PipelineSpec pipeline, PipelineControl control) {
        int limit = limit(control);
        Path folder = Path.of("");
        try {
            Files.createDirectories(temp);
            folder = Files.createTempDirectory(temp, "test-pipeline-");
            RecordBatch sample =
                    SourceSample.read(pipeline.source().match(source -> source), Math.max(1, Math.min(limit, RECORDS_MAX)));
            RecordBatch records = OneBatch.run(pipeline, sample, () -> file(pipeline), folder);
            return new Outcome.Rows(new ListCursor(columns(pipeline), rows(pipeline, records, folder, limit)));
        } catch (IOException e) {
            throw new StatementException(SqlState.TRANSFORM_FAILED, e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StatementException(SqlState.QUERY_INTERRUPTED, "interrupted while the transform ran", e);
        } finally {
            remove(folder);
        }
    }

    private static int limit(PipelineControl control) {
        if (control.rest().isEmpty()) {
            return RECORDS_DEFAULT;
        }
        long limit = Long.parseLong(control.rest().substring("LIMIT ".length()));
        if (limit > RECORDS_MAX) {
            throw new StatementException(
                    SqlState.OUT_OF_RANGE,
                    "TEST PIPELINE reads at most " + RECORDS_MAX + " records, not " + limit,
                    control.at().position());
        }
        return (int) limit;
    }

    private byte[] file(PipelineSpec pipeline) {
        TransformSpec transform = pipeline.transform().orElseThrow();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int part = 0; part < SystemEntry.StoreProgram.parts(transform.sizeBytes()); part++) {
            bytes.writeBytes(client.program(transform.sha256(), part));
        }
        return bytes.toByteArray();
    }

    private static List<ResultColumn> columns(PipelineSpec pipeline) {
        return pipeline.table().columns().stream()
                .map(column -> new ResultColumn(column.name(), column.type(), column.nullable(), Optional.empty()))
                .toList();
    }

    private static List<Object[]> rows(PipelineSpec pipeline, RecordBatch records, Path folder, int limit) {
        List<ColumnSpec> columns = pipeline.table().columns();
        List<Object[]> rows = new ArrayList<>();
        try (BufferAllocator allocator = new RootAllocator(ROWS_BYTES_MAX);
                ExpressionEngine expressions =
                        new ExpressionEngine(ExpressionEngine.MEMORY_BYTES_DEFAULT, 1, folder.resolve("expressions"));
                Loader loader = new Loader(pipeline, allocator, expressions);
                LoadResult result = loader.load(records)) {
            if (result.isRefused()) {
                throw new StatementException(
                        result.errors().get(0).kind().state(),
                        (pipeline.transform().isPresent() ? "after the transform, " : "")
                                + result.errors().get(0).describe());
            }
            for (int row = 0; row < Math.min(limit, result.rows().getRowCount()); row++) {
                Object[] values = new Object[columns.size()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = ColumnValues.read(
                            result.rows().getVector(i), row, columns.get(i).type());
                }
                rows.add(values);
            }
        }
        return rows;
    }

    private static void remove(Path folder) {
        if (folder.toString().isEmpty()) {
            return;
        }
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new StatementException(SqlState.INTERNAL, "cannot remove " + folder + ": " + e.getMessage(), e);
        }
    }
}
