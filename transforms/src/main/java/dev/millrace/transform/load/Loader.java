package dev.millrace.transform.load;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.ColumnSpec;
import dev.millrace.spec.FormatSpec;
import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.SqlExpression;
import dev.millrace.spec.TableSpec;
import dev.millrace.spec.error.SqlState;
import dev.millrace.spec.error.StatementException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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

    private final Schema schema;
    private final TableSpec table;
    private final BufferAllocator allocator;
    private final ExpressionEngine expressions;
    private final List<ColumnBuilder> columns;
    private final RecordReader reader;
    private final ColumnBuilder firstMapped;
    private final List<Unmapped> unmapped = new ArrayList<>();
    private final List<DefaultValue> defaults = new ArrayList<>();

    /**
     * Neither the allocator nor the engine is closed with the loader.
     *
     * @param allocator where rows are put; loads need about the records' size
     * @throws StatementException NO_DEFAULT if a NOT NULL column is neither loaded nor has a default, INVALID_DEFAULT if
     *     a default does not fit its column, UNKNOWN_COLUMN or DUPLICATE_COLUMN for a mapping, UNSUPPORTED for a format
     *     that cannot be read
     */
    public Loader(PipelineSpec pipeline, BufferAllocator allocator, ExpressionEngine expressions) {
        this.allocator = requireNonNull(allocator, "allocator");
        this.expressions = requireNonNull(expressions, "expressions");
        table = pipeline.table();
        schema = schema(table);
        columns = table.columns().stream().map(ColumnBuilder::of).toList();
        List<ColumnBuilder> mapped = new ArrayList<>();
        reader = pipeline.format().match(new FormatSpec.Cases<>() {
            @Override
            public RecordReader json(FormatSpec.Json format) {
                return jsonReader(format, mapped);
            }

            @Override
            public RecordReader csv(FormatSpec.Csv format) {
                format.columns().forEach(name -> mapped.add(target(name, mapped)));
                return new CsvReader(format, mapped);
            }
        });
        firstMapped = mapped.get(0);
        for (ColumnBuilder column : columns) {
            if (!mapped.contains(column)) {
                unmapped.add(new Unmapped(column, unmappedDefault(column.spec)));
            }
        }
    }

    private RecordReader jsonReader(FormatSpec.Json format, List<ColumnBuilder> mapped) {
        List<JsonReader.Target> targets = new ArrayList<>();
        for (FormatSpec.Mapping mapping : format.mappings()) {
            ColumnBuilder column = target(mapping.column(), mapped);
            mapped.add(column);
            DefaultValue missing = mapping.defaultValue().isPresent()
                    ? checkedDefault(mapping.defaultValue().get(), column.spec)
                    : new DefaultValue.Missing(mapping.path());
            targets.add(new JsonReader.Target(column, mapping.path(), missing));
        }
        return new JsonReader(targets);
    }

    private ColumnBuilder target(String name, List<ColumnBuilder> taken) {
        int index = table.indexOf(name);
        if (index < 0) {
            throw new StatementException(
                    SqlState.UNKNOWN_COLUMN, "unknown column '" + name + "' in table " + table.name());
        }
        ColumnBuilder column = columns.get(index);
        if (taken.contains(column)) {
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
     * @throws StatementException INVALID_DEFAULT if an expression cannot be evaluated any more
     */
    public LoadResult load(RecordBatch batch) {
        defaults.forEach(DefaultValue::restart);
        try {
            for (int i = 0; i < batch.count(); i++) {
                int start = batch.starts()[i];
                int length = batch.lengths()[i];
                if (length > 0) {
                    try {
                        reader.read(batch.bytes(), start, start + length);
                    } catch (BadValue bad) {
                        clear();
                        return new LoadResult(finish(), List.of(error(batch, i, bad)));
                    }
                }
            }
            fillUnmapped();
            return new LoadResult(finish(), List.of());
        } finally {
            clear();
            reader.release();
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
    }

    /** Lets go of what is kept between loads. Rows that were handed out stay with their owners. */
    @Override
    public void close() {
        clear();
    }
}
