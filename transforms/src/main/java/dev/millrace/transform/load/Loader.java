package dev.millrace.transform.load;

import static java.util.Objects.requireNonNull;

import dev.millrace.spec.PipelineSpec;
import dev.millrace.spec.TableSpec;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/** Turns record bytes into rows of a pipeline's table. For one thread at a time. */
public final class Loader implements AutoCloseable {
    private final PipelineSpec pipeline;
    private final BufferAllocator allocator;
    private final ExpressionEngine expressions;

    /**
     * Neither the allocator nor the engine is closed with the loader.
     *
     * @param allocator where rows are put; loads need about the records' size
     * @throws dev.millrace.spec.error.StatementException NO_DEFAULT if a NOT NULL column is neither loaded nor has a
     *     default, INVALID_DEFAULT if a default does not fit its column, UNSUPPORTED for a format that cannot be read
     */
    public Loader(PipelineSpec pipeline, BufferAllocator allocator, ExpressionEngine expressions) {
        this.pipeline = requireNonNull(pipeline, "pipeline");
        this.allocator = requireNonNull(allocator, "allocator");
        this.expressions = requireNonNull(expressions, "expressions");
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
     * Reads all records in order. A record holds any number of rows; one without bytes holds none.
     *
     * @throws org.apache.arrow.memory.OutOfMemoryException the allocator's limit; nothing is kept
     */
    public LoadResult load(RecordBatch batch) {
        throw new UnsupportedOperationException("load comes with the next change");
    }

    @Override
    public void close() {}
}
