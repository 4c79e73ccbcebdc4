package dev.millrace.transform.load;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.Credentials;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.LoadSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.SqlExpression;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import dev.millrace.spec.type.SqlType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/** Turns record bytes into rows of a pipeline's table. For one thread at a time. */
public final class Loader implements AutoCloseable {
    /** A column that no record brings, with what it gets instead. */
    private record Unmapped(ColumnBuilder column, DefaultValue value) {}

    private static final SqlType VARIABLE = SqlType.of(SqlType.Kind.TEXT);

    /** Below what the store takes, with room for columns that the record does not fill. */
    static final int ROW_BYTES_MAX = 3 << 20;

    /** A byte of Avro may be six characters of JSON, and a value may go into several columns. */
    private static final int GROWTH_MAX = 6;

    private final Schema schema;
    private final TableSpec table;
    private final BufferAllocator allocator;
    private final ExpressionEngine expressions;
    private final List<ColumnBuilder> columns;
    private final RecordReader reader;
    private final List<ColumnBuilder> mapped = new ArrayList<>();
    private final List<ColumnBuilder> variables = new ArrayList<>();
    private final PropertyColumns properties;
    private final ColumnBuilder firstMapped;
    private final LoadSpec load;
    private final Optional<Computation> computation;
    /* Where somebody asks: index of the record that each row came from. */
    private final IntegerColumn origins =
            new IntegerColumn(new ColumnSpec("", SqlType.of(SqlType.Kind.BIGINT), false, Optional.empty()), Long.SIZE);
    /* A record that is not longer makes no row that is too large. */
    private final int smallRecordBytesMax;
    private final boolean tellsOffsets;
    private final boolean notesOrigins;
    private final List<Unmapped> unmapped = new ArrayList<>();
    private final List<DefaultValue> defaults = new ArrayList<>();
    private final List<RecordError> errors = new ArrayList<>();
    private LoadResult.Unlisted unlisted = LoadResult.Unlisted.NONE;

    /** A loader that needs no credentials. */
    public Loader(PipelineSpec pipeline, BufferAllocator allocator, ExpressionEngine expressions) {
        this(pipeline, Credentials.NONE, allocator, expressions);
    }

    /**
     * Neither the allocator nor the engine is closed with the loader.
     *
     * @param credentials for a schema registry
     * @param allocator where rows are put; loads need about the records' size
     * @throws StatementException NO_DEFAULT if a NOT NULL column is neither loaded nor has a default, INVALID_DEFAULT if
     *     a default does not fit its column, UNKNOWN_COLUMN or DUPLICATE_COLUMN for a mapping, WRONG_CONFIG for a
     *     schema, or settings of a registry, that cannot be used
     */
    public Loader(
            PipelineSpec pipeline, Credentials credentials, BufferAllocator allocator, ExpressionEngine expressions) {
        this.allocator = requireNonNull(allocator, "allocator");
        this.expressions = requireNonNull(expressions, "expressions");
        table = pipeline.table();
        schema = schema(table);
        columns = table.columns().stream().map(ColumnBuilder::of).toList();
        load = pipeline.load();
        reader = pipeline.format().match(new FormatSpec.Cases<>() {
            @Override
            public RecordReader json(FormatSpec.Json format) {
                return new JsonReader(targets(format.mappings(), FormatSpec.Mapping::path));
            }

            @Override
            public RecordReader parquet(FormatSpec.Parquet format) {
                List<FormatSpec.Mapping> all = format.mappings();
                return new JsonReader(targets(all, mapping -> List.of(ParquetRows.key(all.indexOf(mapping)))));
            }

            @Override
            public RecordReader csv(FormatSpec.Csv format) {
                format.columns().forEach(name -> mapped.add(target(name)));
                return new CsvReader(format, mapped);
            }

            @Override
            public RecordReader avro(FormatSpec.Avro format) {
                List<JsonReader.Target> targets = targets(format.mappings(), FormatSpec.Mapping::path);
                return new AvroReader(
                        targets, AvroSchemas.of(format, pipeline, credentials, AvroReader.wants(targets)));
            }
        });
        firstMapped = mapped.get(0);
        properties = new PropertyColumns(load.properties(), this::target);
        List<ColumnBuilder> set = load.computedColumns().stream()
                .map(computed -> target(computed.column()))
                .toList();
        computation = load.isComputing()
                ? Optional.of(new Computation(load, properties.behind(mapped), set, origins, expressions, allocator))
                : Optional.empty();
        smallRecordBytesMax = pipeline.format() instanceof FormatSpec.Csv
                ? ROW_BYTES_MAX
                : ROW_BYTES_MAX / GROWTH_MAX / mapped.size();
        tellsOffsets = load.isSkippingDuplicates() && !table.isKeyless();
        notesOrigins = tellsOffsets || computation.isPresent();
        for (ColumnBuilder column : columns) {
            if (!mapped.contains(column) && !set.contains(column)) {
                unmapped.add(new Unmapped(column, unmappedDefault(column.spec)));
            }
        }
    }

    private List<JsonReader.Target> targets(
            List<FormatSpec.Mapping> mappings, Function<FormatSpec.Mapping, List<String>> path) {
        List<JsonReader.Target> targets = new ArrayList<>();
        for (FormatSpec.Mapping mapping : mappings) {
            ColumnBuilder column = target(mapping.column());
            mapped.add(column);
            DefaultValue missing = mapping.defaultValue().isPresent()
                    ? checkedDefault(mapping.defaultValue().get(), column.spec)
                    : new DefaultValue.Missing(mapping.path());
            targets.add(new JsonReader.Target(column, path.apply(mapping), missing));
        }
        return targets;
    }

    private ColumnBuilder target(String name) {
        if (LoadSpec.isVariable(name)) {
            ColumnBuilder variable = ColumnBuilder.of(new ColumnSpec(name, VARIABLE, true, Optional.empty()));
            variables.add(variable);
            return variable;
        }
        int index = table.indexOf(name);
        if (index < 0) {
            throw new StatementException(
                    SqlState.UNKNOWN_COLUMN, "unknown column '" + name + "' in table " + table.name());
        }
        ColumnBuilder column = columns.get(index);
        if (mapped.contains(column)) {
            throw new StatementException(
                    SqlState.DUPLICATE_COLUMN, "column '" + name + "' of table " + table.name() + " is loaded twice");
        }
        return column;
    }

    private DefaultValue unmappedDefault(ColumnSpec column) {
        if (column.defaultValue().isPresent()) {
            return checkedDefault(column.defaultValue().get(), column);
        }
        if (!column.nullable()) {
            throw new StatementException(
                    SqlState.NO_DEFAULT,
                    "column '" + column.name() + "' of table " + table.name()
                            + " is NOT NULL, has no default and is not loaded");
        }
        return new DefaultValue.Null();
    }

    private DefaultValue checkedDefault(SqlExpression expression, ColumnSpec column) {
        DefaultValue value = DefaultValue.of(expression, column.type(), expressions);
        try {
            value.put(ColumnBuilder.of(column));
        } catch (BadValue bad) {
            throw misfit(column, bad);
        }
        defaults.add(value);
        return value;
    }

    private static StatementException misfit(ColumnSpec column, BadValue bad) {
        return new StatementException(
                SqlState.INVALID_DEFAULT,
                "the default of column '" + column.name() + "' does not fit it: " + bad.getMessage(),
                bad);
    }

    /** The form of every row batch of a table: all columns in table order, nullable in Arrow's eyes. */
    public static Schema schema(TableSpec table) {
        List<Field> fields = table.columns().stream()
                .map(column -> new Field(
                        column.name(), FieldType.nullable(column.type().arrow()), null))
                .toList();
        return new Schema(fields);
    }

    /**
     * Reads all records in order. A record holds any number of rows; one without bytes, or without a value, holds none.
     *
     * @throws org.apache.arrow.memory.OutOfMemoryException the allocator's limit; nothing is kept
     * @throws StatementException INVALID_DEFAULT if an expression cannot be evaluated any more, REGISTRY_UNAVAILABLE if
     *     a schema cannot be had
     */
    public LoadResult load(RecordBatch batch) {
        defaults.forEach(DefaultValue::restart);
        errors.clear();
        unlisted = LoadResult.Unlisted.NONE;
        batch.properties().flatMap(RecordProperties::schema).ifPresent(reader::writtenBy);
        try {
            Optional<RecordError> stopping = Optional.empty();
            for (int i = 0; i < batch.count() && stopping.isEmpty(); i++) {
                int start = batch.starts()[i];
                int length = batch.lengths()[i];
                if (length > 0) {
                    int before = firstMapped.rows;
                    try {
                        reader.read(batch.bytes(), start, start + length);
                    } catch (BadValue bad) {
                        stopping = skip(batch, i, bad);
                    }
                    if (length > smallRecordBytesMax && stopping.isEmpty()) {
                        skipTooLarge(batch, i, before);
                    }
                    if (notesOrigins) {
                        note(i);
                    }
                }
            }
            if (computation.isPresent() && stopping.isEmpty()) {
                stopping = compute(batch);
            }
            if (stopping.isPresent()) {
                clear();
                return new LoadResult(finish(), List.of(stopping.get()), LoadResult.Unlisted.NONE, true, new long[0]);
            }
            fillUnmapped();
            return new LoadResult(finish(), errors, unlisted, false, rowOffsets(batch));
        } finally {
            clear();
            reader.release();
        }
    }

    /* Leaves out what is bad in a record, line by line, document by document; answers an error that stops the load. */
    private Optional<RecordError> skip(RecordBatch batch, int index, BadValue first) {
        int end = batch.starts()[index] + batch.lengths()[index];
        BadValue bad = first;
        while (true) {
            RecordError error = error(batch, index, bad);
            if (!bad.kind().isSkipped(load)) {
                return Optional.of(error);
            }
            skipped(error);
            int rows = reader.rowsBefore();
            mapped.forEach(column -> column.truncate(rows));
            int at = reader.recover();
            if (at >= end) {
                return Optional.empty();
            }
            try {
                reader.resume(at);
                return Optional.empty();
            } catch (BadValue next) {
                bad = next;
            }
        }
    }

    /* Remembers which record the newest rows came from. */
    private void note(int index) {
        while (origins.rows < firstMapped.rows) {
            origins.append(index);
        }
    }

    private long[] rowOffsets(RecordBatch batch) {
        long[] offsets = new long[tellsOffsets ? firstMapped.rows : 0];
        for (int row = 0; row < offsets.length; row++) {
            offsets[row] = batch.offsets()[(int) origins.value(row)];
        }
        return offsets;
    }

    private Optional<RecordError> compute(RecordBatch batch) {
        List<RecordError> stopping = new ArrayList<>();
        properties.fill(batch, origins);
        computation.orElseThrow().run((row, bad) -> {
            RecordError error = wholeRecordError(batch, (int) origins.value(row), bad);
            if (!bad.kind().isSkipped(load)) {
                stopping.add(error);
                return false;
            }
            skipped(error);
            return true;
        });
        errors.sort(Comparator.comparingLong(RecordError::offset));
        return stopping.stream().findFirst();
    }

    private static RecordError wholeRecordError(RecordBatch batch, int index, BadValue bad) {
        int start = batch.starts()[index];
        int length = batch.lengths()[index];
        return new RecordError(
                batch.offsets()[index],
                0,
                0,
                Optional.of(bad.column()).filter(name -> !name.isEmpty()),
                bad.kind(),
                bad.getMessage(),
                Arrays.copyOfRange(batch.bytes(), start, start + Math.min(length, RecordError.EXCERPT_BYTES_MAX)),
                0,
                length);
    }

    /* What no entry of the store's log can hold would stop the pipeline later. */
    private void skipTooLarge(RecordBatch batch, int index, int before) {
        for (int row = before; row < firstMapped.rows; row++) {
            long size = 0;
            for (ColumnBuilder column : mapped) {
                size += column.sizeBytes(row);
            }
            if (size > ROW_BYTES_MAX && RecordError.Kind.TOO_LONG.isSkipped(load)) {
                String reason = "a row takes " + size + " bytes; the limit is " + ROW_BYTES_MAX;
                skipped(wholeRecordError(batch, index, BadValue.of(RecordError.Kind.TOO_LONG, reason, "")));
                mapped.forEach(column -> column.truncate(before));
            }
        }
    }

    private void skipped(RecordError error) {
        if (errors.size() < LoadResult.ERRORS_MAX) {
            errors.add(error);
        } else {
            unlisted = unlisted.with(error.offset());
        }
    }

    private void fillUnmapped() {
        for (Unmapped each : unmapped) {
            try {
                while (each.column().rows < firstMapped.rows) {
                    each.value().put(each.column());
                }
            } catch (BadValue bad) {
                throw misfit(each.column().spec, bad);
            }
        }
    }

    private VectorSchemaRoot finish() {
        List<FieldVector> vectors = new ArrayList<>(columns.size());
        try {
            for (ColumnBuilder column : columns) {
                vectors.add(column.finish(allocator));
            }
            return new VectorSchemaRoot(schema, vectors, firstMapped.rows);
        } catch (RuntimeException | Error e) {
            vectors.forEach(FieldVector::close);
            throw e;
        }
    }

    private RecordError error(RecordBatch batch, int index, BadValue bad) {
        int start = batch.starts()[index];
        int length = batch.lengths()[index];
        int place = bad.position() == BadValue.AT_READER ? reader.position() : bad.position();
        int position = place - start;
        // Short records whole; of a long one the half before the fault and the half behind it.
        int excerptStart = Math.max(
                0, Math.min(position - RecordError.EXCERPT_BYTES_MAX / 2, length - RecordError.EXCERPT_BYTES_MAX));
        int excerptEnd = Math.min(length, excerptStart + RecordError.EXCERPT_BYTES_MAX);
        return new RecordError(
                batch.offsets()[index],
                position,
                reader.line(batch.bytes(), start, place),
                Optional.of(bad.column()).filter(name -> !name.isEmpty()),
                bad.kind(),
                bad.getMessage(),
                Arrays.copyOfRange(batch.bytes(), start + excerptStart, start + excerptEnd),
                excerptStart,
                length);
    }

    private void clear() {
        columns.forEach(ColumnBuilder::clear);
        variables.forEach(ColumnBuilder::clear);
        origins.clear();
    }

    /** Lets go of what is kept between loads. Rows that were handed out stay with their owners. */
    @Override
    public void close() {
        clear();
    }
}
