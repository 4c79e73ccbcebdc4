package dev.millrace.aggregator.execute;

import static java.util.Objects.requireNonNull;

import dev.millrace.aggregator.pipeline.Pipelines;
import dev.millrace.aggregator.pipeline.SourceSample.Amount;
import dev.millrace.aggregator.pipeline.SourceSample.Sampled;
import dev.millrace.aggregator.plan.ResultColumn;
import dev.millrace.ddl.PipelineControl;
import dev.millrace.ddl.print.Quoting;
import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.store.CatalogSnapshot;
import dev.millrace.transform.OneBatch;
import dev.millrace.transform.load.ExpressionEngine;
import dev.millrace.transform.load.LoadResult;
import dev.millrace.transform.load.Loader;
import dev.millrace.transform.load.RecordBatch;
import dev.millrace.transform.load.RecordError;
import dev.millrace.transform.load.RecordProperties;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/** TEST, EXTRACT and PROFILE PIPELINE: a look at what comes next, while the pipeline may run. Nothing is loaded. */
final class PipelineSamples {
    /** Records of a statement that does not say how many. */
    private static final long LIMIT_DEFAULT = 1_000;

    /** Enough that steps take longer than starting them. */
    private static final long PROFILED_MAX = 100_000;

    /** A cursor holds all rows. */
    private static final long LIMIT_MAX = 100_000;

    /** What stands behind EXTRACT PIPELINE's name, as it prints. */
    private static final Pattern EXTRACT = Pattern.compile(
            "(?s)(?:FROM (?<partition>'.*?') )?(?:OFFSETS (?<from>\\d+) TO (?<to>\\d+) )?INTO OUTFILE (?<file>'.*')");

    private final Pipelines pipelines;
    private final BufferAllocator allocator;
    private final Path spill;

    PipelineSamples(Pipelines pipelines, BufferAllocator allocator, Path spill) {
        this.pipelines = requireNonNull(pipelines, "pipelines");
        this.allocator = requireNonNull(allocator, "allocator");
        this.spill = requireNonNull(spill, "spill");
    }

    /** Rows that the next records become, in the columns of the target. */
    RowCursor test(CatalogSnapshot.Pipeline pipeline, PipelineControl control) {
        long limit = control.rest().isEmpty()
                ? LIMIT_DEFAULT
                : Math.min(LIMIT_MAX, Long.parseLong(control.rest().substring("LIMIT ".length())));
        PipelineSpec spec = pipeline.spec();
        List<ResultColumn> columns = spec.table().columns().stream()
                .map(column -> new ResultColumn(column.name(), column.type(), column.nullable(), Optional.empty()))
                .toList();
        List<Object[]> rows = new ArrayList<>();
        run(pipeline, new Amount(limit, true), new PipelineProfile(), loaded -> read(loaded, spec, rows));
        // A program gets a whole file, and may make any number of rows of it.
        boolean cut = spec.isThroughProgram() && spec.source().isFiles() && rows.size() > limit;
        return new ListCursor(columns, cut ? rows.subList(0, (int) limit) : rows);
    }

    /** What each step takes of a batch: its records, bytes and time. */
    RowCursor profile(CatalogSnapshot.Pipeline pipeline, boolean json) {
        PipelineProfile profile = new PipelineProfile();
        run(pipeline, new Amount(PROFILED_MAX, false), profile, loaded -> {});
        return json ? profile.document() : profile.rows();
    }

    private void run(
            CatalogSnapshot.Pipeline pipeline,
            Amount wanted,
            PipelineProfile profile,
            Consumer<VectorSchemaRoot> rows) {
        PipelineSpec spec = pipeline.spec();
        try (ExpressionEngine expressions =
                        new ExpressionEngine(ExpressionEngine.MEMORY_BYTES_DEFAULT, 1, spill.resolve("test-pipeline"));
                Loader loader = new Loader(spec, pipeline.credentials(), allocator, expressions)) {
            List<Sampled> sampled = profile.source(() -> pipelines.next(pipeline, wanted));
            if (spec.source().isFiles() && sampled.isEmpty()) {
                return;
            }
            if (spec.transform().isPresent()) {
                RecordBatch output = profile.transform(() -> transformed(spec, packed(spec, sampled)));
                try (LoadResult loaded = profile.load(() -> loader.load(output))) {
                    if (loaded.isRefused()) {
                        throw refusedOutput(loaded.errors().get(0));
                    }
                    rows.accept(loaded.rows());
                }
            } else {
                byPartition(sampled).forEach((partition, records) -> {
                    try (LoadResult loaded = profile.load(() -> loader.load(packed(spec, records)))) {
                        if (loaded.isRefused()) {
                            throw refused(spec, partition, loaded.errors().get(0));
                        }
                        rows.accept(loaded.rows());
                    }
                });
            }
        }
    }

    /** All records through the pipeline's transform, in a folder that goes with it. */
    private RecordBatch transformed(PipelineSpec spec, RecordBatch records) {
        try {
            Files.createDirectories(spill);
            Path folder = Files.createTempDirectory(spill, "test-transform-");
            try {
                return OneBatch.run(
                        spec, records, () -> pipelines.program(spec.transform().orElseThrow()), folder);
            } finally {
                remove(folder);
            }
        } catch (IOException e) {
            throw new StatementException(SqlState.TRANSFORM_FAILED, e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StatementException(SqlState.QUERY_INTERRUPTED, "interrupted while the transform ran", e);
        }
    }

    private static void remove(Path folder) throws IOException {
        List<Path> paths;
        try (Stream<Path> tree = Files.walk(folder)) {
            paths = tree.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            Files.deleteIfExists(path);
        }
    }

    private static StatementException refusedOutput(RecordError error) {
        return new StatementException(
                error.kind().state(), "row " + error.offset() + " after the transform: " + error.reason());
    }

    private static StatementException refused(PipelineSpec spec, String partition, RecordError error) {
        return new StatementException(error.kind().state(), spec.source().place(partition) + ", " + error.describe());
    }

    private static void read(VectorSchemaRoot loaded, PipelineSpec spec, List<Object[]> rows) {
        List<ColumnSpec> columns = spec.table().columns();
        for (int row = 0; row < loaded.getRowCount(); row++) {
            Object[] values = new Object[columns.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = ColumnValues.read(
                        loaded.getVector(i), row, columns.get(i).type());
            }
            rows.add(values);
        }
    }

    private static Map<String, List<Sampled>> byPartition(List<Sampled> sampled) {
        Map<String, List<Sampled>> byPartition = new LinkedHashMap<>();
        sampled.forEach(item -> byPartition
                .computeIfAbsent(item.partition(), p -> new ArrayList<>())
                .add(item));
        return byPartition;
    }

    private static RecordBatch packed(PipelineSpec spec, List<Sampled> records) {
        List<byte[]> values = new ArrayList<>();
        records.forEach(item -> values.add(item.value()));
        RecordBatch packed = RecordBatch.of(0, values);
        long[] offsets = records.stream().mapToLong(Sampled::offset).toArray();
        RecordProperties properties = new RecordProperties(
                spec.source().topic(),
                records.stream().map(Sampled::properties).toList(),
                records.stream().findFirst().flatMap(Sampled::schema));
        return new RecordBatch(
                packed.bytes(), packed.starts(), packed.lengths(), offsets, packed.count(), Optional.of(properties));
    }

    /**
     * Writes records as a transform reads them: each with its length before it, 8 bytes little-endian; those of files as
     * they stand there. Answers how many.
     */
    long extract(CatalogSnapshot.Pipeline pipeline, PipelineControl control) {
        Matcher clauses = EXTRACT.matcher(control.rest());
        if (!clauses.matches()) {
            throw new IllegalStateException("EXTRACT PIPELINE … " + control.rest());
        }
        String written = Quoting.unquoted(clauses.group("file"));
        Path file = Path.of(written);
        if (!file.isAbsolute()) {
            throw wrong("OUTFILE '" + written + "' is not an absolute path on the server", control);
        }
        boolean files = pipeline.spec().source().isFiles();
        List<Sampled> records;
        if (clauses.group("partition") == null) {
            records = pipelines.next(pipeline, new Amount(LIMIT_DEFAULT, true));
        } else {
            String partition = Quoting.unquoted(clauses.group("partition"));
            if (!files && !partition.matches("[0-9]{1,9}")) {
                throw wrong("'" + partition + "' is not a partition of a Kafka topic", control);
            }
            boolean ranged = clauses.group("from") != null;
            records = pipelines.range(
                    pipeline,
                    partition,
                    ranged ? Optional.of(Long.parseLong(clauses.group("from"))) : Optional.empty(),
                    ranged ? Optional.of(Long.parseLong(clauses.group("to"))) : Optional.empty(),
                    ranged ? LIMIT_MAX : LIMIT_DEFAULT);
        }
        write(file, records, !files, control);
        return records.size();
    }

    private static void write(Path file, List<Sampled> records, boolean framed, PipelineControl control) {
        try (OutputStream out = new BufferedOutputStream(
                Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
            for (Sampled item : records) {
                byte[] value = item.value() == null ? new byte[0] : item.value();
                if (framed) {
                    out.write(ByteBuffer.allocate(Long.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(value.length)
                            .array());
                }
                out.write(value);
            }
        } catch (FileAlreadyExistsException e) {
            throw wrong("file '" + file + "' exists already", control);
        } catch (IOException e) {
            throw wrong("file '" + file + "' cannot be written: " + e.getMessage(), control);
        }
    }

    private static StatementException wrong(String message, PipelineControl control) {
        return new StatementException(
                SqlState.WRONG_CONFIG, message, control.at().position());
    }
}
